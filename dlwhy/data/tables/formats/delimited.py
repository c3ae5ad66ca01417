"""CSV and TSV as text columns, in bounded memory: RFC 4180 and nothing looser, with the line of each fault."""

import dataclasses
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Self

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import MAX_COLUMNS
from dlwhy.data.tables.cells import check_names
from dlwhy.errors import InputRefusedError

if TYPE_CHECKING:
    import polars as pl

BLOCK = 8 << 20
MAX_RECORD = 64 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NEWLINE, _RETURN, _QUOTE = b'\n\r"'

Positions = npt.NDArray[np.intp]


def read_delimited(handle: BinaryIO, *, delimiter: str, source: str, header: bool = True) -> Iterator["pl.DataFrame"]:
    """Read a table, some megabytes at a time; blank lines are skipped.

    Parameters
    ----------
    handle
        The bytes, in UTF-8.
    delimiter
        What stands between two fields: one ASCII character.
    source
        How to name the file in messages.
    header
        Whether the first record holds the names; without, the columns are called ``column 1`` and so on.

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
    names: list[str] = []
    for piece in _pieces(handle, ord(delimiter), source):
        records = piece
        if not names:
            names = _names(piece.first(), delimiter, source, header=header)
            records = piece.without_first() if header else piece
        _check_counts(records, len(names), source)
        yield _frame(records, names, delimiter)
    if not names:
        raise InputRefusedError(f"{source}: no data rows")


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Piece:
    """Some bytes of a table, and the records in them that are whole and not blank."""

    data: bytes
    first_line: int
    starts: Positions
    ends: Positions  # behind the newline
    counts: Positions  # of fields
    quotes: Positions

    def line(self, position: int) -> int:
        return self.first_line + self.data.count(b"\n", 0, position)

    def first(self) -> Self:
        return dataclasses.replace(self, starts=self.starts[:1], ends=self.ends[:1], counts=self.counts[:1])

    def without_first(self) -> Self:
        return dataclasses.replace(self, starts=self.starts[1:], ends=self.ends[1:], counts=self.counts[1:])

    def records(self) -> bytes:
        """All records as bytes, without what stands between them."""
        begin, end = int(self.starts[0]), int(self.ends[-1])
        if np.array_equal(self.starts[1:], self.ends[:-1]):
            return self.data[begin:end]
        steps = np.zeros(len(self.data) + 1, np.int8)
        steps[self.starts] += 1
        steps[self.ends] -= 1
        wanted = np.cumsum(steps, dtype=np.int8)[:-1].astype(bool)
        return bytes(np.frombuffer(self.data, np.uint8)[wanted])


def _pieces(handle: BinaryIO, delimiter: int, source: str) -> Iterator[_Piece]:
    """Cut a stream of bytes behind the last record that is whole, block by block."""
    rest, line, offset = handle.read(len(_BYTE_ORDER_MARK)), 1, 0
    if rest == _BYTE_ORDER_MARK:
        rest, offset = b"", len(_BYTE_ORDER_MARK)
    # a newline more ends the last record if nothing else does
    for block in itertools.chain(iter(lambda: handle.read(BLOCK), b""), [b"\n"]):
        rest += block
        piece, end = _scan(rest, delimiter, line)
        _check_text(rest[:end], offset, line, source)
        _check_quotes(piece, end, delimiter, source)
        if len(piece.ends):
            yield piece
        line, offset, rest = piece.line(end), offset + end, rest[end:]
        if len(rest) > MAX_RECORD:
            break
    if rest:
        raise _endless(_scan(rest, delimiter, line)[0], delimiter, source)


def _scan(data: bytes, delimiter: int, first_line: int) -> tuple[_Piece, int]:
    """Find the records in some bytes that begin with one, and where the last whole one ends."""
    octets = np.frombuffer(data, np.uint8)
    quotes, newlines, delimiters = octets == _QUOTE, octets == _NEWLINE, octets == delimiter
    if quotes.any():
        outside = np.bitwise_xor.accumulate(quotes.view(np.uint8)) == 0
        newlines, delimiters = newlines & outside, delimiters & outside
    ends = np.flatnonzero(newlines) + 1
    starts = np.concatenate((np.zeros(1, np.intp), ends))[: len(ends)]
    counts = np.diff(np.searchsorted(np.flatnonzero(delimiters), ends), prepend=0) + 1
    lengths = ends - starts
    full = (lengths > 2) | ((lengths == 2) & (octets[starts] != _RETURN))
    piece = _Piece(
        data=data,
        first_line=first_line,
        starts=starts[full],
        ends=ends[full],
        counts=counts[full],
        quotes=np.flatnonzero(quotes),
    )
    return piece, int(ends[-1]) if len(ends) else 0


def _check_text(data: bytes, offset: int, line: int, source: str) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise InputRefusedError(
            f"{source}: byte {data[error.start]:#04x} at offset {offset + error.start} is not UTF-8",
            "convert it, e.g. iconv -f latin1 -t utf-8",
        ) from error
    if (place := data.find(b"\0")) >= 0:
        raise InputRefusedError(f"{source}:{line + data.count(10, 0, place)}: holds a NUL byte", "is this a text file?")


def _check_quotes(piece: _Piece, end: int, delimiter: int, source: str) -> None:
    """Refuse quotes that do not enclose a whole field, so that no two readers can split the text differently."""
    quotes = piece.quotes[piece.quotes < end]
    if not len(quotes):
        return
    octets = np.frombuffer(b"\n%b\n\n" % piece.data[:end], np.uint8)  # so that each quote has something round it
    opening, closing = quotes[::2], quotes[1::2]
    before = np.isin(octets[opening], (delimiter, _NEWLINE, _QUOTE), invert=True)
    ended = (octets[closing + 2] == _RETURN) & (octets[closing + 3] == _NEWLINE)
    behind = np.isin(octets[closing + 2], (delimiter, _NEWLINE, _QUOTE), invert=True) & ~ended
    if before.any() and not behind[: before.argmax()].any():
        line = piece.line(int(opening[before.argmax()]))
        raise InputRefusedError(
            f"{source}:{line}: a quote inside a field",
            'enclose the whole field in quotes, and write "" for each inside',
        )
    if behind.any():
        line = piece.line(int(opening[behind.argmax()]))
        raise InputRefusedError(f"{source}:{line}: a quote is opened here and not closed where the field ends")


def _endless(piece: _Piece, delimiter: int, source: str) -> InputRefusedError:
    _check_quotes(piece, len(piece.data), delimiter, source)
    if len(piece.quotes) % 2:
        line = piece.line(int(piece.quotes[-1]))
        return InputRefusedError(f"{source}:{line}: a quote is opened here and never closed")
    message = f"{source}:{piece.first_line}: a line of more than {MAX_RECORD >> 20} MiB"
    return InputRefusedError(message, "is this a text file?")


def _names(first: _Piece, delimiter: str, source: str, *, header: bool) -> list[str]:
    n_columns = int(first.counts[0])
    if n_columns > MAX_COLUMNS:
        raise InputRefusedError(f"{source}: {n_columns} columns; at most {MAX_COLUMNS}")
    columns = [f"column {place}" for place in range(1, n_columns + 1)]
    if not header:
        return columns
    names = [(name or "").strip() for name in _frame(first, columns, delimiter).row(0)]
    check_names(names, source)
    return names


def _check_counts(piece: _Piece, expected: int, source: str) -> None:
    wrong = np.flatnonzero(piece.counts != expected)
    if len(wrong):
        found, line = int(piece.counts[wrong[0]]), piece.line(int(piece.starts[wrong[0]]))
        raise InputRefusedError(f"{source}:{line}: {found} {'field' if found == 1 else 'fields'}, {expected} expected")


def _frame(piece: _Piece, names: list[str], delimiter: str) -> "pl.DataFrame":
    import polars as pl

    schema = dict.fromkeys(names, pl.String)
    if not len(piece.ends):
        return pl.DataFrame(schema=schema)
    # polars takes text that begins with "x^" for compressed, and unpacks it; a byte-order mark in front prevents that
    return pl.read_csv(_BYTE_ORDER_MARK + piece.records(), separator=delimiter, has_header=False, schema=schema)
