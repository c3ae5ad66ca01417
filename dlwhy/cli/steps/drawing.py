"""Drawing what models have learnt: for `dlwhy plot` and `run`."""

import functools
import warnings
from typing import TYPE_CHECKING, Any, Literal

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import Options, argument, frozen_options, option
from dlwhy.cli.show.bars import frames_bar
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps.sweeping import SWEEP
from dlwhy.errors import DlwhyWarning, UsageError
from dlwhy.text import display

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from dlwhy.figures.drawing.wording import Change
    from dlwhy.figures.subject import Subject
    from dlwhy.training.sweep.swept import Swept

_MOST_PIXELS = 100_000_000
# of a film, whose file would else be large
_FILM_DPI = 100


@frozen_options
class Drawing(Options):
    """How a picture looks."""

    dpi: int = option(150, "Pixels an inch.", min=10, max=1200)
    size: str | None = option(None, "Width and height in inches, such as 8x4.5.", metavar="WxH")
    style: Literal["light", "dark", "large"] = option("light", "The look; large is for slides.")
    lang: str = option("en", "The picture's language: en, or it for Italian; not in the terminal.", metavar="en|it")
    x: str | None = option(
        None, "Feature on the horizontal axis of boundary, neurons, replicas and animation.", "--x", metavar="FEATURE"
    )
    y: str | None = option(None, "Feature on its vertical axis.", "--y", metavar="FEATURE")

    def inches(self) -> tuple[float, float] | None:
        """Give width and height.

        Raises
        ------
        UsageError
            If they can't be.

        """
        if self.size is None:
            return None
        try:
            width, height = (float(part) for part in self.size.lower().split("x"))
        except ValueError as error:
            raise UsageError(f"--size must be WxH in inches, such as 8x4.5 (got {display(self.size)})") from error
        if not (1 <= width <= 200 and 1 <= height <= 200) or width * height * self.dpi**2 > _MOST_PIXELS:
            shown = f"--size {display(self.size)} at --dpi {self.dpi}"
            raise UsageError(f"{shown}: sides must be 1 to 200 inches, the area at most 100 megapixels")
        return width, height


@frozen_options
class Plot(Drawing, shared.Reading, shared.Writing):
    """The options of `dlwhy plot`."""

    kinds: list[str] | None = argument(
        None,
        "boundary, loss, accuracy, confusion, roc, calibration; of a regression predicted and residuals; importance, "
        "slices; of a network's inside neurons, layers and weights; side by side. Of a training that kept snapshots "
        "gradients, and alone animation; of several networks replicas; of what dlwhy sweep writes, alone, sweep. "
        "By default boundary and loss, of a regression boundary and predicted.",
        metavar="[KIND]...",
    )
    model: list[str] = option(
        [shared.MODEL],
        'A .keras file, or "-" for stdin; of several the loss, accuracy, roc, calibration and replicas. '
        "For sweep its file, by default sweep.json.",
        "--model",
        "-m",
        metavar="FILE",
    )
    data: str = shared.data()
    output: str = option(
        "plot.png",
        'The picture: .png, .svg or .pdf; an animation, plot.gif by default: .gif or .mp4; "-" for stdout.',
        "--output",
        "-o",
    )
    show: bool = option(False, "Open a window, too, if there is a screen.", "--show")
    terminal: bool = option(
        False, "Draw boundary, loss or accuracy in the terminal, as large as it is; a file only with -o.", "--terminal"
    )

    @property
    def is_film(self) -> bool:
        """Whether a film is asked for, and not a picture."""
        return self.kinds == ["animation"]

    @property
    def is_sweep(self) -> bool:
        """Whether what a sweep has written is to be drawn."""
        return self.kinds == ["sweep"]

    def fitting(self) -> "Plot":
        """Give the options with what a film and a sweep have other defaults for."""
        defaults: dict[str, Any] = {}
        if self.is_film:
            defaults = {"output": "plot.gif", "dpi": _FILM_DPI}
        elif self.is_sweep:
            defaults = {"model": [SWEEP]}
        return self.to(Plot, **{name: value for name, value in defaults.items() if name not in self.given})


