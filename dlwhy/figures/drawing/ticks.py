"""Names and numbers along an axis that don't run into each other."""

import functools
import itertools
import math
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from dlwhy.figures.drawing import lettering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matplotlib.axes._base import _AxesBase
    from matplotlib.axis import Axis, Tick
    from matplotlib.backend_bases import RendererBase
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

# the full names along an axis: what is drawn of them depends on the room
_NAMES: "WeakKeyDictionary[Axis, tuple[Sequence[float], Sequence[str]]]" = WeakKeyDictionary()
# what was thinned out, to be shown again where there is more room
_HIDDEN: "WeakSet[Text]" = WeakSet()
_SLANT = 45
# most of a panel's place that the names beside or below it take
_MOST_WIDTH, _MOST_HEIGHT = 0.3, 0.25
_GAP = 0.6  # between labels, in heights of their text


def name_ticks(axis: "Axis", places: "Sequence[float]", names: "Sequence[str]") -> None:
    """Write names along an axis; they are cut, slanted or thinned out to fit when the picture is laid out."""
    _NAMES[axis] = (list(places), list(names))
    axis.set_ticks(list(places), list(names), parse_math=False)


def rename(axis: "Axis", change: "Callable[[str], str]") -> bool:
    """Change the names along an axis, if it has names, and return whether it has."""
    if axis in _NAMES:
        places, names = _NAMES[axis]
        name_ticks(axis, places, [change(name) for name in names])
    return axis in _NAMES


def fit(ax: "_AxesBase", renderer: "RendererBase", width: float, height: float) -> None:
    """Make the labels of both axes fit.

    Parameters
    ----------
    ax
        At its place.
    renderer
        Measures.
    width, height
        Of the place that the panel has with all that belongs to it, in pixels.

    """
    for axis in (ax.xaxis, ax.yaxis):
        if axis in _NAMES:
            _fit_names(ax, axis, renderer, _MOST_WIDTH * width, _MOST_HEIGHT * height)
        _thin_out(axis, renderer)


def _fit_names(ax: "_AxesBase", axis: "Axis", renderer: "RendererBase", width: float, height: float) -> None:
    places, names = _NAMES[axis]
    font = axis.get_ticklabels()[0].get_fontproperties()
    measured = lettering.measure(renderer, font)
    line = lettering.pixels(renderer, font.get_size_in_points())
    look: dict[str, Any] = {"rotation": 0, "rotation_mode": "default"}
    if axis is ax.yaxis:
        room = width
    else:
        span = abs(float(ax.transData.transform((places[-1], 0))[0] - ax.transData.transform((places[0], 0))[0]))
        room = (span / (len(places) - 1) if len(places) > 1 else ax.bbox.width) - _GAP * line
        look["horizontalalignment"] = "center"
        if max(map(measured, names)) > max(room, 2 * line):
            room = height / math.sin(math.radians(_SLANT)) - line
            look = {"rotation": _SLANT, "horizontalalignment": "right", "rotation_mode": "anchor"}
    axis.set_ticks(
        places, [lettering.shortened(name, room, measured, middle=True) for name in names], parse_math=False, **look
    )


def _thin_out(axis: "Axis", renderer: "RendererBase") -> None:
    """Hide labels until those that are left stand apart: every second, every third, ..."""
    axis.get_ticklabels()  # gives the ticks their places and texts
    low, high = sorted(axis.get_view_interval())
    margin = 1e-6 * (high - low)
    major, minor = (
        sorted((tick for tick in ticks if low - margin <= tick.get_loc() <= high + margin), key=lambda t: t.get_loc())
        for ticks in (axis.get_major_ticks(), axis.get_minor_ticks())
    )
    for tick in itertools.chain(major, minor):
        for label in (tick.label1, tick.label2):
            if label in _HIDDEN:
                label.set_visible(True)
                _HIDDEN.discard(label)
    both = sorted(itertools.chain(major, minor), key=lambda tick: tick.get_loc())
    box = functools.cache(lambda label: label.get_window_extent(renderer))  # the same for every second as for all
    if not _apart(_labels(both), renderer, box):
        _hide(_labels(minor))
        both = major
    labels = _labels(both)
    every = next((k for k in range(1, len(labels)) if _apart(labels[::k], renderer, box)), len(labels) or 1)
    _hide(label for index, label in enumerate(labels) if index % every)


def _labels(ticks: "Iterable[Tick]") -> "list[Text]":
    every = (label for tick in ticks for label in (tick.label1, tick.label2))
    return [label for label in every if label.get_visible() and label.get_text()]


def _hide(labels: "Iterable[Text]") -> None:
    for label in labels:
        label.set_visible(False)
        _HIDDEN.add(label)


def _apart(labels: "Sequence[Text]", renderer: "RendererBase", box: "Callable[[Text], Bbox]") -> bool:
    return all(_free(one, other, renderer, box) for one, other in itertools.pairwise(labels))


def _free(label: "Text", other: "Text", renderer: "RendererBase", box: "Callable[[Text], Bbox]") -> bool:
    """Return whether two neighbours stand apart; slanted ones lie side by side as parallel strips."""
    line = lettering.pixels(renderer, label.get_fontproperties().get_size_in_points())
    if label.get_rotation() == _SLANT:
        here, there = (each.get_transform().transform(each.get_position()) for each in (label, other))
        return bool(abs(there[0] - here[0]) * math.sin(math.radians(_SLANT)) >= (1 + _GAP) * line)
    a, b = box(label), box(other)
    gap = _GAP * line
    apart_x = max(a.x0, b.x0) - min(a.x1, b.x1) >= gap
    return bool(apart_x or max(a.y0, b.y0) - min(a.y1, b.y1) >= 0.2 * line)
