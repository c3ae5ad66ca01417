"""The rule for numbers: strict, exact, and with the place of each fault."""

import math
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.data.tables.cells import Source, check_names, cleaned, numbers
from dlwhy.errors import InputRefusedError

SOURCE = Source(name="d.csv")


def read(*texts: str | None) -> list[float]:
    return numbers(pl.Series("x1", texts, dtype=pl.String), SOURCE).tolist()


def test_numbers_are_read() -> None:
    assert read("1", "-2.5", "+.5", "3.", "1e3", "1E-2", "007", "-0") == pytest.approx(
        [1, -2.5, 0.5, 3, 1000, 0.01, 7, 0]
    )


def test_a_missing_cell_is_nan() -> None:
    values = read("1", None)

    assert values[0] == 1
    assert math.isnan(values[1])


@pytest.mark.parametrize(
    "text", ["1_000", "\uff11", "0x10", "1e", "e5", ".", "+", "--1", "1,5", "1 2", "1d5", "abc", "%", "1\n"]
)
def test_case_42_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InputRefusedError, match=r"^d\.csv:4:x1: .* is not a number"):
        read("1", "2", text)


@pytest.mark.parametrize("text", ["inf", "-Inf", "+INFINITY", "1e400", "-1e999999999"])
def test_case_41_infinity_is_refused(text: str) -> None:
    with pytest.raises(InputRefusedError) as caught:
        read("1", text)

    assert caught.value.message == f'd.csv:3:x1: value is not a finite number ("{text}")'


def test_case_56_what_float32_cant_hold_is_refused() -> None:
    with pytest.raises(InputRefusedError, match=r"^d\.csv:2:x1: 9007199254740993 can't be held exactly"):
        read("9007199254740993")
    with pytest.raises(InputRefusedError, match=r"^d\.csv:3:x1: value is not a finite number"):
        read("1e20", "9" * 5000)
    with pytest.raises(InputRefusedError, match=r"^d\.csv:3:x1: 9999999999999999999999 can't be held"):
        read("1e20", "-" + "9" * 22)
    with pytest.raises(InputRefusedError, match=r"^d\.csv:2:x1: 1e39 is larger than 3.4e38"):
        read("1e39")
    assert read("9007199254740992", "-9007199254740992", "1e20", "3.4e38") == pytest.approx(
        [2**53, -(2**53), 1e20, 3.4e38]
    )


def test_case_65_a_hostile_cell_is_shown_harmlessly() -> None:
    with pytest.raises(InputRefusedError) as caught:
        read("\x1b]0;x\x07")

    assert "\x1b" not in str(caught.value)
    assert r"\x1b]0;x\x07" in str(caught.value)


@given(st.text("0123456789+-.eE_ infaxd\uff11\n", max_size=12))
def test_no_text_gives_another_number_than_float_does(text: str) -> None:
    try:
        (value,) = read(text)
    except InputRefusedError:
        return
    exact = Fraction(text)

    assert float(text) == pytest.approx(value, rel=1e-6, abs=1e-44)
    assert abs(exact - Fraction(value)) <= Fraction(float(np.spacing(np.float32(abs(value))))) / 2


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_the_shortest_text_of_a_float32_gives_it_back(value: float) -> None:
    expected = np.float32(value)

    (found,) = numbers(pl.Series("x", [expected], dtype=pl.Float32).cast(pl.String), SOURCE)

    assert found.tobytes() == expected.tobytes()


ALWAYS = ["NA", "na", "NaN", "nan", "null", "NULL", "\tNA ", "N/A", "#N/A", "<NA>", "?"]
ALWAYS += ["-nan", "-NaN", "NaT", r"\N", "(null)", "#NA", "1.#QNAN", "-1.#IND"]
ALWAYS += ["#DIV/0!", "#REF!", "#VALUE!", "#NUM!", "#NULL!", "#NAME?", "#NV", "#WERT!", "#BEZUG!", "#ZAHL!"]
OFTEN = ["None", "none", "-", "--", ".", "\u2013", "\u2014", "\u2212"]


@pytest.mark.parametrize("text", ["", " ", "\u00a0", *ALWAYS, *OFTEN])
def test_missing_cells(text: str) -> None:
    assert cleaned(pl.DataFrame({"a": [text, " b "]})).rows() == [(None,), ("b",)]


@pytest.mark.parametrize("text", ["nano", "n", "-1", "...", "no", "Nat", "NAT", r"\n", "#1", "(none)", "1.#INF", "-na"])
def test_other_texts_are_not_missing(text: str) -> None:
    assert cleaned(pl.DataFrame({"a": [text]})).item() == text


@pytest.mark.parametrize("text", ALWAYS)
def test_what_programs_write_is_no_class(text: str) -> None:
    assert cleaned(pl.DataFrame({"y": [text]}), strict=["y"]).item() is None


def test_marks_may_be_texts_in_some_columns() -> None:
    frame = pl.DataFrame({"kept": ["NA", "None", ""], "strict": ["NA", "None", ""]})

    assert cleaned(frame, kept=["kept"], strict=["strict"]).rows() == [("NA", None), ("None", "None"), (None, None)]


@pytest.mark.parametrize("text", ["Ko\u0308ln", "K\u00f6ln\u00a0", "\ufeffK\u00f6ln"])
def test_one_word_is_one_text_however_it_is_composed(text: str) -> None:
    assert cleaned(pl.DataFrame({"a": [text]})).item() == "K\u00f6ln"


def test_rows_that_were_left_out_still_count() -> None:
    assert Source(name="d.csv", rows=np.array([0, 5])).at(1, "x") == "d.csv:7:x"


def test_names_may_be_many_and_long_but_not_too_many_or_long() -> None:
    check_names(["x" * 200, *map(str, range(9_999))], "d")
    with pytest.raises(InputRefusedError, match="201 characters; at most 200"):
        check_names(["x" * 201], "d")
    with pytest.raises(InputRefusedError, match="10001 columns; at most 10000"):
        check_names([str(i) for i in range(10_001)], "d")
