"""CSV and TSV into text columns: what is read, and what is refused with the line where it stands."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


ALIKE = {
    "plain": "a,b\n1,2\n3,x y\n",
    "no final newline": "a,b\n1,2\n3,x y",
    "CRLF": "a,b\r\n1,2\r\n3,x y\r\n",
    "byte-order mark": "\ufeffa,b\n1,2\n3,x y\n",
    "byte-order mark before a quote": '\ufeff"a",b\n1,2\n3,x y\n',
    "quoted": '"a","b"\n"1","2"\n3,"x y"\n',
    "blank lines": "\n\na,b\n\n1,2\r\n\r\n3,x y\n\n\n",
    "spaces round a name": " a ,b\n1,2\n3,x y\n",
}


@pytest.mark.parametrize("form", ALIKE)
def test_case_45_forms_of_the_same_table_read_the_same(form: str) -> None:
    assert rows(ALIKE[form]) == [("a", "b"), ("1", "2"), ("3", "x y")]


def test_quotes_enclose_anything() -> None:
    assert rows('a,b\n"x\n,y","say ""hi"""\n"",\n') == [("a", "b"), ("x\n,y", 'say "hi"'), ("", None)]


def test_no_character_starts_a_comment() -> None:
    assert rows("a,b\n#4,5#6\n") == [("a", "b"), ("#4", "5#6")]


@pytest.mark.parametrize("head", ["x^", "x", "x^x^"])
def test_text_that_looks_compressed_is_text(head: str) -> None:
    """Polars unpacks what begins with zlib's two bytes, which are "x^"; atheris found it."""
    assert rows(f"{head}a,b\n{head}1,2\n{head}3,4\n") == [(f"{head}a", "b"), (f"{head}1", "2"), (f"{head}3", "4")]


def test_tabs_and_absent_headers() -> None:
    assert rows("a,b\tc\n1\t2\n", delimiter="\t") == [("a,b", "c"), ("1", "2")]
    assert rows("1,2\n3,4\n", header=False) == [("column 1", "column 2"), ("1", "2"), ("3", "4")]


def test_a_header_alone_gives_a_frame_without_rows() -> None:
    assert rows("a,b\n") == [("a", "b")]


