"""What a network's outputs look like, against hand-made ones."""

import dataclasses
import json

import numpy as np
import pytest
from scipy.stats import entropy

from dlwhy.models.diagnosis.outputs import Outputs, outputs_of, sample

RNG = np.random.default_rng(0)


def test_predictions_that_are_right_spread_as_the_truth_does():
    y = RNG.integers(0, 2, 200)
    found = outputs_of(y, y.astype(float), "binary")

    assert (found.n_samples, found.spread, found.one_class) == (200, 1.0, None)
    assert found.majority == pytest.approx(max(y.mean(), 1 - y.mean()), rel=1e-3)
    assert found.guess_loss == pytest.approx(entropy([y.mean(), 1 - y.mean()]), rel=1e-3)


@pytest.mark.parametrize(("value", "taken_for"), [(0.7, 1), (0.2, 0), (0.5, 0)])
def test_one_answer_for_all(value, taken_for):
    found = outputs_of(RNG.integers(0, 2, 50), np.full(50, value), "binary")

    assert (found.spread, found.one_class) == (0, taken_for)


def test_of_several_classes_the_one_that_differs_most_counts():
    y = np.repeat([0, 1, 2], 10)
    y_prob = np.full((30, 3), 1 / 3)
    assert outputs_of(y, y_prob, "multiclass").spread == 0

    y_prob[:10] = [0.8, 0.1, 0.1]
    assert outputs_of(y, y_prob, "multiclass").spread == pytest.approx((0.8 - 1 / 3), rel=1e-3)


def test_a_rare_class_that_is_foreseen_a_little_is_no_constant_answer():
    y = np.repeat([0, 1], [990, 10])
    found = outputs_of(y, np.where(y == 1, 0.04, 0.01) + 0.002 * RNG.random(1000), "binary")

    assert found.one_class == 0
    assert found.spread > 0.02


def test_numbers_spread_in_units_of_the_truth():
    y = RNG.normal(size=100) * 1e6
    found = outputs_of(y, y / 2, "regression")

    assert (found.spread, found.majority, found.one_class) == (0.5, None, None)
    assert found.guess_loss == pytest.approx(y.var(), rel=1e-3)


def test_where_all_rows_are_truly_the_same_there_is_no_spread():
    assert outputs_of(np.ones(5, int), np.full(5, 0.7), "binary").spread is None
    assert outputs_of(np.ones(5), np.arange(5.0), "regression").spread is None


def test_without_rows_or_finite_predictions_there_is_nothing():
    assert outputs_of(np.array([], int), np.array([]), "binary") is None
    assert outputs_of(np.array([0, 1]), np.array([0.5, np.nan]), "binary") is None


def test_json_and_back():
    found = outputs_of(RNG.integers(0, 2, 50), RNG.random(50), "binary")

    assert Outputs.from_json(json.loads(json.dumps(dataclasses.asdict(found)))) == found
    assert Outputs.from_json(None) is None
    assert Outputs.from_json({**dataclasses.asdict(found), "more": 1}) is None


def test_a_sample_keeps_rows_together_and_is_bounded():
    X, y = np.arange(25_001)[:, None], np.arange(25_001)
    few_X, few_y = sample(X, y)

    assert len(few_y) <= 10_000
    assert (few_X[:, 0] == few_y).all()
    assert len(sample(X[:10], y[:10])[1]) == 10
