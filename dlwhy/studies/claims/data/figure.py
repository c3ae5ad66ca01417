"""Panels of the study of data: learning curves on logarithmic axes, with baselines, fit and forecast."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.figures.drawing import lines, style
from dlwhy.models import baselines
from dlwhy.studies.claims.claim import Panel, Report, line_on, own_task

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAST_SHOWN = 1e-4
_WORDS = {"net": "network", **baselines.WORDS}
_MODELS = ("net", "logistic", "linear", "svm")


def headline(report: Report) -> Sequence[Panel]:
    """Return what draws how the error falls with the rows, on the user's own data and where it should fall most."""
    tasks, own = _tasks(report), own_task(report)
    chosen = [task for task in tasks if task == own] + [task for task in tasks if task != own][:1]
    return [_panel(report, task, line_on(report, task) or task) for task in chosen]


def panels(report: Report) -> Sequence[Panel]:
    """Return what draws a panel for each task."""
    return [_panel(report, task, task) for task in _tasks(report)]


def _tasks(report: Report) -> list[str]:
    return [task for task, models in report["descriptive"]["curves"].items() if len(models.get("net", ())) > 2]


def _panel(report: Report, task: str, title: str) -> Panel:
    shown, alpha = report["descriptive"], report["alpha"]
    models: Mapping[str, list[list[float]]] = shown["curves"][task]
    forecast: Mapping[str, Any] | None = shown["forecasts"].get(task)

    def draw(ax: "Axes") -> None:
        handles = {}
        colors = dict(zip(_MODELS, style.class_colors(len(_MODELS)), strict=True))
        for model, cells in models.items():
            n, error, low, high = np.array(cells, float).T
            color = colors.get(model, style.GREY)
            ax.fill_between(n, np.maximum(low, _LEAST_SHOWN), high, color=color, alpha=0.2, linewidth=0)
            line = ax.plot(n, np.maximum(error, _LEAST_SHOWN), "o-", color=color, markersize=4)[0]
            handles[_WORDS.get(model, model)] = line
        if forecast and forecast["form"]:
            further = 1 if forecast["next_refused"] else 2  # no line where nothing is promised
            n = np.geomspace(models["net"][0][0], further * models["net"][-1][0], 60)
            error = forecast["a"] * n ** -forecast["b"] + forecast["c"]
            floor = " with a floor" if forecast["c"] else ""
            name = f"rows^-{forecast['b']:.2f}{floor}, fitted left of the line"
            handles[name] = ax.plot(n, error, color=style.ink(), linestyle=":", linewidth=1.4)[0]
            ax.axvline(models["net"][-3][0], color=style.GREY, linewidth=0.8, linestyle="--")
        least = min(cell[1] for cells in models.values() for cell in cells)
        ax.set_ylim(bottom=max(_LEAST_SHOWN, least) / 1.6)  # a band may end at no error at all
        ylabel = f"held-out error, {style.level(alpha)} band"
        lines.finish(ax, handles, title=title, xlabel="training rows", ylabel=ylabel, log="xy")

    return draw
