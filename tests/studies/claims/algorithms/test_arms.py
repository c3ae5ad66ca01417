"""Gradients before the first step."""

import dataclasses

import numpy as np
import pytest

from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms import tuning
from dlwhy.studies.claims.algorithms import arms
from dlwhy.studies.plan.study import Seeds
from dlwhy.studies.tasks import registry as tasks
from tests.studies import running
from tests.studies.claims.algorithms.given import designed


@pytest.mark.slow
def test_gradients_at_the_start_agree_with_the_closed_form():
    draw = tasks.draw("digits", 3, n_train=200)
    sigmoid = NetworkSpec(layers=(32,) * 20, activation="sigmoid")
    rectified = NetworkSpec(layers=(32,) * 20, initializer="he_uniform")
    norms = arms.gradients_at_start(sigmoid, [draw] * 4, range(4))
    assert norms.shape == (4, 21)
    inner = norms[:, 2:18].mean(axis=0)  # the norm falls by the root of .055 a layer
    assert np.diff(inner).mean() == pytest.approx(-np.log10(0.055) / 2, rel=0.05)
    flat = arms.gradients_at_start(rectified, [draw] * 4, range(4)).mean(axis=0)
    assert abs(arms.first_over_last(flat)) < 0.5
    np.testing.assert_array_equal(norms, arms.gradients_at_start(sigmoid, [draw] * 4, range(4)))


def test_a_tiny_run_notes_gradients_and_repeats():
    study = designed("quick")
    arm = study.arms["layers-2: ReLU+He+residual, SGD"]
    small = {**arm.task.settings, "n_train": 300}
    arm = dataclasses.replace(arm, task=dataclasses.replace(arm.task, settings=small))
    arm = running.changed(arm, steps=120, rates=(0.1, 0.3))
    seeds = Seeds(report=(1, 2, 3), tuning=(4, 5))
    found = running.run(arm, seeds)
    assert [run.seed for run in found.runs] == [1, 2, 3]
    assert all(run.metrics["accuracy"] > 0.8 for run in found.runs)
    assert all(len(run.extra["gradients"]) == 3 for run in found.runs)
    assert found.runs[0].metrics["gradient"] == pytest.approx(
        found.runs[0].extra["gradients"][0] - found.runs[0].extra["gradients"][-2], abs=0.002
    )
    tuning._TUNED.clear()
    again = running.run(arm, seeds)
    assert [run.metrics for run in again.runs] == [run.metrics for run in found.runs]
