"""Parquet as text columns, so that every kind of table goes through the same rules."""

import contextlib
import os
import shlex
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, BinaryIO

from dlwhy.data.tables.cells import check_names
from dlwhy.data.tables.formats.parquet_footer import Claim, read_claim
from dlwhy.data.tables.memory import Room, shown
from dlwhy.errors import InputRefusedError
from dlwhy.text import display

if TYPE_CHECKING:
    import polars as pl

_CELLS = 2_000_000
_MOST_TEXT = 1 << 30


def read_parquet(
    handle: BinaryIO, *, source: str, without: Collection[str] = (), room: Room | None = None
) -> Iterator["pl.DataFrame"]:
    """Read a table, some rows at a time.

    Parameters
    ----------
    handle
        The bytes. They are given to polars as such: a path or URL never is.
    source
        How to name the file in messages.
    without
        Columns whose values are not looked at; they become nulls.
    room
        For the table as a whole; None if what is yielded is not kept.

    Yields
    ------
    polars.DataFrame
        Columns of text, numbers in the shortest form that means the same; null where a cell is.

    Raises
    ------
    InputRefusedError
        If this is not Parquet, a column holds lists, bytes or the like, or it would take too much memory.

    """
    import polars as pl

    content = handle.read()
    claim = _claim(content, source, room or Room())
    try:
        table = pl.scan_parquet(content)
        with _without_stderr():
            schema = table.collect_schema()
        check_names(list(schema), source)
        for name, kind in schema.items():
            if name not in without:
                check_kind(name, kind, source)
        wanted = len(schema.keys() - set(without))
        if room is not None:
            room.check(source, rows=claim.rows, columns=wanted)
        text = [(pl.lit(None) if name in without else pl.col(name)).cast(pl.String).alias(name) for name in schema]
        with _without_stderr():
            n_rows = int(table.select(pl.len()).collect().item())
        step = max(1, _CELLS // max(1, len(schema)))
        for start in range(0, max(1, n_rows), step):
            with _without_stderr():
                chunk = table.slice(start, step).select(text).collect()
            _check_text(chunk, source)
            yield chunk
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputRefusedError(f"{source}: can't be read as Parquet: {display(error, 100)}") from error


@contextlib.contextmanager
def _without_stderr() -> Iterator[None]:
    """Keep the backtrace off the terminal that polars writes when it panics: the exception says it, too."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _claim(content: bytes, source: str, room: Room) -> Claim:
    """Read how much there is, and refuse what takes too much memory when unpacked."""
    try:
        claim = read_claim(content)
    except ValueError as error:
        raise InputRefusedError(f"{source}: can't be read as Parquet: {error}") from error
    room.check_bytes(claim.unpacked, f"{source}: its {len(content)} bytes take, when unpacked,")
    return claim


def _check_text(chunk: "pl.DataFrame", source: str) -> None:
    """Refuse cells that share one long text, of which a dictionary holds one copy: each would be looked through."""
    import polars as pl

    if chunk.is_empty():
        return
    size = sum(chunk.select(pl.all().str.len_bytes().sum()).row(0))
    if size > _MOST_TEXT:
        raise InputRefusedError(f"{source}: {chunk.height} rows with {shown(size)} of text")


def check_kind(name: str, kind: "pl.DataType", source: str) -> None:
    """Refuse a column that holds neither text nor numbers.

    Raises
    ------
    InputRefusedError
        If it holds lists, bytes or the like.

    """
    import polars as pl

    plain = (pl.Boolean, pl.String, pl.Categorical, pl.Enum, pl.Date, pl.Datetime, pl.Time, pl.Null)
    if not kind.is_numeric() and not isinstance(kind, plain):
        way = f"leave it out with --drop {display(shlex.quote(name))}"
        if isinstance(kind, pl.Duration):
            way += ", or write it as a number: polars' dt.total_seconds() makes one"
        raise InputRefusedError(f'{source}: column "{display(name)}" holds {display(kind)}, not text or numbers', way)
