"""What JSON from a stranger may hold: a boolean is no number, and 400 digits are no reason to fail."""

import pytest

from dlwhy.data.values import check_texts, is_number, is_text, is_whole


@pytest.mark.parametrize(
    ("value", "text", "whole", "number"),
    [
        ("a", True, False, False),
        (1, False, True, True),
        (True, False, False, False),
        (0.5, False, False, True),
        (float("nan"), False, False, False),
        (float("inf"), False, False, False),
        (10**400, False, False, False),
        (-1, False, False, True),
        (None, False, False, False),
        ([1], False, False, False),
    ],
)
def test_each_value_is_what_it_is(value, text, whole, number) -> None:
    assert (is_text(value), is_whole(value), is_number(value)) == (text, whole, number)


def test_bounds_hold_at_their_ends() -> None:
    assert [is_whole(value, 2, 4) for value in (1, 2, 4, 5)] == [False, True, True, False]
    assert [is_text(value, 2) for value in ("", "ab", "abc")] == [True, True, False]
    check_texts("a", "")
    with pytest.raises(TypeError):
        check_texts("a", None)
