"""Whether probabilities are what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dlwhy.evaluation import evaluate
from dlwhy.evaluation.calibration import equal_counts, predicted_classes, reliability, wilson_interval

RNG = np.random.default_rng(0)


@pytest.fixture
def binary():
    y = RNG.integers(0, 2, 400).astype(np.int32)
    return y, np.clip(0.4 * y + 0.6 * RNG.random(400), 0, 1).astype(np.float32)


@pytest.fixture
def multiclass():
    y = RNG.integers(0, 4, 400).astype(np.int32)
    weights = RNG.random((400, 4)) + np.eye(4)[y] * 0.5
    return y, (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


@given(hits=st.integers(0, 500), misses=st.integers(0, 500))
def test_wilson_interval_is_that_of_scipy(hits, misses):
    n = hits + misses
    if not n:
        return
    theirs = stats.binomtest(hits, n).proportion_ci(method="wilson")

    assert wilson_interval(hits, n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_calibration_error_by_hand():
    # two bins: 0.1 predicted and 0 observed; 0.9 predicted and 0.5 observed
    p = np.array([0.1, 0.1, 0.9, 0.9], np.float32)
    found = evaluate(np.array([0, 0, 0, 1]), p, task="binary", class_names=("a", "b"))

    assert found.metrics["ece"] == pytest.approx(0.5 * 0.1 + 0.5 * 0.4, abs=1e-6)


def test_calibration_of_several_classes_is_of_the_confidence():
    p = np.array([[0.6, 0.3, 0.1], [0.6, 0.2, 0.2]], np.float32)
    bins = reliability(np.array([0, 1]), p, task="multiclass")

    assert bins.count.sum() == 2
    assert bins.frequency[9] == 0.5
    assert bins.confidence[9] == pytest.approx(0.6)


def test_a_certain_prediction_falls_into_the_last_bin():
    assert reliability(np.array([1]), np.array([1.0], np.float32), task="binary").count[-1] == 1


@pytest.mark.parametrize(
    ("confidence", "count"),
    [
        (np.arange(100) / 100, [10] * 10),
        (np.arange(29) / 29, [10, 19]),
        (np.arange(5) / 5, [5]),
        (np.repeat([0.0, 0.5, 1.0], [40, 5, 55]), [40, 60]),  # equal ones stay together, the few in between join them
        (np.full(500, 0.3), [500]),
    ],
)
def test_bins_of_equal_count_hold_ten_rows_and_part_no_equal_ones(confidence, count):
    right = np.arange(len(confidence)) % 3 == 0
    order = np.random.default_rng(0).permutation(len(confidence))
    bins = equal_counts(confidence[order], right[order])

    assert bins.count.tolist() == count
    assert np.average(bins.confidence, weights=bins.count) == pytest.approx(confidence.mean())
    assert np.average(bins.frequency, weights=bins.count) == pytest.approx(right.mean())


def test_half_is_the_first_class():
    assert predicted_classes(np.array([0.5, 0.5001], np.float32), "binary").tolist() == [0, 1]
