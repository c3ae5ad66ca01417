"""Two predictions of the same rows: by how much one is better, with an interval; and that in words."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from dlwhy.evaluation import regression
from dlwhy.evaluation.calibration import wilson_interval
from dlwhy.evaluation.clusters import effective_rows, quantile, wilson
from dlwhy.evaluation.results import MAIN_METRIC, Evaluation
from dlwhy.text import number

Outcome = Literal["better", "open", "worse"]
# from so many rows on, a tenth of a point is too coarse
_FINE = 10_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Difference:
    """By how much one prediction is better than another on the same rows: in accuracy, or in R².

    Parameters
    ----------
    value
        The difference; None where there is no R².
    low, high
        Its 95 % interval: what other rows like these would change, with the two models as they are. It says nothing
        about another seed or another training part.
    metric
        ``accuracy`` or ``r2``.
    n_samples
        Rows.

    """

    value: float | None
    low: float | None
    high: float | None
    metric: str
    n_samples: int

    @property
    def outcome(self) -> Outcome:
        """Return whether the interval lies above 0, below, or holds it."""
        if self.low is not None and self.low > 0:
            return "better"
        return "worse" if self.high is not None and self.high < 0 else "open"

    def __str__(self) -> str:
        if self.value is None:
            return "none"
        shown = number(self.value, "+") if self.metric == "r2" else f"{100 * self.value:+.{self._digits}f}"
        bounds = [value for value in (self.low, self.high) if value is not None]
        if len(bounds) < 2:
            return shown
        texts = [number(value) if self.metric == "r2" else f"{100 * value:.{self._digits}f}" for value in bounds]
        return f"{shown} [{', '.join(texts)}]"

    @property
    def in_words(self) -> str:
        """Return the difference with its unit: ``+0.8 points [-2.0, 3.5]``."""
        value, space, bounds = str(self).partition(" ")
        return f"R² {self}" if self.metric == "r2" else f"{value} points{space}{bounds}"

    @property
    def _digits(self) -> int:
        return 2 if self.n_samples >= _FINE else 1


def difference(ours: Evaluation, theirs: Evaluation, *, seed: int = 42) -> Difference:
    """Compare two evaluations of the same rows.

    Accuracy: Newcombe's interval for the difference of two shares of the same rows (Newcombe 1998, method 10). R²: the
    bootstrap over rows, the same resamples for both (percentile, 2000 resamples). Rows that come in groups count for as
    many as they are worth in telling the two apart (`clusters.effective_rows`); the bootstrap is over groups then.

    Parameters
    ----------
    ours, theirs
        Made from the same rows in the same order.
    seed
        Seed of the bootstrap.

    """
    metric, n_samples = MAIN_METRIC[ours.task], ours.n_samples
    if n_samples != theirs.n_samples:
        raise ValueError(f"{n_samples} rows, {theirs.n_samples} rows")
    if metric == "r2":
        mine, other = ours.metrics["r2"], theirs.metrics["r2"]
        value = None if mine is None or other is None else mine - other
        low, high = regression.r2_difference(ours.y_true, ours.y_pred, theirs.y_pred, seed, ours.groups)
        return Difference(value=value, low=low, high=high, metric=metric, n_samples=n_samples)
    mine, other = ours.y_pred == ours.y_true, theirs.y_pred == theirs.y_true
    counts: dict[str, Any] = {
        "both": int(np.sum(mine & other)),
        "first": int(np.sum(mine & ~other)),
        "second": int(np.sum(other & ~mine)),
        "neither": int(np.sum(~mine & ~other)),
    }
    if ours.groups is None:
        low, high = newcombe_interval(**counts)
    else:
        worth = effective_rows(mine.astype(np.float64) - other, ours.groups) / n_samples
        interval = functools.partial(_wilson_by_group, z=quantile(ours.groups))
        low, high = newcombe_interval(**{name: worth * n for name, n in counts.items()}, interval=interval)
    value = float(np.mean(mine) - np.mean(other))
    return Difference(value=value, low=low, high=high, metric=metric, n_samples=n_samples)


def _wilson_by_group(hits: float, n: float, *, z: float) -> tuple[float, float]:
    return wilson(hits / n, n, z)


def newcombe_interval(
    *,
    both: float,
    first: float,
    second: float,
    neither: float,
    interval: Callable[[Any, Any], tuple[float, float]] = wilson_interval,
) -> tuple[float, float]:
    """Compute the 95 % interval of the difference of two shares of the same rows.

    Newcombe, Improved confidence intervals for the difference between binomial proportions based on paired data,
    Statistics in Medicine 17 (1998), method 10: two Wilson intervals, put together with the rows' correlation.

    Parameters
    ----------
    both, first, second, neither
        Rows that both have right, only the first, only the second, none.
    interval
        The interval of one share, from its rows and all rows.

    """
    n = both + first + second + neither
    shares = ((both + first) / n, (both + second) / n)
    intervals = (interval(both + first, n), interval(both + second, n))
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    product = both * neither - first * second
    correlation = (max(product - n / 2, 0) if product > 0 else product) / margins**0.5 if margins else 0.0
    below = [share - low for share, (low, _) in zip(shares, intervals, strict=True)]
    above = [high - share for share, (_, high) in zip(shares, intervals, strict=True)]

    def reach(a: float, b: float) -> float:
        # a sum of squares: what falls below 0 is rounding
        return float(max(a**2 - 2 * correlation * a * b + b**2, 0) ** 0.5)

    value = (first - second) / n
    return max(value - reach(below[0], above[1]), -1.0), min(value + reach(above[0], below[1]), 1.0)


def against_baselines(differences: Mapping[str, Difference], best: str, rows: str) -> str:
    """Say in one sentence which baselines a model beats, and by how much the best of them.

    Parameters
    ----------
    differences
        Of the model and each baseline, by its name for people, guessing first.
    best
        The baseline with the highest score.
    rows
        What was compared on: ``394 rows``.

    """
    groups = {verb: [n for n, d in differences.items() if d.outcome == outcome] for outcome, verb in _VERBS.items()}
    parts = [f"{verb} {_listed(names)}" for verb, names in groups.items() if names]
    last = next(names for names in reversed(groups.values()) if names)
    whose = "" if last == [best] else f"against the best of them, {best}: "
    said = f"{'; '.join(parts)} on {rows} ({whose}{differences[best].in_words})."
    return said[0].upper() + said[1:]


def with_simple(gains: Mapping[str, Difference], baselines: Mapping[str, Evaluation], rows: str) -> str:
    """Say in one sentence how a model compares with all baselines; nothing where there are none, or no R².

    Parameters
    ----------
    gains
        Of the model over each baseline, by its name for people, guessing first.
    baselines
        Their evaluations by the same names.
    rows
        What was compared on: ``394 rows``.

    """
    if not gains or any(gain.value is None for gain in gains.values()):
        return ""
    guessing, *_ = baselines
    called = {name: "guessing" if name == guessing else name for name in gains}
    best = max(gains, key=lambda name: baselines[name].metrics[MAIN_METRIC[baselines[name].task]] or 0.0)
    return against_baselines({called[name]: gain for name, gain in gains.items()}, called[best], rows)


def against_model(found: Difference, name: str, first: str, rows: str) -> str:
    """Say in one sentence whether a model is better than the first on the same rows."""
    return f"{name} {_VERBS[found.outcome]} {first} on {rows} ({found.in_words})."


_VERBS: Mapping[Outcome, str] = {"better": "beats", "open": "can't be told from", "worse": "is worse than"}


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
