"""A table from a file or stdin - CSV, TSV, Parquet or JSON Lines - as columns of text."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from dlwhy import files
from dlwhy.data.tables.cells import Source
from dlwhy.data.tables.formats.delimited import read_delimited
from dlwhy.data.tables.formats.json_lines import read_json_lines
from dlwhy.data.tables.formats.parquet import read_parquet
from dlwhy.data.tables.memory import Room
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.text import display, listed

if TYPE_CHECKING:
    import polars as pl

Format = Literal["csv", "tsv", "parquet", "jsonl"]
FORMATS: tuple[Format, ...] = ("csv", "tsv", "parquet", "jsonl")
_BY_SUFFIX: dict[str, Format] = {
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


def read_frame(
    path: str | Path,
    *,
    format: Format | None = None,  # noqa: A002 - as on the command line
    without: Collection[str] = (),
    max_rows: int | None = None,
    max_size: int | None = None,
) -> tuple["pl.DataFrame", Source]:
    """Read a whole table as columns of text; also tell where its rows stand, for messages.

    Parameters
    ----------
    path, format, without, max_rows
        See `read_chunks`.
    max_size
        Most MiB of memory that the table may take; by default what is safe.

    Raises
    ------
    UsageError
        If a column of `without` is not there.
    InputRefusedError, InputUnreadableError
        As `read_chunks` does; also if the table takes too much memory.

    """
    import polars as pl

    found: dict[str, None] = {}
    chunks: list[pl.DataFrame] = []
    name, room, rows, text = files.shown(path), Room(max_size), 0, 0
    for chunk in read_chunks(path, format=format, without=without, max_rows=max_rows, room=room):
        found |= dict.fromkeys(chunk.columns)
        chunks.append(chunk.drop([name for name in without if name in chunk.columns]))
        rows += chunk.height
        text += _text(chunks[-1])
        room.check(name, rows=rows, columns=len(found.keys() - set(without)), text=text)
    source = Source(name=files.shown(path), first_row=2 if kind_of(path, format) in ("csv", "tsv") else 1)
    for name in without:
        check_there(name, list(found), source, "--drop")
    return pl.concat(chunks, how="vertical" if len(found) == chunks[0].width else "diagonal"), source


def read_chunks(
    path: str | Path,
    *,
    format: Format | None = None,  # noqa: A002 - as on the command line
    header: bool = True,
    rows: int | None = None,
    without: Collection[str] = (),
    max_rows: int | None = None,
    room: Room | None = None,
) -> Iterator["pl.DataFrame"]:
    """Read a table chunk by chunk as columns of text, in bounded memory (of Parquet the whole file, as it is).

    Parameters
    ----------
    path
        The file, or "-" for stdin.
    format
        One of `FORMATS`; by default what the file's name says, else CSV.
    header
        Whether a CSV or TSV has its names in the first line; without, they are called ``column 1`` and so on.
    rows
        Most rows of a chunk.
    without
        Columns that may hold anything, because they are not wanted.
    max_rows
        The most rows to accept.
    room
        For the table as a whole, where that can be told early; None if chunks are not kept.

    Yields
    ------
    polars.DataFrame
        Columns of text, null where a cell is empty; the first has no rows if the table has none.

    Raises
    ------
    UsageError
        If there is no such format.
    InputRefusedError
        If the file is not what its format says, or has more than `max_rows` rows.
    InputUnreadableError
        If it is missing, or not a regular file.

    """
    kind, source, n_rows = kind_of(path, format), files.shown(path), 0
    if max_rows is not None and max_rows < 1:
        raise UsageError(f"--max-rows must be at least 1 (got {max_rows})")
    with files.open_input(path) as handle:
        for frame in _frames(handle, kind, source, header=header, without=without, room=room):
            n_rows += frame.height
            if max_rows is not None and n_rows > max_rows:
                raise InputRefusedError(f"{source}: has more than {max_rows} rows", "raise --max-rows")
            yield from frame.iter_slices(rows) if rows and frame.height else (frame,)


def _frames(
    handle: BinaryIO, kind: Format, source: str, *, header: bool, without: Collection[str], room: Room | None
) -> Iterator["pl.DataFrame"]:
    if kind == "jsonl":
        return read_json_lines(handle, source=source, without=without)
    if kind == "parquet":
        return read_parquet(handle, source=source, without=without, room=room)
    return read_delimited(handle, delimiter="\t" if kind == "tsv" else ",", source=source, header=header)


def _text(frame: "pl.DataFrame") -> int:
    """Count the bytes of all cells."""
    import polars as pl

    return sum(frame.select(pl.all().str.len_bytes().sum()).row(0)) if frame.height and frame.width else 0


def kind_of(path: str | Path, given: Format | None) -> Format:
    """Return the format of a table: the one given, else what its name says, else CSV.

    Raises
    ------
    UsageError
        If the one given is none that there is.

    """
    if given is None:
        return "csv" if files.is_standard(path) else _BY_SUFFIX.get(Path(path).suffix.lower(), "csv")
    if given not in FORMATS:
        raise UsageError(f"--format must be one of {', '.join(FORMATS)} (got {display(given)})")
    return given


def check_there(name: str | None, columns: list[str], source: Source, option: str) -> None:
    """Refuse an option that names a column which is not there.

    Raises
    ------
    UsageError
        If that is so.

    """
    if name is not None and name not in columns:
        raise UsageError(f'{option}: no column "{display(name)}" in {source.name}; columns: {listed(columns)}')
