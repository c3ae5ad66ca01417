"""Numbers that stand for a missing cell are seen, and measurements are not taken for them."""

import numpy as np
import pytest

from dlwhy.data.cells.missing import may_be_sentinels, sentinels

RNG = np.random.default_rng(0)


def found(values):
    different, counts = np.unique(np.asarray(values, np.float32), return_counts=True)
    return [(each.number, each.count) for each in sentinels(different.astype(np.float64), counts)]


@pytest.mark.parametrize("mark", [-9, -99, -999, -9999, 9999, 99999, 7777, 888, 65535, -(2**31), 1e10])
def test_a_number_far_from_all_others_is_a_mark(mark):
    values = np.concatenate((RNG.uniform(0, 1, 50), [mark] * 3))

    assert found(values) == [(np.float32(mark), 3)]


@pytest.mark.parametrize(
    ("others", "mark"),
    [
        (RNG.normal(10, 15, 50), -999),  # temperatures, of which some are below zero
        (RNG.integers(1, 6, 50), 9),  # answers from 1 to 5
        (RNG.uniform(-400, -100, 50), -9999),
        (RNG.uniform(0, 50_000, 50), 99999),
    ],
)
def test_as_far_from_the_next_as_all_others_are_from_each_other_is_enough(others, mark):
    assert found([*others, mark, mark]) == [(mark, 2)]


def test_there_may_be_several_marks():
    assert found([*RNG.uniform(0, 1, 50), *[999] * 3, *[9999] * 4]) == [(999, 3), (9999, 4)]
    assert found([*RNG.uniform(0, 1, 50), *[-99] * 3, *[99] * 4]) == [(-99, 3), (99, 4)]


@pytest.mark.parametrize(
    "values",
    [
        RNG.normal(0, 1e4, 300).round(),
        np.arange(-99, 100),
        np.append(RNG.uniform(0, 1, 50), -999),  # once only
        np.append(RNG.uniform(0, 1, 50), [-998] * 5),
        RNG.uniform(-2000, -900, 50).round(),
        [0, 1, 2, 3, 4, 5, 6, 9, 9],  # counts
        np.append(RNG.uniform(32_000, 32_100, 50), [32767] * 5),  # a sensor at its end
        np.append(RNG.uniform(0, 90, 50), [99] * 5),  # ages
        [1.0, 2.0],
        [1, 1, 999, 999],
    ],
)
def test_measurements_are_none(values):
    assert found(values) == []


def test_which_numbers_may_be_marks_at_all():
    numbers = np.array([[-999, 999, 0, 998.99], [-9, 32768, 1e16, -1e300]])

    assert may_be_sentinels(numbers).tolist() == [[True, True, False, False], [True, True, True, False]]
    assert may_be_sentinels(np.array([999 * (1 + 1e-7)])).all()  # a column that is centred and scaled
