"""CSV and its like as text columns, in bounded memory: nothing is guessed in silence, each fault has its line."""

import itertools
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from dlwhy.data.dataset import MAX_COLUMNS
from dlwhy.data.tables.cells import check_names
from dlwhy.data.tables.formats.decoding import at_least
from dlwhy.data.tables.formats.form import Form, Lines
from dlwhy.data.tables.formats.scanning import BYTE_ORDER_MARK, Piece, Positions, pieces, tabbed
from dlwhy.data.tables.formats.sniffing import SAMPLE, Layout, layout
from dlwhy.errors import DlwhyNote, InputRefusedError
from dlwhy.text import counted, display

if TYPE_CHECKING:
    import polars as pl

# what pandas calls the index that it wrote
INDEX = "Unnamed: 0"
# a column of no name gets one that no header can hold
_NAMELESS = "\0{}"


def read_delimited(
    blocks: Iterator[bytes], *, form: Form, source: str, usual: str = ",", lines: Lines | None = None
) -> Iterator["pl.DataFrame"]:
    """Read a table, some megabytes at a time; blank lines, and rows of nothing but delimiters, are left out.

    Parameters
    ----------
    blocks
        The text, in UTF-8.
    form
        What the user says of its layout; the rest is recognised.
    source
        How to name the file in messages.
    usual
        The delimiter that need not be said.
    lines
        Filled in with the lines on which the rows stand.

    Yields
    ------
    polars.DataFrame
        Columns of text; null where a field is empty. The first frame has no rows if the table has none.

    Raises
    ------
    InputRefusedError
        If the bytes are not UTF-8, a quote is out of place, a record has too few or too many fields, or a name can't
        be; or if there is nothing at all.

    """
    head, blocks = at_least(SAMPLE, blocks)
    shape = layout(head, form, source, usual=usual)
    blocks, delimiter = itertools.chain([head], blocks), shape.delimiter
    if delimiter == " ":
        blocks, delimiter = tabbed(blocks), "\t"
    names: list[str] = []
    left_out: Counter[str] = Counter()
    skipped, header = shape.skipped, b""
    for piece in pieces(blocks, delimiter, source, returns=shape.returns):
        records = piece.only(slice(skipped, None))
        skipped -= len(piece.ends) - len(records.ends)
        if not len(records.ends):
            continue
        first = not names
        if first:
            header = b"\n" + records.first().records().strip(b"\r\n") if shape.header else b""
            names, records = _names(records, delimiter, source, shape)
        records = _whole(records, names, delimiter, source, left_out)
        frame, numbers = _frame(records, names, delimiter), records.lines() if len(records.ends) else 1
        if first and not names[0] and INDEX not in names and len(_filled(frame.to_series(0))):
            names[0] = INDEX
            frame.columns = _with_placeholders(names)
        frame = _without_nameless(frame, names, source, numbers)
        if header and (header in records.data or b"\n" + BYTE_ORDER_MARK + header[1:] in records.data):
            frame, numbers = _without_headers(frame, numbers, left_out)
        if lines is not None:
            lines.add(frame.height, numbers)
        yield frame
    if not names:
        raise InputRefusedError(f"{source}: no data rows")
    nameless = [f"column {place}, which has no name and is empty" for place, name in enumerate(names, 1) if not name]
    if said := [f"{what} ({count})" for what, count in left_out.items() if count] + nameless:
        warnings.warn(f"{source}: left out {', '.join(said)}", DlwhyNote, stacklevel=3)


def _names(records: Piece, delimiter: str, source: str, shape: Layout) -> tuple[list[str], Piece]:
    """Return the names of the columns, "" for none, and the records that are rows."""
    n_columns = int(records.counts[0])
    if n_columns > MAX_COLUMNS:
        raise InputRefusedError(f"{source}: {n_columns} columns; at most {MAX_COLUMNS}")
    names = [f"column {place}" for place in range(1, n_columns + 1)]
    rows = records.only(slice(1 + shape.units, None)) if shape.header else records
    if shape.header:
        names = [(name or "").strip() for name in _frame(records.first(), names, delimiter).row(0)]
    if not len(rows.counts):
        check_names(_with_placeholders(names), source)
        return names, rows
    usual = Counter(rows.counts.tolist()).most_common(1)[0][0]
    if usual < len(names) and not any(names[usual:]):
        names = names[:usual]
    ending = np.frombuffer(rows.data, np.uint8)[rows.starts + rows.content_lengths() - 1] == ord(delimiter)
    if usual == len(names) + 1 and bool(ending.all()):
        names.append("")
    if not shape.header and n_columns > 1 and bool(ending.all()):
        names[-1] = ""
    check_names(_with_placeholders(names), source)
    return names, rows


