"""Panels of the study of data: learning curves on logarithmic axes, with baselines, fit and forecast."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.figures.drawing import lines, style
from dlwhy.studies.claims.claim import Panel, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MODELS = ("net", "logistic", "linear", "svm")


def panels(report: Report) -> Sequence[Panel]:
    """Return what draws a panel for each task."""
    shown = report["descriptive"]
    tasks = [task for task, models in shown["curves"].items() if len(models.get("net", ())) > 2]
    return [_panel(task, shown["curves"][task], shown["forecasts"].get(task), report["alpha"]) for task in tasks]


def _panel(
    task: str, models: Mapping[str, list[list[float]]], forecast: Mapping[str, Any] | None, alpha: float
) -> Panel:
    def draw(ax: "Axes") -> None:
        handles = {}
        colors = dict(zip(_MODELS, style.class_colors(len(_MODELS)), strict=True))
        for model, cells in models.items():
            n, error, low, high = np.array(cells, float).T
            color = colors.get(model, style.GREY)
            ax.fill_between(n, np.maximum(low, 1e-4), high, color=color, alpha=0.2, linewidth=0)
            handles[model] = ax.plot(n, np.maximum(error, 1e-4), "o-", color=color, markersize=4)[0]
        if forecast and forecast["form"]:
            further = 1 if forecast["next_refused"] else 2  # no line where nothing is promised
            n = np.geomspace(models["net"][0][0], further * models["net"][-1][0], 60)
            error = forecast["a"] * n ** -forecast["b"] + forecast["c"]
            name = f"fit left of the line: n^-{forecast['b']:.2f}" + (" with floor" if forecast["c"] else "")
            handles[name] = ax.plot(n, error, color=style.ink(), linestyle=":", linewidth=1.4)[0]
            ax.axvline(models["net"][-3][0], color=style.GREY, linewidth=0.8, linestyle="--")
        ylabel = f"held-out error, {style.level(alpha)} band"
        lines.finish(ax, handles, title=task, xlabel="training rows", ylabel=ylabel, log="xy")

    return draw
