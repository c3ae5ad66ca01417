"""The same table in every format gives the same data set; and each format's own faults."""

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dlwhy.data.dataset import Column
from dlwhy.data.tables.cells import Source
from dlwhy.data.tables.encoding import Encoder, encode
from dlwhy.data.tables.formats import json_lines, parquet
from dlwhy.data.tables.formats.json_lines import read_json_lines
from dlwhy.data.tables.formats.parquet import read_parquet
from dlwhy.data.tables.importing import read_table
from dlwhy.data.tables.rows import read_chunks
from dlwhy.errors import DlwhyWarning, InputRefusedError

FRAME = pl.DataFrame(
    {
        "n": [0.1, 2.5, -3.0, None, 1e-7, 12345.678],
        "i": [1, 5, 3, 2, 9, 7],
        "b": [True, False, None, True, False, True],
        "c": ["r", "g", "r", "b", "g", "b"],
        "y": ["no", "yes", "yes", "no", "no", "yes"],
        "part": ["train", "train", "train", "train", "test", "test"],
    }
)
WRITERS: dict[str, Callable[[pl.DataFrame, Path], Any]] = {
    "csv": lambda frame, path: frame.write_csv(path),
    "tsv": lambda frame, path: frame.write_csv(path, separator="\t"),
    "parquet": lambda frame, path: frame.write_parquet(path),
    "jsonl": lambda frame, path: frame.write_ndjson(path),
}


@pytest.mark.parametrize("named", [True, False], ids=["by suffix", "by option"])
@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.filterwarnings("ignore:.*missing 2 cells")
def test_every_format_gives_the_same(tmp_path: Path, form: str, named: bool) -> None:
    WRITERS["csv"](FRAME, tmp_path / "reference.csv")
    path = tmp_path / (f"d.{form}" if named else "d.data")
    WRITERS[form](FRAME, path)

    dataset = read_table(path, target="y", split_column="part", format=None if named else form)

    assert dataset.X_train[1].tolist() == [2.5, 0, 5, 0, 0, 0, 1, 0]
    expected = read_table(tmp_path / "reference.csv", target="y", split_column="part")
    assert dataset.fingerprint == expected.fingerprint


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_rows_are_counted_from_one_where_there_is_no_header(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"d.{form}"
    WRITERS[form](pl.DataFrame({"a": ["1", "2", "x", "4"], "y": [0, 1, 0, 1]}), path)

    with pytest.raises(InputRefusedError, match=rf'd\.{form}:3:a: "x" is not a number'):
        read_table(path, target="y")


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
def test_case_57_too_many_rows_are_refused(tmp_path: Path, form: str) -> None:
    WRITERS[form](FRAME, tmp_path / f"d.{form}")

    assert sum(chunk.height for chunk in read_chunks(tmp_path / f"d.{form}", max_rows=6)) == 6
    with pytest.raises(InputRefusedError, match=r"has more than 5 rows \(raise --max-rows\)"):
        list(read_chunks(tmp_path / f"d.{form}", max_rows=5))


# --- JSON Lines


def lines(content: bytes, **options: Any) -> list[dict[str, str | None]]:
    return [row for frame in read_json_lines(io.BytesIO(content), source="d", **options) for row in frame.to_dicts()]


def test_json_numbers_keep_their_text_and_keys_may_be_absent() -> None:
    content = b'{"a": 1.50, "b": true}\r\n\n{"c": null, "a": 12345678901234567890}\n{"b": "x", "a": NaN}'

    assert lines(content) == [
        {"a": "1.50", "b": "true", "c": None},
        {"a": "12345678901234567890", "b": None, "c": None},
        {"a": "NaN", "b": "x", "c": None},
    ]


def test_unwanted_json_values_may_be_anything() -> None:
    assert lines(b'{"a": [1], "b": 2}', without=["a"]) == [{"a": None, "b": "2"}]


def test_fault_6_many_keys_in_few_values_are_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "_SPARSE_CELLS", 10_000)
    content = b"".join(b'{"k%d":1}\n' % i for i in range(1000))
    with pytest.raises(InputRefusedError, match=r"d:101: 101 different keys in 101 rows, of which each has 1: this is"):
        lines(content)
    sparse = b'{"y":1}\n' * 2000 + b'{"y":2,"k":1}\n'
    assert len(lines(sparse)) == 2001


def test_json_of_many_keys_comes_in_chunks_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "_CELLS", 40)
    content = b"".join(b'{"a":%d,"b":2,"c":3}\n' % i for i in range(100))
    chunks = list(read_json_lines(io.BytesIO(content), source="d"))
    assert max(chunk.height * chunk.width for chunk in chunks) == 42
    assert [row["a"] for chunk in chunks for row in chunk.to_dicts()] == [str(i) for i in range(100)]


