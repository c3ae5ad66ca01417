"""The records of a delimited text: where each begins and ends, by RFC 4180, and on which line."""

import dataclasses
import itertools
import re
import warnings
from collections.abc import Iterator
from typing import Self

import numpy as np
import numpy.typing as npt

from dlwhy.data.tables.formats.quoting import misplaced, requoted
from dlwhy.errors import DlwhyNote, InputRefusedError

BLOCK = 8 << 20
MAX_RECORD = 64 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NEWLINE, _RETURN, _QUOTE, _HASH = b'\n\r"#'

Positions = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Piece:
    """Some bytes of a table, and the records in them that are whole and not blank."""

    data: bytes
    first_line: int
    returns: bool  # whether a carriage return alone ends a line, too
    starts: Positions
    ends: Positions  # behind the newline
    counts: Positions  # of fields
    quotes: Positions

    def line(self, position: int) -> int:
        """Return the line on which a byte stands."""
        alone = self.data.count(b"\r", 0, position) - self.data.count(b"\r\n", 0, position) if self.returns else 0
        return self.first_line + self.data.count(b"\n", 0, position) + alone

    def lines(self) -> int | Positions:
        """Return the line of each record; of the first alone if there is nothing between them."""
        first = self.line(int(self.starts[0]))
        # without quotes, records that follow one another have a line each, which need not be counted
        together = np.array_equal(self.starts[1:], self.ends[:-1])
        if together and (not len(self.quotes) or self.line(int(self.ends[-1])) - first == len(self.ends)):
            return first
        octets = np.frombuffer(self.data, np.uint8)
        newlines = octets == _NEWLINE
        if self.returns:
            newlines |= (octets == _RETURN) & (np.append(octets[1:], _NEWLINE) != _NEWLINE)
        return np.searchsorted(np.flatnonzero(newlines), self.starts) + self.first_line

    def first(self) -> Self:
        """Return the first record."""
        return self.only(slice(0, 1))

    def only(self, wanted: slice | Flags) -> Self:
        """Return some of the records."""
        starts, ends, counts = self.starts[wanted], self.ends[wanted], self.counts[wanted]
        return dataclasses.replace(self, starts=starts, ends=ends, counts=counts)

    def begins(self, octet: int = _HASH) -> Flags:
        """Return which records begin with a byte."""
        begins: Flags = np.frombuffer(self.data, np.uint8)[self.starts] == octet
        return begins

    def content_lengths(self) -> Positions:
        """Return the bytes of each record, without the end of its line."""
        octets = np.frombuffer(self.data, np.uint8)
        lengths: Positions = self.ends - self.starts - 1 - (octets[self.ends - 2] == _RETURN)
        return lengths

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


def pieces(blocks: Iterator[bytes], delimiter: str, source: str, *, returns: bool = False) -> Iterator[Piece]:
    """Cut UTF-8 behind the last record that is whole, block by block.

    Raises
    ------
    InputRefusedError
        If the bytes are not UTF-8, a quote is out of place where that may mean two things, or a line has no end.

    """
    rest, line, offset = b"", 1, 0
    told: set[str] = set()
    # a newline more ends the last record if nothing else does
    for block in itertools.chain(blocks, [b"\n"]):
        rest += block
        if not offset:
            if BYTE_ORDER_MARK.startswith(rest):
                continue
            offset = len(BYTE_ORDER_MARK) * rest.startswith(BYTE_ORDER_MARK)
            rest = rest[offset:]
        piece, end = scan(rest, ord(delimiter), line, returns=returns)
        if misplaced(piece.data, piece.quotes, ord(delimiter)):
            rest = _put_right(piece, delimiter, source, told)
            piece, end = scan(rest, ord(delimiter), line, returns=returns)
        _check_text(rest[:end], offset, line, source)
        if len(piece.ends):
            yield piece
        line, offset, rest = piece.line(end), offset + end, rest[end:]
        if len(rest) > MAX_RECORD:
            break
    if rest:
        raise _endless(scan(rest, ord(delimiter), line, returns=returns)[0], source)


