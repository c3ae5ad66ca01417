"""How many trainings an arm takes, and how long."""

import pytest

from dlwhy.studies import conduct
from dlwhy.studies import report as reporting
from dlwhy.studies.request import Request


@pytest.mark.parametrize(("claim", "only", "models"), [("compute", "teacher", {6}), ("versatility", "moons", {1, 8})])
def test_a_plan_and_a_report_count_the_same_trainings(claim, only, models, results_of):
    study = conduct.design(Request(claim=claim, n_seeds=6, only=(only,)))
    assert {arm.recipe.models for arm in study.arms.values()} == models
    results = results_of(study, lambda arm: 0.9)
    assert reporting.trainings(study, results) == conduct.plan(study)["trainings"]
    assert reporting.trainings(study, results) > study.runs
