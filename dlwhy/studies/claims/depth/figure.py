"""Panels of the study of depth: accuracy by depth, the dial, one network of each depth, probes by layer, pieces."""

import functools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.figures.drawing import lines, style, verdicts
from dlwhy.studies.claims.claim import Panel, Report, own_task
from dlwhy.text import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_IN_A_ROW = 3


def headline(report: Report) -> Sequence[Panel]:
    """Return what draws accuracy by depth on the user's own data, and what networks of each depth have learnt."""
    own, maps = own_task(report), report["descriptive"].get("maps", {})
    drawn: list[Panel] = []
    if own is not None and _by_layers(report, own):
        drawn.append(functools.partial(_on_own, report=report, task=own))
    drawn += [
        functools.partial(_learnt, report=report, task=task, maps=of_task) for task, of_task in [*maps.items()][:1]
    ]
    return drawn


def panels(report: Report) -> Sequence[Panel]:
    """Return what draws the panels that the report has data for."""
    drawn: list[Panel] = [lambda ax: _by_depth(ax, report)]
    if _dial(report, "rings") or _dial(report, "tent"):
        drawn.append(lambda ax: _by_composition(ax, report))
    described = report["descriptive"]
    if described.get("probes"):
        drawn.append(lambda ax: _by_layer(ax, described["probes"]))
    if described.get("regions"):
        drawn.append(lambda ax: _by_pieces(ax, described["regions"], described["tent_pieces"], report["alpha"]))
    return drawn


def _by_depth(ax: "Axes", report: Report) -> None:
    arms = _networks(report)
    tasks = [task for task in dict.fromkeys(arm["task"] for arm in arms) if task not in _dial_tasks(report)]
    handles = {}
    for task, color in zip(tasks, style.class_colors(max(2, len(tasks))), strict=False):
        of_task = [arm for arm in arms if arm["task"] == task and arm["mean"] is not None]
        negative = bool(of_task) and of_task[0]["role"] == "negative"
        handles[f"{task} (control: no gain)" if negative else task] = ax.errorbar(
            [arm["place"]["depth"] for arm in of_task],
            [arm["mean"] for arm in of_task],
            yerr=lines.lengths(of_task, most=1.0),
            color=color,
            linestyle="--" if negative else "-",
            marker="o",
            markersize=5,
            linewidth=1.6,
        )
    ax.locator_params(axis="x", integer=True)
    ylabel = f"held-out score, {style.level(report['alpha'])} interval"
    lines.finish(ax, handles, title="Equal parameters, more layers", xlabel="hidden layers", ylabel=ylabel)


def _by_composition(ax: "Axes", report: Report) -> None:
    handles = {}
    for draw, color in zip(("rings", "tent"), style.class_colors(2), strict=True):
        points = _dial(report, draw)
        if not points:
            continue
        steps, effects, low, high = np.array(points).T
        handles[draw] = ax.errorbar(steps, effects, yerr=[effects - low, high - effects], color=color, marker="o")
    ax.axhline(0, color=style.GREY, linewidth=1)
    labels = {"xlabel": "k: steps of composition", "ylabel": "3 layers less 1, accuracy"}
    lines.finish(ax, handles, title="Depth pays in between: not too easy, not too hard", **labels)


