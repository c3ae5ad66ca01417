"""When a row is: numbers, or dates in any form that `dates` knows, as numbers to put rows in order by."""

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dlwhy.data.cells import dates
from dlwhy.text import NUMBER

if TYPE_CHECKING:
    import polars as pl

Times = npt.NDArray[np.float64]

WANTED = (
    "a time is a number, or a date or time in one of the usual forms, all rows alike: 2024-05-31, 31 May 2024, "
    "2024-W22, 2024-05-31 17:45, 2024-05-31T17:45:00Z"
)
# what stands behind a clock
_ZONE = r":[0-9]{2}(?:[.,][0-9]+)? ?(?:[ap]\.?m\.?)? ?(z|utc|gmt|[+-][0-9]{2}:?(?:[0-9]{2})?|[a-z]{3,4})$"
_OFFSET = r"^(?:z|utc|gmt)$|[0-9]"
_YEAR_LAST = r"^(0[1-9]|[12][0-9]|3[01])(0[1-9]|[12][0-9]|3[01])((?:19|20)[0-9]{2})$"
_YEAR_FIRST = r"^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$"
_ORDERS = ("day-first", "month-first")
_LOOKED_AT = 1000
_MICROSECOND = 1e-6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reading:
    """Cells read as times, (n,): numbers as they are, dates and times as seconds since 1970.

    NaN where a cell is neither, or not written as most are: some with a time zone, others without.
    """

    times: Times
    is_ambiguous: bool = False  # whether day and month may stand in either order


def times_of(cells: "pl.Series", order: str | None = None) -> Reading:
    """Read cleaned cells without gaps as times.

    Parameters
    ----------
    cells
        The cells; what most of them look like is what all should be.
    order
        ``day-first`` or ``month-first``, if 1/2/03 is known to begin so.

    """
    import polars as pl

    if cells.str.contains(_YEAR_LAST).all() and not cells.str.contains(_YEAR_FIRST).all():
        # as numbers, all first days of a month would be earlier than all second ones
        cells = cells.str.replace(_YEAR_LAST, "${1}/${2}/${3}")
    numbers = cells.str.contains(NUMBER)
    if 2 * int(numbers.sum()) > len(cells):
        values = cells.cast(pl.Float64, strict=False).to_numpy()
        return Reading(times=np.where(np.isfinite(values) & numbers.to_numpy(), values, np.nan))
    if 2 * pl.select(pl.lit(cells).approx_n_unique()).item() > len(cells):
        return _dated(cells, order)
    # a day has many rows
    different = cells.unique()
    found = _dated(different, order)
    places = pl.DataFrame({"cell": cells}).join(
        pl.DataFrame({"cell": different, "time": found.times}), on="cell", how="left", maintain_order="left"
    )
    return dataclasses.replace(found, times=places["time"].to_numpy())


def _dated(cells: "pl.Series", order: str | None) -> Reading:
    texts = dates.normal(cells)
    # which forms there are is seen on some; which of these is meant, on all
    readings = {form: _seconds(texts, form) for form in _likely(texts.head(_LOOKED_AT))}
    if not readings:
        return Reading(times=np.full(len(cells), np.nan))
    fitting = {form: int(np.isfinite(times).sum()) for form, times in readings.items()}
    best = max(fitting, key=fitting.__getitem__)
    if best in _ORDERS and order in _ORDERS:
        return Reading(times=_seconds(texts, str(order)))
    if best not in _ORDERS or len({fitting.get(form) for form in _ORDERS}) > 1:
        return Reading(times=readings[best])
    first, second = (readings[form] for form in _ORDERS)
    return Reading(times=first, is_ambiguous=not np.array_equal(first, second, equal_nan=True))


def _likely(texts: "pl.Series") -> list[str]:
    """Return the forms that half as many texts have as the most frequent one."""
    counts = {form: len(texts) - dates.moments(texts, form).null_count() for form in dates.likely(texts)}
    most = max(counts.values(), default=0)
    return [form for form, count in counts.items() if 2 * count >= most > 0]


def _seconds(texts: "pl.Series", form: str) -> Times:
    """Return normal texts of a form as seconds since 1970, of durations as seconds, (n,); NaN where there are none."""
    import polars as pl

    moments = dates.moments(texts, form)
    seconds = moments.cast(pl.Int64).cast(pl.Float64) * _MICROSECOND
    zones = texts.str.extract(_ZONE)
    if zones.null_count() == len(zones):
        return seconds.to_numpy()
    # a zone that is only called something tells nothing but that it is the same
    kinds = zones.str.replace(rf"^.*(?:{_OFFSET}).*$", "offset").fill_null("")
    usual = kinds.value_counts(sort=True)[kinds.name][0]
    hours = zones.str.extract(r"^([+-][0-9]{2})").cast(pl.Float64).fill_null(0)
    minutes = zones.str.extract(r"^[+-][0-9]{2}:?([0-9]{2})").cast(pl.Float64).fill_null(0)
    signs = pl.select(pl.when(zones.str.starts_with("-").fill_null(False)).then(-1.0).otherwise(1.0)).to_series()
    utc = seconds - hours * 3600 - signs * minutes * 60
    return np.where((kinds == usual).to_numpy(), utc.to_numpy(), np.nan)
