"""How every picture looks, and how it is saved: colours that colour-blind people can tell apart, bytes that repeat."""

import contextlib
import io
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from dlwhy import files
from dlwhy.errors import UsageError
from dlwhy.figures.drawing import layout, legends, surroundings
from dlwhy.text import display
from dlwhy.training.surroundings import environment

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.container import Container
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

    from dlwhy.figures.drawing.wording import Change

FORMATS = ("png", "svg", "pdf")
GREY = "#9a9a9a"  # of what others are compared with
# Okabe and Ito (2008), without black, and without the yellow that is hardly seen on white
_OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")

_ALWAYS: dict[str, Any] = {
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.w_pad": 0.12,
    "text.parse_math": False,  # a "$" in a column's name is a "$"; where names are drawn, it is said once more
    "svg.hashsalt": "dlwhy",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titlepad": 9,  # over the topmost number of a scale beside the panel
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "legend.columnspacing": 1.4,
    "legend.handlelength": 1.6,
}
_DARK: dict[str, Any] = {
    "figure.facecolor": "#16191d",
    "axes.facecolor": "#16191d",
    "savefig.facecolor": "#16191d",
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), "#e6e6e6"),
    "grid.color": "#4a4f55",
}
# for a slide or a poster: seen from afar
_LARGE: dict[str, Any] = {
    "font.size": 15,
    "axes.titlesize": 16,
    "axes.titlepad": 13,
    "legend.fontsize": 14,
    "lines.linewidth": 2.5,
    **dict.fromkeys(("xtick.major.pad", "ytick.major.pad"), 7),
}
STYLES: dict[str, dict[str, Any]] = {"light": {}, "dark": _DARK, "large": _LARGE}
PANEL_INCHES = (5.4, 4.8)
_LETTERS = ("font.size", "axes.titlesize", "axes.labelsize", "legend.fontsize", "xtick.labelsize", "ytick.labelsize")
_LEAST_LETTERS = 0.7  # of the style's size
_LETTER = 0.55  # mean width of a letter, in font sizes
_LEAST_FOR_BAR = 2.8  # inches
_VECTOR_DPI = 300  # at which texts are measured for pictures without pixels


@contextlib.contextmanager
def styled(name: str = "light", *, beside: str | Path = ".") -> Iterator[None]:
    """Draw and save in a style while the block runs, whatever the user's own Matplotlib settings are.

    Parameters
    ----------
    name
        One of `STYLES`.
    beside
        The picture's path; temporary files lie there if there is no other place for them.

    Raises
    ------
    UsageError
        If there is no such style.

    """
    if name not in STYLES:
        raise UsageError(f"--style {display(name)}: no such style", f"there is {', '.join(STYLES)}")
    with surroundings.matplotlib(beside=beside) as mpl:
        defaults = {str(key): value for key, value in mpl.rcParamsDefault.items() if not key.startswith("backend")}
        settings: Any = {**defaults, **_ALWAYS, **STYLES[name]}
        with mpl.rc_context(settings):
            yield


@contextlib.contextmanager
def scaled(n_panels: int, size: tuple[float, float] | None) -> Iterator[None]:
    """Draw with smaller letters and lines while the block runs, if the panels get less room than by default."""
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties

    if size is None:
        yield
        return
    rows, columns = _grid(n_panels, size)
    room = min(size[0] / columns / PANEL_INCHES[0], size[1] / rows / PANEL_INCHES[1])
    factor = min(1.0, max(_LEAST_LETTERS, room**0.5))
    now: Any = mpl.rcParams
    points = {name: FontProperties(size=now[name]).get_size_in_points() * factor for name in _LETTERS}
    lines = {name: now[name] * factor for name in ("lines.linewidth", "lines.markersize")}
    changed: Any = {**points, **lines}
    with mpl.rc_context(changed):
        yield


