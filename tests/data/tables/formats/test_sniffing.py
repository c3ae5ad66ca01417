"""How a text is laid out: read right and said in one line, or refused with the way out."""

import csv
import io
import warnings
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.data.tables.formats.decoding import as_utf8
from dlwhy.data.tables.formats.delimited import read_delimited
from dlwhy.data.tables.formats.form import Form
from dlwhy.data.tables.rows import read_frame
from dlwhy.errors import DlwhyNote, InputRefusedError

ROWS = [(f"{place}.5", f"{place % 7}", "pq"[place % 2]) for place in range(30)]
HEADER = ("a", "b", "y")


def text(separator: str = ",", end: str = "\n", rows: Any = ROWS, header: Any = HEADER) -> str:
    return "".join(separator.join(row) + end for row in ([header] if header else []) + list(rows))


def read(path: Path, content: str | bytes, **form: Any) -> tuple[pl.DataFrame, list[str], list[int]]:
    """Return the table, what was said, and the lines of the first and the last row."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame, source = read_frame(path, Form(**form))
    said = [str(warning.message).removeprefix(f"{path}: ") for warning in caught]
    lines = [int(source.at(row, "a").removeprefix(f"{path}:").split(":")[0]) for row in (0, frame.height - 1)]
    return frame, said, lines


HALVES = ROWS[:15], ROWS[15:]
# what is written, what is said of it, and the lines of the first and the last row
READ: dict[str, tuple[str, list[str], list[int]]] = {
    "commas": (text(), [], [2, 31]),
    "23 pipes": (text("|"), ["separated by |"], [2, 31]),
    "23 semicolons": (text(";"), ["separated by ;"], [2, 31]),
    "23 tabs": (text("\t"), ["separated by tabs"], [2, 31]),
    "23 blanks": (text("   "), ["separated by blanks"], [2, 31]),
    "23 aligned": ("".join(f"  {a:>8}{b:>4}  {y} \n" for a, b, y in [HEADER, *ROWS]), ["separated by blanks"], [2, 31]),
    "23 declared": ("sep=;\n" + text(";"), ["separated by ;"], [3, 32]),
    "23 declared as usual": ("sep=,\r\n" + text(end="\r\n"), [], [3, 32]),
    "21 returns": (text(end="\r"), ["lines end with carriage returns"], [2, 31]),
    "21 returns, semicolons": (text(";", "\r"), ["separated by ;; lines end with carriage returns"], [2, 31]),
    "21 CRLF and LF": (text(end="\r\n", rows=HALVES[0]) + text(rows=HALVES[1], header=None), [], [2, 31]),
    "21 CR and LF": (
        text(end="\r", rows=HALVES[0]) + text(rows=HALVES[1], header=None),
        ["lines end with carriage returns"],
        [2, 31],
    ),
    "18 every line": (text(",", ",\n"), ["left out column 4, which has no name and is empty"], [2, 31]),
    "18 rows only": (
        "a,b,y\n" + text(",", ",\n", header=None),
        ["left out column 4, which has no name and is empty"],
        [2, 31],
    ),
    "18 header only": ("a,b,y,\n" + text(header=None), [], [2, 31]),
    "18 empty rows": (text() + ",,\n" * 5, ["left out rows of nothing but delimiters (5)"], [2, 31]),
    "18 semicolons": (
        text(";", ";;\n") + ";;;;\n",
        [
            "separated by ;",
            "left out rows of nothing but delimiters (1), column 4, which has no name and is empty, column 5, which",
        ],
        [2, 31],
    ),
    "title": ("Sales 2020\n\n" + text(), ['left out above the header: "Sales 2020"'], [4, 33]),
    "titles, padded": ("Sales,,\nby region,,\n,,\n" + text(), ['left out above the header: "Sales" …'], [5, 34]),
    "titles of another kind": (
        "Source: office\n" + text(";"),
        ['separated by ;; left out above the header: "Source: office"'],
        [3, 32],
    ),
    "comments": ("# by x, y\n" + text() + "# end\n", ["left out above", "left out comment lines (1)"], [3, 32]),
    "a line of dashes": (
        text(rows=[("---", "--", "---"), *ROWS]),
        ['left out below the header: "---, --, ---"'],
        [3, 32],
    ),
    "types": (
        text(rows=[("float", "int", "string"), *ROWS]),
        ['left out below the header: "float, int, string"'],
        [3, 32],
    ),
    "units": (text(rows=[("kg", "m/s", ""), *ROWS]), ['taken for units, left out: "kg, m/s"'], [3, 32]),
    "repeated header": (
        text(rows=[*HALVES[0], HEADER, *HALVES[1]]),
        ["left out repeated headers (1)"],
        [2, 32],
    ),
}


@pytest.mark.parametrize("case", READ)
def test_a_layout_is_recognised_and_said(tmp_path: Path, case: str) -> None:
    content, expected, places = READ[case]

    frame, said, lines = read(tmp_path / "d.csv", content)

    assert frame.columns == list(HEADER)
    assert [tuple(cell.strip() for cell in row) for row in frame.rows()] == ROWS
    assert [have.startswith(want) for have, want in zip(said, expected, strict=True)] == [True] * len(expected)
    assert lines == places


def test_decimal_commas_do_not_make_commas_delimiters(tmp_path: Path) -> None:
    rows = [(a.replace(".", ","), f"{b},5") for a, b, _ in ROWS]

    frame, said, _ = read(tmp_path / "d.csv", text(";", rows=rows, header=("a", "b")))

    assert frame.rows() == rows
    assert said == ["separated by ;"]


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (text(header=("a|b", "c|d", "y|z"), rows=[("1|2", "3|4", "5|6")] * 4), ["a|b", "c|d", "y|z"]),
        ("full name\n" + "Jo Ann\n" * 5, ["full name"]),
        ("height cm\n" + "170 cm\n181 cm\n" * 5, ["height cm"]),
        ("when at\n" + "2020-01-01 10:00\n" * 5, ["when at"]),
        ("x\n1\n2\n", ["x"]),
        ("0,1,2\n" + text(header=None), ["0", "1", "2"]),
        ("2019,2020,y\n" + text(header=None), ["2019", "2020", "y"]),
    ],
)
def test_what_parts_alike_with_commas_or_is_one_column_stays_as_it_is(
    tmp_path: Path, content: str, columns: list[str]
) -> None:
    frame, said, _ = read(tmp_path / "d.csv", content)

    assert (frame.columns, said) == (columns, [])


HEADLESS = "the first line is a row, not the names of columns (--no-header reads it"
REFUSED: dict[str, tuple[str, str]] = {
    "23 headless": (text(header=None), f":1: {HEADLESS}"),
    "23 headless numbers": ("5,3\n4,1\n", f":1: {HEADLESS}"),
    "23 headless below a comment": ("# x\n" + text(" ", header=None), f":2: {HEADLESS}"),
    "two delimiters": ("a;b|c\n" + "1;2|3\n" * 5, ": could be separated by ; (2 fields) or | (2 fields) (--delimiter"),
    "18 one line": (text(rows=[*ROWS, ("1", "2", "p", "")]), ":32: 4 fields, 3 expected (the line ends with ',')"),
    "18 and a value": (text(",", ",\n") + "1,2,p,!\n", ':32: column 4 has no name, but holds "!" (give it a name'),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_not_be_told_is_refused_with_the_way_out(tmp_path: Path, case: str) -> None:
    content, message = REFUSED[case]

    with pytest.raises(InputRefusedError) as caught:
        read(tmp_path / "d.csv", content)

    assert str(caught.value).removeprefix(str(tmp_path / "d.csv")).startswith(message)


def test_what_is_said_decides(tmp_path: Path) -> None:
    path = tmp_path / "d.txt"

    assert read(path, text("^"), delimiter="^")[0].rows() == ROWS
    assert read(path, text(" ", header=None), header=False)[0].columns == ["column 1", "column 2", "column 3"]
    assert read(path, "5,3\n4,1\n", header=True)[0].columns == ["5", "3"]
    assert read(path, text(";"), delimiter="semicolon")[1] == []
    assert read(path, "a;b|c\n" + "1;2|3\n" * 5, delimiter="|")[0].columns == ["a;b", "c"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_case_49_lines_are_those_of_an_editor(tmp_path: Path, end: str) -> None:
    rows = [(f'"one{end}two, ""x""{end}"', *row) for row in ROWS]

    frame, _, lines = read(tmp_path / "d.csv", text(",", end, rows, ("note", *HEADER)))

    assert frame["note"][3] == f'one{end}two, "x"{end}'
    assert lines == [2, 2 + 3 * 29]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=5) | st.sampled_from(
    ["", "a\nb", "é"]
)


@pytest.mark.filterwarnings("ignore::dlwhy.errors.DlwhyWarning")
@given(
    table=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;|\t"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"]),
    said=st.booleans(),
)
def test_a_table_comes_back_from_any_form(
    table: list[tuple[str, str, str]], delimiter: str, end: str, encoding: str, said: bool
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("id", "b", "c"), *((f"n{place}", *row[1:]) for place, row in enumerate(table))])
    content = written.getvalue().encode(encoding)
    form = Form(delimiter=delimiter if said else None, encoding=encoding if encoding == "gb18030" else None)

    frame = pl.concat(read_delimited(as_utf8(iter([content]), form.encoding, "d"), form=form, source="d"))

    assert frame.columns == ["id", "b", "c"]
    assert frame.rows() == [(f"n{place}", *row[1:]) for place, row in enumerate(table)]


@pytest.mark.filterwarnings("ignore::dlwhy.errors.DlwhyWarning")
@given(st.binary(max_size=80) | st.text(st.sampled_from('a1,;|"\n\r\t #='), max_size=60).map(str.encode))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    try:
        frames = list(read_delimited(as_utf8(iter([content]), None, "d"), form=Form(), source="d"))
    except InputRefusedError:
        return

    assert all(frame.columns == frames[0].columns for frame in frames)


def test_notes_name_no_warning_of_their_own() -> None:
    with pytest.warns(DlwhyNote, match="^d: separated by ;$"):
        list(read_delimited(iter([text(";").encode()]), form=Form(), source="d"))
