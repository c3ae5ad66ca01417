"""The metrics of an evaluation are attributes; what its task has not is an error that says what there is."""

import copy
import pickle

import numpy as np
import pytest

from dlwhy.evaluation import evaluate
from dlwhy.evaluation.results import METRICS

CASES = {
    "binary": evaluate(np.array([0, 1, 1, 0]), np.array([0.2, 0.7, 0.4, 0.1]), task="binary", class_names=("a", "b")),
    "regression": evaluate(np.array([0.0, 1, 2, 3]), np.array([0.1, 1, 2, 2.9]), task="regression"),
}


@pytest.mark.parametrize("task", CASES)
def test_each_metric_is_an_attribute(task) -> None:
    for name in METRICS[task]:
        assert getattr(CASES[task], name) == CASES[task].metrics[name]
        assert name in dir(CASES[task])


def test_what_the_task_has_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'r2'; for binary there is accuracy, accuracy_low"):
        _ = CASES["binary"].r2
    with pytest.raises(AttributeError, match="for regression there is r2"):
        _ = CASES["regression"].accuracy
    with pytest.raises(AttributeError, match=r"no attribute '_repr_png_'$"):
        _ = CASES["binary"]._repr_png_


@pytest.mark.parametrize("task", CASES)
def test_an_evaluation_can_be_copied_and_pickled(task) -> None:
    for twin in (copy.deepcopy(CASES[task]), pickle.loads(pickle.dumps(CASES[task]))):
        assert twin.metrics == CASES[task].metrics


def test_the_repr_holds_intervals_beside_their_metrics() -> None:
    assert repr(CASES["binary"]).startswith("<Evaluation of 4 rows: accuracy 0.7500 [0.3006, 0.9544], balanced")
    assert "_low" not in repr(CASES["regression"])