def _grid(n_panels: int, size: tuple[float, float] | None) -> tuple[int, int]:
    """Return rows and columns: at most three panels in a row, four are two by two; in a given size, what fits best."""
    if size is None:
        columns = n_panels if n_panels <= 3 else 2 if n_panels == 4 else 3
        return -(-n_panels // columns), columns

    def room(columns: int) -> float:
        return min(size[0] / columns / PANEL_INCHES[0], size[1] / -(-n_panels // columns) / PANEL_INCHES[1])

    best = max(range(1, n_panels + 1), key=room)
    return -(-n_panels // best), best


def new_figure(
    n_panels: int = 1, size: tuple[float, float] | None = None, panel: tuple[float, float] = PANEL_INCHES
) -> "tuple[Figure, list[Axes]]":
    """Make a figure that needs no screen, with panels side by side.

    Parameters
    ----------
    n_panels
        Number of panels.
    size
        Width and height in inches; by default enough for the panels.
    panel
        Width and height of a panel, in inches, that are enough.

    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    rows, columns = _grid(n_panels, size)
    figure = Figure(figsize=size or (panel[0] * columns, panel[1] * rows))
    FigureCanvasAgg(figure)
    legends.lay_out(figure)
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for unused in panels[n_panels:]:
        unused.remove()
    for ax in panels[:n_panels]:
        # said now: numbers that an axis gets later would have the size of then
        letters = FontProperties(size=mpl.rcParams["xtick.labelsize"])
        ax.tick_params(labelsize=letters.get_size_in_points())
    return figure, panels[:n_panels]


def save(
    figure: "Figure", path: str | Path, *, dpi: int = 150, no_clobber: bool = False, change: "Change | None" = None
) -> None:
    """Save a picture, whole or not at all; the same picture gives the same bytes.

    Parameters
    ----------
    figure
        The picture.
    path
        Where to: ``.png``, ``.svg`` or ``.pdf``; ``-`` is a PNG on stdout.
    dpi
        Pixels an inch, for PNG.
    no_clobber
        Refuse to replace a file.
    change
        Says each text of it in another way, such as in another language.

    Raises
    ------
    UsageError
        If the suffix is another.
    OutputBlockedError, InputOutputError
        If it can't be written.

    """
    format_ = format_of(path)
    with files.open_output(path, no_clobber=no_clobber) as handle:
        _write(figure, handle, format_, dpi, change)


def svg(figure: "Figure", *, dpi: int = 110, change: "Change | None" = None) -> str:
    """Return a picture as SVG, the images in it with so many pixels an inch; the same picture gives the same text."""
    memory = io.BytesIO()
    _write(figure, memory, "svg", dpi, change)
    return memory.getvalue().decode()


def _write(figure: "Figure", handle: BinaryIO, format_: str, dpi: int, change: "Change | None") -> None:
    # no time of day and no version inside
    metadata = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}, "pdf": {"CreationDate": None}}
    # caught: names may be in any script, and a missing glyph is drawn as a box
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        figure.set_dpi(dpi if format_ == "png" else _VECTOR_DPI)
        if change is not None:
            from dlwhy.figures.drawing import wording  # it needs Matplotlib when it is imported

            wording.reword(figure, change)
        layout.fit(figure)
        with environment({"SOURCE_DATE_EPOCH": None}):  # read, and perhaps no number, though no date is written
            figure.savefig(handle, format=format_, dpi=dpi, metadata=metadata[format_])


def format_of(path: str | Path) -> str:
    """Say which format a picture's path asks for.

    Raises
    ------
    UsageError
        If its suffix is none that can be written.

    """
    suffix = "png" if files.is_standard(path) else Path(path).suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise UsageError(f"{files.shown(path)}: pictures are saved as .png, .svg or .pdf")
    return suffix


def set_title(ax: "Axes", text: str) -> None:
    """Put a title over a panel, drawn as it is; in somebody else's figure in lines as wide as the panel is now."""
    if not legends.is_laid_out(ax):
        inches = ax.title.get_fontproperties().get_size_in_points() * _LETTER / 72
        width = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted()).width
        letters = max(12, int(width / inches))
        text = "\n".join(textwrap.fill(line, letters) for line in text.splitlines())
    ax.set_title(text, parse_math=False)


def label(ax: "Axes", title: str, x: str, y: str, *, grid: bool = False) -> None:
    """Say over a panel and along its axes what is seen, drawn as it is, and draw a faint grid if asked to."""
    set_title(ax, title)
    ax.set_xlabel(x, parse_math=False)
    ax.set_ylabel(y, parse_math=False)
    if grid:
        ax.grid(visible=True, alpha=0.3)


def plain_numbers(ax: "Axes") -> None:
    """Write the numbers of logarithmic axes without mathematical markup, which is switched off for foreign names."""
    from matplotlib.ticker import FuncFormatter

    for axis in (ax.xaxis, ax.yaxis):
        if axis.get_scale() != "log":
            continue
        low, high = sorted(axis.get_view_interval())
        crowded = high > 6 * low

        def text(value: float, _: int | None = None, *, crowded: bool = crowded) -> str:
            leading = value / 10 ** np.floor(np.log10(value))
            return f"{value:g}" if not crowded or round(leading, 6) in (1, 2, 5) else ""

        axis.set_major_formatter(FuncFormatter(text))
        axis.set_minor_formatter(FuncFormatter(text) if high < 100 * low else FuncFormatter(lambda *_: ""))


def class_colors(n_classes: int) -> list[str]:
    """Return a colour for each class; colour-blind people can tell them apart as long as that is possible."""
    if n_classes <= len(_OKABE_ITO):
        return list(_OKABE_ITO[:n_classes])
    import matplotlib as mpl
    from matplotlib.colors import to_hex

    # Petroff (2021), chosen by a survey for people with and without colour blindness
    several = mpl.color_sequences["petroff10"]
    colors = several if n_classes <= len(several) else mpl.colormaps["viridis"].resampled(n_classes)(range(n_classes))
    return [to_hex(color) for color in colors[:n_classes]]


def ink() -> str:
    """Return the colour of texts and lines in the style at hand."""
    import matplotlib as mpl

    return str(mpl.rcParams["text.color"])


def paper() -> tuple[float, float, float]:
    """Return the colour of the ground in the style at hand, (3,) in 0 to 1."""
    import matplotlib as mpl
    from matplotlib.colors import to_rgb

    return to_rgb(mpl.rcParams["axes.facecolor"])


def muted(color: str, strength: float = 0.5) -> tuple[float, float, float]:
    """Return a colour mixed with the ground's, (3,) in 0 to 1: for areas that points in the full colour lie on."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 - strength) * np.array(paper()) + strength * np.array(to_rgb(color))
    return red, green, blue


def between(low: str, high: str) -> "LinearSegmentedColormap":
    """Return a muted colour map from one colour over the ground's to another: probability 0, 0.5, 1."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("between", [muted(low), paper(), muted(high)])


def bar(image: "AxesImage", label: str, *, needed: bool = False) -> None:
    """Put a scale of colours beside a picture, as high as it is; in a narrow panel only if it is `needed`."""
    ax = image.axes
    if ax is None or ax.figure is None:
        return
    spec, whole = ax.get_subplotspec(), ax.get_figure(root=True)
    inches = whole.get_figwidth() / (spec.get_gridspec().ncols if spec else 1) if whole else PANEL_INCHES[0]
    if inches < _LEAST_FOR_BAR and not needed:
        return
    place: dict[str, Any] = {"cax": ax.inset_axes((1.03, 0, 0.045, 1))} if legends.is_laid_out(ax) else {"ax": ax}
    ax.figure.colorbar(image, **place).set_label(label, parse_math=False)


def number(value: float) -> str:
    """Write a number with three digits, however small."""
    return f"{value:.3g}"


def level(alpha: float) -> str:
    """Say how much of the time an interval holds the truth: ``95 %`` for an alpha of 0.05."""
    return f"{100 * (1 - alpha):g} %"


def legend_below(ax: "Axes", handles: Sequence["Artist | Container"], names: Sequence[str], *, kept: int = 0) -> None:
    """Put a legend under the panel; of its names at least the last `kept` are shown, however little room there is."""
    legends.below(ax, handles, names, kept=kept)


def shortened(names: Sequence[str], limit: int = 80) -> list[str]:
    """Make names fit to be drawn: no control characters; how much of them has room is measured later."""
    return [display(name, limit) for name in names]
