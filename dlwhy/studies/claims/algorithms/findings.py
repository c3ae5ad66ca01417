"""What the study of algorithms finds beside paired differences: factorial, gradients, gaps, breadth of rates."""

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.studies.claims.algorithms.arms import Array, first_over_last
from dlwhy.studies.claims.algorithms.design import DEEP, FACTORS, NONE
from dlwhy.studies.findings import selecting, statistics
from dlwhy.studies.findings.judging import judge
from dlwhy.studies.findings.selecting import Cell, by_task, cells
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.plan.study import Results, Says, Study, about

# what the squared gradient should be multiplied by, a layer backwards: half the units of a ReLU pass it on, and a
# kernel of n inputs and n outputs multiplies it by n times the variance of its entries (He et al. 2015)
PREDICTED: dict[str, float | None] = {"ReLU+He": 1.0, "ReLU+Glorot": 0.5, "tanh+Glorot": None, "sigmoid+Glorot": None}
_WIDTH, _DEPTH, _NETS, _POINTS = 64, 20, 16, 64
_NEAR = 0.02
_FACTOR = Says(yes="Over all combinations, {name} {verb} {effect}.")


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
    task = combinations[0].arm.task
    judged = []
    for name, total in sums.items():
        words = {"name": name, "verb": "go together, and bring each other" if " x " in name else "brings"}
        prediction = about(task, _FACTOR, id="P4", metric="accuracy", contrast=name, words=words)
        judged.append(judge(study, prediction, total / half, overlap=overlap))
    return judged


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return gradients by layer, their shrinkage beside its prediction, log losses and gaps, and breadths of rates."""
    shown: dict[str, Any] = {
        "gradients": _gradients(study, results),
        "shrinkage": {
            name: {"seen": round(shrinkage(name), 3), "predicted": predicted} for name, predicted in PREDICTED.items()
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


@functools.cache
def shrinkage(name: str, *, seed: int = 0) -> float:
    """Measure by how much the squared gradient with respect to activations changes a layer backwards, at the start.

    Parameters
    ----------
    name
        Activation and initializer, one of `PREDICTED`.
    seed
        Seed of the networks, of normal inputs and of normal gradients behind the last layer.

    Returns
    -------
    ratio
        Mean over networks and layers, all of one width.

    """
    rng = np.random.default_rng(seed)
    activation, initializer = name.split("+")
    spread = np.sqrt((2 if initializer == "He" else 1) / _WIDTH)
    ratios = []
    for _ in range(_NETS):
        kernels = rng.standard_normal((_DEPTH, _WIDTH, _WIDTH)) * spread
        slopes, X = [], rng.standard_normal((_POINTS, _WIDTH))
        for kernel in kernels:
            X, slope = _activated(activation, X @ kernel)
            slopes.append(slope)
        gradient = rng.standard_normal(X.shape)
        sizes = [np.square(gradient).sum()]
        for kernel, slope in zip(kernels[::-1], slopes[::-1], strict=True):
            gradient = (gradient * slope) @ kernel.T
            sizes.append(np.square(gradient).sum())
        ratios.append([after / before for before, after in itertools.pairwise(sizes)])
    return float(np.mean(ratios))


def _activated(activation: str, z: Array) -> tuple[Array, Array]:
    """Values and slopes of an activation."""
    from scipy.special import expit

    if activation == "ReLU":
        return np.maximum(z, 0), (z > 0).astype(float)
    if activation == "tanh":
        value = np.tanh(z)
        return value, 1 - value**2
    value = expit(z)
    return value, value * (1 - value)


def _gradients(study: Study, results: Results) -> dict[str, dict[str, list[float]]]:
    """Mean log10 of each kernel's gradient norm before the first step, from the first layer to the output."""
    means: dict[str, dict[str, list[float]]] = {}
    for cell in cells(study, results, "layers"):
        if curves := cell.extras("gradients"):
            means.setdefault(cell.arm.task.name, {})[cell.arm.name] = np.mean(curves, axis=0).round(3).tolist()
    return means


def _overfitting(study: Study, results: Results) -> dict[str, dict[str, dict[str, float | None]]]:
    return {
        task: {cell.arm.name: _fit(cell) for cell in group}
        for task, group in by_task(cells(study, results, "regularizer")).items()
    }


def _fit(cell: Cell) -> dict[str, float | None]:
    accuracy, loss = cell.values(), cell.values("log_loss")
    numbers = {"accuracy": accuracy, "log_loss": loss, "gap": cell.values("train_accuracy") - accuracy}
    means = {name: statistics.mean_interval(values)[0] for name, values in numbers.items()}
    return {name: None if mean is None else round(mean, 4) for name, mean in means.items()}


def _breadths(study: Study, results: Results) -> dict[str, dict[str, float | None]]:
    return {
        task: {cell.arm.name: breadth(cell.outcome.rates) for cell in group}
        for task, group in by_task(cells(study, results, "inputs")).items()
    }


def _of_shrinkage(shrinkage: Mapping[str, Mapping[str, float | None]]) -> Iterator[str]:
    texts = [
        f"{name} {ratio['seen']:.3f}" + ("" if ratio["predicted"] is None else f" (predicted {ratio['predicted']:.2f})")
        for name, ratio in shrinkage.items()
    ]
    yield f"Before the first step, the squared gradient is multiplied a layer backwards by: {', '.join(texts)}."


def _of_gradients(study: Study, results: Results, curves: Mapping[str, Mapping[str, list[float]]]) -> Iterator[str]:
    ratios = {}
    for cell in cells(study, results, layers=DEEP):
        curve = curves.get(cell.arm.task.name, {}).get(cell.arm.name)
        if curve:  # before the first step, networks that differ in their optimizer only are the same
            ratios[cell.at("network")] = first_over_last(curve)
    if ratios:
        texts = ", ".join(f"{name} {ratio:+.1f}" for name, ratio in ratios.items())
        yield f"With {DEEP} layers, first over last hidden layer's gradient at the start, in powers of ten: {texts}."


def _of_overfitting(tasks: Mapping[str, Mapping[str, Mapping[str, float | None]]]) -> Iterator[str]:
    for task, arms in tasks.items():
        texts = [
            f"{name} {means['log_loss']:.2f} and {100 * means['gap']:.0f}"
            for name, means in arms.items()
            if means["log_loss"] is not None and means["gap"] is not None
        ]
        if NONE in arms and texts:
            yield f"On {task}, log loss on held-out rows and points between training and held-out: {', '.join(texts)}."


def _of_breadths(tasks: Mapping[str, Mapping[str, float | None]]) -> Iterator[str]:
    for task, arms in tasks.items():
        texts = [f"{name} {decades:.1f}" for name, decades in arms.items() if decades is not None]
        if texts:
            yield f"On {task}, decades of learning rates within 2 points of the best: {', '.join(texts)}."
