"""Tests of a slice on rows that did not choose it: SciPy's and published values, and their rate of false alarms."""

import numpy as np
import pytest
from scipy import stats

from dlwhy.evaluation.errors.confirming import Rows, holm

INSIDE = np.arange(60) < 20


def rows_of(errors, *, inside=INSIDE, groups=None, numbers=False):
    return Rows(errors=np.asarray(errors, float), inside=inside, groups=groups, is_regression=numbers)


def test_shares_are_fishers() -> None:
    errors = np.concatenate([np.arange(20) < 8, np.arange(40) < 5])
    rows = rows_of(errors)

    assert rows.p_value() == pytest.approx(stats.fisher_exact([[8, 12], [5, 35]], alternative="greater").pvalue)
    value, low, high = rows.score()
    assert (value, rows.elsewhere) == pytest.approx((12 / 20, 35 / 40))
    assert (low, high) == pytest.approx((0.3866, 0.7812), abs=1e-4)  # Wilson's of 12 of 20


def test_numbers_are_welchs() -> None:
    errors = np.abs(np.random.default_rng(0).normal(size=60)) * np.where(INSIDE, 3, 1)
    rows = rows_of(errors, numbers=True)

    expected = stats.ttest_ind(errors[:20], errors[20:], equal_var=False, alternative="greater")
    assert rows.p_value() == pytest.approx(expected.pvalue)
    assert rows.score()[0] == pytest.approx(errors[:20].mean())
    assert rows.elsewhere == pytest.approx(errors[20:].mean())


def test_what_does_not_differ_proves_nothing() -> None:
    assert rows_of(np.zeros(60)).p_value() == 1
    assert rows_of(np.ones(60), numbers=True).p_value() == 1


def test_groups_are_no_proof_by_their_rows() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(20), 8)
    alarms = {"groups": 0, "rows": 0}
    for _ in range(200):
        # each group has an error rate and a place of its own
        errors = (rng.random(160) < rng.beta(0.2, 0.8, 20)[groups]).astype(float)
        inside = (rng.permutation(20) < 6)[groups]
        alarms["groups"] += rows_of(errors, inside=inside, groups=groups).p_value() <= 0.05
        alarms["rows"] += rows_of(errors, inside=inside).p_value() <= 0.05

    assert alarms["groups"] <= 18
    assert alarms["rows"] >= 25


def test_a_slice_of_few_groups_is_not_confirmed() -> None:
    groups = np.repeat(np.arange(6), 10)
    errors = (groups < 2).astype(float)

    assert rows_of(errors, inside=groups < 2, groups=groups).p_value() == 1


def test_holms_adjustment() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1, 1])
    assert holm([]) == []
