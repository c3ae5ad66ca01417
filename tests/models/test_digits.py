"""The digits of a metric: never 0.0000 for what is not 0, never 70 digits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.models.digits import number


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.5, "0.5000"),
        (0, "0.0000"),
        (-0.04, "-0.0400"),
        (1, "1.0000"),
        (239.881, "239.88"),
        (1259.118, "1259.1"),
        (2.7e-07, "2.7e-07"),
        (1.594e-16, "1.594e-16"),
        (-1.248e-05, "-1.248e-05"),
        (218421.6363, "218422"),
        (63596903826.7686, "6.36e+10"),
        (8040812375058183880704.0, "8.041e+21"),
        (None, "none"),
    ],
)
def test_a_number_is_short_and_says_something(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1, "+0.1000"), (-0.1, "-0.1000"), (2e8, "+2e+08"), (20000.4, "+20000")]
)
def test_a_sign_where_it_is_asked_for(value, shown):
    assert number(value, "+") == shown


@given(st.floats(-1e300, 1e300))
def test_three_digits_are_right_and_it_fits_into_a_column(value):
    assert math.isclose(float(number(value)), value, rel_tol=5e-4 if abs(value) >= 0.01 else 0.05, abs_tol=1e-323)
    assert len(number(value)) <= 11


def test_what_is_no_number_is_shown_as_it_is():
    assert (number(math.nan), number(math.inf)) == ("nan", "inf")