def _whole(records: Piece, names: list[str], delimiter: str, source: str, left_out: Counter[str]) -> Piece:
    """Leave out comments and rows of nothing but delimiters; refuse a record with too few fields, or too many."""
    n_columns = len(names)
    wrong = records.counts != n_columns
    comments = wrong & records.begins() if wrong.any() else wrong
    empty = (records.content_lengths() == n_columns - 1) & (records.counts == n_columns) & (n_columns > 1)
    wrong &= ~comments
    if wrong.any():
        place = int(wrong.argmax())
        found, start, end = int(records.counts[place]), int(records.starts[place]), int(records.ends[place])
        ends = records.data[start:end].rstrip(b"\r\n").endswith(delimiter.encode())
        raise InputRefusedError(
            f"{source}:{records.line(start)}: {counted(found, 'field')}, {n_columns} expected",
            f"the line ends with {display(repr(delimiter))}" if ends else _cure(found, n_columns, delimiter),
        )
    if not (comments | empty).any():
        return records
    left_out.update({"comment lines": int(comments.sum()), "rows of nothing but delimiters": int(empty.sum())})
    return records.only(~(comments | empty))


def _cure(found: int, wanted: int, delimiter: str) -> str:
    """Say what is mostly the matter with a line of another number of fields."""
    if found > wanted:
        return f"a field that holds {display(repr(delimiter))} must be in double quotes"
    if found == 1:
        return "if this is a remark, put # in front of it, or delete the line"
    return "complete or delete the line"


def _frame(records: Piece, names: list[str], delimiter: str) -> "pl.DataFrame":
    import polars as pl

    schema = dict.fromkeys(_with_placeholders(names), pl.String)
    if not len(records.ends):
        return pl.DataFrame(schema=schema)
    # polars takes text that begins with "x^" for compressed, and unpacks it; a byte-order mark in front prevents that
    return pl.read_csv(BYTE_ORDER_MARK + records.records(), separator=delimiter, has_header=False, schema=schema)


def _with_placeholders(names: list[str]) -> list[str]:
    return [name or _NAMELESS.format(place) for place, name in enumerate(names)]


def _without_nameless(frame: "pl.DataFrame", names: list[str], source: str, numbers: int | Positions) -> "pl.DataFrame":
    """Leave out the columns without a name, which must be empty."""
    for place in (place for place, name in enumerate(names) if not name):
        cells = frame[_NAMELESS.format(place)]
        if len(filled := _filled(cells)):
            line = numbers + int(filled[0]) if isinstance(numbers, int) else int(numbers[filled[0]])
            raise InputRefusedError(
                f'{source}:{line}: column {place + 1} has no name, but holds "{display(cells[int(filled[0])], 40)}"',
                "give it a name in the header",
            )
        frame = frame.drop(cells.name)
    return frame


def _filled(cells: "pl.Series") -> "pl.Series":
    """Return the places of the cells that hold something."""
    return (cells.fill_null("").str.strip_chars() != "").arg_true()


def _without_headers(
    frame: "pl.DataFrame", numbers: int | Positions, left_out: Counter[str]
) -> tuple["pl.DataFrame", int | Positions]:
    """Leave out rows that repeat the header, as in files that were joined; also return the lines of the others."""
    import polars as pl

    if frame.width < 2:
        return frame, numbers
    # files that were joined may each have had a byte-order mark
    repeated = frame.select(
        pl.all_horizontal(pl.col(name).str.strip_chars().str.strip_prefix("\ufeff") == name for name in frame.columns)
    )
    others = ~repeated.to_series().fill_null(value=False)
    if others.all():
        return frame, numbers
    left_out["repeated headers"] += frame.height - int(others.sum())
    every = numbers + np.arange(frame.height) if isinstance(numbers, int) else numbers
    return frame.filter(others), every[others.to_numpy()]
