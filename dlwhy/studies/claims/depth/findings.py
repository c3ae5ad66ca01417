"""What the study of depth finds beside paired differences: trends of probes, maps of classes, linear pieces."""

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.studies.claims.depth.arms import class_map, disc
from dlwhy.studies.findings import selecting, statistics
from dlwhy.studies.findings.judging import by_trend, judge
from dlwhy.studies.findings.selecting import cells
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.plan.study import Results, Says, Study, about

_REGION_UNITS = 48
_REGION_NETS = 12
_LINE_POINTS = 8001
_RISING = Says(
    yes="On {task}, the classes become easier to separate by a line, layer by layer.",
    no="On {task}, the layers do not make the classes easier to separate by a line.",
)


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Return the trend of the linear probes from layer to layer (Page 1963), for each task."""
    trends = []
    for cell in cells(study, results, probes="trained"):
        curves = np.array(cell.extras("probes"))
        if len(curves) < 2:
            continue
        overlap = selecting.overlap_of(cell.outcome)
        rising = about(cell.arm.task, _RISING, id="P2", metric="probe accuracy a layer", contrast="trend over layers")
        trend = judge(study, rising, statistics.slopes(curves), overlap=overlap)
        trends.append(by_trend(trend, curves, overlap))
    return trends


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return probe accuracies by layer, and linear regions along lines of untrained networks (Hanin & Rolnick 2019)."""
    probes: dict[str, dict[str, list[float]]] = {}
    for cell in cells(study, results, "probes"):
        if curves := cell.extras("probes"):
            means = np.mean(curves, axis=0).round(4).tolist()
            probes.setdefault(cell.arm.task.name, {})[cell.at("probes")] = means
    counts, tent = regions(alpha=study.request.alpha), tent_pieces()
    return {
        "probes": probes,
        "maps": _maps(study, results),
        "regions": counts,
        "tent_pieces": tent,
        "lines": [_of_pieces(counts, tent)],
    }


def regions(*, alpha: float = 0.05) -> dict[str, Any]:
    """Count linear pieces along lines through untrained ReLU networks of equal units (Hanin & Rolnick 2019).

    Returns
    -------
    counts
        ``units`` of each network, on 2 inputs, and under ``random`` by depth ``[depth, mean pieces, ci_low, ci_high]``.

    """
    counts = []
    for depth, pieces in _counted().items():
        found = statistics.paired_effect(pieces, alpha=alpha)
        counts.append([float(depth), found.effect, found.ci_low, found.ci_high])
    return {"units": _REGION_UNITS, "random": counts}


@functools.cache
def _counted() -> dict[int, list[int]]:
    """Count the pieces of untrained networks by depth: the same for every report."""
    rng = np.random.default_rng(0)
    return {
        depth: [_pieces(rng, depth, _REGION_UNITS // depth) for _ in range(_REGION_NETS)] for depth in (1, 2, 3, 4, 6)
    }


def tent_pieces() -> list[list[int]]:
    """Count linear pieces of the tent map composed k times, as a network of two units a layer computes it: 2^k."""
    x = np.linspace(0, 1, 4097)
    counts = []
    values = x
    for k in range(1, 7):
        values = 2 * np.maximum(values, 0) - 4 * np.maximum(values - 0.5, 0)
        slopes = np.sign(np.diff(values))
        counts.append([k, 1 + sum(bool(a != b) for a, b in itertools.pairwise(slopes))])
    return counts


def _pieces(rng: np.random.Generator, depth: int, width: int) -> int:
    line = np.linspace(-3, 3, _LINE_POINTS)[:, None] * rng.standard_normal(2) / np.sqrt(2)
    signs, inputs = [], line
    for _ in range(depth):
        kernel = rng.standard_normal((inputs.shape[1], width)) * np.sqrt(2 / inputs.shape[1])
        inputs = inputs @ kernel + rng.standard_normal(width) * 0.1
        signs.append(inputs > 0)
        inputs = np.maximum(inputs, 0)
    pattern = np.concatenate(signs, axis=1)
    return 1 + int((pattern[1:] != pattern[:-1]).any(axis=1).sum())


def _maps(study: Study, results: Results) -> dict[str, dict[str, list[str]]]:
    """Return what is to be learnt, and what one network of each depth has learnt, by task and arm: maps of classes."""
    maps: dict[str, dict[str, list[str]]] = {}
    points, _ = disc()
    for cell in cells(study, results, "depth"):
        task, drawn = cell.arm.task, cell.outcome.runs[0].extra.get("map")
        if drawn:
            truth = np.floor(task.settings["k"] * np.square(points).sum(axis=1)) % 2
            maps.setdefault(task.name, {"the task": class_map(truth)})[cell.arm.name] = drawn
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
