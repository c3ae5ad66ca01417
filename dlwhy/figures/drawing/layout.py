"""Where the panels of a picture lie, so that no text is cut or runs into another: all of it measured, then placed."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from dlwhy.figures.drawing import legends, lettering, ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure
    from matplotlib.gridspec import SubplotSpec
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

_EDGE, _BETWEEN, _UNDER = 0.08, 0.2, 0.07  # inches: round the picture, between panels, over a legend
# the numbers at an axis depend on its length, and its length on them: at first room is given and taken, then only given
_FREE_ROUNDS, _MOST_ROUNDS = 3, 8
_MOST_LINES = {"title": 5, "suptitle": 6, "label": 2}
# a panel below this, in inches, shows nothing
LEAST_INCHES = (0.8, 0.6)

Margins = npt.NDArray[np.float64]  # left, right, lower, upper, in pixels
Hook = Callable[["Axes", "RendererBase"], object]
# what a panel itself does once its size is known, such as choosing the size of its numbers
_HOOKS: "WeakKeyDictionary[Axes, list[Hook]]" = WeakKeyDictionary()

# where that is not enough
_LEAST: "WeakKeyDictionary[Axes, tuple[float, float]]" = WeakKeyDictionary()


def when_placed(ax: "Axes", hook: Hook) -> None:
    """Have something done with the panel whenever it has got its place."""
    _HOOKS.setdefault(ax, []).append(hook)


def needs(ax: "Axes", inches: tuple[float, float]) -> None:
    """Say how wide and high a panel must at least be to be read, in inches."""
    _LEAST[ax] = inches


def fit(figure: "Figure") -> None:
    """Lay out a picture whose panels lie in one grid: break titles, cut names, thin out numbers, place legends.

    Parameters
    ----------
    figure
        With its panels drawn, at the resolution at which it will be saved.

    """
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]  # our figures are Agg's
    figure.set_layout_engine("none")
    with warnings.catch_warnings(record=True):  # names may be in any script, and a missing glyph is drawn as a box
        top = _headline(figure, renderer)
        panels = [ax for ax in figure.axes if ax.get_subplotspec() is not None]
        places = {ax: _place(ax, top) for ax in panels}
        margins = dict.fromkeys(panels, np.zeros(4))
        for number in range(_MOST_ROUNDS):
            for ax in panels:
                _put(ax, places[ax], _aligned(ax, margins))
            needed = {ax: _fit_panel(ax, renderer, places[ax]) for ax in panels}
            change = np.array([needed[ax] - margins[ax] for ax in panels])
            if change.size == 0 or (np.abs(change) if number < _FREE_ROUNDS else change).max() < 0.5:
                break
            keep = number >= _FREE_ROUNDS
            margins = {ax: np.maximum(margins[ax], needed[ax]) if keep else needed[ax] for ax in panels}


def too_small(figure: "Figure") -> bool:
    """Lay a picture out, and return whether a panel of it is too small to be read."""
    fit(figure)
    panels = [ax for ax in figure.axes if ax.get_subplotspec() is not None]
    return any(
        (ax.get_window_extent().size < figure.dpi * np.array(_LEAST.get(ax, LEAST_INCHES))).any() for ax in panels
    )


def _headline(figure: "Figure", renderer: "RendererBase") -> float:
    """Break the headline over all panels, and give where it ends, in pixels from below."""
    edge, height = _EDGE * figure.dpi, float(figure.bbox.height)
    over = figure._suptitle  # type: ignore[attr-defined]  # Matplotlib gives its text only
    if over is None:
        return height - edge
    lettering.refit(over, renderer, float(figure.bbox.width) - 2 * edge, _MOST_LINES["suptitle"])
    over.set_verticalalignment("top")
    over.set_y(1 - edge / height)
    return float(over.get_window_extent(renderer).y0) - edge


def _place(ax: "Axes", top: float) -> "Bbox":
    """Return the place of a panel with all that belongs to it, in pixels."""
    from matplotlib.transforms import Bbox

    figure, spec = _figure(ax), _spec(ax)
    edge, between = _EDGE * figure.dpi, _BETWEEN * figure.dpi
    n_rows, n_columns = spec.get_gridspec().get_geometry()
    width = (figure.bbox.width - 2 * edge - (n_columns - 1) * between) / n_columns
    height = (top - edge - (n_rows - 1) * between) / n_rows
    left = edge + spec.colspan.start * (width + between)
    upper = top - spec.rowspan.start * (height + between)
    return Bbox.from_extents(left, upper - height, left + width, upper)


def _aligned(ax: "Axes", margins: "Mapping[Axes, Margins]") -> Margins:
    """Return the margins of a panel; panels side by side begin at one height."""
    row = [other for other in margins if _spec(other).rowspan.start == _spec(ax).rowspan.start]
    return np.array([*margins[ax][:3], max(margins[other][3] for other in row)])


def _put(ax: "Axes", place: "Bbox", margins: Margins) -> None:
    left, right, lower, upper = margins
    width, height = max(place.width - left - right, 1), max(place.height - lower - upper, 1)
    bounds = np.array([place.x0 + left, place.y1 - upper - height, width, height])
    left, lower, width, height = bounds / np.tile(_figure(ax).bbox.size, 2)
    ax.set_position((left, lower, width, height))
    ax.apply_aspect()


def _fit_panel(ax: "Axes", renderer: "RendererBase", place: "Bbox") -> Margins:
    """Make the texts of a panel fit where it lies, and give how much room they take on its four sides, in pixels."""
    figure = _figure(ax)
    box = ax.get_window_extent(renderer)
    for each in (ax, *ax.child_axes):
        ticks.fit(each, renderer, place.width, place.height)
    for text, room, kind in _texts(ax, place):
        lettering.refit(text, renderer, room, _MOST_LINES[kind])
    for hook in _HOOKS.get(ax, ()):
        hook(ax, renderer)
    legend, gap = legends.fit(ax, renderer, place), _UNDER * figure.dpi
    if legend is not None:
        legend.set_in_layout(False)
    around = ax.get_tightbbox(renderer, for_layout_only=True) or box
    lower = box.y0 - around.y0
    if legend is not None:
        size = legend.get_window_extent(renderer)
        middle = min(max((box.x0 + box.x1) / 2, place.x0 + size.width / 2), place.x1 - size.width / 2)
        legend.set_bbox_to_anchor(
            (middle / figure.bbox.width, (around.y0 - gap) / figure.bbox.height), transform=figure.transFigure
        )
        lower += gap + size.height
    return np.array([box.x0 - around.x0, around.x1 - box.x1, lower, around.y1 - box.y1])


def _texts(ax: "Axes", place: "Bbox") -> "Iterator[tuple[Text, float, str]]":
    """Yield the texts whose lengths depend on names, with the pixels that each may take."""
    box = ax.get_window_extent()
    middle = (box.x0 + box.x1) / 2
    yield ax._left_title, place.x1 - box.x0, "title"  # type: ignore[attr-defined]
    yield ax.title, 2 * min(middle - place.x0, place.x1 - middle), "title"
    for each in (ax, *ax.child_axes):
        yield each.xaxis.label, 2 * min(middle - place.x0, place.x1 - middle), "label"
        if each.yaxis.label.get_rotation():  # one that lies is short
            yield each.yaxis.label, 0.95 * each.get_window_extent().height, "label"


def _spec(ax: "Axes") -> "SubplotSpec":
    return cast("SubplotSpec", ax.get_subplotspec())


def _figure(ax: "Axes") -> "Figure":
    return cast("Figure", ax.get_figure(root=True))
