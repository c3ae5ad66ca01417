"""The same table in every format gives the same data set; and each format's own faults."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dlwhy.data.tables.importing import read_table
from dlwhy.data.tables.rows import read_chunks
from dlwhy.errors import InputRefusedError

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
