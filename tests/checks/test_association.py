"""How well one column alone tells the target, and what chance does."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from dlwhy.checks.association import independence, informedness, ranks, skill, squared_correlation, surprise


def test_ranks_of_equal_numbers_are_their_mean() -> None:
    assert ranks(np.array([30.0, 10.0, 30.0, 20.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_a_squared_correlation_is_numpys_and_0_of_a_constant() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 50))

    assert squared_correlation(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2)
    assert squared_correlation(x, np.ones(50)) == 0


def test_independence_is_scipys_test_of_a_table_of_counts_without_what_never_occurs() -> None:
    counts = np.array([[30, 10, 25], [20, 30, 5]])
    with_gaps = np.insert(np.insert(counts, 1, 0, axis=1), 2, 0, axis=0)

    assert independence(counts) == pytest.approx(chi2_contingency(counts).pvalue)
    assert independence(with_gaps) == independence(counts)
    assert independence(counts[:1]) == 1


def test_informedness_is_1_for_the_truth_and_0_for_guessing_whatever_the_shares() -> None:
    y = np.repeat([0, 1], [90, 10])

    assert informedness(y, y, 2) == 1
    assert informedness(y, np.zeros(100, int), 2) == 0
    assert informedness(y, 1 - y, 2) == -1
    assert informedness(np.repeat([0, 1], [96, 4]), np.zeros(100, int), 2) == 0  # of a class of four nothing is known


@pytest.mark.parametrize("n_classes", [2, 0])
@pytest.mark.parametrize("n_rows", [100, 500])
def test_skill_is_high_where_a_column_tells_the_target_and_low_where_it_does_not(n_rows, n_classes) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=n_rows)
    y = (np.abs(x) > 0.7).astype(float) if n_classes else x**2

    assert skill(x, y, n_classes) > 0.8
    assert skill(rng.permutation(x), y, n_classes) < 0.35


def test_surprise_is_chernoffs_bound() -> None:
    assert surprise(1.0, 0.5, 10) == pytest.approx(0.5**10)
    assert surprise(0.4, 0.5, 10) == 1
    assert surprise(0.9, 0.5, 0) == 1
    assert surprise(0.1, 0.0, 10) == 0  # of what never happens
