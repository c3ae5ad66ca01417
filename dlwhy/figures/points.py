"""The rows of a data set as points: test rows are triangles with a dark rim, training rows circles with a light one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlwhy.figures.slices import Points, Slice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

_PARTS: dict[str, dict[str, Any]] = {
    "train": {"marker": "o", "s": 16, "edgecolors": "white", "linewidths": 0.5, "zorder": 3},
    "test": {"marker": "^", "s": 26, "edgecolors": "black", "linewidths": 0.7, "zorder": 4},
}


def draw_points(
    ax: "Axes", cut: Slice, *, colors: Sequence[str] | None = None, held: bool = False, **limits: Any
) -> None:
    """Draw the rows of both parts over two features.

    Parameters
    ----------
    ax
        Where to draw.
    cut
        Holds the rows.
    colors
        Color of each class; without it the target's value is the colour, by the colour map in `limits`.
    held
        The rows do not lie in the slice that is drawn, but before and behind it: draw them fainter.
    limits
        Colour map and limits of the values, for regression.

    """
    for name, settings in _PARTS.items():
        points: Points = getattr(cut, name)
        color = points.y if colors is None else [colors[index] for index in points.y]
        ax.scatter(points.X[:, 0], points.X[:, 1], c=color, alpha=0.55 if held else 0.9, **limits, **settings)


def part_handles(cut: Slice) -> "list[Line2D]":
    """Give the legend's entries that tell the parts apart; they say so if not every row is drawn."""
    from matplotlib.lines import Line2D

    handles = []
    for name, settings in _PARTS.items():
        points: Points = getattr(cut, name)
        some = f" ({len(points.y):,} of {points.n_samples:,})" if len(points.y) < points.n_samples else ""
        look = {"marker": settings["marker"], "markeredgecolor": settings["edgecolors"], "color": "#888888"}
        if points.n_samples:
            handles.append(Line2D([], [], linestyle="", markersize=6, label=f"{name} rows{some}", **look))
    return handles
