"""Panels of the study of compute: loss against cost with its frontier, and what parallel hardware brings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.figures.drawing import lines, style
from dlwhy.studies.claims.claim import Panel, Report, line_on, own_task

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABELS = {"xlabel": "compute: 6 x parameters x samples", "ylabel": "held-out loss", "log": "xy"}


def headline(report: Report) -> Sequence[Panel]:
    """Return what draws the loss against compute, of the user's own data and of what should gain most."""
    shown, own = report["descriptive"], own_task(report)
    positive = [arm["task"] for arm in report["arms"] if arm["role"] == "positive" and arm["task"] in shown["grids"]]
    chosen = [task for task in (own, *positive[:1]) if task in shown["grids"]]
    return [_grid_panel(shown, task, line_on(report, task).split(";")[0]) for task in chosen if task is not None]


def panels(report: Report) -> Sequence[Panel]:
    """Return what draws a panel for each task that is no control, one for the negative ones, one for the machine."""
    shown = report["descriptive"]
    roles = {arm["task"]: arm["role"] for arm in report["arms"]}
    negative = [task for task in shown["grids"] if roles[task] == "negative"]
    drawn: list[Panel] = [_grid_panel(shown, task) for task in shown["grids"] if task not in negative]
    if negative:
        drawn.append(lambda ax: _controls(ax, shown, negative))
    if shown.get("throughput"):
        drawn.append(lambda ax: _throughput(ax, shown["throughput"]))
    return drawn


def _grid_panel(shown: Mapping[str, Any], task: str, title: str = "") -> Panel:
    def draw(ax: "Axes") -> None:
        cells, frontier = shown["grids"][task], shown["frontiers"].get(task)
        widths = list(dict.fromkeys(cell[0] for cell in cells))
        handles = {}
        for width, color in zip(widths, style.class_colors(max(2, len(widths))), strict=False):
            cost, loss = _of_width(cells, width)
            handles[f"width {width:g}"] = ax.plot(cost, loss, "o-", color=color, markersize=4, linewidth=1.3)[0]
        if frontier:
            budget, loss = _frontier(frontier)
            law = "" if frontier["slope"] is None else f", compute^{0.0 - round(frontier['slope'], 2):.2f}"
            handles[f"frontier{law}"] = ax.step(budget, loss, where="post", color=style.ink(), linewidth=1.8)[0]
        lines.finish(ax, handles, title=title or f"{task}: what compute buys", **_LABELS)

    return draw


def _controls(ax: "Axes", shown: Mapping[str, Any], tasks: Sequence[str]) -> None:
    handles = {}
    for task, color in zip(tasks, style.class_colors(max(2, len(tasks))), strict=False):
        cells, frontier = shown["grids"][task], shown["frontiers"].get(task)
        for width in dict.fromkeys(cell[0] for cell in cells):
            ax.plot(*_of_width(cells, width), "o-", color=color, alpha=0.3, markersize=2.5, linewidth=0.8)
        budget, loss = _frontier(frontier) if frontier else (np.array([]), np.array([]))
        handles[f"{task}, frontier"] = ax.step(budget, loss, where="post", color=color, linewidth=2.2)[0]
    lines.finish(ax, handles, title="Controls: compute that buys nothing", **_LABELS)


def _throughput(ax: "Axes", measured: Mapping[str, Any]) -> None:
    names = {
        "batch": ("by batch size, one network", "o-"),
        "replicas": ("by networks side by side, batch 64", "s--"),
        "threads": ("by threads, batch 1024", "^:"),
    }
    handles = {
        name: ax.plot(*np.array(measured[what], float).T, look, color=color)[0]
        for (what, (name, look)), color in zip(names.items(), style.class_colors(3), strict=True)
        if not isinstance(measured[what], str)  # why it was not measured
    }
    title = f"This machine: at best {measured['share']:.0%} of its matrix-product peak"
    labels = {"xlabel": "batch size, networks, threads", "ylabel": "samples a second"}
    lines.finish(ax, handles, title=title, **labels, log="xy")


def _of_width(cells: Sequence[Sequence[float]], width: float) -> Any:
    """Costs and losses of a width, (2, n_durations)."""
    of_width = np.array([[cost, loss] for each, _, cost, loss in cells if each == width])
    return of_width[:, 0], 10 ** of_width[:, 1]


def _frontier(frontier: Mapping[str, Any]) -> Any:
    budget, loss, _ = np.array(frontier["points"], float).T
    return budget, 10**loss
