"""Tasks that each seed draws anew."""

import numpy as np
import pytest

from dlwhy.studies.tasks import registry as tasks
from tests.studies.tasks.given import drawn


@pytest.mark.parametrize("k", [2, 4])
def test_rings_are_the_parity_of_the_squared_radius(k):
    made = drawn("rings", k=k, n_train=2000)
    # a coordinate of a point of the unit disc has deviation ½: nearly what it was before it was standardised
    levels = k * (made.X_train**2).sum(axis=1) / 4

    clear = np.abs(levels - np.round(levels)) > 0.06 * k
    assert clear.mean() > 0.4
    np.testing.assert_array_equal(made.y_train[clear], np.floor(levels[clear]).astype(int) % 2)


def test_tent_folds_the_interval_k_times():
    made = drawn("tent", k=3, n_train=4000)
    order = np.argsort(made.X_train[:, 0])
    changes = np.flatnonzero(np.diff(made.y_train[order]))
    x = made.X_train[order, 0]
    edges = (x[changes] + x[changes + 1]) / 2

    # the map is ½ at the odd multiples of 2^-(k+1)
    np.testing.assert_allclose(np.diff(edges) / np.diff(edges).mean(), 1, atol=0.06)
    assert len(edges) == 2**3
    assert made.y_train[order[0]] == 0


def test_a_linear_target_is_linear_up_to_its_noise():
    from sklearn.linear_model import LogisticRegression

    made = drawn("linear", n_train=8000)
    error = 1 - LogisticRegression().fit(made.X_train, made.y_train).score(made.X_test, made.y_test)

    assert error == pytest.approx(np.arctan(0.5) / np.pi, abs=0.02)  # the angle between score and blurred score


def test_the_teacher_is_the_seeds_own():
    first, other = tasks.draw("linear", 0, features=2, n_train=500), tasks.draw("linear", 1, features=2, n_train=500)
    slopes = [np.linalg.lstsq(made.X_train, 2.0 * made.y_train - 1)[0] for made in (first, other)]

    assert not np.allclose(slopes[0], slopes[1], atol=0.1)


@pytest.mark.parametrize(("target", "loss"), [("teacher", 0.0), ("linear", 0.0), ("noise", 1.0)])
def test_the_smooth_teacher_is_standardised_and_its_controls_are_what_they_say(target, loss):
    from sklearn.linear_model import LinearRegression

    made = drawn("smooth-teacher", target=target, noise=0.0, n_train=3000)
    fitted = LinearRegression().fit(made.X_train, made.y_train)
    left = np.mean((made.y_test - fitted.predict(made.X_test)) ** 2)

    assert made.y_test.std() == pytest.approx(1, abs=0.1)
    assert np.abs(made.X_train).max() <= 1.7
    if target == "teacher":
        assert 0.02 < left < 0.98
    else:
        assert left == pytest.approx(loss, abs=0.06)


def test_noise_blurs_what_is_learnt_and_not_what_is_held_out():
    plain, noisy = drawn("smooth-teacher", noise=0.0), drawn("smooth-teacher", noise=0.5)

    np.testing.assert_array_equal(plain.y_test, noisy.y_test)
    assert np.std(noisy.y_train - plain.y_train) == pytest.approx(0.5, abs=0.1)


def test_leaves_of_the_hierarchy_are_one_hot_and_tell_their_class():
    made = drawn("hierarchy", n_train=5000)

    assert made.X_train.shape[1] == 2**3 * 6
    active = (made.X_train > 0).reshape(-1, 8, 6)
    np.testing.assert_array_equal(active.sum(axis=2), 1)
    classes = {}
    for leaves, label in zip(active.argmax(axis=2).tolist(), made.y_train.tolist(), strict=True):
        assert classes.setdefault(tuple(leaves), label) == label
