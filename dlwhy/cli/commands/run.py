"""`dlwhy run`: generate, train, evaluate and plot in one process, into a folder."""

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import command, frozen_options, option
from dlwhy.cli.show import following
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import drawing, making, scoring, training
from dlwhy.cli.steps.recipe import Train, Training
from dlwhy.errors import GateError

_FILES = {"data": shared.DATA, "model": shared.MODEL, "metrics": "metrics.json", "picture": "plot.png"}


@frozen_options
class Run(making.Making, Training, scoring.Scoring, drawing.Drawing, shared.Writing):
    """The options of `dlwhy run`: those of the four commands, but for what the folder decides."""

    directory: str = option("run", "The folder to write to; made if missing.", "--dir")


@command
def run(options: Run) -> None:
    r"""Make a data set, train, evaluate and plot in one process; write it all into a folder.

    The folder then holds dataset.joblib, model.keras, metrics.json and plot.png. The options are those of the four
    commands; the seed is the same for all of them.

    \b
    Examples:
      dlwhy run
      dlwhy run digits --layers 64,64 --dir digits
      dlwhy run --from churn.csv --target churned --baselines
    """
    folder = files.made_folder(options.directory)
    paths = {what: str(folder / name) for what, name in _FILES.items()}
    data, model = paths["data"], paths["model"]
    # what a step says on stdout on its own is not what this command is asked for
    silent = options.to(Run, as_json=False)
    train = silent.to(Train, data=data, output=model)
    plot = silent.to(drawing.Plot, data=data, model=[model], output=paths["picture"])
    _check_outputs(options, paths)
    training.check(train)
    evaluate = options.to(scoring.Evaluate, data=data, model=[model], metrics=paths["metrics"])
    scoring.check(evaluate)
    drawing.check(plot)
    steps, out = Output.of(silent), Output.of(options)
    dataset = making.make_and_save(silent.to(making.Generate, output=data), steps)
    trained = training.train_and_save(train, dataset, steps)
    failed = None
    try:
        scoring.score_and_show(evaluate, {model: trained}, dataset, out, just_trained=True)
    except GateError as error:
        failed = error
    from dlwhy.figures.subject import Subject

    drawing.draw_and_save(plot, Subject.from_trained(trained, dataset, model=model, data=data), out=steps)
    if not out.as_json:
        out.text(paths["picture"])
        following.say(out, "evaluate", "--baselines", model=model, data=data, why="adds simple models")
    if failed:
        raise failed


def _check_outputs(options: Run, paths: dict[str, str]) -> None:
    """Check all that the four steps write against all that they read, which each of them can't."""
    outputs = {f"--dir ({what})": path for what, path in paths.items()} | {"--history": options.history}
    read = [options.table, options.init_from, options.config]
    folders = {"--tensorboard": options.tensorboard}
    files.check_outputs(outputs, inputs=read, folders=folders, no_clobber=options.no_clobber)
