"""A pandas or polars frame as columns of text: what a CSV file of it would hold."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

from dlwhy.data.dataset import Column, FloatArray
from dlwhy.data.tables.cells import Source, check_names
from dlwhy.data.tables.encoding import encode
from dlwhy.data.tables.formats.parquet import check_kind
from dlwhy.data.tables.memory import Room
from dlwhy.errors import InputRefusedError

if TYPE_CHECKING:
    import polars as pl

# rows of a frame are counted from 0, as its own methods count them
SOURCE = Source(name="frame", first_row=0)


class Frame(Protocol):
    """A `pandas.DataFrame` or a `polars.DataFrame`."""

    @property
    def columns(self) -> Any:
        """Names of the columns."""

    def __len__(self) -> int:
        """Count the rows."""


def is_frame(value: object) -> TypeGuard[Frame]:
    """Return whether something is a frame of pandas or polars; neither is imported for that."""
    return _library(value) is not None


def as_text(frame: Frame, *, without: Collection[str] = (), max_size: int | None = None) -> "pl.DataFrame":
    """Return a frame as columns of text, null where a cell is missing; the index of a pandas frame is left out.

    Parameters
    ----------
    frame
        The frame.
    without
        Columns that may hold anything, because they are not wanted; they are left out.
    max_size
        Most MiB of memory that it may take as text; by default what is safe.

    Raises
    ------
    TypeError
        If it is something else.
    InputRefusedError
        If a column holds lists or the like, a name can't be, or it would take too much memory.

    """
    import polars as pl

    if not is_frame(frame):
        raise TypeError(f"a table is a path or a frame of pandas or polars, not a {type(frame).__name__}")
    names = [str(name).strip() for name in frame.columns]
    check_names(names, SOURCE.name)
    Room(max_size).check(SOURCE.name, rows=len(frame), columns=len(names))
    cells = _columns_of_pandas(frame) if _library(frame) == "pandas" else frame.get_columns()  # type: ignore[attr-defined]
    wanted = {name: series for name, series in zip(names, cells, strict=True) if name not in without}
    for name, series in wanted.items():
        check_kind(name, series.dtype, SOURCE.name)
    return pl.DataFrame({name: series.cast(pl.String) for name, series in wanted.items()})


def features(frame: Frame, columns: tuple[Column, ...], whole: Collection[str] = ()) -> FloatArray:
    """Return the features that a model's columns make of a frame, (n, n_features), float32; other columns are left.

    In those that are `whole` no cell was missing in training.

    Raises
    ------
    InputRefusedError
        If there are no rows, or as `encoding.encode` does.

    """
    unused = {str(name).strip() for name in frame.columns} - {column.of for column in columns}
    if not len(frame):
        raise InputRefusedError(f"{SOURCE.name}: no data rows")
    return encode(as_text(frame, without=unused), columns, source=SOURCE, whole=whole)


def _library(value: object) -> str | None:
    libraries = (base.__module__.partition(".")[0] for base in type(value).__mro__ if base.__name__ == "DataFrame")
    return next((name for name in libraries if name in ("pandas", "polars")), None)


def _columns_of_pandas(frame: Any) -> "list[pl.Series]":
    """Take the columns over; not by `polars.from_pandas`, which needs pyarrow for any column of text."""
    return [_series(frame.iloc[:, place]) for place in range(len(frame.columns))]


def _series(cells: Any) -> "pl.Series":
    import polars as pl

    values = cells.to_numpy()
    if values.dtype.kind in "biuf":
        return pl.Series(values)
    gaps = cells.isna().to_numpy()
    texts = [None if missing else str(value) for value, missing in zip(values, gaps, strict=True)]
    return pl.Series(texts, dtype=pl.String)
