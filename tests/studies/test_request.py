"""What is asked of a claim, and of which data."""

import dataclasses
import json

import numpy as np
import pytest

from dlwhy.data import make
from dlwhy.data.dataset import Dataset
from dlwhy.errors import UsageError
from dlwhy.studies import conduct
from dlwhy.studies.request import BUDGETS, OwnData, Request

OWN = OwnData(name="mine", fingerprint="f" * 64, rows=100, features=3, classes=2)

REQUESTS = [
    Request(claim="depth"),
    Request(claim="depth", budget="quick", n_seeds=6, base_seed=2**32 - 1, epochs=3, only=("a", "b")),
    Request(claim="data", smallest_effect=0.5, alpha=0.01, own=OWN),
    Request(claim="compare", extra={"arms": ["layers=4", "baseline:svm"], "match": "parameters"}),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=range(len(REQUESTS)))
def test_a_request_survives_a_file(request_):
    assert Request.from_json(json.loads(json.dumps(request_.to_json()))) == request_


@pytest.mark.parametrize(
    "given",
    [
        {"budget": "nonsense"},
        {"budget": ""},
        {"n_seeds": 0},
        {"n_seeds": -1},
        {"n_seeds": 100_001},
        {"epochs": 0},
        {"epochs": 100_001},
        {"base_seed": -1},
        {"base_seed": 2**32},
        {"alpha": 0.0},
        {"alpha": 1.0},
        {"alpha": float("nan")},
        {"smallest_effect": 0.0},
        {"smallest_effect": -0.1},
        {"smallest_effect": float("inf")},
        {"smallest_effect": float("nan")},
    ],
    ids=str,
)
def test_a_request_that_can_not_be_is_refused(given):
    with pytest.raises(UsageError, match="--"):
        Request(claim="depth", **given)


def test_budgets_contain_each_other():
    assert [Request(claim="depth", budget=name).seeds for name in BUDGETS] == [12, 20, 64]
    assert Request(claim="depth", n_seeds=7).seeds == 7
    assert Request(claim="depth", budget="thorough").includes("default")
    assert not Request(claim="depth", budget="quick").includes("default")
    arms = [set(conduct.design(Request(claim="depth", budget=name)).arms) for name in BUDGETS]
    assert arms[0] < arms[1] < arms[2]


def test_own_data_are_described_and_not_kept():
    dataset = make("moons", samples=50)
    own = conduct.own_data(dataset)
    assert own == OwnData(name="moons (yours)", fingerprint=dataset.fingerprint, rows=50, features=2, classes=2)
    assert own.kind == "binary"
    assert conduct.own_data(None) is None
    assert dataclasses.replace(own, classes=3).kind == "multiclass"
    assert dataclasses.replace(own, classes=0).kind == "regression"


@pytest.mark.parametrize(
    ("given", "shown"), [("moons", "moons (yours)"), ("a{b}\x1b", "a(b)\\x1b"), ("churn", "churn")]
)
def test_own_data_take_no_name_of_a_control_and_no_marks_of_a_sentence(given, shown):
    y = np.array([0, 1], np.int32)
    X = np.zeros((2, 1), np.float32)
    own = Dataset(X_train=X, y_train=y, X_test=X, y_test=y, name=given, task="binary", class_names=("no", "yes"))

    assert OwnData.of(own).name == shown
