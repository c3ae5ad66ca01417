"""Which texts mark a missing cell, and which numbers look as if they did."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import polars as pl

# in polars' regular expressions: what programs write where a cell is missing
ALWAYS = r"na|n/a|#n/a|nan|null|<na>|\?"
# what people write; as the name of a class it may mean something
OFTEN = r"none|nil|-+|\u2013|\.|\.\."
EMPTY = r"^$"
STRICT = rf"^(?i:{ALWAYS})?$"
USUAL = rf"^(?i:{ALWAYS}|{OFTEN})?$"
# numbers that stand for nothing, beside those that no sensor gives
_SENTINELS = (9, 99, 999, 9999, 99999, 999999, 9999999, 99999999, 32767)
_FEWEST = 2


def marks(cells: "pl.Series", pattern: str) -> dict[str, int]:
    """Count the texts in cells that mark a missing one; most frequent first, without the empty text."""
    import polars as pl

    found = cells.filter(cells.str.contains(pattern) & (cells.str.len_bytes() > 0)).value_counts()
    return dict(found.sort([pl.col("count"), cells.name], descending=[True, False]).rows())


def sentinel(values: npt.NDArray[np.float32]) -> float | None:
    """Return a number like -999 that lies far from all others, (n,), and occurs again and again; or None."""
    if len(values) < 3:
        return None
    for extreme in (values.min(), values.max()):
        number = float(extreme)
        if abs(number) not in _SENTINELS:
            continue
        rest = values[values != extreme]
        if len(rest) and len(values) - len(rest) >= _FEWEST:
            low, high = float(rest.min()), float(rest.max())
            gap = low - number if number < low else number - high
            if gap > 2 * (high - low) and not (number < 0 and low < 0):
                return number
    return None
