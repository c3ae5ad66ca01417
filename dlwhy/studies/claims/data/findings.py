"""What the study of data finds beside paired differences: gaps, leads, forecasts, and where a net overtakes."""

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.models import baselines
from dlwhy.studies.claims.data import curves
from dlwhy.studies.claims.data.design import NET
from dlwhy.studies.findings import selecting, statistics, wording
from dlwhy.studies.findings.judging import by_trend, judge
from dlwhy.studies.findings.selecting import Cell, by, by_task, cells
from dlwhy.studies.findings.statistics import Array
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.findings.wording import Interval
from dlwhy.studies.plan.study import Results, Says, Study, Task, about
from dlwhy.text import plain

_TEACHER = "teacher"
_SHRINKS = Says(
    yes="On {task}, the gap between training and held-out score shrinks as rows come in, by {effect}.",
    no="On {task}, the gap between training and held-out score does not shrink.",
    unclear="On {task}, it is open whether the gap between training and held-out score shrinks.",
)
_GAINS = Says(
    yes="On {task}, the net gains on {simple} as rows come in, by {effect}.",
    no="On {task}, the net gains nothing on {simple} as rows come in.",
    worse="On {task}, the net falls behind {simple} as rows come in, by {effect}.",
    unclear="On {task}, it is open whether the net gains on {simple} as rows come in.",
)
Sizes = Mapping[int, Cell]


@dataclasses.dataclass(frozen=True)
class Measured:
    """What was measured on a task: the nets and the linear models by size, and the overlap of their resamples."""

    task: Task
    metric: str
    model: str  # the linear model, in words
    nets: Sizes
    simple: Sizes
    overlap: float


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Return P3, the gap to the training rows shrinks, and P4, the net gains on the simple model, for each task."""
    judged: list[Finding] = []
    for seen in _measured(study, results):
        task, nets, overlap = seen.task, seen.nets, seen.overlap
        in_r2 = " in R²" if seen.metric == "r2" else ""
        if len(nets) > 2 and task.role != "negative":
            gaps = _table(nets, "train_") - _table(nets)
            finite = gaps[np.isfinite(gaps).all(axis=1)]
            unit, compared = f"gap{in_r2} to the training rows", f"n={min(nets)} - n={max(nets)}"
            shrinks = about(task, _SHRINKS, id="P3", metric=unit, contrast=compared)
            fall = finite[:, 0] - finite[:, -1]
            judged.append(by_trend(judge(study, shrinks, fall, overlap=overlap), -finite, overlap))
        if len(seen.simple) > 2 and nets.keys() == seen.simple.keys():
            lead = _table(nets) - _table(seen.simple)
            gains = about(
                task,
                _GAINS,
                id="P4",
                metric=f"lead{in_r2} on the simple model",
                contrast=f"n={max(nets)} - n={min(nets)}",
                words={"simple": seen.model},
                # that the net's lead at the largest size is larger than that at the smallest
                primary=task.role == "negative" or task.name == _TEACHER,
            )
            judged.append(judge(study, gains, lead[:, -1] - lead[:, 0], overlap=overlap))
    return judged


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return the curves, their forecasts, and where the net overtakes the simple model."""
    alpha = study.request.alpha
    shown: dict[str, Any] = {"curves": {}, "forecasts": {}, "crossings": {}, "lines": []}
    for seen in _measured(study, results):
        task, overlap = seen.task.name, seen.overlap
        rows: dict[str, list[list[float | None]]] = {}
        for cell in sorted(cells(study, results, task=task), key=lambda cell: cell.at("n")):
            interval = statistics.mean_interval(1 - cell.values(), alpha=alpha, overlap=overlap)
            rows.setdefault(cell.at("model"), []).append([cell.at("n"), *interval])
        shown["curves"][task] = rows
        if len(seen.nets) > (1 if seen.task.role == "own" else 2):
            curve = curves.learning_curve(list(seen.nets), 1 - _table(seen.nets), alpha=alpha, overlap=overlap)
            shown["forecasts"][task] = plain(dataclasses.asdict(curve))
            shown["lines"].append(f"On {task}, {_promise(curve, seen.metric)}.")
            if seen.task.role == "own":
                shown["forecast"] = _forecast(curve, seen)
        if overtaken := overtaking(seen, alpha):
            shown["crossings"][task], sentence = overtaken
            shown["lines"].append(sentence)
    return shown


