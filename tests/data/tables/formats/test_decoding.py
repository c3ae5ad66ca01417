"""Bytes in any encoding, as UTF-8."""

import warnings

import pytest

from dlwhy.data.tables.formats.decoding import as_utf8
from dlwhy.errors import DlwhyNote, InputRefusedError


def table(words: list[str], encoding: str) -> bytes:
    return ("kind,b,y\n" + "".join(f"{word},0.5,p\n" for word in words * 4)).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("size", [1, 3, 1 << 20])
def test_case_25_unicode_needs_no_guess(encoding: str, size: int) -> None:
    content = table(["北京", "b", "é"], encoding)
    blocks = (content[start : start + size] for start in range(0, len(content), size))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if encoding in ("utf-16-le", "utf-16-be") else "error")
        text = b"".join(as_utf8(blocks, None, "d.csv")).decode()

    assert text.removeprefix("\ufeff") == table(["北京", "b", "é"], "utf-8").decode()


def test_the_one_that_is_named_decides_and_what_it_is_not_has_its_place() -> None:
    content = table(["да", "нет"], "cp1251")

    assert b"".join(as_utf8(iter([content]), "cp1251", "d")).decode() == content.decode("cp1251")
    with pytest.raises(InputRefusedError, match=r"^d: what stands at offset 9 is not shift_jis"):
        list(as_utf8(iter([b"kind,b,y\n\xff\n"]), "shift_jis", "d"))


def test_letters_that_come_late_decide_late() -> None:
    blocks = [b"kind,b\n" + b"a,1\n" * 400_000, b"b,2\n" * 400_000, "Müller,3\nStraße,4\n".encode("cp1252")]

    with pytest.warns(DlwhyNote, match="read as cp1252"):
        text = b"".join(as_utf8(iter(blocks), None, "d"))

    assert text.endswith("b,2\nMüller,3\nStraße,4\n".encode())
