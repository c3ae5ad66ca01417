"""JSON as text columns: flat objects, one a line or in an array."""

import codecs
import dataclasses
import itertools
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from dlwhy.data.tables.cells import check_names
from dlwhy.data.tables.formats import magic
from dlwhy.data.tables.formats.form import Format, Lines
from dlwhy.errors import InputRefusedError
from dlwhy.text import display

if TYPE_CHECKING:
    import polars as pl

BLOCK = 8 << 20
MAX_LINE = 64 << 20
_CELLS = 2_000_000
_BEGINNING, _COMMA, _BLANK = re.compile(r"\s*\[?\s*"), re.compile(r"\s*,\s*"), re.compile(r"\s*")
_WRAPPERS = rb"data|rows|records|results|items|features|value"  # a row that is long may well have others
# empty cells for one that holds something, once there are many
_SPARSE, _SPARSE_CELLS = 100, 4_000_000


def looks_like_json(head: bytes) -> bool:
    """Return whether a text begins as an object or array does."""
    return not head or bool(re.match(rb"\s*([\[{]|\Z)", head))


def kind_of(head: bytes, source: str) -> Format | None:
    """Return which kind of JSON a text is by its beginning; None if it is none.

    Raises
    ------
    InputRefusedError
        If it is JSON of another shape than rows.

    """
    if re.match(rb"\s*\[\s*(\{|\]\s*\Z)", head):
        return "json"
    if re.match(rb"\s*\[\s*\[", head):
        hint = f"jq -r '.[] | @csv' {source} | dlwhy generate --from -"
        raise InputRefusedError(f"{source}: is a JSON array of arrays, not of objects", hint)
    if not re.match(rb"\s*\{\s*[\"}]", head):
        return None
    first, _, below = head.strip().partition(b"\n")
    if not below and len(head) >= magic.HEAD:
        _check_wrapped(head, source, _WRAPPERS)
        return "jsonl"
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        _check_wrapped(head, source)
        return "json"
    if not below:
        _check_wrapped(head, source)
        if value and all(isinstance(cell, list | dict) for cell in value.values()):
            raise InputRefusedError(
                f"{source}: is one JSON object of lists or objects, not an array of rows",
                "in pandas: to_json(orient='records')",
            )
    return "jsonl"


def _check_wrapped(head: bytes, source: str, keys: bytes = rb"\w{1,80}") -> None:
    """Refuse one object that has the rows under one of its keys."""
    if wrapped := re.search(rb'[{,]\s*"(' + keys + rb')"\s*:\s*\[\s*\{', head):
        key = wrapped[1].decode(errors="replace")
        rows = ".features[].properties" if key == "features" else f".{key}[]"
        hint = f"jq -c '{display(rows)}' {source} | dlwhy generate --from -"
        raise InputRefusedError(f'{source}: is one JSON object, with rows under "{display(key)}"', hint)


def read_json_lines(
    handle: BinaryIO, *, source: str, without: Collection[str] = (), lines: Lines | None = None
) -> Iterator["pl.DataFrame"]:
    """Read a table, some megabytes at a time; blank lines are skipped. Numbers keep the very text that they have.

    Parameters
    ----------
    handle
        The bytes, in UTF-8.
    source
        How to name the file in messages.
    without
        Keys whose values are not looked at; they become nulls.
    lines
        Filled in with the lines on which the rows stand.

    Yields
    ------
    polars.DataFrame
        Columns of text, one for each key in these lines; null where a key is absent or null.

    Raises
    ------
    InputRefusedError
        If a line is not one JSON object of texts, numbers, booleans and nulls.

    """
    numbered = enumerate(iter(lambda: handle.readline(MAX_LINE + 1), b""), start=1)
    full = ((number, line) for number, line in numbered if not line.isspace())
    rows = ((number, len(line), _row(line, f"{source}:{number}", without)) for number, line in full)
    return _frames(rows, source, lines)


def read_json_array(
    blocks: Iterator[bytes], *, source: str, without: Collection[str] = (), lines: Lines | None = None
) -> Iterator["pl.DataFrame"]:
    """Read an array of objects, or objects behind one another, as `read_json_lines` does; lines are those of the ends.

    Raises
    ------
    InputRefusedError
        If it is something else.

    """
    objects = _objects(blocks, source)
    rows = ((line, size, _cells(value, f"{source}:{line}", without)) for line, size, value in objects)
    return _frames(rows, source, lines)


Row = dict[str, str | None]


