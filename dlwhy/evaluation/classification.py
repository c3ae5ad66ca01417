"""Metrics of class probabilities."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.data.splitting import Keys
from dlwhy.evaluation.calibration import predicted_classes, reliability, wilson_interval
from dlwhy.evaluation.clusters import share_interval
from dlwhy.evaluation.results import ClassScore, Evaluation, FloatArray
from dlwhy.models.diagnosis.outputs import by_class
from dlwhy.text import display, finite

# as in Keras, where there are no logits
_SMALLEST_PROBABILITY = 1e-7


def classification(
    y_true: npt.NDArray[Any],
    y_prob: FloatArray,
    task: Task,
    class_names: tuple[str, ...],
    logits: FloatArray | None = None,
    *,
    groups: Keys | None = None,
) -> Evaluation:
    """Evaluate class probabilities; `dlwhy.evaluation.evaluate` has checked them."""
    columns = _as_columns(y_prob)
    n_classes = columns.shape[1]
    if len(class_names) != n_classes:
        raise ValueError(f"{len(class_names)} class names, {n_classes} classes")
    y_prob = columns[:, 1] if task == "binary" else columns
    y_pred = predicted_classes(y_prob, task)
    occurring = np.unique(y_true)
    right = y_pred == y_true
    hits = int(np.sum(right))
    low, high = wilson_interval(hits, len(y_true)) if groups is None else share_interval(right, groups)
    balanced, roc_auc = _of_several_classes(y_true, right, columns, occurring)
    confusion = np.bincount(y_true * n_classes + y_pred, minlength=n_classes**2).reshape(n_classes, n_classes)
    metrics = {
        "accuracy": hits / len(y_true),
        "accuracy_low": low,
        "accuracy_high": high,
        "balanced_accuracy": balanced,
        "loss": _cross_entropy(y_true, columns) if logits is None else _loss_of_logits(y_true, logits),
        "roc_auc": roc_auc,
        "brier": _brier(y_true, columns),
        "ece": reliability(y_true, y_prob, task=task).expected_calibration_error,
    }
    return Evaluation(
        task=task,
        n_samples=len(y_true),
        metrics=metrics,
        y_true=y_true,
        y_pred=y_pred,
        classes=_class_scores(confusion, class_names),
        confusion=confusion,
        notes=_class_notes(occurring, class_names),
        groups=groups,
    )


def _cross_entropy(y_true: npt.NDArray[Any], columns: npt.NDArray[np.float64]) -> float:
    of_truth = columns[np.arange(len(y_true)), y_true]
    return float(-np.mean(np.log(np.clip(of_truth, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY))))


def _loss_of_logits(y_true: npt.NDArray[Any], logits: FloatArray) -> float:
    """Return the cross-entropy as training does: from logits it never needs the log of a rounded probability."""
    from scipy.special import log_softmax

    wide = logits.astype(np.float64)
    if wide.ndim == 1:
        return float(np.mean(np.logaddexp(0, np.where(y_true == 1, -wide, wide))))
    return float(-np.mean(log_softmax(wide, axis=1)[np.arange(len(wide)), y_true]))


def _brier(y_true: npt.NDArray[Any], columns: npt.NDArray[np.float64]) -> float:
    """Return the mean squared distance of probabilities from the truth; of two classes half of it, as is usual."""
    n_classes = columns.shape[1]
    distance = float(np.mean(np.sum((np.eye(n_classes)[y_true] - columns) ** 2, axis=1)))
    return distance / 2 if n_classes == 2 else distance


def _of_several_classes(
    y_true: npt.NDArray[Any], right: npt.NDArray[Any], columns: npt.NDArray[np.float64], occurring: npt.NDArray[Any]
) -> tuple[float | None, float | None]:
    """Return balanced accuracy and ROC AUC; None where only one class occurs."""
    if len(occurring) < 2:
        return None, None
    sides = [1] if columns.shape[1] == 2 else occurring
    recalls = [np.mean(right[y_true == index]) for index in occurring]
    areas = [_roc_auc(y_true == index, columns[:, index]) for index in sides]
    return float(np.mean(recalls)), float(np.mean(areas))


def _roc_auc(of_class: npt.NDArray[np.bool_], score: npt.NDArray[np.float64]) -> float:
    """Return how often a row of the class has a higher score than one that is not; a tie is half a time."""
    _, index, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[index]
    n = int(of_class.sum())
    return float((rank[of_class].sum() - n * (n + 1) / 2) / (n * (len(score) - n)))


def _class_scores(confusion: npt.NDArray[np.int64], class_names: tuple[str, ...]) -> tuple[ClassScore, ...]:
    hits, actual, told = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    with np.errstate(invalid="ignore"):
        scores = hits / told, hits / actual, 2 * hits / (actual + told), actual
    return tuple(
        ClassScore(name=name, n_samples=int(count), precision=finite(precision), recall=finite(recall), f1=finite(f1))
        for name, precision, recall, f1, count in zip(class_names, *scores, strict=True)
    )


def _class_notes(occurring: npt.NDArray[Any], class_names: tuple[str, ...]) -> tuple[str, ...]:
    if len(occurring) == 1:
        name = display(class_names[int(occurring[0])])
        return (f'all rows are of class "{name}": balanced accuracy and ROC AUC need two classes',)
    absent = [display(name) for index, name in enumerate(class_names) if index not in occurring]
    if absent:
        return (f"no row is of class {', '.join(absent[:10])}: left out of balanced accuracy and ROC AUC",)
    return ()


def _as_columns(y_prob: FloatArray) -> npt.NDArray[np.float64]:
    """Return probabilities as (n_samples, n_classes) float64 that sum to one."""
    wide = by_class(y_prob.astype(np.float64))
    return np.asarray(wide if y_prob.ndim == 1 else wide / wide.sum(axis=1, keepdims=True))
