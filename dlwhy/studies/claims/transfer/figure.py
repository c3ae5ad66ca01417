"""Panels of the study of transfer: accuracy against labels a class, a panel a task; control arms in grey."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.figures.drawing import lines, style
from dlwhy.studies.claims.claim import Panel, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GREY = "#8a8a8a"
_MAIN = ("scratch", "fine-tuned", "frozen + logistic")
_CONTROLS = {"shuffled source": "--", "random + logistic": ":"}
_SIMPLE = {"logistic on inputs": "-.", "nearest neighbour": (0, (1, 3))}
_MARKERS = {"shuffled source": "s", "random + logistic": "^", "logistic on inputs": "D", "nearest neighbour": "v"}

_Curves = Mapping[str, list[list[float]]]


def panels(report: Report) -> Sequence[Panel]:
    """Return what draws a panel for each task."""
    curves: Mapping[str, _Curves] = report["descriptive"]["curves"]
    drawn: list[Panel] = []
    for task, of_task in curves.items():
        known = {name: cells for name, cells in of_task.items() if cells}
        if not known:
            continue
        several = max(map(len, known.values())) > 1
        drawn.append((_by_labels if several else _side_by_side)(task, known, style.level(report["alpha"])))
    return drawn


def _by_labels(task: str, curves: _Curves, level: str) -> Panel:
    def draw(ax: "Axes") -> None:
        handles = {}
        for name, cells in curves.items():
            if len(cells) < 2:  # layers carried, tried with few labels only
                continue
            k, score, low, high = np.array(cells, float).T
            look = _look(name)
            if name in _MAIN:
                ax.fill_between(k, low, high, color=look["color"], alpha=0.18, linewidth=0)
            handles[name] = ax.plot(k, score, marker=_MARKERS.get(name, "o"), markersize=4, **look)[0]
        ylabel = f"held-out score, {level} band"
        lines.finish(ax, handles, title=task, xlabel="labels a class", ylabel=ylabel, log="x")
        sizes = sorted({cell[0] for cells in curves.values() for cell in cells})
        ax.set_xticks(sizes, [f"{size:g}" for size in sizes])
        ax.minorticks_off()

    return draw


def _side_by_side(task: str, curves: _Curves, level: str) -> Panel:
    """Arms under each other, where all have as many labels."""

    def draw(ax: "Axes") -> None:
        for row, (name, cells) in enumerate(curves.items()):
            _, score, low, high = (float("nan") if value is None else value for value in cells[0])
            color = _look(name)["color"]
            ax.plot([low, high], [row, row], color=color, linewidth=2)
            ax.plot(score, row, "o", color=color, markersize=6)
        labels = next(iter(curves.values()))[0][0]
        ax.set_yticks(range(len(curves)), style.shortened(list(curves), 40))
        ax.set_ylim(len(curves) - 0.5, -0.5)
        ax.set_xlabel(f"score with {labels:g} labels a class, {level} interval")
        ax.set_title(task, parse_math=False)
        ax.grid(visible=True, axis="x", alpha=0.3)

    return draw


def _look(name: str) -> dict[str, Any]:
    if name in _MAIN:
        color = style.class_colors(len(_MAIN))[_MAIN.index(name)]
        return {"color": color, "linestyle": "-", "linewidth": 1.8}
    return {"color": _GREY, "linestyle": (_CONTROLS | _SIMPLE).get(name, "-"), "linewidth": 1.3}
