"""Learning curves: a power law of the number of training points, and how well it forecasts sizes it has not seen.

``error = a * n**-b + c`` after Cortes et al. (1994) and Hestness et al. (2017). About one real curve in seven is
ill-behaved (LCDB 1.1, Yan et al. 2025), so a forecast is tested on the two largest sizes and refused where the curve
turns back.
"""

import dataclasses
import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from dlwhy.studies.claims.data import doubling
from dlwhy.studies.findings import statistics
from dlwhy.studies.findings.statistics import Array, Effect

Form = Literal["power law", "power law with floor"]
MIN_SIZES = 5
_HELD_OUT = 2
_DRAWS = 200
# a floor makes three parameters: fewer points than four say nothing about it
_POINTS_FOR_FLOOR = 4
# where to begin with the floor, as shares of the smallest error; the best fit counts
_STARTS = (0.01, 0.5, 0.9, 0.99, 0.999)
# a dozen suffice, but where a curve is flat, floor and power law trade places for ever
_EVALUATIONS = 60
# a floor that forecasts one per cent better is no floor, and a rise of five per cent at a floor no turn
_WORTH_A_FLOOR = 0.01
_TURN = 0.05


@dataclasses.dataclass(frozen=True, kw_only=True)
class Curve:
    """A fitted curve, ``a * n**-b + c``; its floor c is 0 for a plain power law."""

    a: float
    b: float
    c: float

    def at(self, sizes: npt.ArrayLike) -> Array:
        """Return the errors at sizes, (k,)."""
        return np.asarray(self.a * np.asarray(sizes, float) ** -self.b + self.c)