def _forecast(curve: curves.LearningCurve, seen: Measured) -> dict[str, Any]:
    """Return what twice the user's own rows would bring, in the metric's unit, and what the last doubling did."""
    last = curve.next_doubling
    ends = ("effect", "ci_low", "ci_high")
    return {
        "task": seen.task.name,
        "metric": seen.metric,
        "rows": curve.sizes[-1],
        "doubling": curve.forecast_next,
        "low": curve.forecast_next_low,
        "high": curve.forecast_next_high,
        "kept": curve.forecast_next is not None,
        "refused": curve.next_refused,
        "last_doubling": plain({name: getattr(last, name) for name in ends}) if last else None,
    }


def _measured(study: Study, results: Results) -> list[Measured]:
    measured = []
    for group in by_task(cells(study, results, "n")).values():
        arm, overlap = group[0].arm, selecting.overlap_of(*(cell.outcome for cell in group))
        linear = baselines.linear("regression" if arm.metric == "r2" else "binary")
        nets, simple = (by("n", [cell for cell in group if cell.at("model") == model]) for model in (NET, linear))
        measured.append(Measured(arm.task, arm.metric, baselines.WORDS[linear], nets, simple, overlap))
    return measured


def _table(sizes: Sizes, prefix: str = "") -> Array:
    """Scores by seed and size, (n_seeds, n_sizes)."""
    return np.stack([cell.values(prefix + cell.arm.metric) for cell in sizes.values()], axis=1)


def _promise(curve: curves.LearningCurve, metric: str) -> str:
    """Say what doubling the rows would bring, or why nothing is promised."""

    def size(effect: float, *ends: float, plus: bool = False) -> str:
        return wording.size(Interval(effect, *ends), metric, plus=plus)

    last = curve.next_doubling
    brought = f"the last step brought {size(last.effect, last.ci_low, last.ci_high, plus=True)}" if last else ""
    if curve.forecast_next is None:
        by_how_much = f" ({size(curve.forecast_miss or 0.0)})" if curve.next_refused == curves.MISSED else ""
        refused = f"no forecast of what twice as many rows would bring: {curve.next_refused}{by_how_much}"
        return f"{refused}; {brought}" if brought else refused
    ends = (curve.forecast_next_low, curve.forecast_next_high)
    gain = size(curve.forecast_next, *(math.inf if end is None else end for end in ends))
    missed = f"the curve missed the two largest sizes by up to {size(curve.forecast_miss or 0.0)}"
    return f"twice as many rows would bring about {gain}; {brought}, and {missed}"


def overtaking(seen: Measured, alpha: float) -> tuple[float, str] | None:
    """Return the rows at which the net overtakes the simple model for good, and a sentence.

    None unless it leads at the largest size, with an interval that excludes 0: a curve that touches another's within
    noise overtakes nothing.
    """
    nets, simple = seen.nets, seen.simple
    if not nets or nets.keys() != simple.keys():
        return None
    largest = max(nets)
    leads = nets[largest].values() - simple[largest].values()
    mean, low, high = statistics.mean_interval(leads, alpha=alpha, overlap=seen.overlap)
    rows = _crossing({n: (nets[n].mean() or 0.0) - (simple[n].mean() or 0.0) for n in nets})
    if mean is None or low is None or high is None or rows is None or low <= 0:
        return None
    lead = wording.size(Interval(mean, low, high), seen.metric)
    overtakes = f"On {seen.task.name}, the net overtakes {seen.model} at about {rows:.0f} rows"
    return rows, f"{overtakes}, and leads by {lead} at {largest}."


def _crossing(leads: dict[int, float]) -> float | None:
    """Return the number of rows at which the mean lead becomes positive and stays so, between two sizes."""
    judged = None
    for (n, lead), (after, later) in itertools.pairwise(leads.items()):
        if later <= 0:
            judged = None
        elif lead <= 0:
            judged = float(np.exp(np.interp(0, [lead, later], np.log([n, after]))))
    return judged
