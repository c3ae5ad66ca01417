"""Files under another name: read by what they are, or refused by it with the command that converts them."""

import gzip
import io
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dlwhy.data.tables.formats.form import Form, Lines
from dlwhy.data.tables.rows import read_chunks, read_frame
from dlwhy.errors import DlwhyNote, InputRefusedError, UsageError

ROWS = [{"a": place + 0.5, "y": "pq"[place % 2]} for place in range(6)]
FRAME = pl.DataFrame(ROWS)
CSV = FRAME.write_csv()


def written(write: Callable[[io.BytesIO], Any]) -> bytes:
    memory = io.BytesIO()
    write(memory)
    return memory.getvalue()


def zipped(members: dict[str, str]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return memory.getvalue()


PARQUET = written(FRAME.write_parquet)
READ = {
    "gzip": ("d.csv.gz", gzip.compress(CSV.encode()), ""),
    "gzip under another name": ("d.csv", gzip.compress(CSV.encode()), ""),
    "zip of one file": ("d.zip", zipped({"d.csv": CSV}), ""),
    "zip as a Macintosh makes it": ("d.zip", zipped({"d.csv": CSV, "__MACOSX/._d.csv": "x"}), ""),
    "JSON array": ("d.json", json.dumps(ROWS).encode(), ""),
    "JSON over lines": ("d.json", json.dumps(ROWS, indent=1).encode(), ""),
    "JSON in UTF-16": ("d.json", json.dumps(ROWS).encode("utf-16"), ""),
    "objects behind one another": ("d.json", "\n".join(json.dumps(row, indent=1) for row in ROWS).encode(), ""),
    "JSON under another name": ("d.csv", json.dumps(ROWS).encode(), "is JSON, and read as such"),
    "JSON Lines under another name": ("d.txt", FRAME.write_ndjson().encode(), "is JSON Lines, and read as such"),
    "JSON Lines, compressed": ("d.jsonl", gzip.compress(FRAME.write_ndjson().encode()), ""),
    "Parquet under another name": ("d.csv", PARQUET, "is Parquet, and read as such"),
}


@pytest.mark.parametrize("case", READ)
def test_a_table_under_any_name_is_read(tmp_path: Path, case: str) -> None:
    name, content, note = READ[case]
    (tmp_path / name).write_bytes(content)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame, _ = read_frame(tmp_path / name)

    assert frame.to_dicts() == [{key: str(value) for key, value in row.items()} for row in ROWS]
    assert [str(warning.message).removeprefix(f"{tmp_path / name}: ") for warning in caught] == [note] * bool(note)


REFUSED = {
    "xlsx": (zipped({"xl/workbook.xml": "x"}), "is an Excel workbook (.xlsx) (save the sheet as CSV UTF-8)"),
    "ods": (zipped({"META-INF/manifest.xml": "x"}), "is an OpenDocument file (.ods) (save the sheet as CSV)"),
    "npz": (zipped({"X.npy": "x"}), "is a NumPy archive (.npz)"),
    "zip of two": (
        zipped({"d.csv": CSV, "e.csv": CSV}),
        "is a ZIP archive of 2 files (unzip -p FILE d.csv | dlwhy",
    ),
    "zip, cut": (zipped({"d.csv": CSV})[:-30], "is a damaged or encrypted ZIP archive (unpack it first)"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "is an old Excel workbook (.xls) (save it as CSV)"),
    "arrow": (
        written(FRAME.write_ipc),
        'is an Arrow (Feather) file (python -c "import polars; polars.read_ipc(',
    ),
    "sqlite": (b"SQLite format 3\0", "is an SQLite database (sqlite3 -header -csv FILE 'select * from TABLE'"),
    "hdf5": (b"\x89HDF\r\n\x1a\n", "is an HDF5 file (python -c"),
    "numpy": (b"\x93NUMPY\1\0", "is a NumPy array (numpy.savetxt("),
    "pickle": (b"\x80\x04\x95\x10", "is a Python pickle (or .joblib)"),
    "pdf": (b"%PDF-1.7", "is a PDF document"),
    "html": (b"\n<!DOCTYPE html><html>", "is an HTML page, not a table (download the file itself"),
    "xml": (b'<?xml version="1.0"?>', "is an XML document"),
    "zstd": (b"\x28\xb5\x2f\xfd\0", "is compressed with zstd (zstd -dc FILE | dlwhy generate --from -)"),
    "xz": (b"\xfd7zXZ\0", "is compressed with xz (xzcat FILE | dlwhy generate --from -)"),
    "bzip2": (b"BZh91AY&SY", "is compressed with bzip2 (bzcat FILE"),
    "git lfs": (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS, not the file itself"),
    "arff": (b"% iris\n@RELATION iris\n", "is an ARFF file"),
    "libsvm": (b"1 3:0.5 7:1\n0 2:1\n", "is in the format of LIBSVM"),
    "gzip, cut": (gzip.compress(CSV.encode())[:-12], "can't be unpacked: "),
    "gzip in gzip": (gzip.compress(gzip.compress(CSV.encode())), "holds Parquet or another archive, compressed"),
    "Parquet, compressed": (gzip.compress(PARQUET), "holds Parquet or another archive, compressed (unpack it first)"),
    "pickle, compressed": (gzip.compress(b"\x80\x04\x95\x10"), "is a Python pickle"),
    "JSON of columns": (
        b'{"a": {"0": 1}, "y": {"0": 2}}',
        "is one JSON object of lists or objects, not an array of rows",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_another_file_is_refused_by_what_it_is(tmp_path: Path, case: str) -> None:
    content, message = REFUSED[case]
    path = tmp_path / "d.csv"
    path.write_bytes(content)

    with pytest.raises(InputRefusedError) as caught:
        read_frame(path)

    assert str(caught.value).removeprefix(f"{path}: ").startswith(message.replace("FILE", str(path)))


BROKEN = ['[{"a": 1}', '[{"a": 1},]', '[{"a": 1}{"a": 2}]', '[{"a": 1}] x', "[1, 2]", '[{"a": 1, "a": 2}]', "[[1]]"]


@pytest.mark.parametrize("content", BROKEN)
def test_json_that_is_no_array_of_objects_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "d.json").write_text(content)

    with pytest.raises(InputRefusedError, match=r"d\.json(:1: not |: is a JSON array of arrays)"):
        read_frame(tmp_path / "d.json")


@pytest.mark.parametrize("name", ["ORC", "PAR1", "FEA1", "ARROW1", "GIF8"])
def test_a_column_may_be_called_what_a_format_begins_with(tmp_path: Path, name: str) -> None:
    (tmp_path / "d.csv").write_text(f"{name},y\n1,2\n")

    assert read_frame(tmp_path / "d.csv")[0].columns == [name, "y"]


def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "d.csv.gz", "wb", 1) as handle:
        for _ in range(40):
            handle.write(b"1,2\n" * 250_000)

    with pytest.raises(InputRefusedError, match="of memory, 64 MiB may be taken"):
        read_frame(tmp_path / "d.csv.gz", Form(header=False), max_size=64)
    assert sum(chunk.height for chunk in read_chunks(tmp_path / "d.csv.gz", Form(header=False))) == 10**7


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"delimiter": ";;"}, "--delimiter must be one character such as ; or |, or tab or blank (got ';;')"),
        ({"delimiter": '"'}, "--delimiter must be one character"),
        ({"delimiter": "a"}, "--delimiter must be one character"),
        ({"encoding": "klingon"}, "--encoding: no encoding klingon (such as utf-8, cp1252"),
        ({"encoding": "base64"}, "--encoding: no encoding base64"),
        ({"format": "xlsx"}, "--format must be one of csv, tsv, parquet, json, jsonl (got xlsx)"),
    ],
)
def test_what_a_file_can_not_be_is_refused(said: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        Form(**said)  # type: ignore[arg-type]

    assert str(caught.value).startswith(message)


def test_lines_of_rows_are_found_over_pieces() -> None:
    import numpy as np

    lines = Lines()
    lines.add(0, 1)
    lines.add(3, 2)
    lines.add(2, np.array([9, 12]))

    assert [lines.of(row) for row in range(5)] == [2, 3, 4, 9, 12]
    assert Lines().of(3) == 4


def test_what_is_no_note_is_not_said(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(CSV)

    with warnings.catch_warnings():
        warnings.simplefilter("error", DlwhyNote)
        assert read_frame(tmp_path / "d.csv")[0].height == 6
