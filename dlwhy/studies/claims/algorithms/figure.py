"""Panels of the study of algorithms: forests of effects, accuracy by depth, gradients by layer, failures, rates."""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.figures.drawing import lines, style
from dlwhy.figures.drawing.forest import ForestDisplay
from dlwhy.studies.claims.claim import Panel, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TITLES = {
    "P5": "Your own data: what each part of the recipe for tables brings",
    "P1": "Against a plain sigmoid network (squares: 2 layers)",
    "P2": "Against overfitting (squares: clean labels)",
    "P3": "Against tuned SGD (squares: standardised inputs)",
    "P4": "Factorial: main effects and interactions",
}
_COUNTED = 4  # powers of ten that are written out
# how a run may end badly, and the places of its colour
_ENDS = {"stuck": 5, "diverged": 3, "failed": 2, "unfinished": 4}


def headline(report: Report) -> Sequence[Panel]:
    """Return what draws the effects on the user's own data, and how the gradient fares on its way back."""
    deep = [arm for arm in report["arms"] if "layers" in arm["place"] and arm["mean"] is not None]
    measured = _measured(report, deep)
    own = [_forest(report, "P5")] if _chosen(report, "P5") else []
    return [*own, *([lambda ax: _way_back(ax, measured)] if measured else [])]


def panels(report: Report) -> Sequence[Panel]:
    """Return what draws the panels that the report has data for."""
    drawn: list[Panel] = [_forest(report, id_) for id_ in _TITLES if _chosen(report, id_)]
    deep = [arm for arm in report["arms"] if "layers" in arm["place"] and arm["mean"] is not None]
    deepest = max(map(_layers, deep), default=0)
    if deep:
        drawn += [lambda ax: _by_depth(ax, deep, report["alpha"]), lambda ax: _failures(ax, deep, deepest)]
        drawn.append(lambda ax: _by_rate(ax, [arm for arm in deep if _layers(arm) == deepest], f"{deepest} layers"))
    if measured := _measured(report, deep):
        drawn.append(lambda ax: _by_layer(ax, measured))
    for task, words in (("scaled", "badly scaled inputs"), ("standard", "standardised inputs")):
        arms = _longest(report, task)
        if arms:
            drawn.append(functools.partial(_by_rate, arms=arms, words=f"{words}, {arms[0]['steps']} steps"))
    return drawn


def _measured(report: Report, deep: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], Sequence[float]]]:
    """Return the arms of the most layers whose gradients are known, with these by layer, in powers of ten."""
    gradients = report["descriptive"].get("gradients", {})
    deepest = max(map(_layers, deep), default=0)
    return [
        (arm, curve)
        for arm in deep
        if _layers(arm) == deepest and (curve := gradients.get(arm["task"], {}).get(arm["arm"]))
    ]


def _chosen(report: Report, id_: str) -> list[Mapping[str, Any]]:
    return [finding for finding in report["predictions"] if finding["id"] == id_ and finding["effect"] is not None]


def _forest(report: Report, id_: str) -> Panel:
    """Return the forest of one part: a row an ingredient, its negative control beneath."""
    rows = [
        {**finding, "contrast": finding.get("part") or finding["arm"] or finding["contrast"]}
        for finding in _chosen(report, id_)
    ]
    return ForestDisplay(
        findings=rows, smallest=report["smallest_effect"], title=_TITLES[id_], alpha=report["alpha"]
    ).plot


def _layers(arm: Mapping[str, Any]) -> int:
    return int(arm["place"]["layers"])


def _longest(report: Report, inputs: str) -> list[Mapping[str, Any]]:
    """Arms of the optimizers on one kind of inputs, those of the most steps."""
    arms = [arm for arm in report["arms"] if arm["place"].get("inputs") == inputs]
    steps = max((arm["steps"] for arm in arms), default=0)
    return [arm for arm in arms if arm["steps"] == steps]


