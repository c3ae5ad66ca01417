"""Rows that come in groups: intervals that count the groups, since rows of one group say much the same."""

import numpy as np
import numpy.typing as npt

from dlwhy.data.splitting import Keys

Array = npt.NDArray[np.float64]


def share_interval(hits: npt.NDArray[np.bool_], groups: Keys) -> tuple[float, float]:
    """Compute the 95 % interval of a share of rows that come in groups.

    Wilson's interval for as many rows as these are worth (`effective_rows`), with the t quantile of the number of
    groups, after Korn and Graubard, Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data, Survey Methodology 24 (1998).

    Parameters
    ----------
    hits
        Whether each row counts, (n,).
    groups
        The number of each row's group, (n,).

    """
    return wilson(float(np.mean(hits)), effective_rows(hits.astype(np.float64), groups), quantile(groups))


def wilson(share: float, n: float, z: float) -> tuple[float, float]:
    """Compute Wilson's interval of a share of n rows, which need not be a whole number, for any quantile."""
    if not np.isfinite(z):
        return 0.0, 1.0
    center, half = share + z**2 / (2 * n), z * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    scale = 1 + z**2 / n
    return max(0.0, (center - half) / scale), min(1.0, (center + half) / scale)


def quantile(groups: Keys) -> float:
    """Return the t quantile of a 95 % interval over so many groups; infinite for one."""
    from scipy import stats

    count = len(np.unique(groups))
    return float(stats.t.ppf(0.975, count - 1)) if count > 1 else np.inf


def effective_rows(values: Array, groups: Keys) -> float:
    """Return how many rows of their own would tell the mean of values, (n,), as well as these: n by the design effect.

    Values that are all equal say nothing of how alike groups are: then a group counts as one row (Kish's number of
    groups, where they differ in size).
    """
    index, sizes = np.unique(groups, return_inverse=True, return_counts=True)[1:]
    n, count = len(values), len(sizes)
    apart = values - values.mean()
    sums = np.bincount(index, apart)
    if not apart.any():
        return float(n**2 / (sizes.astype(np.float64) ** 2).sum())
    between = float((sums**2).sum()) * count / max(1, count - 1)
    return float(np.clip(n * (apart**2).sum() / between, 1, n)) if between else float(n)


def group_sums(moments: Array, groups: Keys) -> Array:
    """Return the sums of moments, (k, n), over each group's rows, and their number: (k + 1, n_groups)."""
    index = np.unique(groups, return_inverse=True)[1]
    return np.stack([np.bincount(index, row) for row in (*moments, np.ones(moments.shape[1]))])
