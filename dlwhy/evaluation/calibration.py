"""Predicted against observed frequencies."""

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.evaluation.results import FloatArray

BINS = 15


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reliability:
    """Predicted against observed frequency, in bins of equal width.

    Parameters
    ----------
    confidence, frequency
        (bins,): mean prediction and observed share in each bin; NaN where the bin is empty.
    count
        (bins,): rows in each bin.

    """

    confidence: npt.NDArray[np.float64]
    frequency: npt.NDArray[np.float64]
    count: npt.NDArray[np.int64]

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance of prediction and observation, weighted by rows."""
        gap = np.nan_to_num(np.abs(self.confidence - self.frequency))
        return float(np.sum(gap * self.count) / np.sum(self.count))


def predicted_classes(y_prob: FloatArray, task: Task) -> npt.NDArray[np.int64]:
    """Give the predicted class indices, (n_samples,); a binary probability of exactly 0.5 is the first class."""
    return (y_prob > 0.5).astype(np.int64) if task == "binary" else np.argmax(y_prob, axis=1)


def reliability(y_true: npt.NDArray[Any], y_prob: FloatArray, *, task: Task, bins: int = BINS) -> Reliability:
    """Compare predicted with observed frequencies: of the second class, or of the predicted class if there are more."""
    if task == "binary":
        confidence, right = y_prob.astype(np.float64), y_true == 1
    else:
        confidence, right = y_prob.max(axis=1).astype(np.float64), y_true == predicted_classes(y_prob, task)
    index = np.clip((confidence * bins).astype(int), 0, bins - 1)
    count = np.bincount(index, minlength=bins)
    with np.errstate(invalid="ignore"):
        return Reliability(
            confidence=np.bincount(index, weights=confidence, minlength=bins) / count,
            frequency=np.bincount(index, weights=right, minlength=bins) / count,
            count=count.astype(np.int64),
        )


def wilson_interval(hits: int, n_samples: int) -> tuple[float, float]:
    """Give the 95 % Wilson interval of a share."""
    from scipy.stats import binomtest

    interval = binomtest(hits, n_samples).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)
