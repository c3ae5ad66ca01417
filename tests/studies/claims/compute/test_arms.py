"""Arms of the study of compute, really run."""

import dataclasses

import pytest

from dlwhy.data.toys.make import make
from dlwhy.studies import conduct
from dlwhy.studies.claims.compute import design as compute
from dlwhy.studies.request import Request
from tests.studies import running
from tests.studies.claims.compute.given import SEEDS


def tiny(key, **changes):
    study = compute.design(Request(claim="compute", budget="quick"))
    arm = study.arms[key]
    task = dataclasses.replace(arm.task, settings={**arm.task.settings, "n_train": 100 * 64})
    brief = {"steps": 100, "durations": (10, 30, 100), "engine": "graph", **changes}
    return running.changed(dataclasses.replace(arm, task=task), **brief)


def test_a_real_run():
    arm = tiny("teacher: width 16")
    outcome = running.run(arm, SEEDS)
    run = outcome.runs[0]
    assert [each.seed for each in outcome.runs] == [11, 12]
    assert run.parameters == 4 * 16 + 16 + 16 * 16 + 16 + 17
    assert set(run.metrics) == {"log10_loss", "mse_10", "mse_30", "mse_100"}
    assert run.metrics["mse_10"] > run.metrics["mse_30"] > run.metrics["mse_100"]
    steps, cost, loss = run.extra["cells"][-1]
    assert (steps, cost) == (100, 6.0 * run.parameters * 6400)
    assert 10**loss == pytest.approx(run.metrics["mse_100"])
    assert run.metrics["log10_loss"] == loss < 0
    assert run.flops == 6.0 * run.parameters * 140 * 64
    again = running.run(arm, SEEDS)
    assert [each.metrics for each in again.runs] == [each.metrics for each in outcome.runs]
    other = running.run(running.changed(arm, shift=1), SEEDS)
    assert other.runs[0].metrics != run.metrics


def test_a_prefix_of_the_largest_draw():
    long, short = tiny("teacher: width 16"), tiny("teacher: width 16", steps=30)
    one, other = (running.run(arm, SEEDS).runs[0].metrics for arm in (long, short))
    assert one["mse_30"] == pytest.approx(other["mse_30"], rel=1e-5)


def test_own_classes_have_a_share_of_errors():
    own = make("moons", samples=200)
    study = compute.design(Request(claim="compute", budget="quick", own=conduct.own_data(own)))
    arm = next(arm for arm in study.arms.values() if arm.task.role == "own")
    run = running.run(running.changed(arm, steps=100, durations=(10, 100), engine="graph"), SEEDS, own).runs[0]
    assert 0 < run.metrics["error_100"] < 0.5
    assert run.overlap > 0
