"""`dlwhy plot`: pictures of a model."""

import warnings
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.console import Output
from dlwhy.errors import DlwhyWarning, UsageError, display

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from dlwhy.figures.subject import Subject

_MOST_PIXELS = 100_000_000


def plot(
    kinds: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KIND]...",
            help="boundary, loss, accuracy, confusion, roc, calibration; of a regression predicted and residuals; side "
            "by side. By default boundary and loss, of a regression boundary and predicted.",
        ),
    ] = None,
    model: Annotated[
        list[str],
        typer.Option(
            "--model",
            "-m",
            help='A .keras file, or "-" for stdin; of several the loss, accuracy, roc and calibration.',
            metavar="FILE",
        ),
    ] = ["model.keras"],  # noqa: B006  # Typer copies it
    data: shared.Data = "dataset.joblib",
    output: Annotated[
        str, typer.Option("--output", "-o", help='The picture: .png, .svg or .pdf; "-" for a PNG on stdout.')
    ] = "plot.png",
    dpi: Annotated[int, typer.Option(help="Pixels an inch.", min=10, max=1200)] = 150,
    size: Annotated[str | None, typer.Option(help="Width and height in inches, such as 8x4.5.", metavar="WxH")] = None,
    style: Annotated[Literal["light", "dark", "large"], typer.Option(help="The look; large is for slides.")] = "light",
    x: Annotated[
        str | None, typer.Option("--x", help="Feature on the boundary's horizontal axis.", metavar="FEATURE")
    ] = None,
    y: Annotated[str | None, typer.Option("--y", help="Feature on its vertical axis.", metavar="FEATURE")] = None,
    show: Annotated[bool, typer.Option("--show", help="Open a window, too, if there is a screen.")] = False,
    no_clobber: shared.NoClobber = False,
    max_size: shared.MaxSize = None,
    quiet: shared.Quiet = False,
    as_json: shared.Json = False,
    config: shared.Config = None,  # read before the others
) -> None:
    r"""Draw what a model has learnt, and print the picture's path.

    The boundary shows the predicted probability over two columns and the line where it is a half; wrongly classified
    rows are crossed. With more columns it is the mean prediction for the rows nearest to a place, if they were moved
    there. --x and --y choose the two; by default those that go with the predictions most. Loss, accuracy, roc
    and calibration of several models are drawn into one panel. The same model and data give the same bytes.

    \b
    Examples:
      dlwhy plot
      dlwhy plot boundary -m model.keras -d moons.csv -o boundary.svg
      dlwhy plot boundary confusion -d iris.joblib --x "petal length (cm)" --y "petal width (cm)"
      dlwhy plot roc calibration --style dark --size 10x4.5
      dlwhy plot loss roc -m small.keras -m large.keras
    """
    settings = dict(locals())
    check(settings)
    out = Output(quiet=quiet, as_json=as_json)
    figure, chosen = draw_and_save(settings, *_read(model, data, max_size))
    if as_json:
        models = {"model": model[0]} if len(model) == 1 else {"models": model}
        out.json({"picture": output, "kinds": chosen, **models, "data": data, "dpi": dpi, "style": style})
    elif not files.is_standard(output):
        out.text(output)
    if show:
        from dlwhy.figures import window

        window.show(figure)


def check(settings: dict[str, Any]) -> None:
    """Refuse what can be refused before anything is read; `settings` are the parameters of `plot`."""
    from dlwhy.cli import inputs
    from dlwhy.figures import kinds as figures
    from dlwhy.figures import style as styles

    output, model, data = (settings[name] for name in ("output", "model", "data"))
    figures.check_kinds(settings["kinds"] or [], len(set(model)))
    _parse_size(settings["size"], settings["dpi"])
    if settings["as_json"] and files.is_standard(output):
        raise UsageError("--json and the picture can't both go to stdout", "name a file with -o")
    inputs.check_stdin(model, data)
    files.check_outputs({"-o": output}, inputs=[*model, data, settings["config"]], no_clobber=settings["no_clobber"])
    styles.format_of(output)


def draw_and_save(settings: dict[str, Any], *subjects: "Subject") -> "tuple[Figure, list[str]]":
    """Draw and write the picture, and give it with its panels' kinds; `settings` are the parameters of `plot`."""
    from dlwhy.figures import kinds as figures
    from dlwhy.figures import style as styles

    chosen = settings["kinds"] or _default_kinds(subjects)
    inches = _parse_size(settings["size"], settings["dpi"])
    with styles.styled(settings["style"], beside=settings["output"]):
        figure = figures.draw(subjects, chosen, x=settings["x"], y=settings["y"], size=inches)
        styles.save(figure, settings["output"], dpi=settings["dpi"], no_clobber=settings["no_clobber"])
    return figure, chosen


def _parse_size(text: str | None, dpi: int) -> tuple[float, float] | None:
    """Read ``WxH`` in inches."""
    if text is None:
        return None
    try:
        width, height = (float(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise UsageError(f"--size must be WxH in inches, such as 8x4.5 (got {display(text)})") from error
    if not (1 <= width <= 200 and 1 <= height <= 200) or width * height * dpi**2 > _MOST_PIXELS:
        raise UsageError(
            f"--size {display(text)} at --dpi {dpi}: sides must be 1 to 200 inches, the area at most 100 megapixels"
        )
    return width, height


def _read(models: "Sequence[str]", data: str, max_size: int | None) -> "list[Subject]":
    from dlwhy.cli import inputs
    from dlwhy.figures.subject import Subject

    trained, dataset = inputs.read_models_and_data(models, data, max_size=max_size)
    return [
        Subject.from_trained(one, dataset, model=files.shown(path), data=files.shown(data))
        for path, one in trained.items()
    ]


def _default_kinds(subjects: "Sequence[Subject]") -> list[str]:
    from dlwhy.figures.kinds import default_kinds

    chosen = default_kinds(subjects)
    missing = [subject.name for subject in subjects if not subject.history.get("loss")]
    if missing and "predicted" not in chosen:
        warnings.warn(f"{missing[0]} has no history: the loss is left out", DlwhyWarning, stacklevel=2)
    if not chosen:
        raise UsageError("there is nothing that can be drawn of these models together", "name one -m")
    return chosen
