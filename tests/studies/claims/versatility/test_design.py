"""Designs of the study of versatility: complete, one recipe for every net, and the user's data apart."""

import dataclasses

import pytest

from dlwhy.data.toys.registry import REGISTRY
from dlwhy.studies.claims.versatility import design as versatility
from dlwhy.studies.request import Request
from dlwhy.studies.tasks import registry as tasks
from tests.studies.claims.versatility.given import OWN


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_the_design_is_complete(budget):
    study = versatility.design(Request(claim="versatility", budget=budget, own=OWN))

    assert all(each.arm in study.arms and each.base in study.arms for each in study.contrasts)
    assert (study.a_a.arm.key, study.a_a.base) == ("moons: net, A/A", "moons: net")
    assert {arm.task.role for arm in study.arms.values()} >= {"positive", "negative", "own"}
    assert "moons: 10-10-1" in study.arms
    sets = {arm.task.name for arm in study.arms.values() if arm.place.get("method") == "net"}
    if budget == "quick":
        assert len(sets) == 8
    else:
        assert set(REGISTRY) < sets
        assert len(sets) >= 20
    sizes = [arm.place["n"] for arm in study.arms.values() if arm.place.get("model") == "net"]
    assert max(sizes, default=0) == {"quick": 0, "default": 100_000, "thorough": 1_000_000}[budget]


def test_every_net_has_the_same_recipe():
    study = versatility.design(Request(claim="versatility", own=OWN))
    nets = [arm.recipe for arm in study.arms.values() if arm.name in ("net", "eight nets")]

    assert {(arm.network, arm.options, arm.rates) for arm in nets} == {(versatility._NET, versatility._OPTIONS, ())}
    assert all(arm.steps >= 1500 for arm in nets)
    for arm in study.arms.values():
        n = arm.task.settings.get("n_train")
        if arm.place.get("model") == "net":
            assert arm.recipe.steps == max(1500, 20 * -(-n // 32))


def test_every_data_set_can_be_drawn_with_its_number_of_rows():
    study = versatility.design(Request(claim="versatility"))
    for task in {arm.task.name: arm.task for arm in study.arms.values()}.values():
        draw = tasks.draw(task.draw, 3, **task.settings)
        metrics = {arm.metric for arm in study.arms.values() if arm.task.name == task.name}

        assert len(draw.X_train) == task.settings["n_train"]
        assert metrics == {"r2" if draw.task == "regression" else "accuracy"}


def test_own_data_named_like_a_control_stay_apart_from_it():
    own = dataclasses.replace(OWN, name="moons")
    study = versatility.design(Request(claim="versatility", budget="quick", own=own))

    assert study.arms["moons: net"].task.role == "positive"
    assert study.arms["moons (yours): net"].task.role == "own"


def test_only_moons_shows_the_essays_example():
    study = versatility.design(Request(claim="versatility", only=("moons",)))

    assert {arm.task.name for arm in study.arms.values()} == {"moons"}
    assert {"10-10-1", "10-10-1, one test set", "logistic", "eight nets"} <= {arm.name for arm in study.arms.values()}
