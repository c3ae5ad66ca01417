"""The glossary has each word that a study prints as a verdict, an outcome or the end of a run."""

import re
from pathlib import Path
from typing import get_args

import pytest

from dlwhy.studies.findings.verdicts import Verdict
from dlwhy.studies.findings.wording import Outcome
from dlwhy.studies.plan.study import Status

PAGE = (Path(__file__).parents[1] / "docs" / "glossary.md").read_text()


@pytest.mark.parametrize(("heading", "words"), [("Verdicts", Verdict), ("Outcomes", Outcome), ("How runs end", Status)])
def test_each_word_of_a_result_is_explained(heading: str, words: object) -> None:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    assert re.findall(r"^- \*\*(.+?)\*\*: \S", section, re.MULTILINE) == list(get_args(words))
