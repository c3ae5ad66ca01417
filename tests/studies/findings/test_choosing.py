"""The best of several methods, on other splits than those it is compared on."""

import numpy as np
import pytest

from dlwhy.studies.findings.choosing import chosen_elsewhere


def test_each_split_has_the_best_of_all_others():
    scores = [[1.0, 0.0, 0.5], [0.4, 0.4, 0.4]]
    # without the first split the second method is ahead, without the others the first
    assert chosen_elsewhere(np.array(scores)).tolist() == [1, 0, 0]


def test_among_exchangeable_methods_the_best_is_none_better():
    rng = np.random.default_rng(0)
    elsewhere, here = [], []
    for _ in range(2000):
        scores = rng.standard_normal((6, 12))
        ours = rng.standard_normal(12)
        elsewhere.append((ours - scores[chosen_elsewhere(scores), range(12)]).mean())
        here.append((ours - scores[scores.mean(axis=1).argmax()]).mean())

    error = np.std(elsewhere) / np.sqrt(len(elsewhere))
    assert abs(np.mean(elsewhere)) < 4 * error
    # picked where it is compared, the best of six means of twelve is ahead of its worth
    assert np.mean(here) == pytest.approx(-1.267 / np.sqrt(12), abs=0.03)


def test_what_is_missing_is_left_out():
    scores = np.array([[np.nan, 0.9, 0.9], [0.8, 0.8, np.nan], [np.nan] * 3])
    assert chosen_elsewhere(scores).tolist() == [0, 0, 0]
    assert chosen_elsewhere(np.array([[np.nan], [0.3]])).tolist() == [1]
