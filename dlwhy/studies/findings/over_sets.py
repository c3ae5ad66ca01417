"""Methods compared over data sets by the size of their errors: what ranks leave out."""

import dataclasses

import numpy as np

from dlwhy.studies.findings.statistics import Array

# added to errors before the geometric mean, so that a data set without any does not decide alone
SHIFT = 0.01
_RESAMPLES = 4000
_LEAST = 1e-9


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fewer:
    """By which share a method's errors are fewer than another's, with a bootstrap interval over data sets."""

    fewer: float
    ci_low: float
    ci_high: float


def errors(scores: Array, metric: str) -> Array:
    """Turn scores into errors: 1 - accuracy, or of R² the root of the mean squared error in units of the deviation."""
    lost = np.maximum(0.0, 1.0 - np.asarray(scores, float))
    return np.asarray(np.sqrt(lost) if metric == "r2" else lost)


def improvability(errors: Array) -> Array:
    """Return the share of each method's errors that the best of all avoids, mean over data sets, (n_methods,).

    Parameters
    ----------
    errors
        Mean errors, (n_sets, n_methods).

    """
    best = errors.min(axis=1, keepdims=True)
    # without an error there is nothing to improve
    return np.asarray(np.where(errors > 0, 1 - best / np.where(errors > 0, errors, 1.0), 0.0).mean(axis=0))


def shifted_mean(errors: Array, axis: int = 0) -> Array:
    """Return the shifted geometric mean of errors over data sets."""
    return np.asarray(np.exp(np.log(errors + SHIFT).mean(axis=axis)) - SHIFT)


def fewer(ours: Array, theirs: Array, *, alpha: float = 0.05) -> Fewer:
    """Say by which share our errors are fewer than theirs, (n_sets,) each, in the shifted geometric mean.

    The interval is a percentile bootstrap's over data sets, always of the same resamples.
    """
    from scipy import stats

    def share(a: Array, b: Array, axis: int = -1) -> Array:
        # errors of nearly nothing would make the ratio of the means anything
        return 1 - (shifted_mean(a, axis) + _LEAST) / (shifted_mean(b, axis) + _LEAST)

    found = stats.bootstrap(
        (ours, theirs),
        share,
        paired=True,
        vectorized=True,
        n_resamples=_RESAMPLES,
        confidence_level=1 - alpha,
        method="percentile",
        random_state=np.random.default_rng(0),
    ).confidence_interval
    return Fewer(fewer=float(share(ours, theirs)), ci_low=float(found.low), ci_high=float(found.high))