def _frames(rows: Iterator[tuple[int, int, Row]], source: str, lines: Lines | None) -> Iterator["pl.DataFrame"]:
    """Gather rows, each with its line and how many bytes it has, to frames of some megabytes."""
    gathered: list[Row] = []
    numbers: list[int] = []
    size, empty = 0, True
    names: set[str] = set()  # of the block
    counts = _Counts()
    for number, length, row in rows:
        gathered.append(row)
        numbers.append(number)
        names.update(row)
        counts.add(row, f"{source}:{number}")
        size += length
        if size > BLOCK or len(gathered) * len(names) > _CELLS:
            yield _frame(gathered, numbers, source, lines)
            gathered, numbers, size, empty = [], [], 0, False
            names.clear()
    if gathered:
        yield _frame(gathered, numbers, source, lines)
    elif empty:
        raise InputRefusedError(f"{source}: no data rows")


@dataclasses.dataclass
class _Counts:
    """What a table holds so far: were a column made of each key, a few bytes could become gigabytes of empty cells."""

    names: set[str] = dataclasses.field(default_factory=set)
    rows: int = 0
    values: int = 0

    def add(self, row: Mapping[str, object], where: str) -> None:
        self.names.update(row)
        self.rows += 1
        self.values += len(row)
        cells = self.rows * len(self.names)
        if cells > max(_SPARSE_CELLS, _SPARSE * self.values):
            raise InputRefusedError(
                f"{where}: {len(self.names)} different keys in {self.rows} rows, of which each has "
                f"{self.values / self.rows:.3g}: this is no table",
                "one object a line, each with the same keys",
            )


def _objects(blocks: Iterator[bytes], source: str) -> Iterator[tuple[int, int, object]]:
    """Yield each object of an array, with the line on which it ends and its length."""
    decoder, utf8 = json.JSONDecoder(**_AS_TEXT), codecs.getincrementaldecoder("utf-8")()
    text, place, line, between = "", 0, 1, _BEGINNING
    for block in itertools.chain(blocks, [b""]):
        try:
            text, place = text[place:] + utf8.decode(block, final=not block), 0
        except UnicodeDecodeError as error:
            raise InputRefusedError(f"{source}:{line}: is not UTF-8", "--encoding names the one it is in") from error
        while (begin := between.match(text, place)) and begin.end() < len(text) and text[begin.end()] != "]":
            try:
                value, end = decoder.raw_decode(text, begin.end())
            except (ValueError, RecursionError) as error:
                if block and len(text) - place <= MAX_LINE:
                    break  # the rest of it is still to come
                raise _no_array(source, line) from error
            line, length, place = line + text.count("\n", place, end), end - place, end
            if between is _BEGINNING:
                between = _COMMA if "[" in begin[0] else _BLANK
            yield line, length, value
    if "".join(text[place:].split()) not in {_BEGINNING: ("[]", ""), _COMMA: ("]",), _BLANK: ("",)}[between]:
        raise _no_array(source, line)


def _no_array(source: str, line: int) -> InputRefusedError:
    return InputRefusedError(f"{source}:{line}: not an array of JSON objects with different keys")


def _row(line: bytes, where: str, without: Collection[str]) -> Row:
    if len(line) > MAX_LINE:
        raise InputRefusedError(f"{where}: a line of more than {MAX_LINE >> 20} MiB", "is this a text file?")
    try:
        value = json.loads(line, **_AS_TEXT)
    except (ValueError, RecursionError) as error:
        raise InputRefusedError(f"{where}: not one JSON object with different keys") from error
    return _cells(value, where, without)


def _cells(value: Any, where: str, without: Collection[str]) -> Row:
    try:
        # a lone surrogate, written as \ud800, is no text
        cells = {key.encode().decode(): None if key in without else cell for key, cell in value.items()}
        return {key: _cell(cell, f"{where}:{display(key)}", key) for key, cell in cells.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise InputRefusedError(f"{where}: not one JSON object with different keys") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("key twice")
    return found


def _cell(value: object, where: str, key: str) -> str | None:
    if isinstance(value, list | dict):
        kind = "a list" if isinstance(value, list) else "an object"
        raise InputRefusedError(f"{where}: {kind}, not a text or number", f"--drop {display(key)}")
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value).encode().decode()


_AS_TEXT: dict[str, Any] = {"parse_int": str, "parse_float": str, "parse_constant": str, "object_pairs_hook": _object}


def _frame(rows: list[Row], numbers: list[int], source: str, lines: Lines | None) -> "pl.DataFrame":
    import polars as pl

    if lines is not None:
        lines.add(len(rows), np.array(numbers))

    names = list(dict.fromkeys(key for row in rows for key in row))
    check_names(names, source)
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, dict.fromkeys(names, pl.String))
