"""The tasks of the studies: every registered one by one harness, then the rules of labels and splits."""

import numpy as np
import pytest

from dlwhy.errors import UsageError
from dlwhy.studies.plan.study import Task
from dlwhy.studies.request import OwnData
from dlwhy.studies.tasks import registry as tasks
from tests.studies.tasks.given import SETTINGS, drawn

RESAMPLED = ("digits", "own")
# of few labels a class, in place of training points
LABELLED = {"trunk": {"rho": 1.0}, "digits-moved": {"canvas": 12}}


@pytest.fixture(params=sorted(SETTINGS))
def task(request):
    return request.param


def test_every_registered_task_has_its_settings_here():
    # tables are those of files: tests/studies/claims/versatility/test_tables.py
    assert {*SETTINGS, *LABELLED, "table"} == set(tasks.TASKS)


@pytest.mark.parametrize("name", sorted({*SETTINGS, *LABELLED} - {"own"}))
def test_a_task_has_the_features_and_outputs_that_its_row_says(name):
    settings = {**SETTINGS, **LABELLED}[name]
    draw = tasks.draw(name, 3, **settings, **({"k": 5} if name in LABELLED else {"n_train": 200}))
    outputs = draw.n_classes if draw.n_classes > 2 else 1
    task = Task(name="t", role="real", draw=name, settings=settings)
    assert tasks.shape_of(task, None) == (draw.X_train.shape[1], outputs)


def test_the_shape_of_own_data_is_theirs():
    own = OwnData(name="mine", fingerprint="f", rows=100, features=7, classes=3)
    assert tasks.shape_of(Task(name="mine", role="own", draw="own"), own) == (7, 3)


def test_shapes_and_types(task):
    made = drawn(task)

    assert made.X_train.shape == (200, made.X_test.shape[1])
    assert made.X_train.dtype == made.X_test.dtype == np.float32
    assert made.y_train.shape == (200,)
    assert made.y_test.shape == (len(made.X_test),)
    assert len(made.X_test) >= 3000 or task in RESAMPLED
    assert made.y_train.dtype == made.y_test.dtype == (np.int32 if made.n_classes else np.float32)
    assert (made.n_classes == 0) == (made.task == "regression")
    assert (made.overlap > 0) == (task in RESAMPLED)
    assert all(np.isfinite(part).all() for part in (made.X_train, made.X_test, made.y_train, made.y_test))


def test_a_seed_gives_the_same_draw_twice_and_another_seed_another(task):
    first, again, other = drawn(task), drawn(task), drawn(task, seed=4)

    for part in ("X_train", "y_train", "X_test", "y_test"):
        np.testing.assert_array_equal(getattr(first, part), getattr(again, part))
    assert not np.array_equal(first.X_train, other.X_train)


def test_more_training_points_begin_with_the_same_ones(task):
    few, many = drawn(task), drawn(task, n_train=300)

    np.testing.assert_array_equal(few.y_train, many.y_train[:200])
    np.testing.assert_array_equal(few.y_test, many.y_test)
    for small, large in zip(few.X_train.T, many.X_train[:200].T, strict=True):
        # each draw has a scale of its own, so that the same rows differ by a shift and a factor
        if small.std() > 0 and large.std() > 0:
            assert np.corrcoef(small, large)[0, 1] == pytest.approx(1, abs=1e-4)


def test_no_row_of_a_fresh_draw_is_both_learnt_and_held_out(task):
    made = drawn(task)

    if task not in (*RESAMPLED, "hierarchy"):  # the leaves of the hierarchy are few enough to come up again
        assert not set(map(bytes, made.X_train)) & set(map(bytes, made.X_test))


def test_no_class_is_rare(task):
    made = drawn(task)

    if made.n_classes:
        shares = np.bincount(made.y_test, minlength=made.n_classes) / len(made.y_test)
        assert shares.min() > 0.7 / made.n_classes


def test_features_have_mean_0_and_deviation_1_in_training(task):
    made = drawn(task, **({"scaling": 0.0} if task == "digits" else {}))

    if task != "smooth-teacher":  # its inputs and its target have a scale of their own
        varying = made.X_train.std(axis=0) > 0
        np.testing.assert_allclose(made.X_train.mean(axis=0), 0, atol=1e-4)
        np.testing.assert_allclose(made.X_train.std(axis=0)[varying], 1, atol=1e-3)


def test_shuffling_permutes_the_labels_of_each_part_alone(task):
    plain, shuffled = drawn(task), drawn(task, shuffled=True)

    for part in ("train", "test"):
        np.testing.assert_array_equal(getattr(plain, f"X_{part}"), getattr(shuffled, f"X_{part}"))
        labels, permuted = getattr(plain, f"y_{part}"), getattr(shuffled, f"y_{part}")
        np.testing.assert_array_equal(np.sort(labels), np.sort(permuted))
        assert np.mean(labels != permuted) > 0.3


def test_shuffling_leaves_nothing_to_learn():
    from sklearn.linear_model import LogisticRegression

    def score(**more):
        made = drawn("linear", n_train=2000, noise=0.0, **more)
        return LogisticRegression().fit(made.X_train, made.y_train).score(made.X_test, made.y_test)

    assert score() > 0.97
    # 3000 coins fall on one side in half of all cases, give or take a point, whatever was learnt
    assert [score(shuffled=True, seed=seed) for seed in range(8)] == pytest.approx([0.5] * 8, abs=0.04)


def test_an_unknown_data_set_is_named():
    with pytest.raises(UsageError, match="no data set"):
        drawn("bundled", name="mooons")


# --- the tasks of transfer
