"""Parquet from anybody: what it would take is known before anything is unpacked."""

import contextlib
import io
import os
import random
import resource
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from dlwhy.data import read_table
from dlwhy.data.tables import memory
from dlwhy.data.tables.formats.parquet import read_parquet
from dlwhy.data.tables.formats.parquet_footer import read_claim
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

OPTIONS = [{}, {"row_group_size": 700}, {"data_page_size": 500}, {"statistics": "full"}]
ZEROS = np.zeros(300_000, np.int8)


def parquet(frame: pl.DataFrame, **options) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content, **options)
    return content.getvalue()


@pytest.mark.parametrize("compression", ["uncompressed", "snappy", "gzip", "zstd"])
@pytest.mark.parametrize(
    "options", [{}, {"row_group_size": 700}, {"data_page_size": 500}, {"statistics": "full"}], ids=str
)
def test_a_file_tells_its_rows_and_what_it_takes_unpacked(compression, options):
    content = parquet(FRAME, compression=compression, **options)
    claim, plain = read_claim(content), read_claim(parquet(FRAME, compression="uncompressed", **options))
    assert claim.rows == 5000
    assert claim.unpacked == plain.unpacked
    assert 80_000 < plain.unpacked < len(parquet(FRAME, compression="uncompressed", **options))


def test_an_empty_table_and_a_wide_one_tell_theirs():
    assert read_claim(parquet(pl.DataFrame({"a": []}))).rows == 0
    assert read_claim(parquet(pl.DataFrame({f"c{i}": [1, 2, 3] for i in range(300)}))).rows == 3


def test_a_damaged_file_is_refused_whatever_is_damaged():
    content, rng = parquet(FRAME, row_group_size=1500), random.Random(0)
    for _ in range(1500):
        damaged = bytearray(content)
        for _ in range(rng.randrange(1, 4)):
            damaged[-rng.randrange(1, 1500)] = rng.randrange(256)
        with contextlib.suppress(ValueError):
            assert read_claim(bytes(damaged)).rows >= 0
    for size in (0, 3, 11, 12, len(content) // 2, len(content) - 1):
        with pytest.raises(ValueError, match="no Parquet, or damaged"):
            read_claim(content[:size])


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
    content = parquet(pl.DataFrame({"a": ["x" * 1000] * 2000}))
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

    content = parquet(FRAME.select("whole"))
    monkeypatch.setattr(pl.LazyFrame, "collect", panic)
    with pytest.raises(InputRefusedError, match="can't be read as Parquet: index out of bounds"):
        list(read_parquet(io.BytesIO(content), source="d"))
    assert capfd.readouterr().err == ""


def test_what_is_free_is_told_for_this_process():
    assert 0 < memory.free() <= 4 << 30
    script = (
        "import resource; from dlwhy.data.tables import memory;"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); print(memory.free())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) < 1 << 30
