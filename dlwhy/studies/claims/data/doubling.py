"""What doubling the rows once more would bring, promised only where a learning curve has earned it.

Three rules, since a curve through noise promises what its data don't: never more than the upper end of what the last
doubling brought; with an interval no narrower than the curve's own misses; and nothing if these exceed the promise.
"""

import dataclasses
import math

import numpy as np

from dlwhy.studies.findings.statistics import Array, Effect

MISSED = "the curve missed the two largest sizes by more than it would promise"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Doubling:
    """A forecast of the gain, in the unit of the errors; None where it is refused.

    Parameters
    ----------
    gain, low, high
        Fall of the error, and the ends of its interval.
    refused
        Why there is none, or None.

    """

    gain: float | None = None
    low: float | None = None
    high: float | None = None
    refused: str | None = None


def forecast(
    promised: float, drawn: Array, *, miss: float, last: Effect | None, overlap: float, alpha: float
) -> Doubling:
    """Hold what a fitted curve promises against what was seen.

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
        return Doubling(refused="one seed has no interval")
    if last.ci_high <= 0:
        return Doubling(refused="the last doubling brought nothing")
    gain = min(promised, last.ci_high)
    if miss > gain:
        return Doubling(refused=MISSED)
    low, high = np.quantile(drawn, [alpha / 2, 1 - alpha / 2])
    wider = math.sqrt(1 + last.n_seeds * overlap)
    return Doubling(
        gain=gain,
        low=min(promised - wider * (promised - float(low)), gain - miss),
        high=min(max(promised + wider * (float(high) - promised), gain + miss), last.ci_high),
    )
