"""Panels of the study of transfer: accuracy against labels a class, a panel a task; control arms in grey."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.figures.drawing import lines, style
from dlwhy.studies.claims.claim import Panel, Report, own_task, sentence_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GREY = "#8a8a8a"
_WORDS = {
    "scratch": "trained from scratch",
    "fine-tuned": "pre-trained, fine-tuned",
    "frozen + logistic": "pre-trained, frozen, logistic on top",
    "shuffled source": "control: pre-trained on shuffled labels",
    "random + logistic": "control: untrained, frozen, logistic on top",
    "logistic on inputs": "logistic regression on the inputs",
}
_MAIN = ("scratch", "fine-tuned", "frozen + logistic")
_CONTROLS = {"shuffled source": "--", "random + logistic": ":"}
_SIMPLE = {"logistic on inputs": "-.", "nearest neighbour": (0, (1, 3))}
_MARKERS = {"shuffled source": "s", "random + logistic": "^", "logistic on inputs": "D", "nearest neighbour": "v"}

_Curves = Mapping[str, list[list[float]]]


def headline(report: Report) -> Sequence[Panel]:
    """Return what draws accuracy against labels on the user's own task, and on one that shares what was learnt."""
    known, own = _known(report), own_task(report)
    chosen = [task for task in known if task == own] + [task for task in known if task != own][:1]
    return [_panel(report, task, sentence_on(report, task, "P1") or task) for task in chosen]


def panels(report: Report) -> Sequence[Panel]:
    """Return what draws a panel for each task, all with one scale of scores."""
    return [_panel(report, task, task) for task in _known(report)]


def _known(report: Report) -> dict[str, _Curves]:
    """Return the curves of each task that has any, by arm."""
    found: dict[str, _Curves] = {}
    for task, of_task in report["descriptive"]["curves"].items():
        known = {name: cells for name, cells in of_task.items() if cells}
        if known:
            found[task] = known
    return found


def _panel(report: Report, task: str, title: str) -> Panel:
    known = _known(report)
    several = max(map(len, known[task].values())) > 1
    every = [cell for curves in known.values() for cells in curves.values() for cell in cells]
    least = min(value for cell in every for value in cell[1:] if value is not None)
    draw = (_by_labels if several else _side_by_side)(title, known[task], style.level(report["alpha"]))

    def scaled(ax: "Axes") -> None:
        draw(ax)
        (ax.set_ylim if several else ax.set_xlim)(least - 0.02, 1.02)

    return scaled


def _by_labels(task: str, curves: _Curves, level: str) -> Panel:
    def draw(ax: "Axes") -> None:
        handles = {}
        for name, cells in curves.items():
            if len(cells) < 2:  # layers carried, tried with few labels only
                continue
            k, score, low, high = np.array(cells, float).T
            look = _look(name)
            if name in _MAIN:
                ax.fill_between(k, low, np.minimum(high, 1), color=look["color"], alpha=0.18, linewidth=0)
            handles[_called(name)] = ax.plot(k, score, marker=_MARKERS.get(name, "o"), markersize=4, **look)[0]
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
            ax.plot([low, min(high, 1.0)], [row, row], color=color, linewidth=2)
            ax.plot(score, row, "o", color=color, markersize=6)
        labels = next(iter(curves.values()))[0][0]
        ax.set_yticks(range(len(curves)), style.shortened([_called(name) for name in curves], 40))
        ax.set_ylim(len(curves) - 0.5, -0.5)
        ax.set_xlabel(f"score with {labels:g} labels a class, {level} interval")
        ax.set_title(task, parse_math=False)
        ax.grid(visible=True, axis="x", alpha=0.3)

    return draw


def _called(name: str) -> str:
    return _WORDS.get(name, name)


def _look(name: str) -> dict[str, Any]:
    if name in _MAIN:
        color = style.class_colors(len(_MAIN))[_MAIN.index(name)]
        return {"color": color, "linestyle": "-", "linewidth": 1.8}
    return {"color": _GREY, "linestyle": (_CONTROLS | _SIMPLE).get(name, "-"), "linewidth": 1.3}