def scan(data: bytes, delimiter: int, first_line: int, *, returns: bool = False) -> tuple[Piece, int]:
    """Find the records in some bytes that begin with one, and where the last whole one ends."""
    octets = np.frombuffer(data, np.uint8)
    quotes, newlines, delimiters = octets == _QUOTE, octets == _NEWLINE, octets == delimiter
    outside = np.bitwise_xor.accumulate(quotes.view(np.uint8)) == 0 if quotes.any() else None
    if returns:
        # of the last byte nobody knows yet what follows it
        alone = (octets == _RETURN) & (np.append(octets[1:], _NEWLINE) != _NEWLINE)
        alone = alone if outside is None else alone & outside
        octets = np.where(alone, np.uint8(_NEWLINE), octets)
        data, newlines = octets.tobytes(), newlines | alone
    if outside is not None:
        newlines, delimiters = newlines & outside, delimiters & outside
    ends = np.flatnonzero(newlines) + 1
    starts = np.concatenate((np.zeros(1, np.intp), ends))[: len(ends)]
    counts = np.diff(np.searchsorted(np.flatnonzero(delimiters), ends), prepend=0) + 1
    lengths = ends - starts
    full = (lengths > 2) | ((lengths == 2) & (octets[starts] != _RETURN))
    piece = Piece(
        data=data,
        first_line=first_line,
        returns=returns,
        starts=starts[full],
        ends=ends[full],
        counts=counts[full],
        quotes=np.flatnonzero(quotes),
    )
    return piece, int(ends[-1]) if len(ends) else 0


def tabbed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Put a tab for each run of blanks and tabs that stands outside quotes, and nothing for those round a line."""
    rest, inside = b"", False
    for block in itertools.chain(blocks, [b""]):
        rest += block
        whole = max(rest.rfind(b"\n"), rest.rfind(b"\r")) + 1
        end = whole if block and len(rest) <= MAX_RECORD else len(rest)
        parts = rest[:end].split(b'"')
        for place in range(int(inside), len(parts), 2):
            text = re.sub(rb"(?<=[\r\n])[ \t]+|[ \t]+(?=[\r\n])", b"", parts[place])
            text = text if place else text.lstrip(b" \t")
            text = text if place < len(parts) - 1 else text.rstrip(b" \t")
            parts[place] = re.sub(rb"[ \t]+", b"\t", text)
        inside ^= len(parts) % 2 == 0
        rest = rest[end:]
        yield b'"'.join(parts)


def _check_text(data: bytes, offset: int, line: int, source: str) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise InputRefusedError(
            f"{source}: byte {data[error.start]:#04x} at offset {offset + error.start} is not UTF-8",
            "--encoding names the one it is in",
        ) from error
    if (place := data.find(b"\0")) >= 0:
        raise InputRefusedError(f"{source}:{line + data.count(10, 0, place)}: holds a NUL byte", "is this a text file?")


def _put_right(piece: Piece, delimiter: str, source: str, told: set[str]) -> bytes:
    """Return all bytes of a piece with its quotes put right, and say once what was done."""
    right = requoted(piece.data, delimiter)
    for what, position in right.done.items():
        if what not in told:
            told.add(what)
            warnings.warn(f"{source}: {what} (first on line {piece.line(position)})", DlwhyNote, stacklevel=4)
    whole = right.data.rfind(b"\n") + 1
    again, _ = scan(right.data[:whole], ord(delimiter), piece.first_line, returns=piece.returns)
    if fault := misplaced(right.data[:whole], again.quotes, ord(delimiter)):
        raise InputRefusedError(f"{source}:{again.line(fault.position)}: {fault.says}", fault.hint)
    return right.data


def _endless(piece: Piece, source: str) -> InputRefusedError:
    if len(piece.quotes) % 2:
        line = piece.line(int(piece.quotes[-1]))
        return InputRefusedError(f"{source}:{line}: a quote is opened here and never closed")
    message = f"{source}:{piece.first_line}: a line of more than {MAX_RECORD >> 20} MiB"
    return InputRefusedError(message, "is this a text file?")
