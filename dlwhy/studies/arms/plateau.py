"""The choice of a learning rate from few seeds' scores: the centre of the rates that do about as well as the best.

Means of four seeds are noisy, and their last bits differ between machines. The best of them often stands at the brink,
where a fifth seed would not train, or ties with another one. So each rate is judged with its neighbours, and all that
are about as good weigh in, the less the farther they are below: the choice moves little when scores do, and never
jumps where two rates beside each other tie.
"""

import math
from collections.abc import Mapping

import numpy as np

from dlwhy.data.dataset import FloatArray

# accuracy points, or R², below which a rate does no longer as well as the best
_PLATEAU = 0.02
# what a neighbour counts as worse at most
_BRINK = 0.08
_DIGITS = 2


def centre(scores: Mapping[float, float]) -> float:
    """Return the weighted mean of the logarithms of all rates on the plateau, as a rate of two digits.

    Parameters
    ----------
    scores
        Mean score by rate, half a decade apart.

    """
    rates = sorted(scores)
    powers = np.average(np.log10(rates), weights=_weights(scores))
    return float(f"{10**powers:.{_DIGITS}g}")


def beyond(scores: Mapping[float, float]) -> list[float]:
    """Return two rates more, half a decade apart, if the best lies at the edge of those tried; else none."""
    rates, weights = sorted(scores), _weights(scores)
    if weights[0] == 1:
        return [_further(rates[0], -2), _further(rates[0], -1)]
    if weights[-1] == 1:
        return [_further(rates[-1], 1), _further(rates[-1], 2)]
    return []


def _further(rate: float, steps: int) -> float:
    """Go some half decades from a rate, to one of the grid: 1e-05, and not three times a rounded 3.162e-06."""
    return float(f"{10 ** ((round(2 * math.log10(rate)) + steps) / 2):.4g}")


def _weights(scores: Mapping[float, float]) -> FloatArray:
    """Weight of each rate, ascending, (n,): 1 for the best, 0 off its plateau, which ends where a score falls."""
    means = np.array([scores[rate] for rate in sorted(scores)])
    padded = np.pad(means, 1, mode="edge")
    # a rate beside the brink is held back by two points, not by all that is lost beyond it: it may be the only good one
    beside = np.maximum(padded[:-2], means - _BRINK) + np.maximum(padded[2:], means - _BRINK)
    smooth = (beside + 2 * means) / 4
    best = int(np.argmax(smooth))
    near = np.clip(1 - (smooth[best] - smooth) / _PLATEAU, 0, 1)
    left, right = np.minimum.accumulate(near[best::-1])[::-1], np.minimum.accumulate(near[best:])
    return np.concatenate([left, right[1:]])
