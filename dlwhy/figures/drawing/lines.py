"""Panels of lines: their labels and legend, and intervals round means."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlwhy.figures.drawing import style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.container import Container


def lengths(summaries: Sequence[Mapping[str, Any]], *, most: float = math.inf) -> list[list[float]]:
    """Return how far the interval of each mean reaches down and up, (2, n), not beyond the most that there can be.

    Nowhere where there is no interval.
    """
    return [
        [
            0.0 if each[end] is None else abs(each["mean"] - min(each[end], max(most, each["mean"])))
            for each in summaries
        ]
        for end in ("ci_low", "ci_high")
    ]


def finish(
    ax: "Axes",
    handles: "Mapping[str, Artist | Container]",
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    log: str = "",
) -> None:
    """Label a panel, with a grid, and its legend below; `log` names the axes that are logarithmic, such as ``xy``.

    What the legend shows is by name.
    """
    ax.set(xlabel=xlabel, ylabel=ylabel, **{f"{axis}scale": "log" for axis in log})
    ax.set_title(title, parse_math=False)
    if log:
        style.plain_numbers(ax)
    ax.grid(visible=True, which="both" if log == "xy" else "major", alpha=0.25 if log == "xy" else 0.3)
    style.legend_below(ax, [*handles.values()], style.shortened([*handles]))
