"""Metrics of numbers are scikit-learn's, their intervals SciPy's."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from dlwhy.evaluation import evaluate

RNG = np.random.default_rng(0)

# of all resamples at once
STATISTICS = {
    "mae": lambda y, p, axis=-1: np.mean(np.abs(y - p), axis=axis),
    "rmse": lambda y, p, axis=-1: np.sqrt(np.mean((y - p) ** 2, axis=axis)),
    "r2": lambda y, p, axis=-1: 1 - np.mean((y - p) ** 2, axis=axis) / np.var(y, axis=axis),
}


@pytest.fixture
def numbers():
    y = RNG.normal(size=300).astype(np.float32)
    return y, (y + 0.5 * RNG.normal(size=300)).astype(np.float32)


def test_regression_metrics_are_scikit_learns(numbers):
    y, p = numbers
    found = evaluate(y, p, task="regression").metrics

    assert found["r2"] == pytest.approx(sk.r2_score(y, p))
    assert found["mae"] == pytest.approx(sk.mean_absolute_error(y, p))
    assert found["rmse"] == pytest.approx(sk.root_mean_squared_error(y, p))
    assert found["loss"] == pytest.approx(found["rmse"] ** 2)


def test_the_bootstrap_is_scipys(numbers):
    y, p = (values.astype(float) for values in numbers)
    found = evaluate(y, p, task="regression").metrics

    for name, statistic in STATISTICS.items():
        assert found[name] == pytest.approx(statistic(y, p))
        theirs = stats.bootstrap(
            (y, p), statistic, paired=True, method="percentile", n_resamples=2000, rng=1
        ).confidence_interval
        assert found[f"{name}_low"] == pytest.approx(theirs.low, abs=0.02)
        assert found[f"{name}_high"] == pytest.approx(theirs.high, abs=0.02)


@pytest.mark.slow
def test_the_bootstrap_covers_the_truth_at_its_rate():
    rng = np.random.default_rng(5)
    truth = np.sqrt(2 / np.pi)  # the mean absolute value of a standard normal
    hits = 0
    for seed in range(100):
        y = rng.normal(size=60)
        found = evaluate(y, y + rng.normal(size=60), task="regression", seed=seed).metrics
        hits += found["mae_low"] <= truth <= found["mae_high"]

    assert 85 <= hits <= 100


def test_intervals_of_very_many_rows_come_from_groups_and_stay_as_wide():
    y = RNG.normal(size=40_000)
    p = y + RNG.normal(size=40_000)
    found = evaluate(y, p, task="regression").metrics
    error = np.abs(p - y)

    width = 2 * 1.96 * error.std() / np.sqrt(len(y))
    assert found["mae_high"] - found["mae_low"] == pytest.approx(width, rel=0.15)


def test_same_seed_same_interval(numbers):
    first, second = (evaluate(*numbers, task="regression", seed=3) for _ in range(2))

    assert first == second
    assert first != evaluate(*numbers, task="regression", seed=4)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_equal_true_values_have_no_r2(n):
    found = evaluate(np.ones(n), np.ones(n), task="regression")

    assert found.metrics["r2"] is None
    assert found.metrics["mae"] == 0
    assert len(found.notes) == 1
