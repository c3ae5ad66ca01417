"""Panels of the study of versatility: scores by data set, mean ranks with the critical difference, time by rows."""

from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.figures.drawing import lines, style
from dlwhy.models import baselines
from dlwhy.studies.claims.claim import Panel, Report, line_on
from dlwhy.studies.claims.versatility.design import EIGHT, LINEAR, NET_WORDS, ONE, PLAIN_EIGHT, PLAIN_ONE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# colour and marker, in the order of the legend
_LOOKS = {
    EIGHT: ("#D55E00", "D"),
    ONE: ("#E69F00", "d"),
    PLAIN_EIGHT: ("#D55E00", "x"),
    PLAIN_ONE: ("#E69F00", "x"),
    "linear": ("#777777", "s"),
    "logistic": ("#777777", "s"),
    "linear-cv": ("#777777", "D"),
    "naive-bayes": ("#CC79A7", "v"),
    "nearest-neighbours": ("#56B4E9", "o"),
    "svm": ("#0072B2", "P"),
    "random-forest": ("#009E73", "^"),
    "gradient-boosting": ("#000000", "X"),
    "catboost": ("#8C510A", "h"),
    "lightgbm": ("#5E3C99", "p"),
    "tabpfn": ("#B2182B", "*"),
}
_LEAST = -0.25
_NAME_LENGTH = 22


def headline(report: Report) -> Sequence[Panel]:
    """Return what draws all methods on the user's own data, and a line of dots for each data set."""
    shown, own = report["descriptive"], report["descriptive"]["own"]
    drawn: list[Panel] = []
    if own:
        drawn.append(lambda ax: _on_own(ax, report, line_on(report, own["task"])))
    if shown["scores"]:
        drawn.append(lambda ax: _by_data_set(ax, shown["scores"], {own["task"]} if own else ()))
    return drawn


def panels(report: Report) -> Sequence[Panel]:
    """Return what draws the panels that the report has data for."""
    shown = report["descriptive"]
    drawn: list[Panel] = []
    if shown["own"]:
        drawn.append(lambda ax: _on_own(ax, report))
    if shown["scores"]:
        own = {finding["task"] for finding in report["predictions"] if finding["role"] == "own"}
        drawn.append(lambda ax: _by_data_set(ax, shown["scores"], own))
    if shown["ranking"]:
        drawn.append(lambda ax: _ranks(ax, shown["ranking"]))
    if shown["times"]:
        drawn.append(lambda ax: _by_rows(ax, shown["times"]))
    return drawn


def _on_own(ax: "Axes", report: Report, title: str = "") -> None:
    """Mean score of every method but guessing on the user's own data, the best on top, with its interval."""
    task = report["descriptive"]["own"]["task"]
    known = [arm for arm in report["arms"] if arm["task"] == task and arm["arm"] in _LOOKS and arm["mean"] is not None]
    arms = sorted(known, key=lambda arm: -arm["mean"])
    for row, arm in enumerate(arms):
        color, marker = _look(arm["arm"])
        if arm["ci_low"] is not None:
            ax.plot([arm["ci_low"], min(1.0, arm["ci_high"])], [row, row], color=color, linewidth=2, alpha=0.4)
        ax.plot(arm["mean"], row, marker, color=color, markerfacecolor=_face(arm["arm"]), markersize=6)
    names = [_called(arm["arm"]) for arm in arms]
    ax.set_yticks(range(len(arms)), style.shortened(names, _NAME_LENGTH), fontsize=9, parse_math=False)
    ax.set_ylim(len(arms) - 0.5, -0.5)
    ax.set_title(title or style.shortened([task])[0], loc="left", parse_math=False)
    ax.set_xlabel(f"held-out {'R²' if arms[0]['metric'] == 'r2' else 'accuracy'}, 95 % interval")
    ax.grid(visible=True, axis="x", alpha=0.3)


