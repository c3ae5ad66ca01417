"""Every contrast of the study of data has its arms."""

import dataclasses

import pytest

from dlwhy.models import front
from dlwhy.studies.arms.nets import NETS
from dlwhy.studies.claims.data import design as data
from dlwhy.studies.request import Request
from tests.studies.claims.data.given import OWN


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_every_contrast_has_its_arms(budget):
    study = data.design(Request(claim="data", budget=budget, own=OWN))

    assert all(each.arm in study.arms and each.base in study.arms for each in study.contrasts)
    assert {arm.metric for arm in study.arms.values() if arm.task.role == "own"} == {"r2"}
    sizes = sorted(
        arm.place["n"] for arm in study.arms.values() if arm.name.startswith("net") and arm.task.role == "own"
    )
    assert len(sizes) >= 5
    assert sizes[-1] <= 3000 * 0.75


def test_the_net_of_own_data_is_of_one_recipe_at_all_sizes():
    study = data.design(Request(claim="data", own=OWN))
    nets = [arm for arm in study.arms.values() if arm.task.role == "own" and arm.place["model"] == data.NET]
    table = NETS["table-one"]
    assert max(arm.place["n"] for arm in nets) > front.LEAST_ROWS  # where the recipe would have bins
    assert {arm.recipe.network for arm in nets} == {dataclasses.replace(table.network, bins=0)}
    assert {arm.recipe.options for arm in nets} == {table.options}
    assert not any(arm.recipe.rates for arm in nets)
