"""Metrics of classes are scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics as sk

from dlwhy.evaluation import evaluate

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


def test_loss_is_what_keras_reports_where_a_prediction_is_certain_and_wrong():
    keras = pytest.importorskip("keras")
    y, p = np.array([0, 1, 1], np.int32), np.array([1, 0, 0.5], np.float32)

    found = evaluate(y, p, task="binary", class_names=("a", "b")).metrics["loss"]

    assert found == pytest.approx(float(keras.losses.BinaryCrossentropy()(y[:, None], p[:, None])), rel=0.01)


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
