"""Learning curves: a power law of the number of training points, and how well it forecasts sizes it has not seen.

``error = a * n**-b + c`` after Cortes et al. (1994) and Hestness et al. (2017). About one real curve in seven is
ill-behaved (LCDB 1.1, Yan et al. 2025), so a forecast is tested on the two largest sizes and refused where the curve
turns back.
"""

import dataclasses
import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from dlwhy.studies.findings import statistics
from dlwhy.studies.findings.statistics import Array, Effect

Form = Literal["power law", "power law with floor"]
MIN_SIZES = 5
MISSED = "the curve missed the two largest sizes by more than it would promise"
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
class Doubling:
    """A forecast of the gain, in the unit of the errors; None where it is refused.

    Parameters
    ----------
    forecast_next, forecast_next_low, forecast_next_high
        Fall of the error, and the ends of its interval.
    next_refused
        Why there is none, or None.

    """

    forecast_next: float | None = None
    forecast_next_low: float | None = None
    forecast_next_high: float | None = None
    next_refused: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class LearningCurve(Doubling):
    """What was seen of a learning curve, its forecast, and what doubling the largest size would bring.

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


def fit_curve(sizes: npt.ArrayLike, errors: npt.ArrayLike, *, floor: bool) -> Curve:
    """Fit ``a * n**-b + c`` by least squares in logarithms, with b >= 0 and 0 <= c < the smallest error.

    Parameters
    ----------
    sizes, errors
        Positive, (k,), two sizes at least.
    floor
        Whether there is a c; without, the fit has a closed form.
    """
    log_n, log_error = np.log(np.asarray(sizes, float)), np.log(np.asarray(errors, float))
    if not floor:
        return _plain(log_n, log_error)
    lowest = _below(log_error)
    starts = [_plain(log_n, np.log(np.exp(log_error) - share * lowest)) for share in _STARTS]
    starts = [dataclasses.replace(start, c=share * lowest) for start, share in zip(starts, _STARTS, strict=True)]
    fits = [_with_floor(log_n, log_error, start) for start in starts]
    return min(fits, key=lambda fit: np.square(np.log(fit.at(np.exp(log_n))) - log_error).sum())


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
    """
    n, runs = np.asarray(sizes, float), np.asarray(errors, float)
    mean = _means(runs, np.ones((1, len(runs))))[0]
    seen = LearningCurve(
        sizes=tuple(int(size) for size in n),
        errors=tuple(float(error) for error in mean),
        observed=tuple(float(error) for error in mean[-_HELD_OUT:]),
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
    pairs = statistics.finite(differences)
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
    further = promise(
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
        **vars(fit),
        **vars(further),
        b_low=low,
        b_high=high,
        forecast=tuple(float(error) for error in forecast),
        forecast_error=float(np.abs(forecast / mean[-_HELD_OUT:] - 1).max()),
        forecast_miss=miss,
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
    return [
        _plain(log_n, errors) if form == "power law" else _with_floor(log_n, errors, fit) for errors in np.log(usable)
    ]


def promise(
    promised: float, drawn: Array, *, miss: float, last: Effect | None, overlap: float, alpha: float
) -> Doubling:
    """Hold what a fitted curve promises of doubling the rows once more against what was seen.

    Four rules, since a curve through noise promises what its data don't: never more than the upper end of what the
    last doubling brought; with an interval no narrower than the curve's own misses, and no higher at its lower end than
    half of what the last doubling surely brought; and nothing if the misses exceed it. A doubling brings 2^-b of what
    the one before it did, whatever the floor, which a few sizes do not show: between half of it and all.

    Parameters
    ----------
    promised
        Gain of doubling the largest size, by a fit to all sizes.
    drawn
        The same by fits to resamples of the seeds, (draws,); none for a single seed.
    miss
        The larger miss of the curve's forecasts of the two largest sizes, which it had not seen.
    last
        What the last doubling brought.
    overlap
        n_test / n_train of resamples of one data set: their intervals are widened as in `statistics.paired_effect`.
    alpha
        One less the coverage of the interval.

    """
    if last is None or not math.isfinite(last.ci_high) or not len(drawn):
        none = last is not None and last.is_none
        return Doubling(next_refused="the last doubling brought nothing" if none else "one seed has no interval")
    if last.ci_high <= 0:
        return Doubling(next_refused="the last doubling brought nothing")
    gain = min(promised, last.ci_high)
    if miss > gain:
        return Doubling(next_refused=MISSED)
    low, high = np.quantile(drawn, [alpha / 2, 1 - alpha / 2])
    wider = math.sqrt(1 + last.n_seeds * overlap)
    surely = last.ci_low / 2 if last.ci_low > 0 else last.ci_low
    return Doubling(
        forecast_next=gain,
        forecast_next_low=min(promised - wider * (promised - float(low)), gain - miss, surely),
        forecast_next_high=min(max(promised + wider * (float(high) - promised), gain + miss), last.ci_high),
    )
