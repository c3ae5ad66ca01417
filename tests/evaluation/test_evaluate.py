"""Metrics against closed forms and scikit-learn, and what happens where a metric has no value."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError, UnusableResultError
from dlwhy.evaluation import evaluate
from dlwhy.evaluation.results import METRICS

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


@pytest.fixture
def numbers():
    y = RNG.normal(size=300).astype(np.float32)
    return y, (y + 0.5 * RNG.normal(size=300)).astype(np.float32)


@pytest.mark.parametrize(("task", "p"), [("binary", []), ("multiclass", np.empty((0, 3))), ("regression", [])])
def test_case_39_no_rows(task, p):
    with pytest.raises(InputRefusedError, match="no rows") as caught:
        evaluate(np.array([]), np.array(p), task=task, class_names=())

    assert caught.value.exit_code == 65


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
