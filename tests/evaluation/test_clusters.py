"""Intervals of rows that come in groups count the groups: they cover the truth, where those that count rows do not."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from dlwhy.data.dataset import Dataset
from dlwhy.data.splitting import Split
from dlwhy.evaluation import difference, evaluate, evaluate_model
from dlwhy.evaluation.calibration import wilson_interval
from dlwhy.evaluation.clusters import effective_rows, share_interval, wilson
from dlwhy.evaluation.results import Evaluation
from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions, fit

GROUPS = np.repeat(np.arange(20, dtype=np.int32), 8)


def test_wilsons_interval_is_scipys() -> None:
    z = 1.959963984540054
    assert wilson(7 / 30, 30, z) == pytest.approx(wilson_interval(7, 30))
    assert wilson(0, 30, z) == pytest.approx(wilson_interval(0, 30))
    assert wilson(0.5, 8, np.inf) == (0, 1)


def test_rows_are_worth_what_their_groups_leave_of_them() -> None:
    rng = np.random.default_rng(1)
    alike = rng.integers(0, 2, 20)[GROUPS].astype(float)

    assert effective_rows(alike, GROUPS) == pytest.approx(19)
    assert 100 < effective_rows(rng.integers(0, 2, 160).astype(float), GROUPS) <= 160
    assert effective_rows(np.ones(160), GROUPS) == 20
    assert effective_rows(np.ones(4), np.array([0, 0, 0, 1])) == pytest.approx(1.6)


@pytest.mark.parametrize("alike", [0.3, 2.0])
def test_the_interval_of_a_share_covers_the_truth_at_its_rate(alike: float) -> None:
    rng, covered, by_row = np.random.default_rng(2), 0, 0
    for _ in range(400):
        shares = rng.beta(0.7 / alike, 0.3 / alike, 20)
        hits = rng.random(160) < shares[GROUPS]
        low, high = share_interval(hits, GROUPS)
        covered += low <= 0.7 <= high
        low, high = wilson_interval(int(hits.sum()), 160)
        by_row += low <= 0.7 <= high

    assert 0.925 * 400 <= covered <= 0.99 * 400
    assert by_row < 0.88 * 400


def evaluated(y: np.ndarray, p: np.ndarray, groups: np.ndarray | None, task: str = "binary") -> Evaluation:
    about: dict[str, Any] = {"class_names": ("a", "b")} if task == "binary" else {}
    return evaluate(y, p.astype(float), task=task, groups=groups, **about)  # type: ignore[arg-type]


def test_a_difference_between_models_counts_groups_too() -> None:
    rng, covered, by_row = np.random.default_rng(3), 0, 0
    y = np.ones(160, np.int32)
    for _ in range(300):
        ours, theirs = (rng.random(160) < rng.beta(0.7, 0.3, 20)[GROUPS] for _ in range(2))  # equally good
        for groups in (GROUPS, None):
            found = difference(evaluated(y, ours, groups), evaluated(y, theirs, groups))
            assert found.low is not None
            assert found.high is not None
            covered += groups is not None and found.low <= 0 <= found.high
            by_row += groups is None and found.low <= 0 <= found.high

    assert covered >= 0.92 * 300
    assert by_row < 0.75 * 300


def test_the_bootstrap_of_a_regression_resamples_whole_groups() -> None:
    rng = np.random.default_rng(4)
    y = rng.standard_normal(20)[GROUPS] + 0.1 * rng.standard_normal(160)
    p = y + rng.standard_normal(20)[GROUPS]

    whole, rows = evaluated(y, p, GROUPS, "regression"), evaluated(y, p, None, "regression")
    single = evaluated(y, p, np.arange(160), "regression")

    def width(found: Evaluation) -> float:
        low, high = found.metrics["rmse_low"], found.metrics["rmse_high"]
        assert low is not None
        assert high is not None
        return high - low

    assert width(whole) > 2 * width(rows)
    assert width(single) == pytest.approx(width(rows), rel=1e-6)
    assert whole.metrics["rmse"] == rows.metrics["rmse"]
    gains = [difference(found, evaluated(y, 0 * y, found.groups, "regression")) for found in (whole, rows)]
    assert gains[0].high - gains[0].low > 1.5 * (gains[1].high - gains[1].low)  # type: ignore[operator]


def test_one_group_says_nothing_of_others() -> None:
    y = np.array([0, 1, 1, 0], np.int32)
    one = np.zeros(4, np.int32)

    found = evaluated(y, y, one)

    assert (found.metrics["accuracy_low"], found.metrics["accuracy_high"]) == (0, 1)
    assert evaluated(y + 0.5, y, one, "regression").metrics["r2_low"] is None
    same = difference(found, evaluated(y, 1 - y, one))
    assert (same.low, same.high) == (-1 + 0.0, 1) or same.outcome == "open"
    assert found.rows == "4 rows of 1 group"


def test_a_data_set_with_groups_is_evaluated_by_group() -> None:
    rng = np.random.default_rng(5)
    X = rng.standard_normal((160, 2)).astype(np.float32)
    y = (X[:, 0] > 0).astype(np.int32)
    data = Dataset(
        X_train=X[:80], y_train=y[:80], X_test=X[80:], y_test=y[80:], name="d", task="binary", class_names=("a", "b")
    )
    grouped = dataclasses.replace(data, split=Split(by="group", column="who", train=GROUPS[:80], test=GROUPS[80:]))
    model = fit(data, NetworkSpec(layers=(4,)), TrainingOptions(epochs=1, engine="graph"))

    found, plain = evaluate_model(model, grouped), evaluate_model(model, data)

    assert found.as_json()["n_groups"] == 10
    assert found.rows == "80 rows of 10 groups"
    assert "n_groups" not in plain.as_json()
    assert evaluate_model(model, grouped, split="all").n_groups == 20
    assert found.metrics["accuracy"] == plain.metrics["accuracy"]
    assert found.metrics["accuracy_low"] != plain.metrics["accuracy_low"]
