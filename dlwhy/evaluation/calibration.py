"""Predicted against observed frequencies."""

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.evaluation.clusters import wilson
from dlwhy.evaluation.results import FloatArray

BINS = 15
# of the normal distribution at 0.975: SciPy's statistics take half a second to import
_QUANTILE = 1.959963984540054


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reliability:
    """Predicted against observed frequency, in bins.

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
    """Return the predicted class indices, (n_samples,); a binary probability of exactly 0.5 is the first class."""
    return (y_prob > 0.5).astype(np.int64) if task == "binary" else np.argmax(y_prob, axis=1)


def reliability(y_true: npt.NDArray[Any], y_prob: FloatArray, *, task: Task, bins: int = BINS) -> Reliability:
    """Compare predicted with observed frequencies: of the second class, or of the predicted class if there are more."""
    confidence, right = events(y_true, y_prob, task=task)
    index = bin_of(confidence, bins)
    count = np.bincount(index, minlength=bins)
    with np.errstate(invalid="ignore"):
        return Reliability(
            confidence=np.bincount(index, weights=confidence, minlength=bins) / count,
            frequency=np.bincount(index, weights=right, minlength=bins) / count,
            count=count.astype(np.int64),
        )


def bin_of(confidence: npt.NDArray[np.float64], bins: int = BINS) -> npt.NDArray[np.int64]:
    """Return the bin of equal width in which each prediction lies, (n_samples,)."""
    return np.clip((confidence * bins).astype(np.int64), 0, bins - 1)


def events(
    y_true: npt.NDArray[Any], y_prob: FloatArray, *, task: Task
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return what was predicted and whether it came true, (n_samples,) each: the second class, or the predicted one."""
    if task == "binary":
        return y_prob.astype(np.float64), y_true == 1
    return y_prob.max(axis=1).astype(np.float64), y_true == predicted_classes(y_prob, task)


def equal_counts(
    confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], *, bins: int = 10, least: int = 10
) -> Reliability:
    """Compare predicted with observed frequencies in bins of about equal count, for pictures.

    Parameters
    ----------
    confidence, right
        (n_samples,): as `events` gives them.
    bins
        Most bins.
    least
        Least rows in a bin. Equal predictions share a bin, so that there may be fewer and larger ones.

    """
    order = np.argsort(confidence, kind="stable")
    confidence, right = confidence[order], right[order]
    size = max(least, -(-len(confidence) // bins))
    changes = np.flatnonzero(np.diff(confidence)) + 1  # where a bin may begin: not between equal predictions
    changes = changes[changes <= len(confidence) - least]
    starts = [0]
    while (place := int(np.searchsorted(changes, starts[-1] + size))) < len(changes):
        starts.append(int(changes[place]))
    count = np.diff([*starts, len(confidence)])
    return Reliability(
        confidence=np.add.reduceat(confidence, starts) / count,
        frequency=np.add.reduceat(right.astype(np.float64), starts) / count,
        count=count.astype(np.int64),
    )


def wilson_interval(hits: int, n_samples: int) -> tuple[float, float]:
    """Compute the 95 % Wilson interval of a share."""
    return wilson(hits / n_samples, n_samples, _QUANTILE)
