"""JSON Lines and arrays of objects as frames of text."""

import io
from pathlib import Path
from typing import Any

import pytest

from dlwhy.data.tables.formats import json_lines
from dlwhy.data.tables.formats.json_lines import read_json_lines
from dlwhy.data.tables.importing import read_table
from dlwhy.errors import DlwhyWarning, InputRefusedError


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
