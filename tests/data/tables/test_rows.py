"""The same table in every format gives the same data set; and each format's own faults."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dlwhy.data.tables.cells import Source
from dlwhy.data.tables.importing import read_table
from dlwhy.data.tables.rows import check_there, read_chunks, read_frame
from dlwhy.errors import DlwhyNote, InputRefusedError, UsageError

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


# --- Parquet


# --- encoding again, at prediction


def test_chunks_can_be_kept_small(tmp_path: Path) -> None:
    FRAME.write_csv(tmp_path / "d.csv")

    assert [chunk.height for chunk in read_chunks(tmp_path / "d.csv", rows=4)] == [4, 2]
    (nothing,) = read_chunks(_header_only(tmp_path), rows=4)
    assert nothing.columns == ["a", "b"]


def _header_only(folder: Path) -> Path:
    path = folder / "header.csv"
    path.write_text("a,b\n")
    return path


JSON = [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]
OTHER_SHAPES = {
    "wrapped": (json.dumps({"data": JSON, "total": 2}), "rows under \"data\" (jq -c '.data[]' d.json | dlwhy"),
    "wrapped, on lines": (json.dumps({"total": 2, "rows": JSON}, indent=1), "rows under \"rows\" (jq -c '.rows[]'"),
    "GeoJSON": (json.dumps({"type": "f", "features": [{"properties": {}}]}), "(jq -c '.features[].properties' d"),
    "arrays": (json.dumps([["x", "y"], [1, "a"]]), "is a JSON array of arrays, not of objects (jq -r '.[] | @csv' d"),
}


@pytest.mark.parametrize("name", OTHER_SHAPES)
def test_json_of_another_shape_is_refused_with_what_makes_rows_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text, said = OTHER_SHAPES[name]
    (tmp_path / "d.json").write_text(text)

    with pytest.raises(InputRefusedError) as caught:
        read_frame("d.json")

    assert said in str(caught.value)


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_a_byte_order_mark_in_front_of_json_is_no_matter(tmp_path: Path, suffix: str) -> None:
    text = json.dumps(JSON) if suffix == "json" else "\n".join(map(json.dumps, JSON))
    (tmp_path / f"d.{suffix}").write_text(text, encoding="utf-8-sig")

    frame, _ = read_frame(tmp_path / f"d.{suffix}")

    assert frame.rows() == [("1", "a"), ("2", "b")]


@pytest.mark.parametrize("suffix", ["json", "jsonl", "parquet"])
def test_csv_under_another_name_is_read_with_a_note(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"d.{suffix}").write_text("x,y\n1,a\n2,b\n")

    with pytest.warns(DlwhyNote, match=r"is no .*, and read as CSV"):
        frame, _ = read_frame(tmp_path / f"d.{suffix}")

    assert frame.rows() == [("1", "a"), ("2", "b")]


def test_names_that_look_alike_are_alike_in_all_forms(tmp_path: Path) -> None:
    names = ["\ufeffx", "Ko\u0308ln\u00a0"]
    (tmp_path / "d.csv").write_text(f"\ufeff{','.join(names)}\n1,a\n")
    (tmp_path / "d.jsonl").write_text(json.dumps(dict(zip(names, (1, "a"), strict=True))))
    pl.DataFrame({names[0]: ["1"], names[1]: ["a"]}).write_parquet(tmp_path / "d.parquet")

    for suffix in ("csv", "jsonl", "parquet"):
        assert read_frame(tmp_path / f"d.{suffix}")[0].to_dict(as_series=False) == {"x": ["1"], "Köln": ["a"]}
    (tmp_path / "d.csv").write_text("Ko\u0308ln,Köln\n1,a\n")
    with pytest.raises(InputRefusedError, match=r'"Köln" occurs 2 times .*\(give each column a name of its own'):
        read_frame(tmp_path / "d.csv")


def test_joined_files_may_each_have_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("\ufeffx,y\n1,a\n" * 2)

    with pytest.warns(DlwhyNote, match=r"repeated headers \(1\)"):
        frame, _ = read_frame(tmp_path / "d.csv")

    assert frame.rows() == [("1", "a"), ("1", "a")]


@pytest.mark.parametrize(
    ("header", "hint"),
    [("x^y", "--delimiter '^'"), ("x~y", "--delimiter '~'"), ("x   y", "pandas.read_fwf"), ("height", "")],
)
def test_a_header_that_is_one_name_says_what_may_part_it(header: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_there("y", [header], Source(name="d.csv"), "--target")

    assert (hint in (caught.value.hint or "")) if hint else not caught.value.hint
