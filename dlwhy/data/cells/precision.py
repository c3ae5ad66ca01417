"""Whether float32 holds a column of numbers; and the centre and scale, in float64, with which it does."""

import dataclasses

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import LARGEST, SMALLEST_DEVIATION, Column, FloatArray

Numbers = npt.NDArray[np.float64]

_WHOLE = 2**24  # whole numbers up to here are all held
_STEP = 2.0**-24  # half the distance of two neighbours in float32, of their size
_COARSE = 1e-4  # of a deviation: rounding by more blurs what a network could learn
_COARSE_WHOLE = 1e-6  # of whole numbers, which are expected to be exact
_OUTLIER = 1e6  # times the usual size
_MOST_DIGITS = 280
# the variance of less is no number in float32, or nearly none
_SMALLEST_SPREAD = 1e-18


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scale:
    """How a column is brought into the range of float32: ``(number - center) / scale``, and why."""

    center: float
    scale: float
    why: str


def doubtful(X: FloatArray) -> npt.NDArray[np.bool_]:
    """Return for each column, (n, n_columns), whether it deserves a look in float64; nearly all don't."""
    if len(X) < 2:
        return np.zeros(X.shape[1], np.bool_)
    low, high = X.min(axis=0).astype(np.float64), X.max(axis=0).astype(np.float64)
    largest = np.maximum(np.abs(low), np.abs(high))
    spread = high - low
    # a deviation is at most half the spread, and may be far less; few columns come here, so this can be generous
    small = spread < 1e4 * SMALLEST_DEVIATION
    found: npt.NDArray[np.bool_] = (largest > _WHOLE) | (largest * _STEP > 0.01 * _COARSE * spread) | small
    found &= largest > 0
    return found


def scale_of(values: Numbers) -> Scale | None:
    """Return how to bring a column's numbers, (n,), into the range of float32; None if they are well held, or can't be.

    Centre and scale are short decimals, so that a person can take them from a number.
    """
    size = float(np.abs(values).max(initial=0))
    deviation = size * float(np.std(values / size)) if size else 0.0
    if not deviation:
        return None
    why = _fault(values, size, deviation)
    exponent = round(np.log10(deviation))
    if why is None or abs(exponent) > _MOST_DIGITS:
        return None
    center = float(f"{round(float(np.mean(values / 10.0**exponent)))}e{exponent}")
    return Scale(center=center, scale=float(f"1e{exponent}"), why=why)


def coarse(values: Numbers) -> bool:
    """Return whether float32 rounds the differences of numbers, (n,), away, or has no variance of them."""
    if len(values) < 2:
        return False
    size, deviation = float(np.abs(values).max()), float(np.std(values))
    return 0 < deviation < _SMALLEST_SPREAD or bool(_rounding(values).max() > _COARSE * deviation > 0 < size)


def vanishing(values: Numbers) -> int:
    """Return how many numbers other than zero are zero in float32."""
    return int(((values != 0) & (values.astype(np.float32) == 0)).sum())


def scaled(values: Numbers, column: Column) -> FloatArray:
    """Return numbers as a column's feature, float32: centred and scaled if the column says so."""
    if column.scale is None:
        return values.astype(np.float32)
    return ((values - (column.center or 0.0)) / column.scale).astype(np.float32)


def unscaled(feature: FloatArray, column: Column) -> Numbers:
    """Return the numbers of which `scaled` has made a feature, as far as float32 has kept them."""
    values: Numbers = feature.astype(np.float64)
    return values if column.scale is None else values * column.scale + (column.center or 0.0)


def _fault(values: Numbers, size: float, deviation: float) -> str | None:
    """Say in what float32 fails a column."""
    if size > LARGEST:
        # one among many that is far larger marks a missing cell, or is a slip: no scale helps the others then
        usual = float(np.quantile(np.abs(values), 0.25, method="lower"))
        return "float32 holds no variance of such numbers" if size < _OUTLIER * usual else None
    if deviation < SMALLEST_DEVIATION:
        return f"its numbers differ by less than {SMALLEST_DEVIATION:g}"
    rounding = _rounding(values)
    if rounding.max() > _COARSE * deviation:
        return "float32 does not tell its numbers apart"
    if rounding.max() > _COARSE_WHOLE * deviation and size > _WHOLE and bool((values == np.rint(values)).all()):
        return f"float32 does not hold all whole numbers over {_WHOLE}"
    return None


def _rounding(values: Numbers) -> Numbers:
    """Return by how much float32 rounds each number."""
    rounded: Numbers = np.abs(values - values.astype(np.float32).astype(np.float64))
    return rounded
