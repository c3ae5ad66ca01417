"""Tasks of transfer: subspaces, labels, digits, and copies of them."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.studies.tasks import registry
from dlwhy.studies.tasks import registry as tasks
from dlwhy.studies.tasks import transfer as transfer_tasks
from tests.studies.claims.transfer.given import TARGETS


def test_the_two_subspaces_are_orthogonal():
    world = transfer_tasks.world(3)
    basis = np.concatenate([world.shared, world.apart], axis=1)

    np.testing.assert_allclose(basis.T @ basis, np.eye(6), atol=1e-12)
    X = np.random.default_rng(0).standard_normal((50, 30))
    along = X @ world.apart @ world.apart.T  # the part of the rows that a shared trunk does not see
    np.testing.assert_allclose(world.features(X, 1.0), world.features(X - along, 1.0))
    np.testing.assert_allclose(world.features(along, 1.0), np.maximum(world.bias, 0)[None].repeat(50, axis=0))


@pytest.mark.parametrize(("name", "settings"), TARGETS)
def test_a_target_has_k_labels_a_class_and_more_of_them_begin_with_the_same(name, settings):
    few, more = (registry.draw(name, 7, k=k, **settings) for k in (5, 20))

    assert set(np.bincount(few.y_train)) == {5}
    assert set(np.bincount(more.y_train)) == {20}
    rows = {row.tobytes() for row in more.X_train}
    assert all(row.tobytes() in rows for row in few.X_train)
    np.testing.assert_array_equal(few.X_test, more.X_test)
    again = registry.draw(name, 7, k=5, **settings)
    np.testing.assert_array_equal(few.X_train, again.X_train)
    assert not np.array_equal(few.X_test, registry.draw(name, 8, k=5, **settings).X_test)


def test_no_image_is_both_labelled_and_held_out():
    made = registry.draw("digits-moved", 1, k=50, canvas=8)
    held = {row.tobytes() for row in made.X_test}

    # a few images are there twice in the data set itself
    assert sum(row.tobytes() in held for row in made.X_train) <= 2
    assert made.X_train.min() >= 0
    assert made.X_train.max() <= 1


def test_digits_are_placed_whole():
    images = np.ones((40, 8, 8))
    X, y = transfer_tasks._placed(images, np.arange(40), 12, 2, np.random.default_rng(0))

    assert X.shape == (80, 144)
    assert (X.sum(axis=1) == 64).all()
    assert len({row.tobytes() for row in X}) > 10
    np.testing.assert_array_equal(y, np.repeat(np.arange(40), 2))


def test_copies_are_other_targets_in_the_same_world():
    first, again, other = (registry.draw("trunk", 5, k=5, rho=1.0, copy=copy) for copy in (0, 0, 1))

    np.testing.assert_array_equal(first.X_train, again.X_train)
    np.testing.assert_array_equal(first.X_test, other.X_test)
    assert 0.1 < (first.y_test != other.y_test).mean() < 0.9
    assert not np.array_equal(first.X_train, other.X_train)


def test_what_there_is_not_is_refused():
    with pytest.raises(InputRefusedError, match="61 labels a class asked for"):
        registry.draw("digits-moved", 1, k=61, canvas=12)


def test_the_subspaces_of_the_trunk_are_orthogonal():
    made = transfer_tasks.world(5)

    np.testing.assert_allclose(made.shared.T @ made.shared, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(made.shared.T @ made.apart, 0, atol=1e-12)
    X = np.random.default_rng(0).standard_normal((50, 30))
    np.testing.assert_array_equal(made.features(X, 0.0), dataclasses.replace(made, shared=made.apart).features(X, 1.0))


@pytest.mark.parametrize(
    ("name", "settings"),
    [("trunk", {"rho": 1.0}), ("digits-moved", {"canvas": 12}), ("digits-moved", {"canvas": 8})],
)
def test_a_target_has_k_labels_a_class_and_more_labels_contain_them(name, settings):
    few, many = (tasks.draw(name, 2, k=k, **settings) for k in (5, 20))

    np.testing.assert_array_equal(np.bincount(few.y_train), 5)
    np.testing.assert_array_equal(np.bincount(many.y_train), 20)
    assert set(map(bytes, few.X_train)) <= set(map(bytes, many.X_train))
    np.testing.assert_array_equal(few.X_test, many.X_test)
    again = tasks.draw(name, 2, k=5, **settings)
    np.testing.assert_array_equal(few.X_train, again.X_train)


@pytest.mark.parametrize(("name", "settings"), [("trunk", {}), ("digits-moved", {"canvas": 12})])
def test_a_shuffled_source_has_the_same_rows_and_nothing_to_learn(name, settings):
    plain, shuffled = (transfer_tasks.source(name, 2, shuffled=s, **settings) for s in (False, True))

    np.testing.assert_array_equal(plain.X_train, shuffled.X_train)
    np.testing.assert_array_equal(plain.y_test, shuffled.y_test)
    np.testing.assert_array_equal(np.sort(plain.y_train), np.sort(shuffled.y_train))
    assert np.mean(plain.y_train != shuffled.y_train) > 0.3
