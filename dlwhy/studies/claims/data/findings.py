"""What the study of data finds beside paired differences: gaps, leads, forecasts, and where a net overtakes."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.models import baselines
from dlwhy.studies.claims.data import curves, doubling
from dlwhy.studies.claims.data.design import NET
from dlwhy.studies.findings import selecting, statistics, wording
from dlwhy.studies.findings.judging import by_trend, judge
from dlwhy.studies.findings.selecting import Cell, by, by_task, cells
from dlwhy.studies.findings.statistics import Array
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.findings.wording import Interval
from dlwhy.studies.plan.outcome import Results
from dlwhy.studies.plan.prediction import Prediction, Says
from dlwhy.studies.plan.study import Study, Task, about

_TEACHER = "teacher"
Sizes = Mapping[int, Cell]


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Return P3, the gap to the training rows shrinks, and P4, the net gains on the simple model, for each task."""
    judged: list[Finding] = []
    for task, nets, simple, overlap in _tasks(study, results):
        if len(nets) > 2 and task.role != "negative":
            gaps = _table(nets, "train_") - _table(nets)
            finite = gaps[np.isfinite(gaps).all(axis=1)]
            shrinks = _shrinking(study, task, nets)
            fall = finite[:, 0] - finite[:, -1]
            judged.append(by_trend(judge(study, shrinks, fall, overlap=overlap), -finite, overlap))
        if len(simple) > 2 and nets.keys() == simple.keys():
            lead = _table(nets) - _table(simple)
            gains = _gaining(study, task, nets)
            judged.append(judge(study, gains, lead[:, -1] - lead[:, 0], overlap=overlap))
    return judged


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return the curves, their forecasts, and where the net overtakes the simple model."""
    alpha = study.request.alpha
    shown: dict[str, Any] = {"curves": {}, "forecasts": {}, "crossings": {}, "lines": []}
    for task, nets, simple, overlap in _tasks(study, results):
        rows: dict[str, list[list[float | None]]] = {}
        for cell in sorted(cells(study, results, task=task.name), key=lambda cell: cell.at("n")):
            interval = statistics.mean_interval(1 - cell.values(), alpha=alpha, overlap=overlap)
            rows.setdefault(cell.at("model"), []).append([cell.at("n"), *interval])
        shown["curves"][task.name] = rows
        if len(nets) > 2:
            curve = curves.learning_curve(list(nets), 1 - _table(nets), alpha=alpha, overlap=overlap)
            shown["forecasts"][task.name] = curve.as_json()
            shown["lines"].append(f"On {task.name}, {_promise(curve, _metric(study, task))}.")
        overtaken = _overtaking(study, task, nets, simple, overlap)
        if overtaken:
            shown["crossings"][task.name], sentence = overtaken
            shown["lines"].append(sentence)
    return shown


def _tasks(study: Study, results: Results) -> list[tuple[Task, Sizes, Sizes, float]]:
    """Return each task with its nets and its linear models by size, and the overlap of its resamples."""
    return [
        (
            (task := group[0].arm.task),
            by("n", cells(study, results, task=name, model=NET)),
            by("n", cells(study, results, task=name, model=_linear(study, task))),
            selecting.overlap_of(*(cell.outcome for cell in group)),
        )
        for name, group in by_task(cells(study, results, "n")).items()
    ]


def _table(sizes: Sizes, prefix: str = "") -> Array:
    """Scores by seed and size, (n_seeds, n_sizes)."""
    return np.stack([cell.values(prefix + cell.arm.metric) for cell in sizes.values()], axis=1)


def _shrinking(study: Study, task: Task, nets: Sizes) -> Prediction:
    gap = f"On {task.name}, the gap between training and held-out score"
    says = Says(
        f"{gap} shrinks as rows come in, by {{effect}}.",
        f"{gap} does not shrink.",
        f"On {task.name}, it is open whether the gap between training and held-out score shrinks.",
    )
    return about(task, "P3", _unit(study, task, "gap to the training rows"), f"n={min(nets)} - n={max(nets)}", says)


def _gaining(study: Study, task: Task, nets: Sizes) -> Prediction:
    """Predict that the net's lead at the largest size is larger than that at the smallest."""
    on, model = f"On {task.name}", _linear_in_words(study, task)
    says = Says(
        f"{on}, the net gains on {model} as rows come in, by {{effect}}.",
        f"{on}, the net gains nothing on {model} as rows come in.",
        f"{on}, it is open whether the net gains on {model} as rows come in.",
        worse=f"{on}, the net falls behind {model} as rows come in, by {{effect}}.",
    )
    return about(
        task,
        "P4",
        _unit(study, task, "lead on the simple model"),
        f"n={max(nets)} - n={min(nets)}",
        says,
        primary=task.role == "negative" or task.name == _TEACHER,
    )


