"""What the rows that did not choose a slice say of it: its error, the error elsewhere, and what chance would do."""

import dataclasses
import warnings

import numpy as np
import numpy.typing as npt

from dlwhy.data.splitting import Keys
from dlwhy.evaluation.calibration import wilson_interval
from dlwhy.evaluation.clusters import share_interval
from dlwhy.evaluation.errors.held_out import Array, half_width
from dlwhy.text import finite

_FEWEST_GROUPS = 4  # with rows in a slice


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Some rows, inside a slice and outside.

    Parameters
    ----------
    errors
        (n,): 0 or 1 where classes are predicted, else the absolute error.
    inside
        (n,): which of them are of the slice.
    groups
        (n,): the number of each row's group, if rows belong together.
    is_regression
        Whether numbers are predicted.

    """

    errors: Array
    inside: npt.NDArray[np.bool_]
    groups: Keys | None
    is_regression: bool

    @property
    def elsewhere(self) -> float:
        """Accuracy, or mean absolute error, outside."""
        mean = float(self.errors[~self.inside].mean())
        return mean if self.is_regression else 1 - mean

    def score(self) -> tuple[float, float | None, float | None]:
        """Return accuracy, or mean absolute error, inside with its 95 % interval."""
        own, groups = self.errors[self.inside], None if self.groups is None else self.groups[self.inside]
        if self.is_regression:
            mean, half = float(own.mean()), half_width(own, groups)
            return mean, finite(max(0.0, mean - half)), finite(mean + half)
        right = own == 0
        low, high = wilson_interval(int(right.sum()), len(right)) if groups is None else share_interval(right, groups)
        return float(right.mean()), low, high

    def p_value(self) -> float:
        """Return the chance that the difference is as large if errors are no more frequent, or larger, inside.

        Fisher's exact test; of numbers Welch's; where rows come in groups, the difference over its standard error, for
        which whole groups count (1 for a slice with rows of fewer than four).
        """
        from scipy import stats

        if self.groups is not None:
            return _p_value_of_groups(self.errors, self.inside, self.groups)
        inside = self.errors[self.inside]
        if self.is_regression:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # of errors that are all the same
                welch = stats.ttest_ind(inside, self.errors[~self.inside], equal_var=False, alternative="greater")
            return float(welch.pvalue) if np.isfinite(welch.pvalue) else 1.0
        n, n_wrong = len(self.errors), int(self.errors.sum())
        return float(stats.hypergeom.sf(int(inside.sum()) - 1, n, n_wrong, len(inside)))


def _p_value_of_groups(errors: Array, inside: npt.NDArray[np.bool_], groups: Keys) -> float:
    from scipy import stats

    if len(np.unique(groups[inside])) < _FEWEST_GROUPS:
        return 1.0
    share, means = float(inside.mean()), (errors[~inside].mean(), errors[inside].mean())
    difference = float(means[1] - means[0])
    # of each row on the difference in means
    influence = np.where(inside, (errors - means[1]) / share, (means[0] - errors) / (1 - share))
    degrees = len(np.unique(groups)) - 1
    error = half_width(influence, groups) / float(stats.t.ppf(0.975, degrees))
    return float(stats.t.sf(difference / error, degrees)) if error > 0 else 1.0


def holm(p_values: list[float]) -> list[float]:
    """Return p-values adjusted for their number (Holm, 1979)."""
    order = np.argsort(p_values, kind="stable")
    adjusted = np.minimum(1.0, np.asarray(p_values)[order] * np.arange(len(p_values), 0, -1))
    found = np.empty(len(p_values))
    found[order] = np.maximum.accumulate(adjusted)
    return [float(value) for value in found]
