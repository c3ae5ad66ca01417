"""What the study of algorithms shows beside its predictions: gradients, log losses, gaps, and breadth of rates."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dlwhy.studies import analysis, gradients
from dlwhy.studies.design import Study
from dlwhy.studies.results import Outcome, Results

_NEAR = 0.02
_OVERFITTING = ("noisy-", "clean-")
_OPTIMIZERS = ("scaled-", "standard-")


def facts(study: Study, results: Results, *, base: str) -> dict[str, Any]:
    """Give facts as numbers for the figure, and as sentences, ``lines``.

    Parameters
    ----------
    study, results
        Design and rows.
    base
        Name of the arm without any ingredient.

    """
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
        *_of_gradients(shown["gradients"]),
        *_of_overfitting(shown["overfitting"], base),
        *_of_breadths(shown["breadth"]),
    ]
    return {**shown, "lines": lines}


def breadth(rates: Mapping[str, float], near: float = _NEAR) -> float | None:
    """Give the decades of learning rates in one piece round the best that score nearly as well; None without a choice.

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


def _own_arms(study: Study, results: Results, *prefixes: str) -> Iterator[tuple[str, str, Outcome]]:
    """Go through tasks, arms and outcomes of one part, without the A/A arm."""
    for key, outcome in results.items():
        arm = study.arms[key]
        if arm.task.name.startswith(prefixes) and not arm.shift:
            yield arm.task.name, arm.name, outcome


def _gradients(study: Study, results: Results) -> dict[str, dict[str, list[float]]]:
    """Mean log10 of each kernel's gradient norm before the first step, from the first layer to the output."""
    found: dict[str, dict[str, list[float]]] = {}
    for task, name, outcome in _own_arms(study, results, "layers-"):
        curves = [run.extra["gradients"] for run in outcome.runs if "gradients" in run.extra]
        if curves:
            found.setdefault(task, {})[name] = np.mean(curves, axis=0).round(3).tolist()
    return found


def _overfitting(study: Study, results: Results) -> dict[str, dict[str, dict[str, float | None]]]:
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for task, name, outcome in _own_arms(study, results, *_OVERFITTING):
        accuracy, fitted, loss = (
            analysis.values(outcome, metric) for metric in ("accuracy", "train_accuracy", "log_loss")
        )
        numbers = {"accuracy": accuracy, "log_loss": loss, "gap": fitted - accuracy}
        found.setdefault(task, {})[name] = {key: _mean(values) for key, values in numbers.items()}
    return found


def _breadths(study: Study, results: Results) -> dict[str, dict[str, float | None]]:
    found: dict[str, dict[str, float | None]] = {}
    for task, name, outcome in _own_arms(study, results, *_OPTIMIZERS):
        found.setdefault(task, {})[name] = breadth(outcome.rates)
    return found


def _mean(values: Any) -> float | None:
    finite = values[np.isfinite(values)]
    return round(float(finite.mean()), 4) if len(finite) else None


def _of_shrinkage(shrinkage: Mapping[str, Mapping[str, float | None]]) -> Iterator[str]:
    texts = [
        f"{name} {each['seen']:.3f}" + ("" if each["predicted"] is None else f" (predicted {each['predicted']:.2f})")
        for name, each in shrinkage.items()
    ]
    yield f"Before the first step, the squared gradient is multiplied a layer backwards by: {', '.join(texts)}."


def _of_gradients(found: Mapping[str, Mapping[str, list[float]]]) -> Iterator[str]:
    for task, arms in found.items():
        if task == "layers-20":
            # before the first step, networks that differ in their optimizer only are the same
            ratios = {name.split(",")[0]: gradients.first_over_last(curve) for name, curve in arms.items()}
            texts = ", ".join(f"{name} {ratio:+.1f}" for name, ratio in ratios.items())
            yield f"With 20 layers, first over last hidden layer's gradient at the start, in powers of ten: {texts}."


def _of_overfitting(found: Mapping[str, Mapping[str, Mapping[str, float | None]]], base: str) -> Iterator[str]:
    for task, arms in found.items():
        texts = [
            f"{name} {each['log_loss']:.2f} and {100 * each['gap']:.0f}"
            for name, each in arms.items()
            if each["log_loss"] is not None and each["gap"] is not None
        ]
        if base in arms and texts:
            yield f"On {task}, log loss on held-out rows and points between training and held-out: {', '.join(texts)}."


def _of_breadths(found: Mapping[str, Mapping[str, float | None]]) -> Iterator[str]:
    for task, arms in found.items():
        texts = [f"{name} {decades:.1f}" for name, decades in arms.items() if decades is not None]
        if texts:
            yield f"On {task}, decades of learning rates within 2 points of the best: {', '.join(texts)}."
