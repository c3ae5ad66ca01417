"""How well one column alone tells the target, by rows that are not asked themselves; and what chance does."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
# rows on each side that are asked, and in small tables, where there are not many of a class
_HALF, _HALF_OF_FEW = 5, 2
_FEW_ROWS = 200
# with more classes the two nearest rows are asked
_MOST_CLASSES = 30
# a class of fewer rows tells nothing
_FEWEST_OF_CLASS = 5


def skill(x: Array, y: Array, n_classes: int) -> float:
    """Return how well a column tells the target of rows that are left out: 0 as guessing, 1 perfectly.

    Each row is predicted from the ten rows next to it in the order of the column, by their majority or mean; of fewer
    than 200 rows from the four, or from the nearest if that tells more. For
    classes it is Youden's J, (K mean recall - 1) / (K - 1), which does not grow with a frequent class; for numbers R²,
    or the squared correlation of values or ranks if that is larger.

    Parameters
    ----------
    x, y
        The column and the target, (n,), in random order.
    n_classes
        Number of classes; 0 for numbers.

    """
    order = np.argsort(x, kind="stable")
    if n_classes:
        s = y[order].astype(np.int64)
        j = informedness(s, _majorities(s, n_classes), n_classes)
        return max(j, informedness(s, _nearest(x[order], s), n_classes)) if len(s) < _FEW_ROWS else j
    return max(_explained(y[order]), squared_correlation(x, y), squared_correlation(ranks(x), ranks(y)))


def informedness(y: Whole, predicted: Whole, n_classes: int) -> float:
    """Return Youden's J over the classes that have rows enough."""
    counts = np.bincount(y, minlength=n_classes)
    hits = np.bincount(y[predicted == y], minlength=n_classes)
    enough = counts >= _FEWEST_OF_CLASS
    k = int(enough.sum())
    if k < 2:
        return 0.0
    return float((hits[enough] / counts[enough]).sum() - 1) / (k - 1)


def squared_correlation(x: Array, y: Array) -> float:
    """Return Pearson's r², 0 where one of the two is constant."""
    a, b = x - x.mean(), y - y.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b / size) ** 2 if size > 0 else 0.0


def independence(counts: npt.NDArray[Any]) -> float:
    """Return how probable such counts are if rows and columns have nothing to do with each other (χ²)."""
    from scipy.special import chdtrc

    counts = counts[:, counts.sum(axis=0) > 0][counts.sum(axis=1) > 0]
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return float(chdtrc(freedom, ((counts - expected) ** 2 / expected).sum())) if freedom else 1.0


def ranks(x: Array) -> Array:
    """Return the ranks of numbers, the mean one where they are equal."""
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(middle[inverse], np.float64)


def _majorities(s: Whole, n_classes: int) -> Whole:
    n = len(s)
    if n_classes > _MOST_CLASSES:
        return np.where(np.arange(n) > 0, np.roll(s, 1), s[min(1, n - 1)])
    one_hot = s[:, np.newaxis] == np.arange(n_classes)
    sums = np.concatenate([np.zeros((1, n_classes), np.int32), np.cumsum(one_hot, axis=0, dtype=np.int32)])
    low, high = _windows(n)
    return np.asarray((sums[high] - sums[low] - one_hot).argmax(axis=1))


def _nearest(x: Array, s: Whole) -> Whole:
    """Predict each row as the nearer one of the two beside it; x and s in the order of x."""
    gaps = np.concatenate([[np.inf], np.diff(x), [np.inf]])
    return np.where(gaps[:-1] <= gaps[1:], np.roll(s, 1), np.roll(s, -1))


def _explained(s: Array) -> float:
    total = float(((s - s.mean()) ** 2).sum())
    if len(s) < 3 or not total:
        return 0.0
    sums = np.concatenate([[0.0], np.cumsum(s - s.mean())])
    low, high = _windows(len(s))
    predicted = (sums[high] - sums[low] - (s - s.mean())) / (high - low - 1)
    return 1 - float(((s - s.mean() - predicted) ** 2).sum()) / total


def _windows(n: int) -> tuple[Whole, Whole]:
    at, half = np.arange(n), _HALF if n >= _FEW_ROWS else _HALF_OF_FEW
    return np.maximum(at - half, 0), np.minimum(at + half + 1, n)


def surprise(share: float, usual: float, n: int) -> float:
    """Bound the probability that of `n` rows so large a share is of a kind that usually has a smaller (Chernoff)."""
    if share <= usual or not n:
        return 1.0
    divergence = share * np.log(share / usual) if usual else np.inf
    if share < 1:
        divergence += (1 - share) * np.log((1 - share) / (1 - usual))
    return float(np.exp(-n * divergence))
