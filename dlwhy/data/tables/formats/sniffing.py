"""How a delimited text is laid out: what parts its fields, where its header is, and what stands round that."""

import csv
import dataclasses
import io
import re
import warnings
from collections import Counter
from collections.abc import Sequence

from dlwhy.data.tables.formats.form import Form
from dlwhy.data.tables.formats.quoting import misplaced, requoted
from dlwhy.data.tables.formats.scanning import BYTE_ORDER_MARK, Piece, scan, tabbed
from dlwhy.data.tables.formats.surroundings import (
    MOST_TITLES,
    NUMBER,
    Record,
    count_titles,
    has_units,
    is_headless,
    is_rule,
)
from dlwhy.errors import DlwhyNote, InputRefusedError
from dlwhy.text import display

SAMPLE = 1 << 20
_OTHERS = (",", ";", "\t", "|")
_NAMES = {"\t": "tabs", " ": "blanks", ",": "commas"}
_ROWS = 200
# so many of the lines must agree, if not all do
_NEARLY_ALL = 0.9
_DECLARED = re.compile(rb'"?sep=([^\w"\r\n])"?[^\w\r\n]*\r?\n', re.IGNORECASE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layout:
    """What stands where in a delimited text."""

    delimiter: str = ","  # a blank for any number of blanks and tabs
    returns: bool = False  # whether a carriage return alone ends a line
    skipped: int = 0  # records in front of the header, or of the rows if there is none
    header: bool = True
    units: bool = False  # whether the record behind the header names units


def layout(head: bytes, form: Form, source: str, *, usual: str = ",") -> Layout:
    """Recognise the layout of a text by its beginning, and say what is not usual.

    Parameters
    ----------
    head
        The first `SAMPLE` bytes or more, in UTF-8; all of them if there are no more.
    form
        What need not be recognised.
    source
        How to name the file in messages.
    usual
        The delimiter if that parts all lines alike, or none does.

    Raises
    ------
    InputRefusedError
        If several delimiters part all lines, or there is evidently no header.

    """
    head = head.removeprefix(BYTE_ORDER_MARK)
    head += b"" if len(head) >= SAMPLE else b"\n"
    declared = _DECLARED.match(head)
    returns = _returns(head, (form.delimiter,) if form.delimiter else _OTHERS)
    delimiter = form.delimiter or (declared and declared[1].decode(errors="replace")) or ""
    delimiter = delimiter if delimiter and delimiter.isascii() else _delimiter(head, usual, source, returns=returns)
    piece = _scan(head, delimiter, returns=returns)
    records = _records(piece, delimiter)
    n_fields = Counter(piece.counts.tolist()).most_common(1)[0][0] if len(piece.counts) else 0
    skipped = count_titles(records, n_fields, declared=bool(declared), header=form.header is not False)
    first, below = records[skipped : skipped + 1], [row for row in records[skipped + 1 :] if len(row) == n_fields]
    if form.header is None and first and is_headless(first[0], below):
        line = piece.line(int(piece.starts[skipped]))
        hint = '--no-header reads it, with columns "column 1" and so on; --header if these are names'
        raise InputRefusedError(f"{source}:{line}: the first line is a row, not the names of columns", hint)
    header = form.header is not False
    rule = header and bool(first) and is_rule(first[0], below)
    units = rule or (header and bool(first) and has_units(first[0], below))
    said = [f"separated by {_NAMES.get(delimiter, delimiter)}"] * (delimiter != usual and not form.delimiter)
    said += ["lines end with carriage returns"] * returns
    if titles := records[bool(declared) : skipped]:
        said.append(f'left out above the header: "{_shown(titles[0])}"' + " …" * (len(titles) > 1))
    if units:
        said.append(f'{"left out below the header" if rule else "taken for units, left out"}: "{_shown(below[0])}"')
    if said:
        warnings.warn(f"{source}: {'; '.join(said)}", DlwhyNote, stacklevel=3)
    return Layout(delimiter=delimiter, returns=returns, skipped=skipped, header=header, units=units)


def _scan(head: bytes, delimiter: str, *, returns: bool) -> Piece:
    if delimiter == " ":
        head, delimiter = b"".join(tabbed(iter([head]))), "\t"
        head += b"" if head.endswith(b"\n") else b"\n"
    piece = scan(head, ord(delimiter), 1, returns=returns)[0]
    if not _has_misplaced(piece, delimiter) or any(_is_quoted_by(head, other) for other in _OTHERS):
        return piece
    # no delimiter makes sense of the quotes: that they are out of place must not hide which one it is
    return scan(requoted(head, delimiter).data, ord(delimiter), 1, returns=returns)[0]


def _has_misplaced(piece: Piece, delimiter: str) -> bool:
    return misplaced(piece.data, piece.quotes, ord(delimiter)) is not None


def _is_quoted_by(head: bytes, delimiter: str) -> bool:
    return not _has_misplaced(scan(head, ord(delimiter), 1)[0], delimiter)


def _records(piece: Piece, delimiter: str) -> list[Record]:
    """Return the fields of the first records."""
    texts = [piece.data[start:end].decode(errors="replace") for start, end in _bounds(piece)[:_ROWS]]
    return [_cells(text.rstrip("\r\n"), "\t" if delimiter == " " else delimiter) for text in texts]


def _cells(text: str, delimiter: str) -> Record:
    try:
        return [cell.strip() for cell in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])]
    except csv.Error:  # a quote out of place, which is refused with its line
        return []


