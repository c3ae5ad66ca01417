"""Parquet from anybody: what it would take is known before anything is unpacked."""

import datetime as dt
import io
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dlwhy.data.tables import memory
from dlwhy.data.tables.formats import parquet
from dlwhy.data.tables.formats.parquet import read_parquet
from dlwhy.data.tables.importing import read_table
from dlwhy.errors import InputRefusedError

FRAME = pl.DataFrame(
    {
        "whole": np.arange(5000),
        "text": ["x" * (i % 7) for i in range(5000)],
        "nothing": [None] * 5000,
        "truth": [True, False] * 2500,
        "list": [[1, 2, 3]] * 5000,
    }
)

SIX_ROWS = pl.DataFrame(
    {
        "n": [0.1, 2.5, -3.0, None, 1e-7, 12345.678],
        "i": [1, 5, 3, 2, 9, 7],
        "b": [True, False, None, True, False, True],
        "c": ["r", "g", "r", "b", "g", "b"],
        "y": ["no", "yes", "yes", "no", "no", "yes"],
        "part": ["train", "train", "train", "train", "test", "test"],
    }
)
ZEROS = np.zeros(300_000, np.int8)


def as_parquet(frame: pl.DataFrame, **options) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content, **options)
    return content.getvalue()


def _little_memory(monkeypatch, mebibytes):
    monkeypatch.setattr(memory, "_LITTLE", 0)
    monkeypatch.setattr(memory, "free", lambda: mebibytes << 20)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            pl.DataFrame({"a": np.zeros(300_000, np.int8), "target": np.zeros(300_000, np.int8)}),
            "rows of 2 columns take",
        ),
        (pl.DataFrame({"a": ["x" * (30 << 20)], "target": ["y"]}), "bytes take, when unpacked, at least 30 MiB"),
    ],
    ids=["rows", "one cell"],
)
def test_fault_6_what_takes_too_much_is_refused_before_it_is_unpacked(tmp_path, monkeypatch, frame, message):
    frame.write_parquet(tmp_path / "d.parquet", compression="zstd", statistics=False)
    assert (tmp_path / "d.parquet").stat().st_size < 10_000
    _little_memory(monkeypatch, 20)
    monkeypatch.setattr(pl.LazyFrame, "collect", None)
    with pytest.raises(InputRefusedError, match=message):
        read_table(tmp_path / "d.parquet")


def test_fault_6_the_limit_can_be_raised_and_columns_left_out(tmp_path, monkeypatch):
    frame = pl.DataFrame({"a": np.arange(200_000), "b": np.arange(200_000), "target": np.arange(200_000) % 2})
    frame.write_parquet(tmp_path / "d.parquet")
    _little_memory(monkeypatch, 24)
    with pytest.raises(InputRefusedError, match=r"200000 rows of 3 columns take at least 27 MiB") as refused:
        read_table(tmp_path / "d.parquet")
    assert refused.value.hint == "leave columns out with --drop, or raise --max-size"
    with pytest.warns(match="identifier"):
        assert read_table(tmp_path / "d.parquet", drop=["b"]).n_features == 1
    with pytest.warns(match="identifier"):
        assert read_table(tmp_path / "d.parquet", max_size=100).n_features == 2


def test_fault_6_one_text_in_every_cell_is_refused_by_its_length(monkeypatch):
    monkeypatch.setattr("dlwhy.data.tables.formats.parquet._MOST_TEXT", 1 << 20)
    content = as_parquet(pl.DataFrame({"a": ["x" * 1000] * 2000}))
    with pytest.raises(InputRefusedError, match="2000 rows with"):
        list(read_parquet(io.BytesIO(content), source="d"))


