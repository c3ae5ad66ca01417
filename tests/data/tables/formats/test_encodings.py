"""Texts that are not UTF-8: read with the right letters and said, or refused with how each would look."""

import pytest

from dlwhy.data.tables.formats.decoding import as_utf8
from dlwhy.data.tables.formats.encodings import recognised
from dlwhy.errors import DlwhyNote, DlwhyWarning, InputRefusedError


def table(words: list[str], encoding: str) -> bytes:
    return ("kind,b,y\n" + "".join(f"{word},0.5,p\n" for word in words * 4)).encode(encoding)


READ = {
    "cp1252": (
        ["5 €"],
        ["25°C"],
        ["3 µg", "±1 m²"],
        ["Müller"],
        ["5 €", "7 €", "“x”"],
        ["Müller", "José", "Straße"],
        ["père", "forêt", "à droite"],
        ["Åse", "Bjørn"],
    ),
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


@pytest.mark.parametrize(("name", "word"), [("cp1258", "Hà Nô\u0323i"), ("iso8859_5", "Москва")])
def test_no_word_is_of_two_scripts_or_begins_with_a_fraction(name: str, word: str) -> None:
    with pytest.raises(InputRefusedError, match="is not UTF-8; it could be"):
        recognised(table([word], name), "d.csv")


def test_letters_that_were_lost_before_are_warned_of_and_this_is_utf8() -> None:
    with pytest.warns(DlwhyWarning, match="letters were lost when it was converted to UTF-8"):
        assert recognised(table(["M\ufffdller"], "utf-8"), "d") == "utf-8"


def test_escapes_of_iso_2022_are_japanese() -> None:
    content = table(["東京", "大阪"], "iso2022_jp")

    with pytest.warns(DlwhyNote, match="read as iso2022_jp"):
        assert b"".join(as_utf8(iter([content]), None, "d")).decode() == content.decode("iso2022_jp")
