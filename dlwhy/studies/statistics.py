"""Pure functions of (n_seeds,) arrays: paired effects with intervals, tests, corrections, and seeds needed."""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
_EXACT = 14
_DRAWS = 20_000
_MOST_SEEDS = 1000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Effect:
    """A mean paired difference.

    Parameters
    ----------
    effect, ci_low, ci_high
        Mean, and ends of its t interval.
    p
        Two-sided p value of the sign-flip test; of the corrected t test where resamples overlap.
    sd, standardized
        Standard deviation of the differences, and the mean in units of it; None if they are all alike.
    n_seeds
        Pairs.
    alpha
        One less the coverage of the interval.

    """

    effect: float
    ci_low: float
    ci_high: float
    p: float
    sd: float
    standardized: float | None
    n_seeds: int
    alpha: float


def paired_effect(differences: npt.ArrayLike, *, alpha: float = 0.05, overlap: float = 0.0, seed: int = 0) -> Effect:
    """Estimate the mean of paired differences.

    Parameters
    ----------
    differences
        One a seed, (n_seeds,).
    alpha
        One less the coverage.
    overlap
        n_test / n_train, if the pairs come from resamples of one data set: variances are then corrected after
        Nadeau & Bengio (2003), and p is the corrected t test's, since signs can't be flipped one by one.
    seed
        Of the Monte-Carlo sign flips.

    Raises
    ------
    ValueError
        If there is no difference, or one is not finite.

    """
    from scipy import stats

    values = np.asarray(differences, float)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ValueError("differences must be finite numbers, one a seed")
    n, mean = len(values), float(values.mean())
    sd = float(values.std(ddof=1)) if n > 1 else math.inf
    error = sd * math.sqrt(1 / n + overlap) if sd else 0.0
    half = error * float(stats.t.ppf(1 - alpha / 2, n - 1)) if n > 1 else math.inf
    if overlap and n > 1 and error:
        p = float(2 * stats.t.sf(abs(mean) / error, n - 1))
    else:
        p = sign_flip_p(values, seed=seed)
    standardized = mean / sd if sd and math.isfinite(sd) else None
    return Effect(
        effect=mean,
        ci_low=mean - half,
        ci_high=mean + half,
        p=p,
        sd=sd,
        standardized=standardized,
        n_seeds=n,
        alpha=alpha,
    )


def sign_flip_p(differences: npt.ArrayLike, *, draws: int = _DRAWS, seed: int = 0) -> float:
    """Two-sided p value of the sign-flip test on the mean: exact up to 14 pairs, else Monte-Carlo with (h + 1)/(d + 1).

    Parameters
    ----------
    differences
        One a seed, (n_seeds,).
    draws, seed
        Sign patterns to draw, and their seed.

    """
    values = np.asarray(differences, float)
    n = len(values)
    exact = n <= _EXACT
    if exact:
        signs = 1.0 - 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)
    else:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], (draws, n))
    means, seen = np.abs(signs @ values), abs(values.sum())
    # sums in another order differ in the last bits
    hits = int((means >= seen * (1 - 1e-12) - 1e-15).sum())
    return hits / 2**n if exact else (hits + 1) / (draws + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values of a family (Holm 1979), in the order given."""
    order = np.argsort(p_values, kind="stable")
    adjusted, largest, m = [0.0] * len(order), 0.0, len(order)
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (m - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def detectable(sd: float, n_seeds: int, *, alpha: float = 0.05, power: float = 0.8, overlap: float = 0.0) -> float:
    """Give the smallest mean difference that a paired t test finds with this power, about."""
    from scipy import stats

    if n_seeds < 2:
        return math.inf
    quantiles = stats.t.ppf([1 - alpha / 2, power], n_seeds - 1)
    return float(quantiles.sum()) * sd * math.sqrt(1 / n_seeds + overlap)


def seeds_needed(effect: float, sd: float, *, smallest: float, alpha: float = 0.05) -> int | None:
    """Give the number of seeds at which the interval round this effect would leave `smallest`; None if above 1000."""
    from scipy import stats

    distance = abs(effect - smallest)
    for n in range(2, _MOST_SEEDS + 1):
        if float(stats.t.ppf(1 - alpha / 2, n - 1)) * sd / math.sqrt(n) < distance:
            return n
    return None


def slopes(curves: npt.ArrayLike) -> Array:
    """Least-squares slope of each curve over its places 0, 1, 2, …: (n_seeds, k) -> (n_seeds,)."""
    values = np.asarray(curves, float)
    places = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    return np.asarray(values @ places / (places**2).sum())


def trend(curves: npt.ArrayLike) -> tuple[float, float]:
    """Page's (1963) test that curves, (n_seeds, k), rise from place to place -> statistic, one-sided p."""
    from scipy import stats

    found = stats.page_trend_test(np.asarray(curves, float))
    return float(found.statistic), float(found.pvalue)


def bootstrap_interval(
    values: npt.ArrayLike,
    statistic: Callable[[Array], float],
    *,
    alpha: float = 0.05,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile bootstrap over seeds, for what has no closed form: (n_seeds, …) rows are drawn with replacement."""
    rows = np.asarray(values, float)
    rng = np.random.default_rng(seed)
    found = [statistic(rows[rng.integers(len(rows), size=len(rows))]) for _ in range(draws)]
    low, high = np.nanquantile(found, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def sign_test(wins: int, losses: int) -> float:
    """Two-sided p value of a sign test; ties are left out."""
    from scipy import stats

    return float(stats.binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ranking:
    """Methods compared over data sets (Demsar 2006).

    Parameters
    ----------
    mean_ranks
        1 is best, (n_methods,).
    friedman_p
        That all methods are alike.
    to_best
        Wilcoxon's p of each method to the one with the best mean rank, after Holm; 1 for itself.
    critical_difference
        Nemenyi's: mean ranks that are nearer than this are not told apart.

    """

    mean_ranks: tuple[float, ...]
    friedman_p: float
    to_best: tuple[float, ...]
    critical_difference: float


def rank_comparison(scores: npt.ArrayLike, *, alpha: float = 0.05) -> Ranking:
    """Compare methods, scores (n_datasets, n_methods), the higher the better.

    Raises
    ------
    ValueError
        If there are fewer than three methods or two data sets.

    """
    from scipy import stats

    values = np.asarray(scores, float)
    n, k = values.shape
    if n < 2 or k < 3:
        raise ValueError("three methods and two data sets, at least")
    ranks = stats.rankdata(-values, axis=1).mean(axis=0)
    best = int(ranks.argmin())
    others = [i for i in range(k) if i != best]
    raw = [_wilcoxon(values[:, best] - values[:, i]) for i in others]
    adjusted = dict(zip(others, holm(raw), strict=True))
    quantile = float(stats.studentized_range.ppf(1 - alpha, k, np.inf))
    return Ranking(
        mean_ranks=tuple(map(float, ranks)),
        friedman_p=float(stats.friedmanchisquare(*values.T).pvalue),
        to_best=tuple(adjusted.get(i, 1.0) for i in range(k)),
        critical_difference=quantile / math.sqrt(2) * math.sqrt(k * (k + 1) / (6 * n)),
    )


def _wilcoxon(differences: Array) -> float:
    from scipy import stats

    return float(stats.wilcoxon(differences).pvalue) if differences.any() else 1.0