def test_fault_6_a_small_file_takes_no_gigabytes(tmp_path):
    """In a process of its own, with as much memory as a small machine has."""
    zeros = np.zeros(50_000_000, np.int8)
    pl.DataFrame({"a": zeros, "target": zeros}).write_parquet(tmp_path / "d.parquet", statistics=False)
    with (tmp_path / "d.jsonl").open("w") as lines:
        lines.writelines(f'{{"k{i % 9000}":1}}\n' for i in range(300_000))
    script = (
        "import sys; from dlwhy.data import read_table; from dlwhy.errors import InputRefusedError\n"
        "for path in sys.argv[1:]:\n"
        "    try: read_table(path)\n"
        "    except InputRefusedError as error: print(error.message)\n"
        # not the largest that getrusage tells: that counts what the process was forked from
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "d.parquet", tmp_path / "d.jsonl"],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)),
        check=True,
    )
    parquet_, jsonl, kibibytes = done.stdout.splitlines()
    assert "50000000 rows of 2 columns take at least 4.5 GiB" in parquet_
    assert "different keys in" in jsonl
    assert int(kibibytes) < 1_500_000


def test_what_polars_writes_as_it_panics_stays_off_the_terminal(capfd, monkeypatch):
    def panic(*_, **__):
        os.write(2, b"thread panicked at")
        raise pl.exceptions.PanicException("index out of bounds")

    content = as_parquet(FRAME.select("whole"))
    monkeypatch.setattr(pl.LazyFrame, "collect", panic)
    with pytest.raises(InputRefusedError, match="can't be read as Parquet: index out of bounds"):
        list(read_parquet(io.BytesIO(content), source="d"))
    assert capfd.readouterr().err == ""


def test_parquet_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_CELLS", 12)

    frames = list(read_parquet(io.BytesIO(as_parquet(SIX_ROWS)), source="d"))

    assert [frame.height for frame in frames] == [2, 2, 2]
    assert frames[0].rows()[0] == ("0.1", "1", "true", "r", "no", "train")


def test_parquet_columns_that_are_not_plain_are_refused_by_name() -> None:
    content = as_parquet(SIX_ROWS.with_columns(tags=pl.Series([[1]] * 6), raw=pl.Series([b"\xff"] * 6)))

    with pytest.raises(InputRefusedError) as caught:
        list(read_parquet(io.BytesIO(content), source="d"))
    (frame,) = read_parquet(io.BytesIO(content), source="d", without=["tags", "raw"])

    assert (
        str(caught.value) == 'd: column "tags" holds List(Int64), not text or numbers (leave it out with --drop tags)'
    )
    assert frame["raw"].null_count() == 6


def test_of_durations_in_parquet_is_said_what_makes_numbers_of_them() -> None:
    content = as_parquet(SIX_ROWS.with_columns(lasts=pl.lit(dt.timedelta(hours=1))))

    with pytest.raises(InputRefusedError, match=r"--drop lasts, or write it as a number: polars' dt.total_seconds\(\)"):
        list(read_parquet(io.BytesIO(content), source="d"))


def test_dates_in_parquet_are_refused_as_dates(tmp_path: Path) -> None:
    SIX_ROWS.with_columns(when=pl.lit(dt.date(2020, 1, 1))).write_parquet(tmp_path / "d.parquet")

    with pytest.raises(InputRefusedError, match='column "when" holds dates'):
        read_table(tmp_path / "d.parquet", target="y", split_column="part")


@pytest.mark.parametrize("cut", [0, 3, 8, 100, -1, -4, -9])
def test_damaged_parquet_is_refused(cut: int) -> None:
    with pytest.raises(InputRefusedError, match=r"^d: can't be read as Parquet: "):
        list(read_parquet(io.BytesIO(as_parquet(SIX_ROWS)[:cut]), source="d"))


def test_a_parquet_table_without_rows(tmp_path: Path) -> None:
    SIX_ROWS.clear().write_parquet(tmp_path / "d.parquet")

    with pytest.raises(InputRefusedError, match="no data rows"):
        read_table(tmp_path / "d.parquet", target="y")
