"""What the study of depth finds beside paired differences: trends of probes, maps of classes, linear pieces."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.studies.claims.depth import probing
from dlwhy.studies.findings import selecting, statistics
from dlwhy.studies.findings.judging import by_trend, judge
from dlwhy.studies.findings.selecting import cells
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.plan.outcome import Results
from dlwhy.studies.plan.prediction import Prediction, Says
from dlwhy.studies.plan.study import Study, Task, about


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Return the trend of the linear probes from layer to layer (Page 1963), for each task."""
    trends = []
    for cell in cells(study, results, probes="trained"):
        curves = np.array(cell.extras("probes"))
        if len(curves) < 2:
            continue
        overlap = selecting.overlap_of(cell.outcome)
        trend = judge(study, _rising(cell.arm.task), statistics.slopes(curves), overlap=overlap)
        trends.append(by_trend(trend, curves, overlap))
    return trends


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return probe accuracies by layer, and linear regions along lines of untrained networks (Hanin & Rolnick 2019)."""
    probes: dict[str, dict[str, list[float]]] = {}
    for cell in cells(study, results, "probes"):
        if curves := cell.extras("probes"):
            means = np.mean(curves, axis=0).round(4).tolist()
            probes.setdefault(cell.arm.task.name, {})[cell.at("probes")] = means
    regions, tent = probing.regions(alpha=study.request.alpha), probing.tent_pieces()
    return {
        "probes": probes,
        "maps": _maps(study, results),
        "regions": regions,
        "tent_pieces": tent,
        "lines": [_of_pieces(regions, tent)],
    }


def _rising(task: Task) -> Prediction:
    says = Says(
        f"On {task.name}, the classes become easier to separate by a line, layer by layer.",
        f"On {task.name}, the layers do not make the classes easier to separate by a line.",
    )
    return about(task, "P2", "probe accuracy a layer", "trend over layers", says)


def _maps(study: Study, results: Results) -> dict[str, dict[str, list[str]]]:
    """Return what is to be learnt, and what one network of each depth has learnt, by task and arm: maps of classes."""
    maps: dict[str, dict[str, list[str]]] = {}
    points, _ = probing.disc()
    for cell in cells(study, results, "depth"):
        task, drawn = cell.arm.task, cell.outcome.runs[0].extra.get("map")
        if drawn:
            truth = np.floor(task.settings["k"] * np.square(points).sum(axis=1)) % 2
            maps.setdefault(task.name, {"the task": probing.class_map(truth)})[cell.arm.name] = drawn
    return maps


def _of_pieces(regions: Mapping[str, Any], tent: Sequence[Sequence[int]]) -> str:
    means = [mean for _, mean, *_ in regions["random"]]
    deepest = regions["random"][-1][0]
    layers, pieces = tent[-1]
    return (
        "Depth alone makes no more pieces: "
        f"untrained networks of {regions['units']} units in 1 to {deepest:.0f} layers have {min(means):.0f} to "
        f"{max(means):.0f} linear pieces along a line; a tent network built by hand, {layers} layers of two units, "
        f"has {pieces}."
    )