@dataclasses.dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """What was seen of a learning curve, and its forecast.

    Parameters
    ----------
    sizes, errors
        Training points, and mean error over seeds at each.
    form, a, b, c
        The curve fitted to all but the two largest sizes; None if it is refused.
    b_low, b_high
        Percentile bootstrap interval of b over seeds, with the form held; None if it is refused or for a single seed.
    forecast, observed
        Errors at the two largest sizes, as the fit has them and as seen; no forecast if it is refused.
    forecast_error, forecast_miss
        The larger of their relative differences, and of their differences.
    refused
        Why there is no forecast, or None.
    next_doubling
        Gain (fall of the error) from the second largest size to the largest, paired by seed; None if no seed has both.
    forecast_next, forecast_next_low, forecast_next_high, next_refused
        Gain that doubling the largest size would bring, by a fit of the same form to all sizes, and its interval; or
        why nothing is promised: see `doubling.forecast`.

    """

    sizes: tuple[int, ...]
    errors: tuple[float, ...]
    form: Form | None = None
    a: float | None = None
    b: float | None = None
    c: float | None = None
    b_low: float | None = None
    b_high: float | None = None
    forecast: tuple[float, ...] = ()
    observed: tuple[float, ...] = ()
    forecast_error: float | None = None
    forecast_miss: float | None = None
    refused: str | None = None
    next_doubling: Effect | None = None
    forecast_next: float | None = None
    forecast_next_low: float | None = None
    forecast_next_high: float | None = None
    next_refused: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it JSON-like."""
        values = {name: list(each) if isinstance(each, tuple) else each for name, each in vars(self).items()}
        return {**values, "next_doubling": self.next_doubling.as_json() if self.next_doubling else None}


def _logarithms(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Array, Array]:
    pair = np.asarray(x, float), np.asarray(y, float)
    if pair[0].shape != pair[1].shape or not all((each > 0).all() and np.isfinite(each).all() for each in pair):
        raise ValueError("a power law needs as many positive numbers on either side")
    if pair[0].size < 2 or not np.ptp(pair[0]):
        raise ValueError("a power law needs two sizes at least")
    return np.log(pair[0]), np.log(pair[1])


def fit_curve(sizes: npt.ArrayLike, errors: npt.ArrayLike, *, floor: bool) -> Curve:
    """Fit ``a * n**-b + c`` by least squares in logarithms, with b >= 0 and 0 <= c < the smallest error.

    Parameters
    ----------
    sizes, errors
        Positive, (k,).
    floor
        Whether there is a c; without, the fit has a closed form.

    Raises
    ------
    ValueError
        If a number is not positive, or there is one size only.

    """
    log_n, log_error = _logarithms(sizes, errors)
    if not floor:
        return _plain(log_n, log_error)
    lowest = _below(log_error)
    starts = [_plain(log_n, np.log(np.exp(log_error) - share * lowest)) for share in _STARTS]
    starts = [dataclasses.replace(each, c=share * lowest) for each, share in zip(starts, _STARTS, strict=True)]
    fits = [_with_floor(log_n, log_error, start) for start in starts]
    return min(fits, key=lambda fit: _misfit(fit, log_n, log_error))


def _plain(log_n: Array, log_error: Array) -> Curve:
    centred = log_n - log_n.mean()
    b = max(0.0, -float(centred @ log_error / (centred @ centred)))
    return Curve(a=math.exp(log_error.mean() + b * log_n.mean()), b=b, c=0.0)


def _with_floor(log_n: Array, log_error: Array, start: Curve) -> Curve:
    from scipy.optimize import least_squares

    lowest = _below(log_error)

    def residuals(found: Array) -> Array:
        return np.asarray(np.log(np.exp(found[0] - found[1] * log_n) + found[2]) - log_error)

    def jacobian(found: Array) -> Array:
        falling = np.exp(found[0] - found[1] * log_n)
        columns = np.stack([falling, -log_n * falling, np.ones_like(falling)], axis=1)
        return np.asarray(columns / (falling + found[2])[:, None])

    # a start must lie inside the bounds
    inside = [math.log(start.a), max(start.b, 1e-6), min(max(start.c, 1e-6 * lowest), 0.999 * lowest)]
    bounds = ([-np.inf, 0.0, 0.0], [np.inf, np.inf, lowest])
    found = least_squares(residuals, inside, jacobian, bounds, method="dogbox", x_scale="jac", max_nfev=_EVALUATIONS)
    log_a, b, c = map(float, found.x)
    return Curve(a=math.exp(min(log_a, 700.0)), b=b, c=c)


def _below(log_error: Array) -> float:
    """Return the bound of a floor: just less than the smallest error, whatever the logarithm rounded."""
    return math.exp(log_error.min()) * (1 - 1e-9)


def _misfit(curve: Curve, log_n: Array, log_error: Array) -> float:
    return float(((np.log(curve.at(np.exp(log_n))) - log_error) ** 2).sum())


def choose_form(sizes: npt.ArrayLike, errors: npt.ArrayLike) -> Form:
    """Choose the form that, fitted to all but the last of the sizes, (k,), comes nearer to the last.

    The floor has to win by one per cent, and to have four points to be fitted to: on fewer, its three parameters pass
    through any.
    """
    n, seen = np.asarray(sizes, float), np.asarray(errors, float)
    if len(n) - 1 < _POINTS_FOR_FLOOR:
        return "power law"
    off = {
        floor: abs(math.log(fit_curve(n[:-1], seen[:-1], floor=floor).at(n[-1:])[0] / seen[-1]))
        for floor in (False, True)
    }
    return "power law with floor" if off[True] < off[False] - _WORTH_A_FLOOR else "power law"


def learning_curve(
    sizes: npt.ArrayLike, errors: npt.ArrayLike, *, alpha: float = 0.05, overlap: float = 0.0, seed: int = 0
) -> LearningCurve:
    """Fit a learning curve to all but its two largest sizes, and try its forecast on those.

    Parameters
    ----------
    sizes
        Training points, ascending, (k,).
    errors
        Held-out errors, (n_seeds, k); not finite where a run failed.
    alpha
        One less the coverage of intervals.
    overlap
        n_test / n_train of resamples of one data set; see `statistics.paired_effect`.
    seed
        Of the bootstrap.

    Raises
    ------
    ValueError
        If shapes don't fit, or sizes do not ascend.

    """
    n, runs = np.asarray(sizes, float), np.asarray(errors, float)
    if n.ndim != 1 or len(n) < 2 or runs.ndim != 2 or runs.shape[1] != len(n) or not len(runs):
        raise ValueError(f"errors must be (n_seeds, n_sizes), of two sizes at least (got {runs.shape}, {n.shape})")
    if not (n > 0).all() or not (np.diff(n) > 0).all():
        raise ValueError("sizes must be positive and ascend")
    mean = _means(runs, np.ones((1, len(runs))))[0]
    seen = LearningCurve(
        sizes=tuple(int(each) for each in n),
        errors=tuple(float(each) for each in mean),
        observed=tuple(float(each) for each in mean[-_HELD_OUT:]),
        next_doubling=_gain(runs[:, -2] - runs[:, -1], alpha=alpha, overlap=overlap),
    )
    refused = _refusal(runs, mean, alpha=alpha, overlap=overlap)
    if refused:
        return dataclasses.replace(seen, refused=refused, next_refused=refused)
    return _forecast(seen, n, runs, alpha=alpha, overlap=overlap, seed=seed)


def _means(runs: Array, counts: Array) -> Array:
    """Average runs, (n_seeds, k), that have a result, each counted so many times, (draws, n_seeds) -> (draws, k)."""
    ended = np.isfinite(runs)
    total, weight = counts @ np.where(ended, runs, 0.0), counts @ ended
    return np.asarray(np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0))


def _gain(differences: Array, *, alpha: float, overlap: float) -> Effect | None:
    pairs = differences[np.isfinite(differences)]
    return statistics.paired_effect(pairs, alpha=alpha, overlap=overlap) if len(pairs) else None


def _refusal(runs: Array, mean: Array, *, alpha: float, overlap: float) -> str | None:
    if len(mean) < MIN_SIZES:
        return f"a forecast needs {MIN_SIZES} sizes at least (got {len(mean)})"
    if not np.isfinite(mean).all():
        return "no run has a result at one of the sizes"
    if not (mean > 0).all():
        return "an error of 0 has no logarithm"
    if _turns_back(runs, mean, alpha=alpha, overlap=overlap):
        return "the error rises with more data, by more than noise"
    return None


def _turns_back(runs: Array, mean: Array, *, alpha: float, overlap: float) -> bool:
    """Say whether any size is worse than the best smaller one, by 5 % for sure, with Bonferroni's correction."""
    for index in range(1, len(mean)):
        best = int(mean[:index].argmin())
        gain = _gain(runs[:, best] - runs[:, index], alpha=alpha / (len(mean) - 1), overlap=overlap)
        if gain and gain.ci_high < -_TURN * mean[best]:
            return True
    return False


