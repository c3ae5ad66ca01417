"""What belongs to one column, and which columns are twins."""

import numpy as np

from dlwhy.data.dataset import Column, DatePart
from dlwhy.evaluation.errors.columns import association, units_of

RNG = np.random.default_rng(0)
N = 400


def dummies(codes, n):
    return np.eye(n, dtype=np.float32)[codes]


def test_features_of_one_column_stay_together() -> None:
    parts = [Column(name=f"day {part}", date=DatePart(of="day", form="%Y", part=part)) for part in ("year", "month")]
    columns = (Column(name="c", kind="categorical", categories=("p", "q", "r"), indicator=True), *parts)
    X = np.hstack([dummies(RNG.integers(0, 3, N), 3), RNG.integers(0, 2, (N, 1)), RNG.normal(size=(N, 2))])

    units = units_of(columns, X)

    assert [(unit.name, unit.features) for unit in units] == [("c", (0, 1, 2, 3)), ("day", (4, 5))]


def test_twins_are_found_whatever_their_scale_and_order() -> None:
    a, b = RNG.normal(size=(2, N))
    X = np.stack([a, b, -np.exp(a), b + 0.1 * RNG.normal(size=N), RNG.normal(size=N)], axis=1)
    columns = [Column(name=name) for name in ("a", "b", "minus exp", "nearly b", "own")]

    assert [unit.name for unit in units_of(columns, X)] == ["a + minus exp (twins)", "b + nearly b (twins)", "own"]


def test_a_category_under_two_names_is_one() -> None:
    codes = RNG.integers(0, 4, N)
    one, other = (
        Column(name=name, kind="categorical", categories=tuple(letters))
        for name, letters in (("code", "abcd"), ("name", "wxyz"))
    )
    X = np.hstack([dummies(codes, 4), dummies(3 - codes, 4), RNG.normal(size=(N, 1))])

    (twins, own) = units_of([one, other, Column(name="x")], X)

    assert (twins.columns, twins.features, own.columns) == (("code", "name"), tuple(range(8)), ("x",))


def test_what_is_told_one_way_is_no_twin_and_said() -> None:
    states = RNG.integers(0, 8, N)
    columns = [
        Column(name="state", kind="categorical", categories=tuple("abcdefgh")),
        Column(name="region", kind="categorical", categories=("n", "s")),
        Column(name="flat"),
    ]
    X = np.hstack([dummies(states, 8), dummies(states // 4, 2), np.ones((N, 1))])

    state, region, flat = units_of(columns, X)

    assert (state.told_by, region.told_by, flat.told_by) == ((), ("state",), ())


def test_names_are_shown_harmless_and_many_are_counted() -> None:
    a = RNG.normal(size=N)
    X = np.tile(a[:, np.newaxis], (1, 5))

    (unit,) = units_of([Column(name=f"\x1b[2J{place}") for place in range(5)], X)

    assert unit.name == "\\x1b[2J0 + \\x1b[2J1 + \\x1b[2J2 + 2 more (twins)"


def test_association_is_the_largest_correlation_with_a_prediction() -> None:
    X = RNG.normal(size=(N, 2))
    y_prob = np.stack([X[:, 0], np.ones(N)], axis=1)

    found = association(X, y_prob)

    assert abs(found[0] - 1) < 1e-9
    assert abs(found[1] - abs(np.corrcoef(X.T)[0, 1])) < 1e-9