def _unit(study: Study, task: Task, name: str) -> str:
    """Name a difference of scores by its unit."""
    return name.replace(" ", " in R² ", 1) if _metric(study, task) == "r2" else name


def _promise(curve: curves.LearningCurve, metric: str) -> str:
    """Say what doubling the rows would bring, or why nothing is promised."""

    def size(effect: float, *ends: float, plus: bool = False) -> str:
        return wording.size(Interval(effect, *ends), metric, plus=plus)

    last = curve.next_doubling
    brought = f"the last step brought {size(last.effect, last.ci_low, last.ci_high, plus=True)}" if last else ""
    if curve.forecast_next is None:
        by_how_much = f" ({size(curve.forecast_miss or 0.0)})" if curve.next_refused == doubling.MISSED else ""
        refused = f"no forecast of what twice as many rows would bring: {curve.next_refused}{by_how_much}"
        return f"{refused}; {brought}" if brought else refused
    ends = (curve.forecast_next_low, curve.forecast_next_high)
    gain = size(curve.forecast_next, *(math.inf if end is None else end for end in ends))
    missed = f"the curve missed the two largest sizes by up to {size(curve.forecast_miss or 0.0)}"
    return f"twice as many rows would bring about {gain}; {brought}, and {missed}"


def _overtaking(study: Study, task: Task, nets: Sizes, simple: Sizes, overlap: float) -> tuple[float, str] | None:
    """Return the rows at which the net overtakes the simple model for good, and a sentence.

    None unless it leads at the largest size, with an interval that excludes 0: a curve that touches another's within
    noise overtakes nothing.
    """
    if not nets or nets.keys() != simple.keys():
        return None
    largest = max(nets)
    mean, low, high = statistics.mean_interval(
        nets[largest].values() - simple[largest].values(), alpha=study.request.alpha, overlap=overlap
    )
    rows = _crossing({n: (nets[n].mean() or 0.0) - (simple[n].mean() or 0.0) for n in nets})
    if mean is None or low is None or high is None or rows is None or low <= 0:
        return None
    lead = wording.size(Interval(mean, low, high), _metric(study, task))
    model = _linear_in_words(study, task)
    return (
        rows,
        f"On {task.name}, the net overtakes {model} at about {rows:.0f} rows, and leads by {lead} at {largest}.",
    )


def _crossing(leads: dict[int, float]) -> float | None:
    """Return the number of rows at which the mean lead becomes positive and stays so, between two sizes."""
    judged = None
    for (n, lead), (after, later) in itertools.pairwise(leads.items()):
        if later <= 0:
            judged = None
        elif lead <= 0:
            judged = float(np.exp(np.interp(0, [lead, later], np.log([n, after]))))
    return judged


def _metric(study: Study, task: Task) -> str:
    return study.request.own.metric if study.request.own and task.role == "own" else "accuracy"


def _linear(study: Study, task: Task) -> str:
    return baselines.linear("regression" if _metric(study, task) == "r2" else "binary")


def _linear_in_words(study: Study, task: Task) -> str:
    return baselines.WORDS[_linear(study, task)]
