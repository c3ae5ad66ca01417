"""Metrics of predicted numbers, with bootstrap intervals."""

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from dlwhy.data.splitting import Keys
from dlwhy.evaluation.clusters import group_sums
from dlwhy.evaluation.results import REGRESSION_METRICS, Evaluation
from dlwhy.text import finite

_Statistic = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
_RESAMPLES = 2000
_ROWS_AT_ONCE = 50_000
# from twice as many rows on, means of groups of rows are resampled: the interval hardly changes, and takes no longer
_RESAMPLED_UNITS = 5000


def regression(
    y_true: npt.NDArray[np.float64], y_pred: npt.NDArray[np.float64], seed: int, groups: Keys | None = None
) -> Evaluation:
    """Evaluate predicted numbers; `dlwhy.evaluation.evaluate` has checked them."""
    centred = _centred(y_true)
    error = y_pred - y_true
    moments = np.stack([error**2, np.abs(error), centred, centred**2])
    r2, mae, rmse = _regression_metrics(moments.mean(axis=1))
    (r2_low, mae_low, rmse_low), (r2_high, mae_high, rmse_high) = _bootstrap(moments, _regression_metrics, seed, groups)
    values = (r2, r2_low, r2_high, mae, mae_low, mae_high, rmse, rmse_low, rmse_high, float(np.mean(error**2)))
    metrics = {name: finite(value) for name, value in zip(REGRESSION_METRICS, values, strict=True)}
    notes = []
    if len(y_true) < 2:
        notes.append("one row: R² and the intervals need at least two")
    elif metrics["r2"] is None:
        notes.append("all true values are equal: R² is not defined")
    return Evaluation(
        task="regression",
        n_samples=len(y_true),
        metrics=metrics,
        y_true=y_true,
        y_pred=y_pred,
        notes=tuple(notes),
        groups=groups,
    )


def r2_difference(
    y_true: npt.NDArray[np.float64],
    ours: npt.NDArray[np.float64],
    theirs: npt.NDArray[np.float64],
    seed: int,
    groups: Keys | None = None,
) -> tuple[float | None, float | None]:
    """Compute the 95 % interval of the difference in R² of two predictions of the same rows, (n_samples,) each."""
    centred = _centred(y_true)
    moments = np.stack([(theirs - y_true) ** 2 - (ours - y_true) ** 2, centred, centred**2])
    low, high = _bootstrap(moments, _gain_in_r2, seed, groups)
    return finite(low), finite(high)


def _centred(y_true: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Move the truth to its mean: R² is then a ratio of means without loss of digits."""
    return np.asarray(y_true - (y_true.mean() if np.ptp(y_true) else y_true[0]))


def _gain_in_r2(means: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    gain, truth, squared_truth = means
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(gain / (squared_truth - truth**2))


def _regression_metrics(means: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Compute R², MAE and RMSE, (3, …), from the means, (4, …), of squared and absolute error, truth, squared truth."""
    squared, absolute, truth, squared_truth = means
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = 1 - squared / (squared_truth - truth**2)
    return np.stack([r2, absolute, np.sqrt(squared)])


def _bootstrap(
    moments: npt.NDArray[np.float64], statistic: _Statistic, seed: int, groups: Keys | None
) -> npt.NDArray[np.float64]:
    """Return the lower and upper 95 % bounds of a statistic of mean moments, (2, …); NaN for a single row or group.

    What the statistic consists of shares its resamples of rows, as a difference needs it. Groups are resampled whole.
    """
    from scipy.stats import bootstrap

    if groups is not None:
        moments, statistic = group_sums(moments, groups), _of_sums(statistic)
    units = _grouped(moments)
    n_units = units.shape[1]
    if n_units < 2:
        return np.full((2, *statistic(units[:, 0]).shape), np.nan)

    def of_rows(rows: npt.NDArray[np.intp], axis: int) -> npt.NDArray[np.float64]:
        return statistic(units[:, rows].mean(axis=axis))

    # a resample of equal rows has no R², of which SciPy warns; where that is likely, the bound is NaN
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = bootstrap(
            (np.arange(n_units),),
            of_rows,
            n_resamples=_RESAMPLES,
            batch=max(1, _ROWS_AT_ONCE // n_units),
            method="percentile",
            rng=seed,
        )
        return np.asarray(np.quantile(found.bootstrap_distribution, (0.025, 0.975), axis=-1))


def _of_sums(statistic: _Statistic) -> _Statistic:
    """Make a statistic of mean moments one of mean sums over groups, the number of rows behind them."""
    return lambda sums: statistic(sums[:-1] / sums[-1])


def _grouped(moments: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Average every so many rows into one, taken from all over the data, if there are very many rows."""
    size = moments.shape[1] // _RESAMPLED_UNITS
    if size < 2:
        return moments
    count = moments.shape[1] // size
    return np.asarray(moments[:, : size * count].reshape(len(moments), size, count).mean(axis=1))
