"""Columns that name rows, and texts that are codes: one rule for cells and for numbers, at import and in checks."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from dlwhy.data.cells.names import says_identifier

if TYPE_CHECKING:
    import polars as pl

_VERSION = r"^[0-9]+\.(?:[0-9]|[1-9][0-9])$"
Numbers = npt.NDArray[np.float64]
# named and counted are sure enough to leave a column out; the others may be a scale, or a measurement by chance
Reason = Literal["named", "counted", "spaced", "spread"]
SURE: tuple[Reason, ...] = ("named", "counted")

FEWEST = 20  # rows; fewer may all differ by chance
NEARLY = 0.95
_LOOKED_AT = 1000
_WHOLE = r"^[+-]?[0-9]+(?:\.0+)?$"
_EXACT = 2.0**53
_YEARS = (1500, 2100)
_ONE_WORD = r"^\S+$"
_MANY = 5000  # whose spread tells
_FEWEST_DIGITS = 5
_KOLMOGOROV = 1.63  # exceeded by chance once in a hundred
_LARGEST_STEP = 25  # times the mean step


def may_name_rows(values: Numbers, n: int) -> bool:
    """Return whether the different values, sorted, of `n` cells are whole numbers that (nearly) all differ."""
    return n >= FEWEST and len(values) >= NEARLY * n and bool((values == np.rint(values)).all())


def reason(values: Numbers, n: int, name: str) -> Reason | None:
    """Say by what the numbers of a column name its rows; None if they measure something.

    Whole numbers that differ and lie close together were counted: measurements so close would repeat themselves. So
    would measurements on as many places of a scale, but those may have been chosen: 0, 10, 20. Numbers that are spread
    evenly over all of as many digits were drawn. If they lie in any other way, the column's name has to say so.

    Parameters
    ----------
    values
        The different numbers, sorted, (n_different,).
    n
        Of how many cells these are.
    name
        The column's.

    """
    if not may_name_rows(values, n) or not np.abs(values[[0, -1]]).max() < _EXACT:
        return None
    if says_identifier(name):
        return "named"
    low, high = float(values[0]), float(values[-1])
    if _YEARS[0] <= low and high <= _YEARS[1]:
        return None
    if high - low < 2 * n:
        return "counted"
    steps = np.diff(values)
    if high - low < 2 * n * float(np.gcd.reduce(steps.astype(np.int64))):
        return "spaced"
    # of many that were drawn from all, no step between two is far larger than the others
    is_even = n >= _MANY and float(steps.max()) < _LARGEST_STEP * float(steps.mean()) and _is_even(values)
    return "spread" if is_even or _has_fixed_digits(values) else None


def texts_name_rows(n_different: int, n: int, *, one_word: bool) -> bool:
    """Return whether texts, so many different ones in `n` cells, name rows; of several words all have to differ."""
    return n >= FEWEST and n_different >= NEARLY * n and (n_different == n or one_word)


def reason_of(cells: "pl.Series") -> Reason | None:
    """Return the `reason` of cells that are written as numbers, null where missing."""
    import polars as pl

    present = cells.drop_nulls()
    first = present.head(_LOOKED_AT)
    # what some cells tell costs much less than a look at a million
    if first.n_unique() < NEARLY * len(first) or not first.str.contains(_WHOLE).all():
        return None
    values = present.cast(pl.Float64, strict=False).to_numpy()
    return reason(np.unique(values), len(values), cells.name)


def suspects(frame: "pl.DataFrame") -> list[bool]:
    """Return for each column of numbers whether it is worth a look: it may name rows, be a code, or hold versions.

    One call for all: of a table of thousands of columns hardly one is.
    """
    import polars as pl

    every = pl.all().drop_nulls()
    first = every.head(_LOOKED_AT)
    names = first.str.contains(_WHOLE).all() & (first.n_unique() >= NEARLY * first.len())
    codes = first.str.contains("^[0-9]+$").all() & every.str.contains("^0[0-9]").any()
    versions = first.str.contains(_VERSION).all()
    return list(frame.select(names | codes | versions).row(0))


def are_names(cells: "pl.Series") -> bool:
    """Return whether cells that are texts, null where missing, name their rows."""
    present = cells.drop_nulls()
    first = present.head(_LOOKED_AT)
    if first.n_unique() < NEARLY * len(first):
        return False
    one_word = bool(first.str.contains(_ONE_WORD).all() and present.str.contains(_ONE_WORD).all())
    return texts_name_rows(present.n_unique(), len(present), one_word=one_word)


def rise(cells: "pl.Series") -> bool:
    """Return whether whole numbers differ and stand in order: an identifier, or a table sorted by a measurement."""
    import polars as pl

    present = cells.head(_LOOKED_AT)
    if len(cells) < FEWEST or cells.null_count() or not present.str.contains(_WHOLE).all():
        return False
    for some in (present, cells):
        steps = some.cast(pl.Float64, strict=False).diff().drop_nulls()
        if not ((steps > 0).all() or (steps < 0).all()):
            return False
    return True


def are_codes(cells: "pl.Series") -> str | None:
    """Return an example of a leading zero, if these are whole numbers that differ as texts do: 01067, 007."""
    if not cells.drop_nulls().head(_LOOKED_AT).str.contains("^[0-9]+$").all():
        return None
    zeros = cells.filter(cells.str.starts_with("0"))
    zeros = zeros.filter(zeros.str.contains("^0[0-9]+$"))
    if zeros.is_empty() or not cells.drop_nulls().str.contains("^[0-9]+$").all():
        return None
    different = cells.drop_nulls().unique()
    # 1 beside 01 is one number written in two ways
    return str(zeros[0]) if different.str.strip_chars_start("0").n_unique() == len(different) else None


def version_of(cells: "pl.Series") -> str | None:
    """Return an example, such as 1.10, if what is written as numbers counts on from 1.9 to 1.10.

    No way to write decimals does: they have all as many digits, or no zero at the end; and of those that a person has
    written in both ways, some would begin with a zero behind the point, or leave most between .10 and .99 out.
    """
    if not cells.drop_nulls().head(_LOOKED_AT).str.contains(_VERSION).all():
        return None
    different = cells.drop_nulls().unique()
    if not different.str.contains(_VERSION).all():
        return None
    minors: dict[str, set[int]] = {}
    for text in different:
        major, minor = text.split(".")
        minors.setdefault(major, set()).add(int(minor))
    for major, found in sorted(minors.items()):
        late = {minor for minor in found if minor > 9}
        if 10 in late and found & {8, 9} and 2 * len(late) > max(late) - 9:
            return f"{major}.10"
    return None


def _has_fixed_digits(values: Numbers) -> bool:
    """Return whether whole numbers have five or more digits, all as many, and are spread evenly over all such."""
    digits = len(str(int(values[0])))
    if values[0] <= 0 or digits < _FEWEST_DIGITS or values[-1] >= 10**digits:
        return False
    return _is_even(np.concatenate([values, [10.0 ** (digits - 1), 10.0**digits]]))


def _is_even(values: Numbers) -> bool:
    """Return whether numbers are spread evenly from the least to the largest, as far as Kolmogorov's test can tell."""
    ordered = np.sort(values)
    shares = (ordered - ordered[0]) / (ordered[-1] - ordered[0])
    distance = float(np.abs(shares - np.arange(len(ordered)) / (len(ordered) - 1)).max())
    return bool(distance * np.sqrt(len(ordered)) < _KOLMOGOROV)
