"""Arms of the study of depth have as many parameters."""

import itertools

import pytest

from dlwhy.studies.claims.depth import design as depth
from dlwhy.studies.request import Request
from dlwhy.studies.tasks.registry import shape_of
from tests.studies.claims.depth.given import OWN


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_arms_of_one_task_have_as_many_parameters(budget):
    study = depth.design(Request(claim="depth", budget=budget, own=OWN))
    for contrast in study.contrasts:
        assert contrast.arm in study.arms
        assert contrast.base in study.arms
    for arm in study.arms.values():
        if arm.name.startswith("depth ") and arm.name != "depth 0":
            features, outputs = shape_of(arm.task, OWN if arm.task.role == "own" else None)
            widths = (features, *arm.recipe.network.layers, outputs)
            count = sum((a + 1) * b for a, b in itertools.pairwise(widths))
            wanted = 300 if features <= 2 else 6000
            assert abs(count / wanted - 1) < 0.08, arm.key
    assert {arm.task.role for arm in study.arms.values()} >= {"positive", "negative", "own"}
