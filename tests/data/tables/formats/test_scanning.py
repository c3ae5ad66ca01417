"""Bytes of a table, cut where records end."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from dlwhy.data.tables.formats import delimited, scanning
from dlwhy.data.tables.formats.form import Form
from dlwhy.errors import InputRefusedError


def in_blocks(data: bytes, size: int = 8 << 20) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def rows(content: bytes | str, *, delimiter: str = ",", header: bool = True) -> list[tuple[str | None, ...]]:
    data = content.encode() if isinstance(content, str) else content
    form = Form(delimiter=delimiter, header=header)
    frames = list(delimited.read_delimited(in_blocks(data), form=form, source="d.csv"))
    return [tuple(frames[0].columns), *(row for frame in frames for row in frame.rows())]


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MAX_RECORD", 1 << 20)
    in_pieces_of(1 << 18, monkeypatch)

    with pytest.raises(InputRefusedError, match=r"d\.csv:2: a line of more than 1 MiB"):
        rows("a\n" + "x" * (3 << 20))
    with pytest.raises(InputRefusedError, match=r"d\.csv:2: a quote is opened here and never closed"):
        rows('a\n"' + "x\n" * (1 << 20))


def in_pieces_of(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a text scanned in blocks of so many bytes, when its layout is known."""

    def pieces(blocks: Iterator[bytes], *options: Any, **others: Any) -> Iterator[scanning.Piece]:
        return scanning.pieces(in_blocks(b"".join(blocks), size), *options, **others)

    monkeypatch.setattr(delimited, "pieces", pieces)


def test_a_large_table_comes_in_pieces_of_bounded_size() -> None:
    line = b"0.12345678,-1.5,abc\n"
    content = b"a,b,c\n" + line * ((24 << 20) // len(line))

    frames = list(delimited.read_delimited(in_blocks(content), form=Form(), source="d.csv"))

    assert len(frames) >= 3
    assert sum(frame.height for frame in frames) == content.count(b"\n") - 1
    assert np.max([frame.height for frame in frames]) <= (8 << 20) // len(line) + 1
