"""Hand-made features: a closed grammar, of which nothing is ever run."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.data import terms
from dlwhy.errors import UsageError
from dlwhy.text import display

NAMES = ("x0", "x1", "mean radius", "x3")
X = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)


def of(text, names=NAMES, rows=X):
    return terms.values(terms.parse(text), names, rows)


def test_terms_are_what_they_say() -> None:
    found = of("x0^2, x0*x1 ,sin(x0),abs( mean radius ^ 3 )^2*cos(x1), x3")
    a, b, c, d = X.T.astype(np.float64)
    expected = np.stack([a**2, a * b, np.sin(a), np.abs(c**3) ** 2 * np.cos(b), d], axis=1)
    assert found.dtype == np.float32
    assert found == pytest.approx(expected, rel=1e-6)


def test_a_feature_is_meant_by_its_name_before_its_place() -> None:
    assert np.array_equal(of("x1", ("x1", "a"), X[:, :2])[:, 0], X[:, 0])
    assert np.array_equal(of("x1", ("a", "b"), X[:, :2])[:, 0], X[:, 1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty term can't be read"),
        ("x0^2,,x1", "an empty term can't be read"),
        ("x0^0", "can't be read"),
        ("x0^10", "can't be read"),
        ("x0**2", "can't be read"),
        ("tan(x0)", r"tan\(x0\) can't be read"),
        ("sin(sin(x0))", "can't be read"),
        ("sin(x0*x1)", "can't be read"),
        ("__import__('os').system('id')", "can't be read"),
        ("x0,x0", "x0 is there twice"),
        ("*".join(["x0"] * 9), "has 9 factors; at most 8"),
        (",".join(f"x0^2*x{i}" for i in range(257)), "257 terms; at most 256"),
        ("x" * 10_001, "10001 characters"),
    ],
)
def test_what_is_not_of_the_grammar_is_refused(text, message) -> None:
    with pytest.raises(UsageError, match=message):
        terms.parse(text)


def test_a_feature_that_is_not_there_is_named_with_the_ones_that_are() -> None:
    with pytest.raises(UsageError, match=r"--inputs: there is no feature x9 \(there is x0, x1, mean radius, x3\)"):
        of("x9")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_line_that_does_no_harm(text) -> None:
    try:
        found = terms.parse(text)
    except UsageError as refused:
        said = str(refused)
    else:
        said = "read"
        assert all(term.factors for term in found)
    assert display(said, 1000) == said


def test_values_are_finite_however_large() -> None:
    rows = np.full((1, 4), 3e38, np.float32)
    found = of("x0^9*x1^9,sin(x0^9),x0*abs(x1)", rows=rows)
    assert np.isfinite(found).all()
    assert found[0, 0] == np.finfo(np.float32).max
