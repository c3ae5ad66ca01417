"""Parquet as text columns, so that every kind of table goes through the same rules."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, BinaryIO

from dlwhy.data.cells import check_names
from dlwhy.errors import InputRefusedError, display

if TYPE_CHECKING:
    import polars as pl

_CELLS = 2_000_000


def read_parquet(handle: BinaryIO, *, source: str, without: Collection[str] = ()) -> Iterator["pl.DataFrame"]:
    """Read a table, some rows at a time.

    Parameters
    ----------
    handle
        The bytes. They are given to polars as such: a path or URL never is.
    source
        How to name the file in messages.
    without
        Columns whose values are not looked at; they become nulls.

    Yields
    ------
    polars.DataFrame
        Columns of text, numbers in the shortest form that means the same; null where a cell is.

    Raises
    ------
    InputRefusedError
        If this is not Parquet, or a column holds lists, bytes or the like.

    """
    import polars as pl

    try:
        table = pl.scan_parquet(handle.read())
        schema = table.collect_schema()
        check_names(list(schema), source)
        for name, kind in schema.items():
            if name not in without:
                _check_kind(name, kind, source)
        text = [(pl.lit(None) if name in without else pl.col(name)).cast(pl.String).alias(name) for name in schema]
        n_rows = int(table.select(pl.len()).collect().item())
        step = max(1, _CELLS // max(1, len(schema)))
        for start in range(0, max(1, n_rows), step):
            yield table.slice(start, step).select(text).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputRefusedError(f"{source}: can't be read as Parquet: {display(error, 100)}") from error


def _check_kind(name: str, kind: "pl.DataType", source: str) -> None:
    import polars as pl

    plain = (pl.Boolean, pl.String, pl.Categorical, pl.Enum, pl.Date, pl.Datetime, pl.Time, pl.Null)
    if not kind.is_numeric() and not isinstance(kind, plain):
        raise InputRefusedError(
            f'{source}: column "{display(name)}" holds {display(kind)}, not text or numbers', f"--drop {display(name)}"
        )
