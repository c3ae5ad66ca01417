"""The bytes of a text as UTF-8, block by block, whatever they are encoded in."""

import codecs
import itertools
import re
import warnings
from collections.abc import Iterator

from dlwhy.data.tables.formats.encodings import recognised
from dlwhy.errors import DlwhyNote, InputRefusedError

# so much of a text is looked at to know its encoding
_SAMPLE = 1 << 20
# what begins a stretch of two-byte characters there
_JAPANESE = re.compile(rb"\x1b\$[@B]")
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8",
}


def as_utf8(blocks: Iterator[bytes], encoding: str | None, source: str) -> Iterator[bytes]:
    """Yield a text as UTF-8; what is in UTF-8 already goes through as it is, with damage that it may have.

    Parameters
    ----------
    blocks
        The text.
    encoding
        What it is encoded in; by default that is recognised, and said if it is not UTF-8.
    source
        How to name the file in messages.

    Raises
    ------
    InputRefusedError
        If the encoding can't be told, or is another.

    """
    head, blocks = at_least(_SAMPLE, blocks)
    encoding = encoding or _marked(head, source)
    offset = 0
    for block in itertools.chain([head], blocks):
        text = block
        if encoding is None and not block.isascii():
            # as much as there is to tell by, if the text so far was ASCII
            more, blocks = at_least(_SAMPLE, blocks)
            text += more
            encoding = recognised(text, source)
        if encoding in (None, "utf-8"):
            yield text
            offset += len(text)
        else:
            yield from _decoded(itertools.chain([text], blocks), encoding, offset, source)
            return


def at_least(size: int, blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Join the first blocks to at least so many bytes, if there are; also return the others."""
    pieces, taken = [], 0
    for block in blocks:
        pieces.append(block)
        taken += len(block)
        if taken >= size:
            break
    return pieces[0] if len(pieces) == 1 else b"".join(pieces), blocks


def _marked(head: bytes, source: str) -> str | None:
    """Return what a byte-order mark or the escapes of ISO 2022 say; or, without, every other byte being NUL."""
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    if _JAPANESE.search(head) and head.isascii():
        return _told("iso2022_jp", source)
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) <= 0.15 * len(head) or min(even, odd) > 0.05 * max(even, odd):
        return None
    return _told("utf-16-be" if even > odd else "utf-16-le", source)


def _told(name: str, source: str) -> str:
    warnings.warn(f"{source}: read as {name}; --encoding names another", DlwhyNote, stacklevel=3)
    return name


def _decoded(blocks: Iterator[bytes], encoding: str, offset: int, source: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    for block in itertools.chain(blocks, [b""]):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeError as error:
            place = offset - pending + getattr(error, "start", 0)
            raise InputRefusedError(
                f"{source}: what stands at offset {place} is not {encoding}", "--encoding names another"
            ) from error
        offset += len(block)
        yield text.removeprefix("\ufeff").encode()
