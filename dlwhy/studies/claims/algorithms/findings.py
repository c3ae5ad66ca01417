"""What the study of algorithms finds beside paired differences: factorial, gradients, gaps, breadth of rates."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.studies.claims.algorithms import gradients
from dlwhy.studies.claims.algorithms.design import DEEP, FACTORIAL, FACTORS, NONE
from dlwhy.studies.findings import selecting, statistics
from dlwhy.studies.findings.judging import judge
from dlwhy.studies.findings.selecting import by_task, cells
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.plan.outcome import Results
from dlwhy.studies.plan.prediction import Prediction, Says
from dlwhy.studies.plan.study import Study

_NEAR = 0.02


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Return main effects and two-way interactions of the factorial design, if it was run."""
    combinations = cells(study, results, "levels")
    if len(combinations) < 2 ** len(FACTORS):
        return []
    signs = 2 * np.array([cell.at("levels") for cell in combinations]) - 1
    table = np.stack([cell.values() for cell in combinations])
    sums = {name: signs[:, index] @ table for index, name in enumerate(FACTORS)}
    for a, b in itertools.combinations(range(len(FACTORS)), 2):
        sums[f"{FACTORS[a]} x {FACTORS[b]}"] = (signs[:, a] * signs[:, b]) @ table
    overlap = selecting.overlap_of(*(cell.outcome for cell in combinations))
    half = 2 ** (len(FACTORS) - 1)
    return [judge(study, _factor(name), total / half, overlap=overlap) for name, total in sums.items()]


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return gradients by layer, their shrinkage beside its prediction, log losses and gaps, and breadths of rates."""
    shown: dict[str, Any] = {
        "gradients": _gradients(study, results),
        "shrinkage": {
            name: {"seen": round(gradients.shrinkage(name), 3), "predicted": predicted}
            for name, predicted in gradients.PREDICTED.items()
        },
        "overfitting": _overfitting(study, results),
        "breadth": _breadths(study, results),
    }
    lines = [
        *_of_shrinkage(shown["shrinkage"]),
        *_of_gradients(study, results, shown["gradients"]),
        *_of_overfitting(shown["overfitting"]),
        *_of_breadths(shown["breadth"]),
    ]
    return {**shown, "lines": lines}


def breadth(rates: Mapping[str, float], near: float = _NEAR) -> float | None:
    """Return the decades of rates in one piece round the best that score nearly as well; None without a choice.

    Parameters
    ----------
    rates
        Score of each rate.
    near
        What may be missing to the best score.

    """
    if len(rates) < 2:
        return None
    ordered = sorted((float(rate), score) for rate, score in rates.items())
    scores = [score for _, score in ordered]
    low = high = int(np.argmax(scores))
    while low > 0 and scores[low - 1] >= max(scores) - near:
        low -= 1
    while high < len(scores) - 1 and scores[high + 1] >= max(scores) - near:
        high += 1
    return round(float(np.log10(ordered[high][0] / ordered[low][0])), 2)


def _factor(name: str) -> Prediction:
    """Predict a main effect or an interaction."""
    verb = "go together, and bring each other" if " x " in name else "brings"
    return Prediction(
        id="P4",
        task=FACTORIAL,
        role="real",
        metric="accuracy",
        contrast=name,
        primary=False,
        says=Says(f"Over all combinations, {name} {verb} {{effect}}."),
    )


def _gradients(study: Study, results: Results) -> dict[str, dict[str, list[float]]]:
    """Mean log10 of each kernel's gradient norm before the first step, from the first layer to the output."""
    means: dict[str, dict[str, list[float]]] = {}
    for cell in cells(study, results, "layers"):
        if curves := cell.extras("gradients"):
            means.setdefault(cell.arm.task.name, {})[cell.arm.name] = np.mean(curves, axis=0).round(3).tolist()
    return means


def _overfitting(study: Study, results: Results) -> dict[str, dict[str, dict[str, float | None]]]:
    means: dict[str, dict[str, dict[str, float | None]]] = {}
    for cell in cells(study, results, "regularizer"):
        accuracy, loss = cell.values(), cell.values("log_loss")
        numbers = {"accuracy": accuracy, "log_loss": loss, "gap": cell.values("train_accuracy") - accuracy}
        rounded = {name: _mean(values) for name, values in numbers.items()}
        means.setdefault(cell.arm.task.name, {})[cell.arm.name] = rounded
    return means


def _breadths(study: Study, results: Results) -> dict[str, dict[str, float | None]]:
    return {
        task: {cell.arm.name: breadth(cell.outcome.rates) for cell in group}
        for task, group in by_task(cells(study, results, "inputs")).items()
    }


def _mean(values: Any) -> float | None:
    mean = statistics.mean_interval(values)[0]
    return None if mean is None else round(mean, 4)


def _of_shrinkage(shrinkage: Mapping[str, Mapping[str, float | None]]) -> Iterator[str]:
    texts = [
        f"{name} {each['seen']:.3f}" + ("" if each["predicted"] is None else f" (predicted {each['predicted']:.2f})")
        for name, each in shrinkage.items()
    ]
    yield f"Before the first step, the squared gradient is multiplied a layer backwards by: {', '.join(texts)}."


def _of_gradients(study: Study, results: Results, curves: Mapping[str, Mapping[str, list[float]]]) -> Iterator[str]:
    ratios = {}
    for cell in cells(study, results, layers=DEEP):
        curve = curves.get(cell.arm.task.name, {}).get(cell.arm.name)
        if curve:  # before the first step, networks that differ in their optimizer only are the same
            ratios[cell.at("network")] = gradients.first_over_last(curve)
    if ratios:
        texts = ", ".join(f"{name} {ratio:+.1f}" for name, ratio in ratios.items())
        yield f"With {DEEP} layers, first over last hidden layer's gradient at the start, in powers of ten: {texts}."


def _of_overfitting(tasks: Mapping[str, Mapping[str, Mapping[str, float | None]]]) -> Iterator[str]:
    for task, arms in tasks.items():
        texts = [
            f"{name} {each['log_loss']:.2f} and {100 * each['gap']:.0f}"
            for name, each in arms.items()
            if each["log_loss"] is not None and each["gap"] is not None
        ]
        if NONE in arms and texts:
            yield f"On {task}, log loss on held-out rows and points between training and held-out: {', '.join(texts)}."


def _of_breadths(tasks: Mapping[str, Mapping[str, float | None]]) -> Iterator[str]:
    for task, arms in tasks.items():
        texts = [f"{name} {decades:.1f}" for name, decades in arms.items() if decades is not None]
        if texts:
            yield f"On {task}, decades of learning rates within 2 points of the best: {', '.join(texts)}."
