"""JSON Lines as text columns: one flat object a line."""

import dataclasses
import json
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from dlwhy.data.tables.cells import check_names
from dlwhy.errors import InputRefusedError
from dlwhy.text import display

if TYPE_CHECKING:
    import polars as pl

BLOCK = 8 << 20
MAX_LINE = 64 << 20
_CELLS = 2_000_000
# empty cells for one that holds something, once there are many
_SPARSE, _SPARSE_CELLS = 100, 4_000_000


def read_json_lines(handle: BinaryIO, *, source: str, without: Collection[str] = ()) -> Iterator["pl.DataFrame"]:
    """Read a table, some megabytes at a time; blank lines are skipped. Numbers keep the very text that they have.

    Parameters
    ----------
    handle
        The bytes, in UTF-8.
    source
        How to name the file in messages.
    without
        Keys whose values are not looked at; they become nulls.

    Yields
    ------
    polars.DataFrame
        Columns of text, one for each key in these lines; null where a key is absent or null.

    Raises
    ------
    InputRefusedError
        If a line is not one JSON object of texts, numbers, booleans and nulls.

    """
    rows: list[dict[str, str | None]] = []
    size, number, empty = 0, 0, True
    names: set[str] = set()  # of the block
    counts = _Counts()
    for number, line in enumerate(iter(lambda: handle.readline(MAX_LINE + 1), b""), start=1):
        if line.isspace():
            continue
        rows.append(_row(line, f"{source}:{number}", without))
        names.update(rows[-1])
        counts.add(rows[-1], f"{source}:{number}")
        size += len(line)
        if size > BLOCK or len(rows) * len(names) > _CELLS:
            yield _frame(rows, source)
            rows, size, empty = [], 0, False
            names.clear()
    if rows:
        yield _frame(rows, source)
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


def _row(line: bytes, where: str, without: Collection[str]) -> dict[str, str | None]:
    if len(line) > MAX_LINE:
        raise InputRefusedError(f"{where}: a line of more than {MAX_LINE >> 20} MiB", "is this a text file?")
    try:
        value = json.loads(line, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_object)
        # a lone surrogate, written as \ud800, is no text
        cells = {key.encode().decode(): None if key in without else cell for key, cell in value.items()}
        return {key: _cell(cell, f"{where}:{display(key)}", key) for key, cell in cells.items()}
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
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


def _frame(rows: list[dict[str, str | None]], source: str) -> "pl.DataFrame":
    import polars as pl

    names = list(dict.fromkeys(key for row in rows for key in row))
    check_names(names, source)
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, dict.fromkeys(names, pl.String))
