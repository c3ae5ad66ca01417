"""The checks that there are, by their codes."""

import pytest

import dlwhy
from dlwhy.checks.registry import REGISTRY
from dlwhy.errors import UsageError


def test_codes_and_their_beginnings() -> None:
    data = dlwhy.make("iris")

    assert [finding.code for finding in dlwhy.check(data, select=["P"])] == ["P102"]
    assert not dlwhy.check(data, ignore=["p1"])
    with pytest.raises(UsageError, match="no such check"):
        dlwhy.check(data, select=["D12"])


def test_every_check_says_what_it_is() -> None:
    for code, check in REGISTRY.items():
        assert code[0] in "DP"
        assert len(code) == 4
        assert check.explains.count("\n\n") >= 1
        assert max(map(len, check.explains.splitlines())) <= 120