def _forecast(seen: LearningCurve, n: Array, runs: Array, *, alpha: float, overlap: float, seed: int) -> LearningCurve:
    mean, inside = np.array(seen.errors), slice(None, -_HELD_OUT)
    form = choose_form(n[inside], mean[inside])
    fit = fit_curve(n[inside], mean[inside], floor=form == "power law with floor")
    everything = fit_curve(n, mean, floor=form == "power law with floor")
    forecast = fit.at(n[-_HELD_OUT:])
    exponents = [curve.b for curve in _resampled(n[inside], runs[:, inside], fit, form, seed=seed)]
    low, high = np.quantile(exponents, [alpha / 2, 1 - alpha / 2]).tolist() if exponents else (None, None)
    miss = float(np.abs(forecast - mean[-_HELD_OUT:]).max())
    further = doubling.forecast(
        _next(everything, n[-1]),
        np.array([_next(curve, n[-1]) for curve in _resampled(n, runs, everything, form, seed=seed)]),
        miss=miss,
        last=seen.next_doubling,
        overlap=overlap,
        alpha=alpha,
    )
    return dataclasses.replace(
        seen,
        form=form,
        a=fit.a,
        b=fit.b,
        c=fit.c,
        b_low=low,
        b_high=high,
        forecast=tuple(float(each) for each in forecast),
        forecast_error=float(np.abs(forecast / mean[-_HELD_OUT:] - 1).max()),
        forecast_miss=miss,
        forecast_next=further.gain,
        forecast_next_low=further.low,
        forecast_next_high=further.high,
        next_refused=further.refused,
    )


def _next(curve: Curve, largest: float) -> float:
    return float(curve.at(largest) - curve.at(2 * largest))


def _resampled(n: Array, runs: Array, fit: Curve, form: Form, *, seed: int) -> list[Curve]:
    """Fit resamples of the seeds (see `statistics.bootstrap_interval`), all their means at once; none of one seed."""
    if len(runs) < 2:
        return []
    # how often each seed is drawn
    counts = np.random.default_rng(seed).multinomial(len(runs), np.full(len(runs), 1 / len(runs)), size=_DRAWS)
    means = _means(runs, counts.astype(float))
    usable = means[(np.isfinite(means) & (means > 0)).all(axis=1)]
    log_n = np.log(n)
    # begun at the fit itself, since resamples lie near it
    return [_plain(log_n, each) if form == "power law" else _with_floor(log_n, each, fit) for each in np.log(usable)]