def test_keys_that_come_late_make_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "BLOCK", 1)
    lines = ['{"a": 1, "y": 0}', '{"a": 2, "y": 1}', '{"a": 3, "y": 0, "b": 4}', *['{"y": 1, "a": 5, "b": 1}'] * 3]
    (tmp_path / "d.jsonl").write_text("\n".join(lines))

    with pytest.warns(DlwhyWarning, match=r"missing 2 cells \(b 2\)"):
        dataset = read_table(tmp_path / "d.jsonl", target="y")

    assert [column.name for column in dataset.columns] == ["a", "b"]


BAD_LINES = {
    "list": (b"[1, 2]", "d:2: not one JSON object"),
    "number": (b"5", "d:2: not one JSON object"),
    "half": (b'{"a": 1', "d:2: not one JSON object"),
    "twice": (b'{"a": 1, "a": 2}', "d:2: not one JSON object with different keys"),
    "not UTF-8": (b'{"a": "\xe9"}', "d:2: not one JSON object"),
    "lone surrogate": (b'{"a": "\\ud800"}', "d:2: not one JSON object"),
    "surrogate key": (b'{"\\ud800": 1}', "d:2: not one JSON object"),
    "deep": (b'{"a":' + b"[" * 100_000, "d:2: not one JSON object"),
    "nested": (b'{"a": {"b": 1}}', "d:2:a: an object, not a text or number (--drop a)"),
    "array": (b'{"a": [1]}', "d:2:a: a list, not a text or number (--drop a)"),
    "empty key": (b'{"": 1}', "d: column 2 has no name"),
    "58 long key": (b'{"%b": 1}' % (b"x" * 201), "d: column 2 has a name of 201 characters"),
}


@pytest.mark.parametrize("case", BAD_LINES)
def test_a_bad_line_is_refused(case: str) -> None:
    line, message = BAD_LINES[case]

    with pytest.raises(InputRefusedError) as caught:
        lines(b'{"a": 1}\n' + line)

    assert str(caught.value).startswith(message)


def test_a_long_json_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MAX_LINE", 1 << 20)

    with pytest.raises(InputRefusedError, match="d:1: a line of more than 1 MiB"):
        lines(b'{"a": "' + b"x" * (2 << 20))


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_case_44_no_json_lines(content: bytes) -> None:
    with pytest.raises(InputRefusedError, match="d: no data rows"):
        lines(content)


# --- Parquet


def as_parquet(frame: pl.DataFrame) -> bytes:
    memory = io.BytesIO()
    frame.write_parquet(memory)
    return memory.getvalue()


def test_parquet_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_CELLS", 12)

    frames = list(read_parquet(io.BytesIO(as_parquet(FRAME)), source="d"))

    assert [frame.height for frame in frames] == [2, 2, 2]
    assert frames[0].rows()[0] == ("0.1", "1", "true", "r", "no", "train")


def test_parquet_columns_that_are_not_plain_are_refused_by_name() -> None:
    content = as_parquet(FRAME.with_columns(tags=pl.Series([[1]] * 6), raw=pl.Series([b"\xff"] * 6)))

    with pytest.raises(InputRefusedError) as caught:
        list(read_parquet(io.BytesIO(content), source="d"))
    (frame,) = read_parquet(io.BytesIO(content), source="d", without=["tags", "raw"])

    assert str(caught.value) == 'd: column "tags" holds List(Int64), not text or numbers (--drop tags)'
    assert frame["raw"].null_count() == 6


def test_dates_in_parquet_are_refused_as_dates(tmp_path: Path) -> None:
    FRAME.with_columns(when=pl.lit(dt.date(2020, 1, 1))).write_parquet(tmp_path / "d.parquet")

    with pytest.raises(InputRefusedError, match='column "when" holds dates'):
        read_table(tmp_path / "d.parquet", target="y", split_column="part")


@pytest.mark.parametrize("cut", [0, 3, 8, 100, -1, -4, -9])
def test_damaged_parquet_is_refused(cut: int) -> None:
    with pytest.raises(InputRefusedError, match=r"^d: can't be read as Parquet: "):
        list(read_parquet(io.BytesIO(as_parquet(FRAME)[:cut]), source="d"))


def test_a_parquet_table_without_rows(tmp_path: Path) -> None:
    FRAME.clear().write_parquet(tmp_path / "d.parquet")

    with pytest.raises(InputRefusedError, match="no data rows"):
        read_table(tmp_path / "d.parquet", target="y")


# --- encoding again, at prediction

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


def test_chunks_can_be_kept_small(tmp_path: Path) -> None:
    FRAME.write_csv(tmp_path / "d.csv")

    assert [chunk.height for chunk in read_chunks(tmp_path / "d.csv", rows=4)] == [4, 2]
    (nothing,) = read_chunks(_header_only(tmp_path), rows=4)
    assert nothing.columns == ["a", "b"]


def _header_only(folder: Path) -> Path:
    path = folder / "header.csv"
    path.write_text("a,b\n")
    return path