def _bounds(piece: Piece) -> list[tuple[int, int]]:
    return list(zip(piece.starts[:_ROWS].tolist(), piece.ends[:_ROWS].tolist(), strict=True))


def _returns(head: bytes, delimiters: Sequence[str]) -> bool:
    """Return whether carriage returns end lines: there is no other end, or with them all lines agree at last."""
    alone = head[:-1].count(b"\r") - head.count(b"\r\n")
    if not alone:
        return False
    if not scan(head[:-1], ord(","), 1)[1]:
        return True
    shares = [
        max((share for n_fields, share, _ in _agreements(head, delimiters, returns=returns) if n_fields > 1), default=0)
        for returns in (False, True)
    ]
    return shares[0] < shares[1] == 1


def _agreements(
    head: bytes, delimiters: Sequence[str], *, returns: bool, below_titles: bool = False
) -> list[tuple[int, float, bool]]:
    """Return of each delimiter how many fields most lines have, which share of them, and whether the first has."""
    agreements = []
    for delimiter in delimiters:
        piece = _scan(head, delimiter, returns=returns)
        counts = piece.counts[~piece.begins()]
        if not len(counts):
            agreements.append((1, 1.0, True))
            continue
        n_fields, n_lines = Counter(counts.tolist()).most_common(1)[0]
        titles = int((counts == n_fields).argmax())
        if below_titles and titles <= MOST_TITLES and (counts[:titles] <= max(1, n_fields - 2)).all():
            counts = counts[titles:]
        agreements.append((n_fields, n_lines / len(counts), bool(counts[0] == n_fields)))
    return agreements


def _delimiter(head: bytes, usual: str, source: str, *, returns: bool) -> str:
    (usually,) = _agreements(head, [usual], returns=returns)
    if usually[0] > 1 and usually[1] == 1:
        return usual
    others = [delimiter for delimiter in _OTHERS if delimiter != usual]
    parting = dict(zip(others, _agreements(head, others, returns=returns, below_titles=True), strict=True))
    whole = [delimiter for delimiter, (n_fields, share, _) in parting.items() if n_fields > 1 and share == 1]
    if len(whole) > 1:
        counts = " or ".join(f"{_NAMES.get(name, name)} ({parting[name][0]} fields)" for name in whole)
        raise InputRefusedError(f"{source}: could be separated by {counts}", "--delimiter says which")
    nearly = [name for name, (n, share, first) in parting.items() if n > 1 and share >= _NEARLY_ALL and first]
    if usually[0] > 1 and usually[1] >= _NEARLY_ALL and (usually[2] or not (whole or nearly)):
        nearly = []
    if len(whole or nearly) == 1:
        return (whole or nearly)[0]
    return " " if usually[0] == 1 and _parted_by_blanks(head, returns=returns) else usual


def _parted_by_blanks(head: bytes, *, returns: bool) -> bool:
    """Return whether this is a table of numbers, at least in parts, that blanks align: words have blanks, too."""
    piece = _scan(head, " ", returns=returns)
    records = [record for record in _records(piece, " ") if record and not record[0].startswith("#")]
    widths = {len(record) for record in records}
    if len(records) < 3 or len(widths) > 1 or widths == {1}:
        return False
    columns = [set(cells) for cells in zip(*records[1:], strict=True)]
    numeric = [all(NUMBER.fullmatch(cell) for cell in cells) for cells in columns]
    return any(numeric) and all(number or len(cells) > 1 for number, cells in zip(numeric, columns, strict=True))


def _shown(record: Record) -> str:
    return display(", ".join(cell for cell in record if cell), 40)
