"""Designs of the study of compute are complete plain data."""

import json
import math

import numpy as np
import pytest

from dlwhy.data.toys.make import make
from dlwhy.studies import conduct
from dlwhy.studies.claims.compute import arms
from dlwhy.studies.claims.compute import design as compute
from dlwhy.studies.plan.study import fingerprint
from dlwhy.studies.request import Request
from tests.studies import running


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_design_is_plain_data_and_complete(budget):
    study = compute.design(Request(claim="compute", budget=budget))
    assert study.smallest_effect == 0.05
    assert (study.a_a.arm.key, study.a_a.base) == ("teacher: width 16, A/A", "teacher: width 16")
    roles = {arm.task.name: arm.task.role for arm in study.arms.values() if "width" in arm.place}
    expected = {"teacher": "positive", "noise": "negative", "linear": "negative", "200 points": "negative"}
    assert roles == {**expected, **({"teacher-8": "real"} if budget == "thorough" else {})}
    for task in roles:
        widths = [arm.place["width"] for arm in study.arms.values() if arm.task.name == task]
        quick = [4, 8, 16, 32, 64] if task == "teacher" else [4, 16, 64]
        assert widths == (quick if budget == "quick" else [2, 4, 8, 16, 32, 64])
    assert ("this machine: throughput" in study.arms) == (budget != "quick")
    for arm in study.arms.values():
        json.dumps(arm.to_json())
    prints = [fingerprint(arm, study.all_seeds, own=None, versions={}) for arm in study.arms.values()]
    assert len(set(prints)) == len(prints)


def test_rates_and_rows():
    study = compute.design(Request(claim="compute"))
    rates = [study.arms[f"teacher: width {width}"].recipe.options.learning_rate for width in (2, 16, 32, 64)]
    assert rates == [0.01, 0.01, pytest.approx(0.01 / math.sqrt(2), rel=1e-3), 0.005]
    arm = study.arms["teacher: width 16"]
    assert arm.task.settings["n_train"] == 640_000
    assert arm.recipe.lengths == (30, 100, 300, 1000, 3000, 10_000)
    assert running.changed(arm, steps=500).recipe.lengths == (30, 100, 300, 500)
    assert running.changed(arm, steps=20_000).recipe.lengths[-2:] == (10_000, 20_000)
    assert arms.passes(np.arange(3, dtype=np.int32), 7).tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert arms.passes(np.arange(9, dtype=np.int32), 4).tolist() == [0, 1, 2, 3]


def test_own_data():
    own = conduct.own_data(make("moons", samples=200))
    study = compute.design(Request(claim="compute", budget="quick", own=own))
    mine = [arm for arm in study.arms.values() if arm.task.role == "own"]
    assert [arm.place["width"] for arm in mine] == [4, 16, 64]
    # one more pass over the rows is a duration like any other
    passes = compute.design(Request(claim="compute", budget="quick", own=own, epochs=100))
    arm = next(arm for arm in passes.arms.values() if arm.task.role == "own")
    assert arm.recipe.lengths == (30, 100, arm.recipe.steps)
