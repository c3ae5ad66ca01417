"""Metrics against closed forms and scikit-learn, and what happens where a metric has no value."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

from dlwhy.errors import InputRefusedError, UnusableResultError
from dlwhy.evaluation import evaluate
from dlwhy.evaluation.calibration import equal_counts, predicted_classes, reliability, wilson_interval
from dlwhy.evaluation.results import METRICS

RNG = np.random.default_rng(0)
# of all resamples at once
STATISTICS = {
    "mae": lambda y, p, axis=-1: np.mean(np.abs(y - p), axis=axis),
    "rmse": lambda y, p, axis=-1: np.sqrt(np.mean((y - p) ** 2, axis=axis)),
    "r2": lambda y, p, axis=-1: 1 - np.mean((y - p) ** 2, axis=axis) / np.var(y, axis=axis),
}


@pytest.fixture
def binary():
    y = RNG.integers(0, 2, 400).astype(np.int32)
    return y, np.clip(0.4 * y + 0.6 * RNG.random(400), 0, 1).astype(np.float32)


@pytest.fixture
def multiclass():
    y = RNG.integers(0, 4, 400).astype(np.int32)
    weights = RNG.random((400, 4)) + np.eye(4)[y] * 0.5
    return y, (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def numbers():
    y = RNG.normal(size=300).astype(np.float32)
    return y, (y + 0.5 * RNG.normal(size=300)).astype(np.float32)


def test_binary_metrics_are_scikit_learns(binary):
    y, p = binary
    found = evaluate(y, p, task="binary", class_names=("no", "yes"))
    y_pred = p > 0.5

    assert found.metrics["accuracy"] == sk.accuracy_score(y, y_pred)
    assert found.metrics["balanced_accuracy"] == pytest.approx(sk.balanced_accuracy_score(y, y_pred))
    assert found.metrics["loss"] == pytest.approx(sk.log_loss(y, p.astype(float)), rel=1e-6)
    assert found.metrics["roc_auc"] == pytest.approx(sk.roc_auc_score(y, p))
    assert found.metrics["brier"] == pytest.approx(np.mean((p - y) ** 2), rel=1e-6)
    assert (found.confusion == sk.confusion_matrix(y, y_pred)).all()
    assert found.n_samples == 400
    assert found.notes == ()


def test_multiclass_metrics_are_scikit_learns(multiclass):
    y, p = multiclass
    found = evaluate(y, p, task="multiclass", class_names=tuple("abcd"))
    wide = p.astype(float) / p.astype(float).sum(axis=1, keepdims=True)

    assert found.metrics["accuracy"] == sk.accuracy_score(y, p.argmax(axis=1))
    assert found.metrics["loss"] == pytest.approx(sk.log_loss(y, wide))
    assert found.metrics["roc_auc"] == pytest.approx(sk.roc_auc_score(y, wide, multi_class="ovr", average="macro"))
    assert found.metrics["brier"] == pytest.approx(np.mean(np.sum((wide - np.eye(4)[y]) ** 2, axis=1)))
    assert found.confusion.sum() == 400


def test_rows_of_classes(multiclass):
    y, p = multiclass
    found = evaluate(y, p, task="multiclass", class_names=tuple("abcd"))
    precision, recall, f1, count = sk.precision_recall_fscore_support(y, p.argmax(axis=1))

    assert [row.name for row in found.classes] == ["a", "b", "c", "d"]
    assert [row.n_samples for row in found.classes] == list(count)
    assert [row.precision for row in found.classes] == pytest.approx(list(precision))
    assert [row.recall for row in found.classes] == pytest.approx(list(recall))
    assert [row.f1 for row in found.classes] == pytest.approx(list(f1))


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


@given(hits=st.integers(0, 500), misses=st.integers(0, 500))
def test_wilson_interval_is_its_closed_form(hits, misses):
    n = hits + misses
    if not n:
        return
    z, share = stats.norm.ppf(0.975), hits / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))

    assert wilson_interval(hits, n) == pytest.approx((max(0, middle - half), min(1, middle + half)), abs=1e-12)


def test_loss_is_what_keras_reports_where_a_prediction_is_certain_and_wrong():
    keras = pytest.importorskip("keras")
    y, p = np.array([0, 1, 1], np.int32), np.array([1, 0, 0.5], np.float32)

    found = evaluate(y, p, task="binary", class_names=("a", "b")).metrics["loss"]

    assert found == pytest.approx(float(keras.losses.BinaryCrossentropy()(y[:, None], p[:, None])), rel=0.01)


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


@pytest.mark.parametrize(("task", "p"), [("binary", []), ("multiclass", np.empty((0, 3))), ("regression", [])])
def test_case_39_no_rows(task, p):
    with pytest.raises(InputRefusedError, match="no rows") as caught:
        evaluate(np.array([]), np.array(p), task=task, class_names=())

    assert caught.value.exit_code == 65


def test_case_40_one_class_only_has_no_metric_that_needs_two():
    found = evaluate(np.ones(5, int), np.full(5, 0.8, np.float32), task="binary", class_names=("a", "b\x1b"))

    assert found.metrics["accuracy"] == 1
    assert found.metrics["balanced_accuracy"] is None
    assert found.metrics["roc_auc"] is None
    assert found.notes == ('all rows are of class "b\\x1b": balanced accuracy and ROC AUC need two classes',)
    assert found.classes[0].recall is None


def test_an_absent_class_is_left_out_and_named(multiclass):
    y, p = multiclass
    found = evaluate(y % 3, p, task="multiclass", class_names=tuple("abcd"))

    assert found.metrics["roc_auc"] is not None
    assert found.notes == ("no row is of class d: left out of balanced accuracy and ROC AUC",)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_equal_true_values_have_no_r2(n):
    found = evaluate(np.ones(n), np.ones(n), task="regression")

    assert found.metrics["r2"] is None
    assert found.metrics["mae"] == 0
    assert len(found.notes) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_predictions_that_are_not_finite_are_unusable(value):
    with pytest.raises(UnusableResultError):
        evaluate(np.array([0, 1]), np.array([0.5, value]), task="binary", class_names=("a", "b"))


def test_lengths_and_names_must_agree():
    with pytest.raises(ValueError, match="2 true values, 1 predictions"):
        evaluate(np.array([0, 1]), np.array([0.5]), task="binary", class_names=("a", "b"))
    with pytest.raises(ValueError, match="1 class names, 2 classes"):
        evaluate(np.array([0, 1]), np.array([0.5, 0.6]), task="binary", class_names=("a",))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_json_is_flat_and_named_after_the_split(task, request):
    y, p = request.getfixturevalue("numbers" if task == "regression" else task)
    names = {"binary": "ab", "multiclass": "abcd", "regression": ""}[task]
    found = evaluate(y, p, task=task, class_names=tuple(names))

    assert list(found.as_json()) == ["n_test", *METRICS[task]]
    assert next(iter(found.as_json("train"))) == "n_train"
    assert all(isinstance(value, int | float) for value in found.as_json().values())


def test_an_evaluation_is_frozen(binary):
    found = evaluate(*binary, task="binary", class_names=("a", "b"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.n_samples = 3