REFUSED = {
    "43 too many fields": ("a,b\n1,2\n1,2,3\n", "d.csv:3: 3 fields, 2 expected"),
    "43 too few fields": ('a,b\n"1\n2",2\n1\n', "d.csv:4: 1 field, 2 expected"),
    "43 behind blank lines": ("a,b\n\n\n1\n", "d.csv:4: 1 field, 2 expected"),
    "44 empty": ("", "d.csv: no data rows"),
    "44 blank": ("\n\r\n", "d.csv: no data rows"),
    "46 Latin-1": ("a,b\n1,caf\xe9\n".encode("latin1"), "d.csv: byte 0xe9 at offset 9 is not UTF-8 (--encoding"),
    "46 Latin-1 behind a mark": (b"\xef\xbb\xbfa\n\xe9\n", "d.csv: byte 0xe9 at offset 5 is not UTF-8 (--encoding"),
    "46 UTF-16": ("a,b\n1,2\n".encode("utf-16"), "d.csv: byte 0xff at offset 0 is not UTF-8"),
    "47 NUL": ("a,b\n1,2\n1,\0\n", "d.csv:3: holds a NUL byte"),
    "48 open quote": ('a,b\n1,2\n"3,4\n5,6\n', "d.csv:3: a quote is opened here and never closed"),
    "48 open quote in the header": ('a,"b\n1,2\n', "d.csv:1: a quote is opened here and never closed"),
    "48 open quote, others behind": ('a,b\n"1,2\n3,"4"\n', "d.csv:2: a quote is opened here and not closed where"),
    "48 text behind a quote": ('a,b\n"1" 2,3\n', "d.csv:2: a quote is opened here and not closed where"),
    "48 a return behind a quote": ('a,b\n"1"\r,3\n', "d.csv:2: a quote is opened here and not closed where"),
    "48 quote inside a quoted field": ('a,b\n1,2\n"5" pipe",4\n', "d.csv:3: a quote is opened here and not closed"),
    "48 text behind a quote and a blank": ('a,b\n1, "2" 3\n', "d.csv:2: a quote inside a field (enclose the whole"),
    "49 same name twice": ("a,b,a\n1,2,3\n", 'd.csv: column name "a" occurs 2 times (columns 1 and 3)'),
    "49 no name": ("a,,b\n0,,1\n\n0,1,2\n", 'd.csv:4: column 2 has no name, but holds "1" (give it a name in'),
    "49 a name of spaces": ("a, \n0,1\n", 'd.csv:2: column 2 has no name, but holds "1"'),
    "58 long name": (f"a,{'x' * (1 << 20)}\n1,2\n", "d.csv: column 2 has a name of 1048576 characters; at most 200"),
    "58 many columns": (",".join(map(str, range(100_000))) + "\n", "d.csv: 100000 columns; at most 10000"),
    "65 escape in a name": ("\x1b[2J,\x1b[2J\n", r'd.csv: column name "\x1b[2J" occurs 2 times'),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.timeout(10)
def test_refused_case(case: str) -> None:
    content, message = REFUSED[case]

    with pytest.raises(InputRefusedError) as caught:
        rows(content)

    assert str(caught.value).startswith(message)


def in_pieces_of(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a text scanned in blocks of so many bytes, when its layout is known."""

    def pieces(blocks: Iterator[bytes], *options: Any, **others: Any) -> Iterator[scanning.Piece]:
        return scanning.pieces(in_blocks(b"".join(blocks), size), *options, **others)

    monkeypatch.setattr(delimited, "pieces", pieces)


@pytest.fixture(params=[1, 2, 7, 1 << 20])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    in_pieces_of(request.param, monkeypatch)
    return int(request.param)


@pytest.mark.parametrize("form", ALIKE)
def test_where_a_block_ends_does_not_matter(form: str, block: int) -> None:
    assert rows(ALIKE[form]) == [("a", "b"), ("1", "2"), ("3", "x y")]


@pytest.mark.parametrize("case", [case for case in REFUSED if "58" not in case])
def test_where_a_block_ends_does_not_matter_to_errors(case: str, block: int) -> None:
    content, message = REFUSED[case]

    with pytest.raises(InputRefusedError) as caught:
        rows(content)

    assert str(caught.value).startswith(message)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6) | st.sampled_from(
    ["", '"', '""', ",", "\n", "\r\n", " ", "a\nb", "'", "#", "NA"]
)


@given(
    table=st.lists(st.tuples(cells, cells, cells), max_size=8),
    delimiter=st.sampled_from(",\t"),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_pythons_csv_writes_is_read_back(table: list[tuple[str, str, str]], delimiter: str, ending: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *table])

    assert rows(text.getvalue(), delimiter=delimiter)[1:] == table


@pytest.mark.filterwarnings("ignore::dlwhy.errors.DlwhyNote")
@given(st.binary(max_size=60) | st.text(st.sampled_from('a1,"\n\r\t '), max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        found = rows(b"a,b\n" + content)
    except InputRefusedError:
        return

    assert all(len(row) == 2 for row in found)
    assert _stripped(found[1:]) == _stripped(_by_csv(content)) or b"\r" in content


def _stripped(table: Iterable[Iterable[str | None]]) -> list[tuple[str, ...]]:
    """Leave out blanks round cells, and rows of nothing else: later an empty cell is missing."""
    rows = (tuple((cell or "").strip(" ") for cell in row) for row in table)
    return [row for row in rows if any(row)]


def _by_csv(content: bytes) -> list[list[str]]:
    """Python's own reader, which agrees on all that is read."""
    reader = csv.reader(io.StringIO(content.decode(), newline=""), skipinitialspace=True)
    kept = [row for row in reader if any(row) and [cell.strip() for cell in row] != ["a", "b"]]
    kept = [row for row in kept if len(row) == 2 or not row[0].startswith("#")]
    # a delimiter at the end of all lines is no column
    return [row[:2] for row in kept] if all(len(row) == 3 and not row[2] for row in kept) else kept
