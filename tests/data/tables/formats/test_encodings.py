"""Texts that are not UTF-8: read with the right letters and said, or refused with how each would look."""

import warnings

import pytest

from dlwhy.data.tables.formats.decoding import as_utf8
from dlwhy.data.tables.formats.encodings import recognised
from dlwhy.errors import DlwhyNote, DlwhyWarning, InputRefusedError


def table(words: list[str], encoding: str) -> bytes:
    return ("kind,b,y\n" + "".join(f"{word},0.5,p\n" for word in words * 4)).encode(encoding)


READ = {
    "cp1252": (["5 €", "7 €", "“x”"], ["Müller", "José", "Straße"], ["père", "forêt", "à droite"], ["Åse", "Bjørn"]),
    "cp1250": (["Łódź", "Kraków", "Gdańsk"], ["Dvořák", "Plzeň"]),
    "cp1251": (["Москва", "Казань", "Тверь"],),
    "koi8_r": (["Москва", "Казань", "Тверь"],),
    "cp1253": (["Αθήνα", "Πάτρα"],),
    "gb18030": (["北京", "上海"], ["红色", "蓝色", "绿色"]),
    "cp932": (["東京", "大阪"], ["はい", "いいえ"]),
    "big5": (["台北", "高雄"],),
    "mac_roman": (["Müller", "José", "Straße"],),
    "cp850": (["Müller", "José", "Straße"],),
}


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, lists in READ.items() for words in lists])
def test_case_25_an_encoding_in_which_all_words_are_words_is_taken_and_said(name: str, words: list[str]) -> None:
    content = table(words, name)

    with pytest.warns(DlwhyNote, match=rf'd\.csv: read as {name} \("\S.*"\); --encoding names another'):
        text = b"".join(as_utf8(iter([content]), None, "d.csv")).decode()

    assert text == content.decode(name)


# a word or two tell little: never is one reading taken in silence, and the right one is among those shown
DOUBTFUL = {
    "cp1252": (["España", "niño"], ["é"]),
    "cp1250": (["Gdańsk"], ["Győr", "Székesfehérvár"]),
    "cp1251": (["да", "нет"],),
    "cp1254": (["İstanbul", "Muğla"],),
    "cp949": (["서울", "부산"],),
    "gb18030": (["男", "女"], ["是", "否"]),
    "cp932": (["男", "女"],),
}


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, lists in DOUBTFUL.items() for words in lists])
def test_case_25_what_could_be_several_is_refused_with_how_each_looks(name: str, words: list[str]) -> None:
    with pytest.raises(InputRefusedError) as caught:
        recognised(table(words, name), "d.csv")

    assert str(caught.value).startswith("d.csv: is not UTF-8; it could be ")
    assert any(f'{name} ("{word}")' in str(caught.value) for word in words)
    assert caught.value.hint == "--encoding NAME decides"


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


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("MÃ¼ller", 'as if utf-8 were cp1252, so that it holds "MÃ¼ller" where "Müller" was meant'),
        ("5 \x80", r'as if cp1252 were latin-1, so that it holds "\x80" where "€" was meant'),
    ],
)
def test_text_that_was_converted_wrongly_is_warned_of(word: str, said: str) -> None:
    with pytest.warns(DlwhyWarning) as caught:
        assert recognised(table([word], "utf-8"), "d") == "utf-8"

    assert said in str(caught[0].message)


def test_bytes_at_random_are_no_text() -> None:
    with pytest.raises(InputRefusedError):
        recognised(bytes(range(128, 256)) * 9 + b"\n", "d")