def _learnt(ax: "Axes", *, report: Report, task: str, maps: Mapping[str, list[str]]) -> None:
    """Show what is to be learnt, and which class a network of each depth gives each place, as large as can be."""
    from matplotlib.colors import ListedColormap

    colors = ListedColormap([style.muted(color, 0.8) for color in style.class_colors(2)])
    arms = {arm["arm"]: arm for arm in _by_layers(report, task)}
    columns = len(maps) if len(maps) <= _IN_A_ROW else math.ceil(math.sqrt(len(maps)))
    rows = -(-len(maps) // columns)
    for position, (name, rows_of_map) in enumerate(maps.items()):
        row, column = divmod(position, columns)
        inner = ax.inset_axes((column / columns, 1 - (row + 1) / rows, 0.96 / columns, 0.86 / rows))
        cells = np.array([[-1 if mark == " " else int(mark) for mark in row_of_map] for row_of_map in rows_of_map])
        inner.imshow(np.ma.masked_less(cells, 0), cmap=colors, vmin=0, vmax=1)
        words = _with_score(arms[name]) if name in arms else "what is to be learnt"
        inner.set_title(words, loc="center", parse_math=False)
        inner.set_anchor("N")
        inner.set_axis_off()
    ax.set_axis_off()
    scores = ", ".join(map(_with_score, arms.values()))
    ax.set_title(f"{task}: {scores}\none network of each depth, with as many parameters", parse_math=False)


def _on_own(ax: "Axes", *, report: Report, task: str) -> None:
    """Draw the score by depth on the user's own data, with the band round one layer that does not matter."""
    arms = _by_layers(report, task)
    helped = [each["outcome"] for each in report["predictions"] if (each["id"], each["task"]) == ("P1", task)]
    color = verdicts.COLORS[helped[0] if helped else "open"]
    one = next((arm["mean"] for arm in arms if arm["place"]["depth"] == 1), None)
    handles: dict[str, Any] = {}
    if one is not None:
        handles[f"too little to matter (±{report['smallest_effect']:g})"] = ax.axhspan(
            one - report["smallest_effect"], one + report["smallest_effect"], color=style.GREY, alpha=0.2, linewidth=0
        )
    means = [arm["mean"] for arm in arms]
    reach = lines.lengths(arms, most=1.0)
    look: dict[str, Any] = {"color": color, "marker": "o", "markersize": 8, "linewidth": 2, "capsize": 4}
    handles[f"mean, {style.level(report['alpha'])} interval"] = ax.errorbar(range(len(arms)), means, yerr=reach, **look)
    ax.set_xticks(range(len(arms)), [counted(arm["place"]["depth"], "layer") for arm in arms])
    ax.set_xlim(-0.5, len(arms) - 0.5)
    title = f"{style.shortened([task], 40)[0]}: " + ", ".join(_with_score(arm, digits=1) for arm in arms)
    lines.finish(ax, handles, title=title, xlabel="hidden layers", ylabel="score on held-out rows")


def _by_layers(report: Report, task: str) -> list[Mapping[str, Any]]:
    """Return the networks on a task that have a result, by their depth."""
    arms = [arm for arm in _networks(report) if arm["task"] == task and arm["mean"] is not None]
    return sorted(arms, key=lambda arm: int(arm["place"]["depth"]))


def _with_score(arm: Mapping[str, Any], digits: int = 0) -> str:
    return f"{counted(arm['place']['depth'], 'layer')} {100 * arm['mean']:.{digits}f} %"


def _by_pieces(ax: "Axes", regions: Mapping[str, Any], tent: Sequence[Sequence[int]], alpha: float) -> None:
    depths, means, low, high = np.array(regions["random"]).T
    random, built = style.class_colors(2)
    reach = [means - low, high - means]
    handles: dict[str, Any] = {
        f"untrained, {regions['units']} units in all": ax.errorbar(
            depths, means, yerr=reach, color=random, marker="o", markersize=5
        ),
        "tent network built by hand": ax.plot(*np.array(tent).T, color=built, marker="s", markersize=5)[0],
    }
    ax.set_yscale("log", base=2)
    ax.yaxis.set_major_formatter("{x:.0f}")
    labels = {"xlabel": "hidden layers", "ylabel": f"pieces along a line, {style.level(alpha)} interval"}
    lines.finish(ax, handles, title="Linear pieces: units count, not depth", **labels)


def _by_layer(ax: "Axes", probes: Mapping[str, Mapping[str, list[float]]]) -> None:
    handles = {}
    styles = {"trained": "-", "untrained": ":", "shuffled": "--"}
    for (task, curves), color in zip(probes.items(), style.class_colors(max(2, len(probes))), strict=False):
        for what, values in curves.items():
            line = ax.plot(range(len(values)), values, color=color, linestyle=styles[what], marker="o", markersize=4)[0]
            if what == "trained":
                handles[task] = line
    for what, name in (("untrained", "untrained network"), ("shuffled", "shuffled labels")):
        handles[name] = ax.plot([], [], color=style.GREY, linestyle=styles[what])[0]
    ax.locator_params(axis="x", integer=True)
    labels = {"xlabel": "behind layer (0: the input)", "ylabel": "probe accuracy on held-out rows"}
    lines.finish(ax, handles, title="Linear probes: what a line can separate", **labels)


def _dial(report: Report, draw: str) -> list[list[float]]:
    """Points of the dial: steps of composition, effect, ends of its interval; if there are more than the controls'."""
    steps = {arm["task"]: arm["place"]["k"] for arm in _networks(report) if arm["place"].get("dial") == draw}
    points = [
        [float(steps[finding["task"]]), finding["effect"], finding["ci_low"], finding["ci_high"]]
        for finding in report["predictions"]
        if finding["id"] == "P1" and finding["task"] in steps and finding["ci_low"] is not None
    ]
    return sorted(points) if len(points) > 2 else []


def _dial_tasks(report: Report) -> set[str]:
    """Tasks that are on the dial only: they are no controls, not the user's own, and have two depths."""
    counts = Counter(arm["task"] for arm in _networks(report))
    most = max(counts.values(), default=0)
    return {arm["task"] for arm in _networks(report) if arm["role"] == "real" and counts[arm["task"]] < most}


def _networks(report: Report) -> list[Mapping[str, Any]]:
    return [arm for arm in report["arms"] if "depth" in arm["place"]]
