"""The rows of a data set as points: test rows are triangles, training rows circles, wrongly classified ones crossed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlwhy.figures.dependence import Dependence, Points
from dlwhy.figures.drawing import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.patheffects import AbstractPathEffect

_PARTS: dict[str, dict[str, Any]] = {
    "train": {"marker": "o", "linewidths": 0.5, "zorder": 3},
    "test": {"marker": "^", "linewidths": 0.7, "zorder": 4},
}
_AREAS = {"train": 16, "test": 26, "wrong": 30}  # in square points
_FULL_SIZE, _LEAST_AREA = 1200, 0.4  # from so many rows on they are smaller, down to so much of it
_CROSS: dict[str, Any] = {"marker": "x", "linewidths": 1.1, "zorder": 5}


def draw_points(ax: "Axes", found: Dependence, *, colors: Sequence[str] | None = None, **limits: Any) -> None:
    """Draw the rows of both parts over two columns.

    Parameters
    ----------
    ax
        Where to draw.
    found
        Holds the rows.
    colors
        Color of each class; without it the target's value is the colour, by the colour map in `limits`.
    limits
        Colour map and limits of the values, for regression.

    """
    numbers, area = colors is None, _area(found)
    for name, settings in _PARTS.items():
        points: Points = getattr(found, name)
        color = points.y if colors is None else [colors[index] for index in points.y]
        look: dict[str, Any] = {"edgecolors": _rim(name, numbers=numbers), "alpha": 0.9}
        if numbers:
            look["path_effects"] = [_halo()]
        ax.scatter(points.X[:, 0], points.X[:, 1], c=color, s=area * _AREAS[name], **look, **limits, **settings)
        if points.wrong.any():
            x, y = points.X[points.wrong].T
            look = {"color": style.ink(), "path_effects": [_halo(2.2)], **_CROSS}
            ax.scatter(x, y, s=area * _AREAS["wrong"], **look)


def _area(found: Dependence) -> float:
    """Return how large symbols are: smaller where they are many, or letters are small."""
    import matplotlib as mpl

    n_rows = len(found.train.y) + len(found.test.y)
    return max(_LEAST_AREA, min(1.0, _FULL_SIZE / max(1, n_rows))) * (float(mpl.rcParams["lines.markersize"]) / 6) ** 2


def row_handles(found: Dependence, *, count_none: bool = False) -> "list[Line2D]":
    """Return the legend's entries that tell the parts apart, say if not all rows are drawn, and count the wrong."""
    from matplotlib.lines import Line2D

    handles = []
    for name, settings in _PARTS.items():
        points: Points = getattr(found, name)
        some = f" ({len(points.y):,} of {points.n_samples:,})" if len(points.y) < points.n_samples else ""
        rim = _rim(name, numbers=found.task == "regression")
        look: dict[str, Any] = {"marker": settings["marker"], "markeredgecolor": rim, "color": "#888888"}
        if points.n_samples:
            handles.append(Line2D([], [], linestyle="", markersize=6, label=f"{name} rows{some}", **look))
    wrong = int(found.train.wrong.sum() + found.test.wrong.sum())
    if wrong or (count_none and found.task != "regression"):
        look = {"marker": _CROSS["marker"], "color": style.ink(), "markeredgewidth": 1.1}
        handles.append(Line2D([], [], linestyle="", markersize=6, label=f"wrong ({wrong:,})", **look))
    return handles


def _rim(part: str, *, numbers: bool) -> Any:
    """Dark where it must stand out: test rows, and rows that have the colour of the ground that they lie on."""
    return style.ink() if part == "test" or numbers else style.paper()


def _halo(width: float = 1.8) -> "AbstractPathEffect":
    from matplotlib.patheffects import withStroke

    return withStroke(linewidth=width, foreground=style.paper())
