"""What a Parquet file says of itself, read before anything in it is unpacked: rows, and bytes when unpacked.

Parquet's metadata are Thrift structures in the compact protocol
(https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md); the numbers of their fields are
those of parquet.thrift in https://github.com/apache/parquet-format.
"""

import dataclasses
import itertools
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

_MAGIC = b"PAR1"
_MAX_FOOTER = 16 << 20
_MAX_DEPTH = 16
# what a damaged structure makes of reading it
DAMAGE = (ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error, OverflowError)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claim:
    """What a file holds."""

    rows: int  # number of rows, or of values of a column, if those are more
    unpacked: int  # bytes of all pages when unpacked


def read_claim(content: bytes) -> Claim:
    """Read what a file says of itself.

    The sizes are those in front of each page, by which memory is taken: the footer could say less.

    Raises
    ------
    ValueError
        If this is no Parquet, or damaged.

    """
    try:
        footer = _footer(content)
        groups = footer[4]
        values: Counter[tuple[bytes, ...]] = Counter()
        unpacked = 0
        for chunk in (column[3] for group in groups for column in group[1]):
            for size, count in _pages(content, chunk):
                unpacked += size
                if len(chunk[3]) == 1:  # of a nested column each row may have many
                    values[tuple(chunk[3])] += count
        rows = max([footer[3], sum(group[3] for group in groups), *values.values()])
        return Claim(rows=rows, unpacked=unpacked)
    except DAMAGE as error:
        raise ValueError("no Parquet, or damaged") from error


def _footer(content: bytes) -> dict[int, Any]:
    length = int.from_bytes(content[-8:-4], "little")
    if content[:4] != _MAGIC or content[-4:] != _MAGIC or not 0 < length <= min(_MAX_FOOTER, len(content) - 12):
        raise ValueError("no footer")
    return _Reader(content, len(content) - 8 - length, len(content) - 8).struct()


def _pages(content: bytes, chunk: dict[int, Any]) -> Iterator[tuple[int, int]]:
    """Return the unpacked size of each page of a column's chunk, and how many values it has."""
    place = min(chunk[field] for field in (9, 11) if chunk.get(field))  # data pages, dictionary page
    end = place + chunk[7]
    if not 0 < place <= end <= len(content):
        raise ValueError("pages outside the file")
    while place < end:
        reader = _Reader(content, place, end)
        header = reader.struct()
        data: dict[int, int] = header.get(5) or header.get(8) or {1: 0}  # of version 1, 2; else a dictionary
        if header[2] < 0 or header[3] < 0 or data[1] < 0:
            raise ValueError("size of a page")
        yield header[2], data[1]
        place = reader.place + header[3]


class _Reader:
    """Reads Thrift's compact protocol from some bytes; every value costs at least one of them, so time is bounded."""

    def __init__(self, content: bytes, place: int, end: int):
        self.content, self.place, self.end = content, place, end
        self._values: dict[int, Callable[[int], Any]] = {
            1: lambda _: True,
            2: lambda _: False,
            3: lambda _: self._byte(),
            **dict.fromkeys((4, 5, 6), lambda _: self._zigzag()),
            7: lambda _: struct.unpack("<d", self._bytes(8))[0],
            8: lambda _: self._bytes(self._varint()),
            **dict.fromkeys((9, 10), self._list),
            12: self.struct,
        }

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Read a structure: values by the number of their field."""
        if depth > _MAX_DEPTH:
            raise ValueError("depth")
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            fields[number] = self._values[head & 15](depth + 1)
        return fields

    def _list(self, depth: int) -> list[Any]:
        if depth > _MAX_DEPTH:
            raise ValueError("depth")
        head = self._byte()
        count = self._varint() if head >> 4 == 15 else head >> 4
        kind = head & 15
        if kind in (1, 2):  # in lists, truth has a byte of its own
            return [self._byte() == 1 for _ in range(count)]
        return [self._values[kind](depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        if self.place >= self.end:
            raise ValueError("end")
        self.place += 1
        return self.content[self.place - 1]

    def _bytes(self, count: int) -> bytes:
        if count > self.end - self.place:
            raise ValueError("end")
        self.place += count
        return self.content[self.place - count : self.place]

    def _varint(self) -> int:
        value = 0
        for shift in itertools.count(0, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128 or shift > 63:
                return value
        raise AssertionError

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
