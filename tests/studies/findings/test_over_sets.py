"""Errors compared over data sets."""

import numpy as np
import pytest

from dlwhy.studies.findings import over_sets


def test_errors_are_those_of_classes_or_roots_of_lost_variance():
    assert over_sets.errors(np.array([0.9, 1.0]), "accuracy") == pytest.approx([0.1, 0.0])
    assert over_sets.errors(np.array([0.75, -0.21]), "r2") == pytest.approx([0.5, 1.1])


def test_improvability_is_what_the_best_of_each_avoids():
    errors = np.array([[0.1, 0.2], [0.3, 0.3], [0.0, 0.0], [0.2, 0.1]])
    assert over_sets.improvability(errors) == pytest.approx([0.5 / 4, 0.5 / 4])


def test_a_shifted_mean_is_not_decided_by_an_error_of_nothing():
    assert over_sets.shifted_mean(np.array([0.0, 0.03])) == pytest.approx(np.sqrt(0.01 * 0.04) - 0.01)


def test_fewer_errors_have_an_interval_over_data_sets():
    theirs = np.linspace(0.1, 0.5, 12)
    found = over_sets.fewer(0.8 * theirs, theirs)
    assert found.ci_low < found.fewer < found.ci_high
    assert found.fewer == pytest.approx(0.2, abs=0.015)
    same = over_sets.fewer(theirs, theirs)
    assert (same.fewer, same.ci_low, same.ci_high) == (0, 0, 0)
    rng = np.random.default_rng(1)
    wide = over_sets.fewer(theirs * rng.permutation(np.repeat([0.6, 1.5], 6)), theirs)
    assert wide.ci_low < 0 < wide.ci_high
    assert over_sets.fewer(np.zeros(6), np.zeros(6)).fewer == 0
