"""Legends below their panels, where they hide nothing: as many columns as fit, names cut by their measured width."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

import numpy as np

from dlwhy.figures.drawing import lettering

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.container import Container
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend
    from matplotlib.transforms import Bbox

_MOST_HEIGHT = 0.36  # of the panel's place
_HANDLE = 3  # long enough for a dash to be seen beside a marker; in font sizes, as Matplotlib counts
_LEAST_NAME = 7  # in font sizes: rather than to cut names shorter, some are left out
_LINE = 1.5  # from one line to the next, in font sizes


@dataclasses.dataclass(frozen=True)
class Key:
    """What a legend says."""

    handles: "Sequence[Artist | Container]"  # the symbols
    names: Sequence[str]  # their names, in full
    kept: int = 0  # how many at the end are always shown; of those before them, as many as there is room for
    change: Callable[[str], str] = str  # what is done with words that are chosen when the picture is laid out


# what is drawn of a legend depends on the room, which is known when the picture is laid out
_KEYS: "WeakKeyDictionary[Axes, Key]" = WeakKeyDictionary()
# the names and columns that a legend was made with: in most rounds of the layout they are the same
_SHOWN: "WeakKeyDictionary[Legend, tuple[list[str], int]]" = WeakKeyDictionary()
# the pictures that are laid out by us when they are saved
_OURS: "WeakSet[Figure]" = WeakSet()


def lay_out(figure: "Figure") -> None:
    """Count a figure among those that `layout.fit` will lay out."""
    _OURS.add(figure)


def is_laid_out(ax: "Axes") -> bool:
    """Return whether a panel lies in a picture that `layout.fit` lays out, and not in somebody else's figure."""
    return ax.get_figure(root=True) in _OURS


def below(ax: "Axes", handles: "Sequence[Artist | Container]", names: Sequence[str], *, kept: int = 0) -> None:
    """Put a legend under the panel, in somebody else's figure inside it; a name in it is drawn as it is.

    Parameters
    ----------
    ax
        The panel.
    handles, names
        The symbols and what they mean.
    kept
        How many at the end must be shown even when the others are too many.

    """
    if not is_laid_out(ax):  # below it there may be no room
        for text in ax.legend(handles, names, loc="best").get_texts():
            text.set_parse_math(False)
        return
    _KEYS[ax] = Key(handles, names, kept)
    _made(ax, handles, names, n_columns=min(3, len(names)))


def rename(ax: "Axes", change: Callable[[str], str]) -> None:
    """Change the names in a panel's legend."""
    key = _KEYS.get(ax)
    if key is not None:
        _KEYS[ax] = dataclasses.replace(key, names=[change(name) for name in key.names], change=change)


def fit(ax: "Axes", renderer: "RendererBase", place: "Bbox") -> "Legend | None":
    """Choose the columns of the panel's legend, and how much of its names is drawn.

    Parameters
    ----------
    ax
        At its place.
    renderer
        Measures.
    place
        What the panel has with all that belongs to it, in pixels.

    """
    key, legend = _KEYS.get(ax), ax.get_legend()
    if key is None or legend is None or not key.names:
        return None
    font = legend.get_texts()[0].get_fontproperties()
    width = lettering.measure(renderer, font)
    em = lettering.pixels(renderer, font.get_size_in_points())
    most_rows = max(1, int(_MOST_HEIGHT * place.height / (_LINE * em)))
    handles, names, n_columns = _arranged(key, width, em, place.width, most_rows)
    if _SHOWN.get(legend) != (names, n_columns):
        legend = _made(ax, handles, names, n_columns)
        _SHOWN[legend] = (names, n_columns)
    return legend


def _arranged(
    key: Key, width: lettering.Measure, em: float, room: float, most_rows: int
) -> "tuple[list[Artist | Container], list[str], int]":
    """Return what of a key fits: whole names if possible, else shorter ones in more columns, else fewer."""
    beside = (_HANDLE + 0.8) * em  # the symbol and its gap
    between = 1.4 * em
    count, longest = len(key.names), max(map(width, key.names))
    for columns in range(1, count + 1):  # the fewest: names are then cut the least
        each = (room - (columns - 1) * between) / columns - beside
        narrower = (room - columns * between) / (columns + 1) - beside
        if -(-count // columns) <= most_rows or narrower < min(_LEAST_NAME * em, longest):
            break
    names = [lettering.shortened(name, max(each, em), width, middle=True) for name in key.names]
    handles = list(key.handles)
    most = most_rows * columns
    if count > most:
        shown = max(0, most - key.kept - 1)
        rest = slice(count - key.kept, count)
        handles = [*handles[:shown], _blank(), *handles[rest]]
        names = [*names[:shown], key.change(f"{lettering.ELLIPSIS} {count - key.kept - shown} more"), *names[rest]]
    return handles, names, max(columns, _columns([beside + width(name) for name in names], between, room))


def _columns(widths: Sequence[float], between: float, room: float) -> int:
    """Return the most columns that fit beside each other."""
    for n_columns in range(len(widths), 1, -1):
        parts = np.array_split(np.array(widths), n_columns)
        if sum(part.max() for part in parts) + (n_columns - 1) * between <= room:
            return n_columns
    return 1


def _blank() -> "Artist":
    from matplotlib.patches import Patch

    return Patch(facecolor="none", edgecolor="none")


def _made(ax: "Axes", handles: "Sequence[Artist | Container]", names: Sequence[str], n_columns: int) -> "Legend":
    import matplotlib as mpl
    from matplotlib.transforms import ScaledTranslation

    # in points, not as a part of the panel: the axis' numbers and name above it are as high in a low panel
    height = 9 + 2.2 * float(mpl.rcParams["font.size"])
    down = ScaledTranslation(0, -height / 72, ax.figure.dpi_scale_trans)
    old = ax.get_legend()
    legend = ax.legend(
        handles,
        names,
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        bbox_transform=ax.transAxes + down,
        ncols=n_columns,
        handlelength=_HANDLE,
        borderaxespad=0,
        borderpad=0,
        prop=old.get_texts()[0].get_fontproperties() if old and old.get_texts() else None,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    return legend
