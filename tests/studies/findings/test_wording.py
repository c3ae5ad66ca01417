"""Effects in words: digits, units, the five answers, and that no sentence goes without its size."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.studies.findings import wording
from dlwhy.studies.findings.wording import Interval, outcome, sentence, size
from dlwhy.studies.plan.study import Says

TEXTS = Says(
    "On mine, dropout helps, by {effect}.",
    "On mine, dropout makes no difference that matters.",
    "On mine, these runs can't tell whether dropout helps.",
    "On mine, dropout hurts, by {effect}.",
)


def seen(effect, low=math.inf, high=math.inf):
    return Interval(effect=effect, low=low, high=high)


@pytest.mark.parametrize(
    ("effect", "low", "high", "expected"),
    [
        (0.03, 0.02, 0.04, "helps"),
        (0.13, 0.002, 0.258, "probably helps"),
        (0.02, 0.01, 0.03, "probably helps"),  # touching the smallest effect is not above
        (0.005, 0.002, 0.008, "makes no difference"),  # there, but too small to matter
        (0.0, -0.009, 0.009, "makes no difference"),
        (-0.005, -0.008, -0.002, "makes no difference"),
        (-0.017, -0.031, -0.004, "hurts"),  # "brings nothing that matters", it was said
        (-0.03, -0.04, -0.02, "hurts"),
        (-0.011, -0.028, 0.006, "does not help"),
        (0.0, -0.02, 0.02, "open"),
        (0.004, -0.013, 0.022, "open"),
        (0.3, -math.inf, math.inf, "open"),
    ],
)
def test_what_an_interval_means(effect, low, high, expected):
    assert outcome(seen(effect, low, high), smallest=0.01) == expected


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0.001, 0.2))
def test_what_helps_hurts_the_other_way(middle, half, smallest):
    one, other = (outcome(seen(m, m - half, m + half), smallest=smallest) for m in (middle, -middle))
    assert one != "helps" or other == "hurts"
    assert (one == "makes no difference") == (other == "makes no difference")


@pytest.mark.parametrize(
    ("found", "metric", "expected"),
    [
        (seen(0.13, 0.002, 0.258), "accuracy", "+13.0 points [0.2, 25.8]"),
        (seen(-0.0004, -0.002, 0.0014), "accuracy", "0.0 points [-0.2, 0.1]"),
        (seen(0.0123, 0.01, 0.0151), "r2", "+0.012 of R² [0.010, 0.015]"),
        (seen(0.7371, 0.69, 0.78), "decades of loss a decade of compute", "+0.737 decades [0.690, 0.780]"),
        (seen(0.3), "rank correlation", "+0.300"),
    ],
)
def test_sizes_have_their_unit_and_the_same_digits(found, metric, expected):
    assert size(found, metric, plus=True) == expected


@pytest.mark.parametrize(
    ("found", "said", "then", "expected"),
    [
        (seen(0.03, 0.02, 0.04), "helps", "", "On mine, dropout helps, by 3.0 points [2.0, 4.0]."),
        (
            seen(0.13, 0.002, 0.258),
            "probably helps",
            "about 17 seeds would settle it",
            "Probably: on mine, dropout helps, by 13.0 points [0.2, 25.8]; about 17 seeds would settle it.",
        ),
        (
            seen(0.001, -0.005, 0.007),
            "makes no difference",
            "",
            "On mine, dropout makes no difference that matters: +0.1 points [-0.5, 0.7].",
        ),
        (seen(-0.017, -0.031, -0.004), "hurts", "", "On mine, dropout hurts, by 1.7 points [0.4, 3.1]."),
        (
            seen(0.005, -0.013, 0.022),
            "open",
            "",
            "On mine, these runs can't tell whether dropout helps: +0.5 points [-1.3, 2.2].",
        ),
        (
            seen(0.287),
            "open",
            "too few seeds for a verdict",
            "On mine, these runs can't tell whether dropout helps: +28.7 points; too few seeds for a verdict.",
        ),
    ],
)
def test_sentences(found, said, then, expected):
    assert sentence(found, said, TEXTS, what="On mine, dropout - none", metric="accuracy", then=then) == expected


@given(st.sampled_from(["helps", "probably helps", "makes no difference", "does not help", "hurts", "open"]))
def test_a_prediction_without_sentences_of_its_own_is_told_with_its_size(said):
    told = sentence(seen(0.05, 0.02, 0.08), said, Says(), what="On mine, a - b", metric="accuracy")
    assert "+5.0 points [2.0, 8.0]" in told


def test_a_name_with_braces_is_shown_as_it_is():
    texts = Says("On {x}, a helps, by {effect}.", "On {x}, a brings nothing.")
    assert sentence(seen(0.05, 0.02, 0.08), "helps", texts, what="", metric="accuracy").startswith("On {x}, a helps")
    assert sentence(seen(0, 0, 0), "makes no difference", texts, what="", metric="accuracy").startswith("On {x}, a br")


def test_zero_has_no_sign():
    assert [wording.number(value, 1) for value in (-0.04, 0.0, 0.04, -0.06)] == ["0.0", "0.0", "0.0", "-0.1"]
    assert [wording.signed(value) for value in (-0.0001, 0.0001, 0.5, -0.5)] == ["0.000", "0.000", "+0.500", "-0.500"]