def _by_data_set(ax: "Axes", scores: Mapping[str, Mapping[str, float]], own: Container[str]) -> None:
    """Dots of all methods, a line a data set; the user's own on top, then where nets lead the linear model most."""
    order = sorted(scores, key=lambda task: (task not in own, scores[task].get("linear", 0) - _of_net(scores[task])))
    lowest = min(score for methods in scores.values() for method, score in methods.items() if method in _LOOKS)
    handles = {}
    for method in reversed(_LOOKS):
        color, marker = _look(method)
        cells = [(scores[task][method], row) for row, task in enumerate(order) if method in scores[task]]
        if not cells:
            continue
        values, places = np.array(cells).T
        handles[_in_all(method)] = ax.plot(
            np.maximum(values, _LEAST),
            places,
            marker,
            color=color,
            markerfacecolor=_face(method),
            markersize=6 if method in (EIGHT, ONE) else 5,
            linestyle="none",
        )[0]
    ax.set_yticks(range(len(order)), style.shortened(order, _NAME_LENGTH), fontsize=8, parse_math=False)
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.set_xlim(max(lowest, _LEAST) - 0.03, 1.03)
    title, xlabel = "All methods at their defaults", "held-out accuracy, or R² of a regression"
    lines.finish(ax, dict(reversed(handles.items())), title=title, xlabel=xlabel, ylabel="")


def _of_net(methods: Mapping[str, float]) -> float:
    return methods.get(EIGHT, methods.get(ONE, 0.0))


def _look(method: str) -> tuple[str, str]:
    """Return a method's colour and marker; black is the colour of letters, whatever the ground."""
    color, marker = _LOOKS[method]
    return style.ink() if color == "#000000" else color, marker


def _face(method: str) -> str:
    return _look(method)[0] if method in (EIGHT, ONE) else "none"


def _called(method: str) -> str:
    return NET_WORDS.get(method) or baselines.WORDS.get(method, method)


def _in_all(method: str) -> str:
    """Name a method over data sets of both kinds: the linear model of classes is logistic regression."""
    return "linear model" if method == LINEAR else _called(method)


def _ranks(ax: "Axes", ranking: Mapping[str, Any]) -> None:
    """Mean ranks, best on top, each with a bar of half the critical difference to either side."""
    ranks, half = ranking["mean_ranks"], ranking["critical_difference"] / 2
    order = np.argsort(ranks, kind="stable")
    for row, which in enumerate(order):
        method = ranking["methods"][which]
        color, _ = _look(method)
        ax.plot([ranks[which] - half, ranks[which] + half], [row, row], color=color, linewidth=3, alpha=0.4)
        ax.plot(ranks[which], row, "o", color=color, markersize=7)
        ax.text(
            ranks[which],
            row - 0.18,
            f"{_in_all(method)}  {ranks[which]:.1f}",
            ha="center",
            va="bottom",
            fontsize=9,
            color=color,
            parse_math=False,
        )
    best, p = ranks[order[0]], ranking["friedman_p"]
    ax.axvspan(best - half, best + half, color=style.GREY, alpha=0.15, linewidth=0)
    ax.set_yticks([])
    ax.set_ylim(len(order) - 0.5, -0.8)
    ax.set_title(f"Mean ranks over {ranking['sets']} data sets")
    ax.set_xlabel(f"1 is best; bars overlap: not told apart; Friedman p {'< 0.0001' if p < 0.0001 else f'= {p:.2g}'}")
    ax.grid(visible=True, axis="x", alpha=0.3)


def _by_rows(ax: "Axes", times: Mapping[str, Sequence[Sequence[float]]]) -> None:
    handles = {}
    for method, cells in times.items():
        n, seconds = np.array(cells).T
        color, marker = _look(method)
        handles[_called(method)] = ax.plot(n, seconds, f"{marker}-", color=color, markersize=5)[0]
        if method == ONE:
            handles["as rows^1.1"] = ax.plot(n, seconds[-1] * (n / n[-1]) ** 1.1, ":", color=style.GREY)[0]
    labels = {"xlabel": "training rows", "ylabel": "seconds of a training"}
    lines.finish(ax, handles, title="Time grows with the rows", **labels, log="xy")