def _styles(arms: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return lines of their own: a colour for each network, dashes for Adam beside SGD."""
    places = [arm["place"] for arm in arms]
    networks = list(dict.fromkeys(position["network"] for position in places))
    colors = dict(zip(networks, style.class_colors(len(networks)), strict=True))
    for position in places:
        dashed = position["optimizer"] == "Adam"
        yield {"color": colors[position["network"]], "linestyle": "--" if dashed else "-", "linewidth": 1.6}


def _by_depth(ax: "Axes", arms: Sequence[Mapping[str, Any]], alpha: float) -> None:
    by_name, handles = {arm["arm"]: arm for arm in arms}, {}
    for name, line in zip(by_name, _styles(by_name.values()), strict=True):
        of_name = sorted((arm for arm in arms if arm["arm"] == name), key=_layers)
        depths, means = [_layers(arm) for arm in of_name], [arm["mean"] for arm in of_name]
        handles[name] = ax.errorbar(
            depths, means, yerr=lines.lengths(of_name, most=1.0), marker="o", markersize=4, **line
        )
    ax.set_xticks(sorted({_layers(arm) for arm in arms}))
    title, ylabel = "Deeper, with a rate of its own for each arm", f"held-out accuracy, {style.level(alpha)} interval"
    lines.finish(ax, handles, title=title, xlabel="hidden layers", ylabel=ylabel)


def _failures(ax: "Axes", arms: Sequence[Mapping[str, Any]], depth: int) -> None:
    """Draw the share of runs that ended badly, at the largest depth."""
    of_name = [arm for arm in arms if _layers(arm) == depth]
    colors = style.class_colors(6)
    label = {"facecolor": ax.get_facecolor(), "edgecolor": "none", "alpha": 0.7, "pad": 1.5}
    places, left = np.arange(len(of_name)), np.zeros(len(of_name))
    for end, color in _ENDS.items():
        share = np.array([arm["census"].get(end, 0) / max(1, sum(arm["census"].values())) for arm in of_name])
        ax.barh(places, share, left=left, height=0.7, color=colors[color], label=end)
        left += share
    for position, arm in enumerate(of_name):
        # inside the panel: beside it, names would take half of its width
        name = style.shortened([arm["arm"]], 40)[0]
        ax.text(0.02, position, name, va="center", fontsize=8, parse_math=False, bbox=label)
    ax.set_yticks([])
    ax.set_ylim(len(of_name) - 0.4, -0.6)
    ax.set(title=f"How runs ended, {depth} layers", xlabel="share of runs", xlim=(0, 1))
    ax.grid(visible=True, axis="x", alpha=0.3)
    style.legend_below(ax, *ax.get_legend_handles_labels())


def _by_rate(ax: "Axes", arms: Sequence[Mapping[str, Any]], words: str) -> None:
    """Draw what each rate scored on the tuning seeds: how wide the good ones lie is how easy an arm is to tune."""
    handles = {}
    are_deep = all("network" in arm["place"] for arm in arms)
    looks = _styles(arms) if are_deep else [{"color": color} for color in style.class_colors(max(2, len(arms)))]
    for arm, look in zip(arms, looks, strict=False):
        rates, scores = np.array(sorted((float(rate), score) for rate, score in arm["rates"].items())).reshape(-1, 2).T
        handles[arm["arm"]] = ax.plot(rates, scores, marker="o", markersize=3.5, **look)[0]
        chosen = np.flatnonzero(np.isclose(rates, arm["learning_rate"] or 0, rtol=1e-3))
        if not arm["hopeless"]:
            ax.plot(rates[chosen], scores[chosen], "o", markersize=8, color=look["color"], fillstyle="none")
    labels = {"xlabel": "learning rate (ring: chosen)", "ylabel": "validation accuracy, tuning seeds"}
    lines.finish(ax, handles, title=f"By learning rate: {words}", **labels, log="x")


def _by_layer(ax: "Axes", measured: Sequence[tuple[Mapping[str, Any], Sequence[float]]]) -> None:
    handles = {}
    for (arm, curve), line in zip(measured, _styles(arm for arm, _ in measured), strict=True):
        handles[arm["arm"]] = ax.plot(range(1, len(curve) + 1), curve, marker="o", markersize=3, **line)[0]
    ax.locator_params(axis="x", integer=True)
    labels = {"xlabel": "layer (the last: the output)", "ylabel": "log10 of the gradient's norm"}
    lines.finish(ax, handles, title="Gradients before the first step", **labels)


def _way_back(ax: "Axes", measured: Sequence[tuple[Mapping[str, Any], Sequence[float]]]) -> None:
    """Draw each network's gradient by layer, once for those that are the same before the first step."""
    networks = {arm["place"]["network"]: (arm, curve) for arm, curve in reversed(measured)}
    looks = zip(networks.items(), style.class_colors(max(2, len(networks))), strict=False)
    handles = {}
    for (name, (_, curve)), color in looks:
        layers = range(1, len(curve) + 1)
        handles[name] = ax.plot(layers, 10.0 ** np.array(curve), "o-", color=color, markersize=4, linewidth=2)[0]
    falls = {name: curve[-2] - curve[0] for name, (_, curve) in networks.items() if len(curve) > 2}
    depth = _layers(measured[0][0])
    title = f"{depth} layers, before the first step"
    if falls:
        worst, best = max(falls, key=falls.__getitem__), min(falls, key=lambda name: abs(falls[name]))
        title += f": backwards through {worst} the gradient {_shrinks(falls[worst])}, through {best} it "
        title += "keeps its size" if abs(falls[best]) < 1 else _shrinks(falls[best])
    ax.locator_params(axis="x", integer=True)
    labels = {"xlabel": "layer (the last: the output)", "ylabel": "norm of the gradient (logarithmic)"}
    lines.finish(ax, handles, title=title, **labels, log="y")


def _shrinks(decades: float) -> str:
    times = f"{10 ** abs(decades):,.0f} times" if abs(decades) < _COUNTED else f"by {abs(decades):.0f} powers of ten"
    return f"{'shrinks' if decades > 0 else 'grows'} {times}"
