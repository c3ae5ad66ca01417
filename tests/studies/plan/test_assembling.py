"""A study of the arms that are asked for."""

import dataclasses

import pytest

from dlwhy.errors import UsageError
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.network import Network
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import (
    Arm,
    Says,
    Task,
    contrast,
)
from dlwhy.studies.request import OwnData, Request
from dlwhy.training.options import TrainingOptions

TASK = Task(name="moons", role="positive", draw="moons", settings={"n_train": 100})

OWN = OwnData(name="mine", fingerprint="f" * 64, rows=100, features=3, classes=2)

RECIPE = Network(
    network=NetworkSpec(layers=(4, 4)),
    options=TrainingOptions(batch_size=10, normalize="never"),
    steps=50,
    rates=(0.01, 0.1),
)

ARM = Arm(name="one", task=TASK, recipe=RECIPE, place={"depth": 2})


def study_of(**given):
    task = Task(name="linear", role="negative", draw="linear", settings={"features": 2, "n_train": 105})
    arms = [ARM, dataclasses.replace(ARM, name="two"), dataclasses.replace(ARM, task=task)]
    return assemble(
        Request(claim="depth", **given), arms=arms, contrasts=[contrast(arms[1], ARM, Says(), id="P1")], repeated=ARM
    )


def test_the_a_a_arm_repeats_an_arm_with_other_seeds():
    study = study_of()
    assert list(study.arms) == ["moons: one", "moons: two", "linear: one"]
    assert list(study.every) == [*study.arms, "moons: one, A/A"]
    assert study.a_a.base == "moons: one"
    assert (study.a_a.arm.recipe.shift, study.a_a.arm.place) == (1, {})
    assert study.runs == 4 * 20


@pytest.mark.parametrize(
    ("only", "arms"),
    [
        (("linear",), ["linear: one"]),
        (("two",), ["moons: two"]),
        (("moons: two",), ["moons: two"]),
        (("one",), ["moons: one", "linear: one", "moons: one, A/A"]),
        (("moons",), ["moons: one", "moons: two", "moons: one, A/A"]),
        (("two", "linear"), ["moons: two", "linear: one"]),
    ],
)
def test_only_keeps_tasks_and_arms_by_name(only, arms):
    study = study_of(only=only)
    assert list(study.every) == arms
    assert bool(study.contrasts) == ({"moons: one", "moons: two"} <= set(arms))
    assert bool(study.a_a) == ("moons: one, A/A" in arms)


@pytest.mark.parametrize("name", ["mons", "", "moons: ", "MOONS", "moons: three", "x\x1b[2J"])
def test_only_refuses_what_there_is_not(name):
    with pytest.raises(UsageError, match="no such task or arm") as caught:
        study_of(only=(name,))
    assert "\x1b" not in str(caught.value)
    assert "moons" in str(caught.value)


def test_epochs_are_steps_of_whole_passes():
    study = study_of(epochs=3)
    assert study.arms["moons: one"].recipe.steps == 30
    assert study.arms["linear: one"].recipe.steps == 33  # 105 rows are 11 batches of 10
    assert study_of().arms["moons: one"].recipe.steps == 50


def test_epochs_of_own_data_count_its_rows():
    task = Task(name="mine", role="own", draw="own")
    arms = [dataclasses.replace(ARM, task=task)]
    study = assemble(Request(claim="depth", epochs=2, own=OWN), arms=arms, contrasts=[], repeated=None)
    assert 2 * 7 <= study.arms["mine: one"].recipe.steps <= 2 * 8


def test_epochs_of_a_recipe_without_steps_are_those_of_its_options():
    options = dataclasses.replace(RECIPE.options, epochs=20, min_steps=1500, keep_best=8)
    arm = dataclasses.replace(ARM, recipe=dataclasses.replace(RECIPE, steps=None, options=options))
    study = assemble(Request(claim="depth", epochs=3), arms=[arm], contrasts=[], repeated=arm)
    for each in study.every.values():
        assert each.recipe.steps_on(100) == 3 * 9  # an eighth of the rows is held out: 88 are 9 batches of 10
