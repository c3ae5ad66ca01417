"""Texts that are one word, written in several ways."""

from dlwhy.data.cells.spelling import mixed_booleans, twins


def test_spellings_of_one_word():
    assert twins(["NO", "No", "no", "yes"]) == [("NO", "No", "no")]
    assert twins(["New York", "new-york", "Boston"]) == [("New York", "new-york")]
    assert twins(["C", "C++", "C#", "A", "A-", "A+", "1.0", "10", "-1", "1"]) == []


def test_yes_and_no_in_several_ways():
    assert mixed_booleans(["TRUE", "1", "yes", "no"])
    assert mixed_booleans(["true", "False", "0"])
    assert not mixed_booleans(["yes", "no"])
    assert not mixed_booleans(["0", "1"])
    assert not mixed_booleans(["1", "2", "0"])
    assert not mixed_booleans(["Y", "N", "y"])
