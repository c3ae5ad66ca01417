"""The best of several methods, chosen on other splits than those it is compared on.

The best of many is in part the luckiest: on the splits it was picked on it looks better than it is.
"""

import numpy as np

from dlwhy.studies.findings.statistics import Array


def chosen_elsewhere(scores: Array) -> Array:
    """Return which method does best on all other splits, for each split, (n_splits,).

    Parameters
    ----------
    scores
        The higher the better, (n_methods, n_splits); what is not a number is left out of a method's mean. A single
        split has no others: there the choice is its own.

    """
    values = np.asarray(scores, float)
    known = np.isfinite(values)
    if values.shape[1] == 1:
        return np.asarray(np.where(known, values, -np.inf).argmax(axis=0))
    filled = np.where(known, values, 0.0)
    counts = known.sum(axis=1, keepdims=True) - known
    sums = filled.sum(axis=1, keepdims=True) - filled
    means = np.where(counts > 0, sums / np.maximum(counts, 1), -np.inf)
    return np.asarray(means.argmax(axis=0))
