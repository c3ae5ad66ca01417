"""Quotes out of place are read where that is possible in one way only, with a note, whatever the blocks."""

import warnings
from collections.abc import Iterator

import pytest

from dlwhy.data.tables.formats import delimited
from dlwhy.data.tables.formats.form import Form
from dlwhy.data.tables.formats.quoting import BLANKS, INSIDE, requoted
from dlwhy.data.tables.formats.scanning import pieces

READ = {
    "blanks before": ('Name,   x\n   "JAM",1\n', "JAM", BLANKS, 2),
    "blanks round": ('Name,x\nTEA,2\n "a, ""b""\nc"  ,1\n', 'a, "b"\nc', BLANKS, 3),
    "a quote inside": ('Name,x\n5" pipe,1\nplain,2\n', '5" pipe', INSIDE, 2),
    "two quotes inside": ('Name,x\nplain,2\nthe "old" one,1\n', 'the "old" one', INSIDE, 3),
    "a lone quote behind others": ('Name,x\n"a ""b"", c",2\n6"x",1\n', '6"x"', INSIDE, 3),
    "other delimiter": ('Name;x\n5" pipe;1\n6" pipe;2\n', '5" pipe', INSIDE, 2),
}


@pytest.mark.parametrize("case", READ)
def test_what_can_be_read_in_one_way_is(case: str) -> None:
    text, name, says, line = READ[case]

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frames = list(delimited.read_delimited(iter([text.encode()]), form=Form(), source="d.csv"))

    rows = {row["x"]: row["Name"] for frame in frames for row in frame.iter_rows(named=True)}
    assert rows["1"] == name
    assert f"d.csv: {says} (first on line {line})" in [str(each.message) for each in caught]


@pytest.mark.filterwarnings("ignore::dlwhy.errors.DlwhyNote")
@pytest.mark.parametrize("size", [1, 2, 3, 5, 11])
def test_where_a_block_ends_does_not_matter(size: int) -> None:
    text = b'n,x\n5" pipe,1\n"two\nlines, ok",3\n "x" ,4\n"q""q", 5" 6\n'

    def blocks() -> Iterator[bytes]:
        return (text[start : start + size] for start in range(0, len(text), size))

    read = b"".join(piece.records() for piece in pieces(blocks(), ",", "d.csv"))

    assert read == b'n,x\n"5"" pipe",1\n"two\nlines, ok",3\n"x",4\n"q""q"," 5"" 6"\n'


@pytest.mark.parametrize("text", ['"a" b,1\n', ' "a" b,1\n', '"a"b"c",1\n', '"a,1\n"b",2\n', '"open,1\n', "a,b\n"])
def test_what_may_have_been_meant_in_several_ways_is_left(text: str) -> None:
    found = requoted(text.encode(), ",")

    assert found.data == text.encode()
    assert not found.done
