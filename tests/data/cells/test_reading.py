"""What a user may say of cells, and what contradicts itself."""

import pytest

from dlwhy.data.cells.reading import NAMES, Reading
from dlwhy.errors import UsageError


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"decimal": ";"}, r'--decimal must be one of "\.", "," \(got ";"\)'),
        ({"censored": "zero"}, '--censored must be one of "half", "limit"'),
        ({"dates": "us"}, '--dates must be one of "parts"'),
        ({"target_type": "text"}, "--target-type must be one of"),
        ({"decimal": ",", "thousands": ","}, "--decimal and --thousands are the same"),
        ({"category": ["a"], "number": ["b", "a"]}, '--category and --number both name "a"'),
    ],
)
def test_what_can_not_be_is_refused(said, message) -> None:
    with pytest.raises(UsageError, match=message):
        Reading(**said)


def test_only_what_was_said_is_kept_as_json_is() -> None:
    assert Reading().said() == {}
    assert Reading(na=("-999",), decimal=",", as_written=True).said() == {"na": ["-999"], "decimal": ","}


def test_columns_are_named_by_their_option() -> None:
    named = Reading(keep_na_text=["a"], keep=["b"]).named

    assert named == {"--keep-na-text": ["a"], "--category": (), "--number": (), "--keep": ["b"]}
    assert {flag.removeprefix("--").replace("-", "_") for flag in named} < NAMES
