"""The tasks of the studies: every registered one by one harness, then the rules of labels and splits."""

import dataclasses

import numpy as np
import pytest

from dlwhy.data.dataset import Dataset
from dlwhy.data.toys.make import make
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.studies.plan.study import Task
from dlwhy.studies.request import OwnData
from dlwhy.studies.tasks import draws
from dlwhy.studies.tasks import registry as tasks
from dlwhy.studies.tasks import transfer as transfer_tasks

SETTINGS = {
    "rings": {"k": 4},
    "tent": {"k": 4},
    "linear": {"features": 20, "noise": 0.5},
    "moons": {},
    "teacher": {},
    "smooth-teacher": {"d": 4, "noise": 0.1},
    "hierarchy": {},
    "digits": {"label_noise": 0.3, "scaling": 1.5},
    "bundled": {"name": "spirals"},
    "own": {"dataset": make("breast-cancer")},
}
RESAMPLED = ("digits", "own")
# of few labels a class, in place of training points
LABELLED = {"trunk": {"rho": 1.0}, "digits-moved": {"canvas": 12}}


def drawn(task, seed=3, **more):
    return tasks.draw(task, seed, **{"n_train": 200, **SETTINGS[task], **more})


def table(n, *, classes, n_features=3, constant=None):
    """Make a data set of n rows."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, n_features)).astype(np.float32)
    if constant is not None:
        X[:, 0] = constant
    return Dataset(
        X_train=X[2:],
        y_train=(np.arange(2, n) % classes).astype(np.int32),
        X_test=X[:2],
        y_test=np.arange(2, dtype=np.int32),
        name="tiny",
        task="binary" if classes == 2 else "multiclass",
        class_names=tuple(f"class {i}" for i in range(classes)),
    )


@pytest.fixture(params=sorted(SETTINGS))
def task(request):
    return request.param


def test_every_registered_task_has_its_settings_here():
    assert {*SETTINGS, *LABELLED} == set(tasks.TASKS)


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


def test_labels_of_digits_are_noisy_in_training_only():
    clean, noisy = drawn("digits", n_train=1000, label_noise=0.0), drawn("digits", n_train=1000)

    np.testing.assert_array_equal(clean.y_test, noisy.y_test)
    assert np.mean(clean.y_train != noisy.y_train) == pytest.approx(0.3 * 0.9, abs=0.05)


def test_every_input_of_digits_has_a_scale_of_its_own_and_each_seed_has_as_wide_ones():
    for seed in (3, 4):
        plain, scaled = drawn("digits", seed, scaling=0.0), drawn("digits", seed)
        varying = plain.X_train.std(axis=0) > 0
        powers = np.log10(scaled.X_train.std(axis=0)[varying] / plain.X_train.std(axis=0)[varying])
        places = (powers + 1.5) * 63 / 3

        np.testing.assert_allclose(places, places.round(), atol=0.01)
        assert len(set(places.round())) == varying.sum()
        assert np.any(np.diff(places) < 0)  # in another order
    assert np.any(drawn("digits", 3).X_train.std(axis=0) != drawn("digits", 4).X_train.std(axis=0))


@pytest.mark.parametrize("name", ["iris", "diabetes", "friedman1", "blobs"])
def test_registered_data_sets_are_drawn_or_split_anew(name):
    made = tasks.draw("bundled", 0, name=name, n_train=60)

    assert len(made.X_train) == 60
    assert (made.overlap == 0) == (name in ("friedman1", "blobs"))
    if made.task == "regression":
        assert made.y_train.mean() == pytest.approx(0, abs=1e-4)
        assert made.y_train.std() == pytest.approx(1, abs=1e-3)


def test_every_beginning_of_a_resample_has_the_classes_in_their_shares():
    made = draws.resampled(make("digits"), 0, n_train=1300)

    for n in (50, 100, 400):
        counts = np.bincount(made.y_train[:n], minlength=10)
        assert counts.max() - counts.min() <= 0.02 * n + 2


def test_a_resample_joins_both_parts_and_holds_none_of_its_rows_twice():
    dataset = table(100, classes=2)
    made = draws.resampled(dataset, 0, standardise=False, test_share=0.3)
    rows = set(map(bytes, made.X_train)) | set(map(bytes, made.X_test))

    assert rows == set(map(bytes, np.concatenate([dataset.X_train, dataset.X_test])))
    assert (len(made.X_train), len(made.X_test)) == (70, 30)


def test_a_resample_larger_than_the_data_is_refused():
    with pytest.raises(InputRefusedError, match="80 training rows asked for, there are 75"):
        draws.resampled(table(100, classes=2), 0, n_train=80)


def test_few_rows_of_many_classes_are_split_without_regard_to_classes():
    made = draws.resampled(table(8, classes=4), 0)

    assert len(made.X_train) + len(made.X_test) == 8


@pytest.mark.parametrize("constant", [0.0, 0.1, 16.7, 1e5 + 0.3])
def test_a_feature_that_is_constant_in_training_becomes_0(constant):
    X = np.random.default_rng(0).standard_normal((700, 2)).astype(np.float32)
    X[:, 0] = constant
    train, test = draws.standardised(X, X[:5] + 1)

    np.testing.assert_array_equal(train[:, 0], 0)
    np.testing.assert_array_equal(test[:, 0], 0)
    assert train[:, 1].std() == pytest.approx(1, abs=1e-5)


# --- the tasks of transfer


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
