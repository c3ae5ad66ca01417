"""`dlwhy plot`: pictures of a model."""

from typing import TYPE_CHECKING

from dlwhy import files
from dlwhy.cli.arguments import command
from dlwhy.cli.show import following
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import drawing, inputs
from dlwhy.cli.steps.drawing import Plot

if TYPE_CHECKING:
    from dlwhy.figures.subject import Subject


@command
def plot(options: Plot) -> None:
    r"""Draw what a model has learnt, and print the picture's path.

    The boundary shows the predicted probability over two columns and the line where it is a half; wrongly classified
    rows are crossed. With more columns it is the mean prediction for the rows nearest to a place, if they were moved
    there. --x and --y choose the two; by default those that go with the predictions most. Importance and slices are
    those of evaluate: what the model looks at, and where it errs most.

    Neurons shows where each unit of a network is on, over the boundary's two columns, with the weights between them
    and the units that are dead; layers shows the rows as each layer sees them, and what a linear model reads off
    there; weights shows how they are distributed. Gradients shows how strongly the loss pulled at each layer during
    the training, of a model made with train --snapshots; animation is a film of boundary and loss during it.

    Loss, accuracy, roc and calibration of several models are drawn into one panel; replicas shows what several networks
    say, or the members of an ensemble, and where they do not agree. Sweep draws what dlwhy sweep has written. The same
    model and data give the same bytes.

    \b
    Examples:
      dlwhy plot
      dlwhy plot boundary -m model.keras -d moons.csv -o boundary.svg
      dlwhy plot boundary -d cars.joblib -m cars.keras --x weight --y hp
      dlwhy plot importance slices -d churn.joblib -m churn.keras
      dlwhy plot neurons layers -d spirals.joblib -m spirals.keras
      dlwhy plot gradients
      dlwhy plot animation -o training.gif
      dlwhy plot boundary loss --lang it -o quadro.png
      dlwhy plot roc calibration --style dark --size 10x4.5
      dlwhy plot loss roc -m small.keras -m large.keras
      dlwhy plot replicas -m model-42.keras -m model-43.keras -m model-44.keras
      dlwhy plot sweep -m sweep.json
      dlwhy plot --terminal
    """
    options = options.fitting()
    drawing.check(options)
    data, output, out = options.data, options.output, Output.of(options)
    subjects = [] if options.is_sweep else _subjects(options)
    if options.terminal:
        drawing.sketch(options, subjects[0], out)
    if options.terminal and "output" not in options.given:
        return
    figure, chosen = drawing.draw_and_save(options, *subjects, out=out)
    if options.as_json:
        models = {"model": options.model[0]} if len(options.model) == 1 else {"models": options.model}
        about = {"picture": output, "kinds": chosen, **models} | ({} if options.is_sweep else {"data": data})
        language = {} if options.lang == "en" else {"language": options.lang}
        out.json(about | {"dpi": options.dpi, "style": options.style} | language)
    elif not files.is_standard(output):
        out.text(output)
    if len(subjects) == 1 and not options.kinds:
        following.say(out, "plot", "neurons", "weights", model=options.model[0], data=data, why="draws what is inside")
    if options.show and figure is not None:
        from dlwhy.figures.drawing import window

        window.show(figure)


def _subjects(options: Plot) -> "list[Subject]":
    from dlwhy.figures.subject import Subject

    trained, dataset = inputs.read_models_and_data(options.model, options.data, max_size=options.max_size)
    data = files.shown(options.data)
    return [Subject.from_trained(one, dataset, model=files.shown(path), data=data) for path, one in trained.items()]
