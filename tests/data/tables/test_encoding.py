"""Columns of text into features, as plain metadata says."""

import polars as pl
import pytest

from dlwhy.data.dataset import Column
from dlwhy.data.tables.cells import Source
from dlwhy.data.tables.encoding import Encoder, encode
from dlwhy.errors import DlwhyWarning, InputRefusedError

COLUMNS = (
    Column(name="n", fill=3.0, indicator=True),
    Column(name="b", kind="boolean"),
    Column(name="c", kind="categorical", categories=("g", "r")),
)


def frame_of(**columns: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def test_columns_are_found_by_name_and_others_left_aside() -> None:
    X = encode(
        frame_of(c=["r", "g"], other=["?", "?"], b=["Yes", "no"], n=["1", " 2 "]), COLUMNS, source=Source(name="d.csv")
    )

    assert X.dtype == "float32"
    assert X.tolist() == [[1, 0, 1, 0, 1], [2, 0, 0, 1, 0]]


def test_an_unknown_category_is_all_zeros_and_counted_once() -> None:
    with pytest.warns(DlwhyWarning, match=r"^d.csv: unknown categories in 2 cells \(c 2\)") as caught:
        X = encode(frame_of(n=["1"] * 3, b=["no"] * 3, c=["x", "r", "z"]), COLUMNS, source=Source(name="d.csv"))

    assert X[:, 3:].tolist() == [[0, 0], [0, 1], [0, 0]]
    assert len(caught) == 1


def test_a_missing_cell_is_filled_where_training_had_missing_cells() -> None:
    with pytest.warns(DlwhyWarning, match=r"^d.csv: missing 1 cell \(n 1\): filled"):
        X = encode(frame_of(n=[None, "1"], b=["no", "no"], c=["r", "r"]), COLUMNS, source=Source(name="d.csv"))

    assert X[:, :2].tolist() == [[3, 1], [1, 0]]


BAD_CELLS = {
    "missing": ({"b": ["no", ""]}, "d.csv:3:b: value is missing (no cell of this column was missing in training)"),
    "42 text": ({"n": ["1", "\x1b[0m"]}, r'd.csv:3:n: "\x1b[0m" is not a number'),
    "41 infinite": ({"n": ["1", "inf"]}, 'd.csv:3:n: value is not a finite number ("inf")'),
    "no boolean": ({"b": ["no", "0"]}, 'd.csv:3:b: "0" is none of true, false, yes and no'),
}


@pytest.mark.parametrize("case", BAD_CELLS)
def test_a_bad_cell_is_refused_with_row_and_column(case: str) -> None:
    columns, message = BAD_CELLS[case]
    whole: dict[str, list[str | None]] = {"n": ["1", "2"], "b": ["no", "no"], "c": ["r", "r"]}

    with pytest.raises(InputRefusedError) as caught:
        encode(frame_of(**(whole | columns)), COLUMNS, source=Source(name="d.csv"))

    assert str(caught.value).startswith(message)


def test_an_absent_column_is_refused() -> None:
    with pytest.raises(InputRefusedError, match=r'^d\.csv: no column "b"; columns: n, c$'):
        encode(frame_of(n=["1"], c=["r"]), COLUMNS, source=Source(name="d.csv"))


def test_rows_and_warnings_are_counted_across_chunks() -> None:
    encoder = Encoder(COLUMNS, Source(name="d.csv"))
    chunk = frame_of(n=["1", None], b=["no", "no"], c=["r", "x"])

    encoder.encode(chunk)
    encoder.encode(chunk)

    assert encoder.filled == {"n": 2}
    assert encoder.unknown == {"c": 2}
    with pytest.raises(InputRefusedError, match=r"^d\.csv:6:n: "):
        encoder.encode(frame_of(n=["a"], b=["no"], c=["r"]))
