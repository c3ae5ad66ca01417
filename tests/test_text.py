"""Foreign text and numbers: harmless on a terminal, in a spreadsheet and in JSON, and short."""

import json
import math
import re
import unicodedata

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.text import (
    CONTROL,
    FORMULA,
    display,
    finite,
    inert,
    json_text,
    meant,
    nearest,
    number,
    plain,
    protected,
    unprotected,
    without_controls,
)

# any character at all, the dangerous ones often
anything = st.text(st.characters() | st.sampled_from("\x00\x07\x1b\x7f\x9b\xad\u200b\u202e\u2066\ufeff\ud800\u3164\n"))


@given(anything)
def test_nothing_that_is_displayed_controls_a_terminal(text: str) -> None:
    shown = display(text)

    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in shown)
    assert len(shown.splitlines()) <= 1
    assert shown.encode().decode() == shown  # no lone surrogate


@given(anything, st.integers(1, 100))
def test_what_is_displayed_is_at_most_so_long(text: str, limit: int) -> None:
    assert len(display(text, limit)) <= limit


@given(anything)
def test_display_shows_all_of_a_text_and_only_escapes_it(text: str) -> None:
    shown = display(text, 20 * len(text) + 1)

    assert display(shown, len(shown) + 1) == shown
    # surrogates aside, undoing the escapes gives the text back
    if not any(0xD800 <= ord(character) < 0xE000 for character in text) and "\\" not in text:
        assert shown.encode("latin-1", "backslashreplace").decode("unicode_escape") == text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_displayed_as_it_is(text: str) -> None:
    assert display(text, len(text)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;x\x07\x1b[2J", r"\x1b]0;x\x07\x1b[2J"),
        ("\x9b31m", r"\x9b31m"),
        ("a\nb\tc\r", r"a\x0ab\x09c\x0d"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("in\u200bvisible\ufeff\U000e0041", r"in\u200bvisible\ufeff\U000e0041"),
        ("\ud83d", r"\ud83d"),
        ("Größe 大きさ é 🙂", "Größe 大きさ é 🙂"),
        ("[bold]", "[bold]"),
        (3.5, "3.5"),
        (None, "None"),
    ],
)
def test_case_65_dangerous_characters_are_shown_as_escapes(text: object, shown: str) -> None:
    assert display(text) == shown


def test_long_text_is_cut_and_no_escape_is_halved() -> None:
    assert display("x" * 61) == "x" * 59 + "…"
    assert display("x" * 60) == "x" * 60
    assert display("x" * 57 + "\x1b" + "y") == "x" * 57 + "…"
    assert display("x" * 10**8) == "x" * 59 + "…"


def test_of_inert_text_the_lines_stay() -> None:
    assert inert("one\x1b[2J\ntwo\r\n") == "one\\x1b[2J\ntwo\\x0d\n"


def test_a_cell_keeps_its_tabs_and_line_ends() -> None:
    assert without_controls("a\tb\nc\rd\x1b[1m\x9b") == "a\tb\nc\rd\\x1b[1m\\x9b"


@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-A1", "@x", "\tx", "\rx", "-", "'=1", "''=1", "+1e"])
def test_a_formula_is_protected_and_comes_back(cell: str) -> None:
    assert protected(cell) == f"'{cell}"
    assert unprotected(protected(cell)) == cell


@pytest.mark.parametrize("cell", ["", "a=1", "-1", "+1.5e-3", "-.5", "'tis", "1-2", " =1"])
def test_what_is_no_formula_stays(cell: str) -> None:
    assert protected(cell) == unprotected(cell) == cell


@given(st.text(st.sampled_from("'=+-@\t\r1.ea")))
def test_every_cell_comes_back_and_none_is_run(cell: str) -> None:
    shown = protected(cell)

    assert unprotected(shown) == cell
    assert not shown.startswith(("=", "@", "\t", "\r"))


@given(st.lists(anything.filter(lambda text: not re.search("[\ud800-\udfff]", text)), max_size=5))
def test_polars_finds_what_python_finds(cells: list[str]) -> None:
    column = pl.Series(cells, dtype=pl.String)

    for pattern in (FORMULA, CONTROL):
        assert column.str.contains(pattern).to_list() == [bool(re.search(pattern, cell)) for cell in cells]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan"), np.float64("inf")])
def test_what_is_not_finite_is_none(value: float) -> None:
    assert finite(value) is None


def test_json_has_null_for_what_is_not_finite_however_deep() -> None:
    value = {"a": [1, math.nan, {"b": (math.inf, 0.5)}], 3: "Größe\x1b", "c": np.float64(0.1)}

    assert plain(value) == {"a": [1, None, {"b": [None, 0.5]}], "3": "Größe\x1b", "c": 0.1}
    text = json_text(value)
    assert json.loads(text) == plain(value)
    assert text.isascii()
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.5, "0.5000"),
        (0, "0.0000"),
        (-0.04, "-0.0400"),
        (1, "1.0000"),
        (239.881, "239.88"),
        (1259.118, "1259.1"),
        (2.7e-07, "2.7e-07"),
        (1.594e-16, "1.594e-16"),
        (-1.248e-05, "-1.248e-05"),
        (218421.6363, "218422"),
        (63596903826.7686, "6.36e+10"),
        (8040812375058183880704.0, "8.041e+21"),
        (None, "none"),
    ],
)
def test_a_number_is_short_and_says_something(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1, "+0.1000"), (-0.1, "-0.1000"), (2e8, "+2e+08"), (20000.4, "+20000")]
)
def test_a_sign_where_it_is_asked_for(value, shown):
    assert number(value, "+") == shown


@given(st.floats(-1e300, 1e300))
def test_three_digits_are_right_and_it_fits_into_a_column(value):
    # below a tenth there are four decimals still
    assert math.isclose(float(number(value)), value, rel_tol=5e-4 if abs(value) >= 0.1 else 0.05, abs_tol=1e-323)
    assert len(number(value)) <= 11


def test_what_is_no_number_is_shown_as_it_is():
    assert (number(math.nan), number(math.inf)) == ("nan", "inf")


def test_a_misspelt_name_is_told_what_it_may_mean():
    assert meant("specis", ["species", "island"]) == "did you mean species?"
    assert meant("x", ["species", "island"]) == "there is species, island"
    assert nearest("x", ["species", "island"]) == ""
    assert nearest("a\x1bb", ["a\x1bbc"]) == "did you mean a\\x1bbc?"