def check(options: Plot) -> None:
    """Refuse what can be refused before anything is read."""
    from dlwhy.cli.steps import inputs
    from dlwhy.figures import kinds as figures
    from dlwhy.figures.drawing import style as styles
    from dlwhy.figures.trainings import film
    from dlwhy.messages import language

    language.check(options.lang)
    figures.check_kinds(options.kinds or [], len(set(options.model)))
    if options.kinds:
        figures.check_features(options.kinds, options.x, options.y)
    if options.is_sweep and "data" in options.given:
        raise UsageError("--data: the file of a sweep has all that is drawn", "leave it out")
    options.inches()
    if options.as_json and files.is_standard(options.output):
        raise UsageError("--json and the picture can't both go to stdout", "name a file with -o")
    inputs.check_stdin(options.model, options.data)
    if options.terminal:
        _check_terminal(options)
    read = [*options.model, *([] if options.is_sweep else [options.data]), options.config]
    files.check_outputs({"-o": options.output}, inputs=read, no_clobber=options.no_clobber)
    if options.is_film:
        if options.show:
            raise UsageError("--show opens a picture, not an animation", "open the file that is written")
        film.format_of(options.output)
    else:
        styles.format_of(options.output)


def _check_terminal(options: Plot) -> None:
    from dlwhy.cli.show.sketch import sheet

    sheet.check_kinds(options.kinds or [])
    if len(set(options.model)) > 1:
        raise UsageError("--terminal draws one model", "name one -m")
    for name in ("as_json", "show"):
        if getattr(options, name):
            raise UsageError(f"{options.flag(name)} does not go with --terminal")
    for name in ("dpi", "size", "style", "lang", "no_clobber"):
        if name in options.given and "output" not in options.given:
            raise UsageError(f"{options.flag(name)} is of a picture in a file", "name one with -o, beside --terminal")
    if files.is_standard(options.output):
        raise UsageError("the terminal's picture and the file can't both go to stdout", "name a file with -o")


def _draw_sweep(options: Plot) -> "Figure":
    """Draw and write the picture of a sweep."""
    from dlwhy.figures.drawing import style as styles
    from dlwhy.figures.trainings import sweep
    from dlwhy.training.sweep import swept

    found = swept.read(options.model[0], max_size=options.max_size)
    change = _change(options.lang, found)
    with styles.styled(options.style, beside=options.output):
        figure = sweep.draw(found, options.inches())
        styles.save(figure, options.output, dpi=options.dpi, no_clobber=options.no_clobber, change=change)
    return figure


def _change(lang: str, *drawn: "Subject | Swept") -> "Change | None":
    """Return what says the texts of a picture in a language; the names of what is drawn stay."""
    from dlwhy.messages.language import Language

    return Language(lang, {}).for_pictures([name for each in drawn for name in each.names])


def sketch(options: Plot, subject: "Subject", out: Output) -> None:
    """Draw in the terminal."""
    from dlwhy.cli.show.sketch import sheet

    kinds = options.kinds or sheet.default_kinds(subject)
    out.drawn(lambda console: sheet.sheet(subject, kinds, console, x=options.x, y=options.y))


def draw_and_save(options: Plot, *subjects: "Subject", out: Output) -> "tuple[Figure | None, list[str]]":
    """Draw and write the picture, and give it with its panels' kinds; of a film there is none to give."""
    if options.is_film:
        _film_and_save(options, subjects[0], out)
        return None, ["animation"]
    if options.is_sweep:
        return _draw_sweep(options), ["sweep"]
    from dlwhy.figures import kinds as figures
    from dlwhy.figures.drawing import style as styles

    chosen = options.kinds or _default_kinds(subjects)
    with styles.styled(options.style, beside=options.output):
        figure = figures.draw(subjects, chosen, x=options.x, y=options.y, size=options.inches())
        change = _change(options.lang, *subjects)
        styles.save(figure, options.output, dpi=options.dpi, no_clobber=options.no_clobber, change=change)
    return figure, chosen


def _film_and_save(options: Plot, subject: "Subject", out: Output) -> None:
    """Draw the moments of a training one by one, and write them as a film."""
    from dlwhy.figures.drawing import style as styles
    from dlwhy.figures.trainings import animation, film

    shown = animation.Animation.from_subject(subject, options.x, options.y)
    size, change = options.inches(), _change(options.lang, subject)

    def frame(epoch: int) -> film.Picture:
        return animation.pixels(shown.frame(epoch, size), options.dpi, change)

    frames = [functools.partial(frame, epoch) for epoch in shown.moments]
    with styles.styled(options.style, beside=options.output), frames_bar(out, len(frames)) as tell:
        film.save(frames, options.output, tell=tell, no_clobber=options.no_clobber)


def _default_kinds(subjects: "Sequence[Subject]") -> list[str]:
    from dlwhy.figures.kinds import default_kinds

    chosen = default_kinds(subjects)
    missing = [subject.name for subject in subjects if not subject.history.get("loss")]
    if missing and "predicted" not in chosen:
        warnings.warn(f"{missing[0]} has no history: the loss is left out", DlwhyWarning, stacklevel=2)
    if not chosen:
        raise UsageError("there is nothing that can be drawn of these models together", "name one -m")
    return chosen
