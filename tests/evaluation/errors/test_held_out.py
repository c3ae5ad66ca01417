"""Rows with their errors and losses; halves; intervals of means."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import log_loss

from dlwhy.errors import UnusableResultError
from dlwhy.evaluation.errors.held_out import half_width
from tests.evaluation.errors.rows import held_of, noise, sigmoid

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 2))
CLUSTERS = np.repeat(np.arange(50), 8)


def test_losses_are_scikit_learns() -> None:
    y = RNG.integers(0, 2, 200)
    binary = held_of(X, y, lambda rows: sigmoid(rows[:, 0]))
    assert binary.losses(binary.y_prob, binary.y).mean() == pytest.approx(log_loss(y, binary.y_prob), rel=1e-5)
    assert binary.errors(binary.y_prob, binary.y).mean() == np.mean((X[:, 0] > 0) != y)

    three = held_of(X, y, lambda rows: np.full((len(rows), 3), [0.5, 0.3, 0.2]), task="multiclass", classes="abc")
    probs = np.tile([0.5, 0.3, 0.2], (200, 1))
    assert three.losses(three.y_prob, y).mean() == pytest.approx(log_loss(y, probs, labels=[0, 1, 2]))

    numbers = held_of(X, X[:, 0], lambda rows: rows[:, 0] - 2, task="regression")
    assert numbers.losses(numbers.y_prob, numbers.y) == pytest.approx(4)
    assert numbers.errors(numbers.y_prob, numbers.y) == pytest.approx(2)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(UnusableResultError, match="not finite"):
        held_of(X, X[:, 0] > 0, lambda rows: np.full(len(rows), np.nan)).y_prob  # noqa: B018


def test_halves_have_the_classes_alike_and_differ_with_the_seed() -> None:
    held = noise(201, 1)
    first = held.halves(3)

    assert first.sum() == 101
    assert abs(held.y[first].mean() - held.y[~first].mean()) < 0.02
    assert (first == held.halves(3)).all()
    assert (first != held.halves(4)).any()


def test_groups_stay_whole_in_halves() -> None:
    held = noise(400, 1, groups=CLUSTERS)
    first = held.halves(0)

    assert not set(CLUSTERS[first]) & set(CLUSTERS[~first])
    assert 180 <= first.sum() <= 220


def test_the_interval_of_a_mean_is_students_and_counts_groups() -> None:
    values = RNG.normal(size=30)
    low, high = stats.t.interval(0.95, 29, values.mean(), stats.sem(values))
    assert half_width(values) == pytest.approx((high - low) / 2)
    assert half_width(values[:1]) == np.inf

    same = RNG.normal(size=50)[CLUSTERS]
    of_groups = half_width(same[::8])
    assert half_width(same, CLUSTERS) == pytest.approx(of_groups, rel=0.05)
    assert half_width(same) < of_groups / 2
