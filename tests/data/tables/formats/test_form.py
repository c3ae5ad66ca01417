"""What a user may say of a file, and in which line of it a row stands."""

import numpy as np
import pytest

from dlwhy.data.tables.formats.form import Form, Lines
from dlwhy.errors import UsageError


@pytest.mark.parametrize(
    ("said", "means"), [("tab", "\t"), ("TAB", "\t"), ("\\t", "\t"), ("blank", " "), ("semicolon", ";"), ("|", "|")]
)
def test_a_delimiter_may_go_by_its_name(said, means) -> None:
    assert Form(delimiter=said).delimiter == means


@pytest.mark.parametrize("said", ["", ";;", "a", "1", '"', "\n", ".", "-", "é"])
def test_what_cells_are_made_of_is_no_delimiter(said) -> None:
    with pytest.raises(UsageError, match="--delimiter must be one character"):
        Form(delimiter=said)


def test_encodings_go_by_any_name_that_python_knows() -> None:
    assert Form(encoding="UTF8").encoding == "utf-8"
    assert Form(encoding="latin-1").encoding == Form(encoding="iso-8859-1").encoding
    for name in ("klingon", "idna", "base64", "utf\0"):
        with pytest.raises(UsageError, match="--encoding: no encoding"):
            Form(encoding=name)


def test_a_form_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--format must be one of csv, tsv, parquet, json, jsonl \(got xls\)"):
        Form(format="xls")


def test_lines_of_rows_are_counted_over_pieces() -> None:
    lines = Lines()
    assert lines.of(4) == 5  # nothing is known: a row a line
    lines.add(3, 2)
    lines.add(2, np.array([7, 9]))

    assert [lines.of(row) for row in range(5)] == [2, 3, 4, 7, 9]
