"""Every contrast of the study of data has its arms."""

import pytest

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
