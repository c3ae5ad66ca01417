"""Arms of the study of depth have as many parameters."""

import dataclasses
import itertools

import pytest

from dlwhy.studies.arms.nets import NETS
from dlwhy.studies.claims.depth import design as depth
from dlwhy.studies.request import Request
from dlwhy.studies.tasks.registry import shape_of
from tests.studies.claims.depth.given import OWN


def counted(widths):
    return sum((a + 1) * b for a, b in itertools.pairwise(widths))


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_arms_of_one_task_have_as_many_parameters(budget):
    study = depth.design(Request(claim="depth", budget=budget, own=OWN))
    for contrast in study.contrasts:
        assert contrast.arm in study.arms
        assert contrast.base in study.arms
    for arm in study.arms.values():
        if arm.name.startswith("depth ") and arm.name != "depth 0":
            own = arm.task.role == "own"
            features, outputs = shape_of(arm.task, OWN if own else None)
            count = counted((features, *arm.recipe.network.layers, outputs))
            wanted = counted((7, 64, 64, 1)) if own else 300 if features <= 2 else 6000
            assert abs(count / wanted - 1) < 0.08, arm.key
    assert {arm.task.role for arm in study.arms.values()} >= {"positive", "negative", "own"}


def test_on_own_data_it_is_the_body_of_the_recipe_for_tables():
    own = {
        arm.name: arm for arm in depth.design(Request(claim="depth", own=OWN)).arms.values() if arm.task.role == "own"
    }
    assert {"depth 0", "depth 1", "depth 3"} <= set(own)
    for arm in own.values():
        bare = dataclasses.replace(arm.recipe.network, layers=NETS["table-one"].network.layers)
        assert (bare, arm.recipe.options) == (NETS["table-one"].network, NETS["table-one"].options)
        assert not arm.recipe.rates
