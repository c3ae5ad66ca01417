"""The answer is made of all studies of one table that lie in a folder, and of no other's."""

import json
from pathlib import Path
from typing import Any

import pytest

from dlwhy.studies.answer import writing
from dlwhy.studies.bench import records
from tests.studies.answer import reports


@pytest.fixture
def studied(tmp_path: Path):
    """Make a study's folder: studied(report, fingerprint)."""

    def make(report: dict[str, Any], fingerprint: str | None) -> Path:
        folder = tmp_path / report["study"]
        folder.mkdir()
        own = fingerprint and {"fingerprint": fingerprint}
        records.write_json(folder / "design.json", {"request": {"own": own}})
        records.write_json(folder / "study.json", report)
        return folder

    return make


def test_studies_of_the_same_table_that_ran_earlier_are_part_of_it(studied, tmp_path: Path) -> None:
    studied(reports.data(), "a" * 64)
    studied(reports.algorithms(), "b" * 64)  # on another table
    folder = studied(reports.judge(), "a" * 64)

    found = writing.write({folder: reports.judge()}, tmp_path)

    assert found is not None
    assert {each["study"] for each in found["studies"]} == {"versatility", "data"}
    assert json.loads((tmp_path / "answer.json").read_text())["recommendation"] == found["recommendation"]
    assert found["recommendation"] in (tmp_path / "answer.md").read_text()


@pytest.mark.parametrize("fingerprint", ["b" * 64, None])
def test_a_study_of_another_table_or_of_toys_is_not_answered_with_an_earlier_table(
    studied, tmp_path: Path, fingerprint: str | None
) -> None:
    studied(reports.judge(), "a" * 64)
    folder = studied(reports.data(), fingerprint)

    assert writing.write({folder: reports.data()}, tmp_path) is None
    assert not (tmp_path / "answer.md").exists()


@pytest.mark.parametrize("design", ["{}", "[]", '{"request": 3}', '{"request": {"own": [1]}}', "null"])
def test_a_design_may_be_anything(studied, tmp_path: Path, design: str) -> None:
    folder, other = studied(reports.judge(), "a" * 64), studied(reports.data(), "a" * 64)
    (other / "design.json").write_text(design)

    found = writing.write({folder: reports.judge()}, tmp_path)

    assert found is not None
    assert [each["study"] for each in found["studies"]] == ["versatility"]


def test_toys_have_no_answer(studied, tmp_path: Path) -> None:
    folder = studied(reports.judge(), None)

    assert writing.write({folder: reports.judge()}, tmp_path) is None
    assert not (tmp_path / "answer.md").exists()


@pytest.mark.parametrize("content", ["{", "[]", '{"study": "data"}', '{"study": "data", "predictions": 3}', "null"])
def test_what_lies_in_the_folder_may_be_anything(studied, tmp_path: Path, content: str) -> None:
    folder, other = studied(reports.judge(), "a" * 64), studied(reports.data(), "a" * 64)
    (other / "study.json").write_text(content)

    found = writing.write({folder: reports.judge()}, tmp_path)

    assert found is not None
    assert [each["study"] for each in found["studies"]] == ["versatility"]
