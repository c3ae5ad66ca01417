"""The bytes of a file that may be compressed: never more of them than the limit, whatever the file claims."""

import bz2
import lzma
import os
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from dlwhy.errors import InputRefusedError

MAX_DECODED = 256 << 20
MAX_RATIO = 200  # measured numbers shrink to a half or a tenth, endless zeros to a thousandth
ALWAYS_ALLOWED = 16 << 20  # so much content may come from however small a file
_IF_TRUSTED = "if you trust it, raise --max-size"
_CHUNK = 1 << 18
_PACKED_CHUNK = 1 << 14  # so little at once that the ratio is known before much has come out
_XZ_MEMORY = 128 << 20  # the strongest preset takes 65 MiB
_FIRST_BYTES = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x5d\x00": "xz",  # the format before xz
    # x and any other byte than these is text
    **{bytes((0x78, flags)): "zlib" for flags in range(256) if (0x7800 + flags) % 31 == 0},
}


class Content:
    """The content of an open file, decompressed when it starts like a compressed one.

    Parameters
    ----------
    handle
        A seekable file.
    max_size
        Most bytes of content, in MiB. By default as many as an uncompressed file has; for a compressed file 256 MiB
        and at most 200 times the file's size.

    Raises
    ------
    InputRefusedError
        If the file is empty, or larger than the limit as it is.

    """

    def __init__(self, handle: BinaryIO, max_size: int | None = None):
        self._handle = handle
        self._size = check_size(handle, max_size)
        head = handle.read(8)
        handle.seek(0)
        if not head:
            raise InputRefusedError("is empty")
        self.compression = compression_of(head)
        self._checked_ratio = bool(self.compression) and max_size is None
        self._limit = MAX_DECODED if max_size is None else max_size << 20
        self._left = self._limit if self.compression else self._size
        self._pieces = self._limited(_decoded(handle, self.compression))
        self._piece = memoryview(b"")

    @property
    def left(self) -> int:
        """Most bytes that can still come; so many may be allocated."""
        return self._left + len(self._piece)

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes.

        Raises
        ------
        InputRefusedError
            If there are fewer, or they would pass the limit.

        """
        if count <= len(self._piece):
            taken, self._piece = self._piece[:count], self._piece[count:]
            return bytes(taken)
        if count > self.left:
            raise self._out_of_bounds()
        content = bytearray(count)
        self.fill(memoryview(content))
        return bytes(content)

    def fill(self, view: memoryview) -> None:
        """Fill a writable view of bytes.

        Raises
        ------
        InputRefusedError
            If the content ends before, or would pass the limit.

        """
        filled = 0
        while filled < len(view):
            if not self._piece:
                self._piece = self._next_piece()
            taken = self._piece[: len(view) - filled]
            view[filled : filled + len(taken)] = taken
            self._piece = self._piece[len(taken) :]
            filled += len(taken)

    def finish(self) -> None:
        """Check that nothing follows, and the checksum that some compressions have.

        Raises
        ------
        InputRefusedError
            If something follows, or the checksum does not fit.

        """
        if self._piece or any(self._pieces):
            raise InputRefusedError("is damaged: something follows the end of the data")

    def _next_piece(self) -> memoryview:
        piece = next(self._pieces, None)
        if piece is None:
            raise _ends_early()
        return memoryview(piece)

    def _limited(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        decoded = 0
        for piece in pieces:
            decoded += len(piece)
            self._left -= len(piece)
            if self._left < 0:
                raise self._out_of_bounds()
            if self._checked_ratio:
                check_ratio(decoded, self._handle.tell())
            yield piece

    def _out_of_bounds(self) -> InputRefusedError:
        return _too_large(self._limit) if self.compression else _ends_early()


def compression_of(head: bytes) -> str | None:
    """Tell from the first bytes how a file is compressed; None for not at all."""
    return next((name for first, name in _FIRST_BYTES.items() if head.startswith(first)), None)


def check_ratio(decoded: int, packed: int) -> None:
    """Refuse more bytes of content than so many packed ones can well be.

    Raises
    ------
    InputRefusedError
        If there are more.

    """
    if decoded > max(ALWAYS_ALLOWED, MAX_RATIO * packed):
        said = f"is suspiciously small for its content: compressed by more than {MAX_RATIO} times"
        raise InputRefusedError(said, _IF_TRUSTED)


def check_size(handle: BinaryIO, max_size: int | None) -> int:
    """Return the size of a seekable file in bytes, and go to its start.

    Raises
    ------
    InputRefusedError
        If it is larger than `max_size` MiB.

    """
    size = handle.seek(0, os.SEEK_END)
    handle.seek(0)
    if max_size is not None and size > max_size << 20:
        raise _too_large(max_size << 20)
    return size


def _too_large(limit: int) -> InputRefusedError:
    return InputRefusedError(f"its content is larger than {limit >> 20} MiB", _IF_TRUSTED)


def _ends_early() -> InputRefusedError:
    return InputRefusedError("is damaged: it ends early", "make it again, or copy it again")


def _decoded(handle: BinaryIO, compression: str | None) -> Iterator[bytes]:
    if compression is None:
        return iter(lambda: handle.read(_CHUNK), b"")
    if compression in ("gzip", "zlib"):
        return _from_zlib(handle)
    decoder = bz2.BZ2Decompressor() if compression == "bz2" else lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
    return _from_decoder(handle, decoder)


def _from_zlib(handle: BinaryIO) -> Iterator[bytes]:
    decoder = zlib.decompressobj(wbits=47)  # 15 for the window, 32 to tell zlib and gzip apart
    while not decoder.eof:
        packed = decoder.unconsumed_tail or handle.read(_PACKED_CHUNK)
        try:
            piece = decoder.decompress(packed, _CHUNK)
        except zlib.error as error:
            raise _damaged() from error
        if not packed and not piece:
            raise _ends_early()
        yield piece
    yield decoder.unused_data or handle.read(1)


def _from_decoder(handle: BinaryIO, decoder: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> Iterator[bytes]:
    while not decoder.eof:
        packed = handle.read(_PACKED_CHUNK) if decoder.needs_input else b""
        if decoder.needs_input and not packed:
            raise _ends_early()
        try:
            piece = decoder.decompress(packed, _CHUNK)
        except (OSError, lzma.LZMAError) as error:
            raise _damaged() from error
        yield piece
    yield decoder.unused_data or handle.read(1)


def _damaged() -> InputRefusedError:
    return InputRefusedError("is damaged: it can't be decompressed", "make it again, or copy it again")
