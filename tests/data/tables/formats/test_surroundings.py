"""Titles above a header, units below it, a header that is none."""

import warnings
from pathlib import Path
from typing import Any

import polars as pl

from dlwhy.data.tables.formats.form import Form
from dlwhy.data.tables.rows import read_frame

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


def test_an_index_without_a_name_is_called_what_pandas_calls_it(tmp_path: Path) -> None:
    rows = [(str(place), *row) for place, row in enumerate(ROWS)]

    frame, _, _ = read(tmp_path / "d.csv", text(rows=rows, header=("", *HEADER)))

    assert frame.columns == ["Unnamed: 0", *HEADER]
    assert frame.rows() == rows
