"""Which texts mark a missing cell, and which numbers look as if they did."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

# in polars' regular expressions: what programs write where a cell is missing
_PROGRAMS = r"na|n/a|#n/a|#na|-?nan|(?-i:NaT)|null|\(null\)|<na>|\?|(?-i:\\N)|-?1\.#(?:ind|qnan)"
# and spreadsheets in English and German where a formula fails
_FORMULAS = r"#(?:div/0|ref|value|num|null|bezug|wert|zahl)!|#name\?|#nv"
ALWAYS = rf"{_PROGRAMS}|{_FORMULAS}"
# what people write; as the name of a class it may mean something
OFTEN = r"none|nil|-+|[\u2013\u2014\u2212]|\.|\.\."
EMPTY = r"^$"
STRICT = rf"^(?i:{ALWAYS})?$"
USUAL = rf"^(?i:{ALWAYS}|{OFTEN})?$"
# numbers that stand for nothing: those of questionnaires, of sensors and of grids
_SENTINELS = np.array(
    sorted(
        float(np.float32(sign * size))
        for size in (
            *(10**digits - 1 for digits in range(1, 9)),
            *(777, 888, 7777, 8888),
            *(32767, 32768, 65535, 2**31),
            *(1e10, 1e12, 1e15, 1e16),
        )
        for sign in (-1, 1)
    )
)
_NEAR = 1e-6  # of their size: features are float32
_FEWEST = 2
_GAP = 1.0  # of the range of all other values
_GAP_OF_SIZE = 0.5  # of the next value's size: a sensor at its end is no gap


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sentinel:
    """A number such as -999 that lies far from all others, and occurs again and again."""

    number: float
    count: int
    low: float  # of all other numbers
    high: float


def may_be_sentinels(numbers: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return which numbers, of any shape, are among those that stand for nothing."""
    places = np.clip(np.searchsorted(_SENTINELS, numbers), 1, len(_SENTINELS) - 1)
    found: npt.NDArray[np.bool_] = np.zeros(np.shape(numbers), bool)
    for near in (_SENTINELS[places - 1], _SENTINELS[places]):
        found |= np.abs(near - numbers) <= _NEAR * np.abs(near)
    return found


def sentinels(values: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]) -> Iterator[Sentinel]:
    """Yield what may mark missing cells in a column, from its different numbers, sorted, and their counts."""
    others = np.flatnonzero(~may_be_sentinels(values))
    if len(others) < 2:
        return
    low, high = float(values[others[0]]), float(values[others[-1]])
    for place in (*range(others[0]), *range(others[-1] + 1, len(values))):
        number = float(values[place])
        neighbour = low if number < low else high
        wanted = max(_GAP * (high - low), _GAP_OF_SIZE * abs(neighbour))
        if counts[place] >= _FEWEST and abs(number - neighbour) >= wanted:
            yield Sentinel(number=number, count=int(counts[place]), low=low, high=high)
