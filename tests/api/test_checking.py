"""`dlwhy.check` is what the checks find, with messages in the words of Python."""

import pytest

import dlwhy
from dlwhy.checks import run
from dlwhy.errors import UsageError


def test_it_gives_what_the_checks_find() -> None:
    data = dlwhy.make("iris")

    assert [finding.code for finding in dlwhy.check(data)] == [finding.code for finding in run.check(data)]
    assert dlwhy.check(data, select=["P102"])[0].code == "P102"


def test_a_wrong_code_is_told_by_the_name_of_the_argument() -> None:
    with pytest.raises(UsageError, match=r"^ignore Z9: no such check"):
        dlwhy.check(dlwhy.make("moons"), ignore=["Z9"])
