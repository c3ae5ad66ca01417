"""Scores of one run, from its held-out targets and predictions."""

import math

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray
from dlwhy.models.diagnosis.outputs import by_class
from dlwhy.models.stacked import StackedNetwork
from dlwhy.studies.tasks.draws import Draw

_LEAST = 1e-7
_SAME = 0.995


def metrics(
    draw: Draw, y: npt.NDArray[np.generic], y_prob: npt.NDArray[np.floating], *, prefix: str = ""
) -> dict[str, float | None]:
    """Score predictions.

    Parameters
    ----------
    draw
        Says what is predicted.
    y
        Targets, (n,).
    y_prob
        Probabilities of class 1 or values, (n,), or probabilities of classes, (n, k).
    prefix
        Put before each name.

    Returns
    -------
    metrics
        ``accuracy`` and ``log_loss``; for regression ``r2`` and ``mse``. None where a prediction is not finite.

    """
    names = ("r2", "mse") if draw.task == "regression" else ("accuracy", "log_loss")
    if not np.isfinite(y_prob).all():
        return {prefix + name: None for name in names}
    scores = _regression(y, y_prob) if draw.task == "regression" else _classification(y, y_prob)
    return {prefix + name: float(value) for name, value in zip(names, scores, strict=True)}


def both(draw: Draw, held_out: npt.NDArray[np.floating], fitted: npt.NDArray[np.floating]) -> dict[str, float | None]:
    """Score predictions of the held-out rows, and of the first training rows under names that begin with ``train_``."""
    seen = draw.y_train[: len(fitted)]
    return metrics(draw, draw.y_test, held_out) | metrics(draw, seen, fitted, prefix="train_")


def predicts_one_class(draw: Draw, y_prob: FloatArray) -> bool:
    """Say whether (nearly) all rows are given to one class."""
    counts = np.bincount(by_class(y_prob).argmax(axis=1), minlength=draw.n_classes)
    return bool(counts.max() >= _SAME * counts.sum())


def parameters(shape: StackedNetwork) -> int:
    """Count the trainable parameters of one network."""
    return sum(math.prod(weight.shape) for weight in shape.weights if weight.trainable)


def _classification(y: npt.NDArray[np.generic], y_prob: npt.NDArray[np.floating]) -> tuple[float, float]:
    labels = y.astype(np.intp)
    columns = by_class(y_prob)
    chosen = columns[np.arange(len(labels)), labels]
    return float((columns.argmax(axis=1) == labels).mean()), float(-np.log(np.clip(chosen, _LEAST, 1)).mean())


def _regression(y: npt.NDArray[np.generic], y_prob: npt.NDArray[np.floating]) -> tuple[float, float]:
    values = y.astype(np.float64)
    mse = float(np.square(values - y_prob).mean())
    spread = float(values.var())
    return (1 - mse / spread if spread else 0.0), mse
