"""Intervals and sets cover what they promise, with any model, counted over many repetitions."""

import numpy as np
import pytest
from scipy import stats

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.evaluation import conformal

_TIMES, _NEW = 2000, 5


def bounds(coverage, n):
    """Between what the mean of covered new rows lies in all but one of 10 000 trials, and 1/(n + 1) above."""
    # rows of one repetition share their margin: its coverage is Beta distributed
    rank = int(np.ceil((n + 1) * coverage - 1e-9))
    beta = stats.beta(rank, n + 1 - rank)
    spread = np.sqrt((beta.var() + beta.mean() * (1 - beta.mean()) / _NEW) / _TIMES)
    return coverage - 4 * spread, coverage + 1 / (n + 1) + 4 * spread


@pytest.mark.parametrize(("coverage", "n"), [(0.9, 9), (0.9, 90), (0.5, 20), (0.95, 200)])
def test_intervals_of_a_bad_model_cover(coverage, n):
    rng = np.random.default_rng(n)
    covered = []
    for _ in range(_TIMES):
        x = rng.normal(size=n + _NEW)
        y = x**2 + rng.standard_t(3, size=n + _NEW) * (1 + np.abs(x))
        guess = x.astype(np.float32)  # wrong in shape and scale
        largest = conformal.margin(y[:n], guess[:n], task="regression", coverage=coverage)
        low, high = conformal.interval(guess[n:], largest)
        covered.append(((low <= y[n:]) & (y[n:] <= high)).mean())

    least, most = bounds(coverage, n)
    assert least <= np.mean(covered) <= most


@pytest.mark.parametrize(("coverage", "n", "n_classes"), [(0.9, 90, 4), (0.8, 30, 3), (0.95, 40, 10), (0.9, 50, 2)])
def test_sets_of_an_overconfident_model_cover(coverage, n, n_classes):
    rng = np.random.default_rng(n)
    covered = []
    for _ in range(_TIMES):
        logits = rng.normal(size=(n + _NEW, n_classes))
        chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        y = (chances.cumsum(axis=1) < rng.random((n + _NEW, 1))).sum(axis=1).clip(0, n_classes - 1)
        sharp = np.exp(3 * logits) / np.exp(3 * logits).sum(axis=1, keepdims=True)
        told = sharp[:, 1] if n_classes == 2 else sharp
        task = "binary" if n_classes == 2 else "multiclass"
        largest = conformal.margin(y[:n], told[:n].astype(np.float32), task=task, coverage=coverage)
        inside = conformal.sets(told[n:].astype(np.float32), largest)
        covered.append(inside[np.arange(_NEW), y[n:]].mean())

    least, most = bounds(coverage, n)
    assert least <= np.mean(covered) <= most


def test_a_good_models_sets_hold_its_prediction():
    y_prob = np.array([0.6, 0.01, 0.99], np.float32)

    assert conformal.sets(y_prob, 0.2).tolist() == [[False, True], [True, False], [False, True]]
    assert conformal.sets(y_prob, 0.7).tolist() == [[True, True], [True, False], [False, True]]


def test_the_margin_is_an_order_statistic():
    y = np.arange(1, 10)

    margins = [conformal.margin(y, np.zeros(9), task="regression", coverage=share) for share in (0.9, 0.5, 0.1)]

    assert margins == [9, 5, 1]


@pytest.mark.parametrize(("n", "coverage", "least"), [(8, 0.9, 9), (18, 0.95, 19), (98, 0.99, 99), (0, 0.5, 1)])
def test_too_few_rows(n, coverage, least):
    with pytest.raises(InputRefusedError, match=f"{n} held-out rows are too few .*: at least {least}$"):
        conformal.margin(np.zeros(n), np.zeros(n), task="regression", coverage=coverage)

    assert conformal.margin(np.zeros(least), np.zeros(least), task="regression", coverage=coverage) == 0


@pytest.mark.parametrize("coverage", [0, 1, -1, 90, float("nan")])
def test_a_coverage_that_cannot_be(coverage):
    with pytest.raises(UsageError, match="--interval must be a number between 0 and 1"):
        conformal.check_coverage(coverage)
