"""A table from a file or stdin as columns of text: delimited, Parquet or JSON, whatever its name says."""

import io
import itertools
import shlex
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dlwhy import files
from dlwhy.data.cells.characters import same_name
from dlwhy.data.tables.cells import Source, check_names
from dlwhy.data.tables.formats import magic
from dlwhy.data.tables.formats.decoding import as_utf8, at_least
from dlwhy.data.tables.formats.delimited import read_delimited
from dlwhy.data.tables.formats.form import Form, Format, Lines
from dlwhy.data.tables.formats.json_lines import kind_of, looks_like_json, read_json_array, read_json_lines
from dlwhy.data.tables.formats.parquet import read_parquet
from dlwhy.data.tables.formats.scanning import BYTE_ORDER_MARK
from dlwhy.data.tables.memory import Room
from dlwhy.errors import DlwhyNote, InputRefusedError, UsageError
from dlwhy.text import display, listed, nearest

if TYPE_CHECKING:
    import polars as pl


_BLOCK = 8 << 20
_BY_SUFFIX: dict[str, Format] = {
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_SHOWN: dict[Format, str] = {"json": "JSON", "jsonl": "JSON Lines", "parquet": "Parquet"}


def read_frame(
    path: str | Path,
    form: Form | None = None,
    *,
    without: Collection[str] = (),
    max_rows: int | None = None,
    max_size: int | None = None,
) -> tuple["pl.DataFrame", Source]:
    """Read a whole table as columns of text; also tell where its rows stand, for messages.

    Parameters
    ----------
    path, form, without, max_rows
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
    source = Source(name=name, first_row=0, lines=Lines())
    for chunk in read_chunks(path, form, without=without, max_rows=max_rows, room=room, lines=source.lines):
        found |= dict.fromkeys(chunk.columns)
        chunks.append(chunk.drop([name for name in without if name in chunk.columns]))
        rows += chunk.height
        text += _text(chunks[-1])
        room.check(name, rows=rows, columns=len(found.keys() - set(without)), text=text)
    for name in without:
        check_there(name, list(found), source, "--drop")
    return pl.concat(chunks, how="vertical" if len(found) == chunks[0].width else "diagonal"), source


def read_chunks(
    path: str | Path,
    form: Form | None = None,
    *,
    rows: int | None = None,
    without: Collection[str] = (),
    max_rows: int | None = None,
    room: Room | None = None,
    lines: Lines | None = None,
) -> Iterator["pl.DataFrame"]:
    """Read a table chunk by chunk as columns of text, in bounded memory (of Parquet the whole file, as it is).

    Parameters
    ----------
    path
        The file, or "-" for stdin.
    form
        What need not be recognised.
    rows
        Most rows of a chunk.
    without
        Columns that may hold anything, because they are not wanted.
    max_rows
        The most rows to accept.
    room
        For the table as a whole, where that can be told early; None if chunks are not kept.
    lines
        Filled in with the lines on which the rows stand.

    Yields
    ------
    polars.DataFrame
        Columns of text, null where a cell is empty; the first has no rows if the table has none.

    Raises
    ------
    UsageError
        If an option can't be.
    InputRefusedError
        If the file is no table, or has more than `max_rows` rows.
    InputUnreadableError
        If it is missing, or not a regular file.

    """
    form, source, n_rows = form or Form(), files.shown(path), 0
    named = None if files.is_standard(path) else _BY_SUFFIX.get(Path(path).suffix.lower())
    if max_rows is not None and max_rows < 1:
        raise UsageError(f"--max-rows must be at least 1 (got {max_rows})")
    with files.open_input(path) as handle:
        for read in _frames(handle, form, named, source, without=without, room=room, lines=lines or Lines()):
            frame = _with_clean_names(read, source)
            n_rows += frame.height
            if max_rows is not None and n_rows > max_rows:
                raise InputRefusedError(f"{source}: has more than {max_rows} rows", "raise --max-rows")
            yield from frame.iter_slices(rows) if rows and frame.height else (frame,)


def _frames(
    handle: BinaryIO,
    form: Form,
    named: Format | None,
    source: str,
    *,
    without: Collection[str],
    room: Room | None,
    lines: Lines,
) -> Iterator["pl.DataFrame"]:
    head = handle.read(magic.HEAD)
    magic.refuse(head, source)
    blocks: Iterator[bytes] = itertools.chain([head], iter(lambda: handle.read(_BLOCK), b""))
    if head.startswith((magic.GZIP, magic.ZIP)):
        head, rest = at_least(magic.HEAD, magic.unpacked(_again(handle, head), head, source))
        _check_inner(head, source)
        blocks = itertools.chain([head], rest)
    if form.format == "parquet" or (form.format is None and _is_parquet(head, named)):
        if named != "parquet" and form.format is None:
            warnings.warn(f"{source}: is Parquet, and read as such", DlwhyNote, stacklevel=2)
        yield from read_parquet(_again(handle, head), source=source, without=without, room=room)
        return
    if magic.is_parquet(head):
        raise InputRefusedError(f"{source}: is Parquet", "--format parquet")
    head, rest = at_least(magic.HEAD, as_utf8(blocks, form.encoding, source))
    blocks = itertools.chain([head], rest)
    bare = head.removeprefix(BYTE_ORDER_MARK)
    kind = form.format or kind_of(bare, source) or (named if looks_like_json(bare) else None)
    if kind in ("json", "jsonl"):
        blocks = itertools.chain([bare], rest)
    elif named in ("json", "jsonl", "parquet") and form.format is None:
        warnings.warn(f"{source}: is no {_SHOWN[named]}, and read as CSV", DlwhyNote, stacklevel=2)
    if kind not in ("json", "jsonl"):
        usual = "\t" if (kind or named) == "tsv" else ","
        yield from read_delimited(blocks, form=form, source=source, usual=usual, lines=lines)
        return
    if kind not in (form.format, named):
        warnings.warn(f"{source}: is {_SHOWN[kind]}, and read as such", DlwhyNote, stacklevel=2)
    if kind == "jsonl":
        text = io.BufferedReader(_Blocks(blocks), _BLOCK)
        yield from read_json_lines(text, source=source, without=without, lines=lines)
    else:
        yield from read_json_array(blocks, source=source, without=without, lines=lines)


def _with_clean_names(frame: "pl.DataFrame", source: str) -> "pl.DataFrame":
    """Name columns alike that look alike: no blanks round a name, letters composed, no byte-order mark in front."""
    names = [same_name(name) for name in frame.columns]
    if names == frame.columns:
        return frame
    check_names(names, source)
    return frame.rename(dict(zip(frame.columns, names, strict=True)))


def _is_parquet(head: bytes, named: Format | None) -> bool:
    """Return whether a file is Parquet, or called so and no text, so that what is wrong with it can be said."""
    return magic.is_parquet(head) or (named == "parquet" and (not head or b"\0" in head or head.startswith(b"PAR1")))


def _check_inner(head: bytes, source: str) -> None:
    """Refuse what is not unpacked block by block: what that would take can't be told before."""
    magic.refuse(head, source)
    if magic.is_parquet(head) or head.startswith((magic.GZIP, magic.ZIP)):
        raise InputRefusedError(f"{source}: holds Parquet or another archive, compressed", "unpack it first")


def _again(handle: BinaryIO, head: bytes) -> BinaryIO:
    """Return a file whose first bytes have been read as if they had not."""
    if handle.seekable():
        handle.seek(-len(head), io.SEEK_CUR)
        return handle
    return io.BufferedReader(_Blocks(itertools.chain([head], iter(lambda: handle.read(_BLOCK), b""))), _BLOCK)


class _Blocks(io.RawIOBase):
    """Blocks of bytes as a file."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks, self._block = blocks, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        while not self._block:
            if not (block := next(self._blocks, None)):
                if block is None:
                    return 0
                continue
            self._block = memoryview(block)
        taken = self._block[: len(buffer)]
        buffer[: len(taken)] = taken
        self._block = self._block[len(taken) :]
        return len(taken)


def _text(frame: "pl.DataFrame") -> int:
    """Count the bytes of all cells."""
    import polars as pl

    return sum(frame.select(pl.all().str.len_bytes().sum()).row(0)) if frame.height and frame.width else 0


def check_there(name: str | None, columns: list[str], source: Source, option: str) -> None:
    """Refuse an option that names a column which is not there.

    Raises
    ------
    UsageError
        If that is so.

    """
    if name is not None and name not in columns:
        text = f'{option}: no column "{display(name)}" in {source.name}; columns: {listed(columns)}'
        raise UsageError(text, _parting(columns[0], name) if len(columns) == 1 else nearest(name, columns))


def _parting(header: str, name: str) -> str:
    """Say what may part the fields of a header that is one name as a whole, and holds another."""
    if name not in header:
        return ""
    if "  " in header:
        return "if its columns have fixed widths: pandas.read_fwf makes a table of it"
    before, _, after = header.partition(name)
    mark = before[-1:] or after[:1]
    if not mark or mark.isalnum() or mark in "_ ":
        return ""
    return f"if {display(repr(mark))} parts its fields: --delimiter {display(shlex.quote(mark))}"
