"""When a row is: a column of numbers, ISO dates or ISO times as numbers that can be put in order."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dlwhy.text import NUMBER

if TYPE_CHECKING:
    import polars as pl

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
_LOCAL = rf"^{_DAY}(?:[T ]{_CLOCK})?$"
_ZONED = rf"^{_DAY}[T ]{_CLOCK} ?(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})$"
WANTED = "a time is a number, or written 2024-05-31, 2024-05-31 17:45:00 or 2024-05-31T17:45:00Z, all rows alike"
_MICROSECOND = 1e-6


def times_of(cells: "pl.Series") -> npt.NDArray[np.float64]:
    """Read cleaned cells as times, (n,): numbers as they are, dates and times as seconds since 1970.

    NaN where a cell is neither, or not written as most are: some with a time zone, others without.
    """
    import polars as pl

    # what most rows look like is what all should be
    fitting = {form: cells.str.contains(form).fill_null(False) for form in (NUMBER, _LOCAL, _ZONED)}
    form = max(fitting, key=lambda form: int(fitting[form].sum()))
    times = cells.cast(pl.Float64, strict=False) if form == NUMBER else _seconds(cells, zoned=form == _ZONED)
    values: npt.NDArray[np.float64] = times.to_numpy()
    return np.where(np.isfinite(values) & fitting[form].to_numpy(), values, np.nan)


def _seconds(cells: "pl.Series", *, zoned: bool) -> "pl.Series":
    """Return dates or times as seconds since 1970, null where there is no such day or hour."""
    import polars as pl

    texts = cells.str.replace(" ", "T", literal=True).str.replace(f"^({_DAY})$", "${1}T00:00:00")
    if zoned:
        texts = texts.str.replace(r" ?Z$", "+0000").str.replace(r" ?([+-][0-9]{2}):?([0-9]{2})$", "${1}${2}")
    texts = texts.str.replace(r"(T[0-9]{2}:[0-9]{2})([+-].*)?$", "${1}:00${2}")
    form = "%Y-%m-%dT%H:%M:%S%.f" + "%z" * zoned
    moments = texts.str.to_datetime(form, strict=False, time_unit="us")
    return moments.dt.timestamp("us").cast(pl.Float64) * _MICROSECOND
