"""Designs of the study of versatility: complete, one recipe for every net, and the user's data apart."""

import dataclasses

import pytest

from dlwhy.data.toys.registry import REGISTRY
from dlwhy.studies.arms.nets import NETS
from dlwhy.studies.claims.versatility import design as versatility
from dlwhy.studies.request import Request
from dlwhy.studies.tasks import registry as tasks
from tests.studies.claims.versatility.given import METHODS, OWN


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_the_design_is_complete(budget):
    study = versatility.design(Request(claim="versatility", budget=budget, own=OWN))

    assert all(each.arm in study.arms and each.base in study.arms for each in study.contrasts)
    assert (study.a_a.arm.key, study.a_a.base) == ("moons: net:table-one, A/A", "moons: net:table-one")
    assert {arm.task.role for arm in study.arms.values()} >= {"positive", "negative", "own"}
    assert "moons: 10-10-1" in study.arms
    sets = {arm.task.name for arm in study.arms.values() if arm.place.get("method") == "net:table-one"}
    if budget == "quick":
        assert len(sets) == 10
    else:
        assert set(REGISTRY) < sets
        assert len(sets) >= 20
    sizes = [arm.place["n"] for arm in study.arms.values() if arm.place.get("model") == "net:table-one"]
    assert max(sizes, default=0) == {"quick": 0, "default": 100_000, "thorough": 1_000_000}[budget]


def test_every_net_has_the_recipe_of_its_name():
    study = versatility.design(Request(claim="versatility", own=OWN))
    for arm in study.arms.values():
        if arm.name.startswith("net:") and "n" not in arm.place:
            net = NETS[arm.name.removeprefix("net:")]
            assert (arm.recipe.network, arm.recipe.options) == (net.network, net.options)
            assert (arm.recipe.rates, getattr(arm.recipe, "members", 1)) == ((), net.members)
        n = arm.task.settings.get("n_train")
        if arm.name == "net:plain":
            assert arm.recipe.steps == NETS["plain"].options.steps(n or OWN.n_train) >= 1500
        if arm.place.get("model") == "net:table-one":
            assert arm.recipe.steps_on(n) >= 1500


def test_quick_is_cheap_and_own_data_get_all_methods():
    study = versatility.design(Request(claim="versatility", budget="quick", own=OWN))
    own = {arm.place["method"] for arm in study.arms.values() if arm.task.role == "own"}
    controls = {arm.place["method"] for arm in study.arms.values() if "method" in arm.place and arm.task.role != "own"}

    assert controls == {"net:table-one", "linear"}
    assert own == {*versatility.NET_WORDS, *METHODS, "gradient-boosting", "guessing"}


def test_tuned_nets_are_asked_for_on_own_data_alone():
    plain, tuned = (
        versatility.design(Request(claim="versatility", budget="quick", own=OWN, extra={"tune": tune}))
        for tune in (False, True)
    )
    (arm,) = (arm for key, arm in tuned.arms.items() if key not in plain.arms)

    assert (arm.name, arm.task.role, arm.place["method"]) == ("net:tuned", "own", "net:tuned")
    assert len(arm.recipe.tried) > 6


def test_plain_nets_are_no_part_of_controls():
    study = versatility.design(Request(claim="versatility"))
    roles = {arm.task.role for arm in study.arms.values() if arm.name == "net:plain"}
    assert roles == {"real"}


def test_rivals_are_tried_on_the_users_data_and_what_was_not_is_said():
    extra = {"rivals": {"catboost": "1.2"}, "missing": {"tabpfn": "its weights are not on this machine"}}
    slow = dataclasses.replace(OWN, rows=100_000)
    study = versatility.design(Request(claim="versatility", budget="quick", own=slow, extra=extra))

    (arm,) = (arm for arm in study.arms.values() if arm.name == "catboost")
    assert (arm.task.role, arm.recipe.version) == ("own", "1.2")
    assert not any(arm.name == "svm" for arm in study.arms.values())
    (said,) = (caveat for caveat in study.caveats if caveat.startswith("Not tried:"))
    assert "TabPFN (its weights are not on this machine); " in said
    assert "LightGBM (not installed)" in said
    assert "SVM (takes minutes on 100000 rows)" in said
    assert "CatBoost" not in said


def test_epochs_are_those_of_recipes_that_keep_their_best_moment():
    study = versatility.design(Request(claim="versatility", budget="quick", epochs=2))
    options = study.arms["moons: net:table-one"].recipe.options
    assert (options.epochs, options.min_steps) == (2, None)


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

    assert study.arms["moons: net:table-one"].task.role == "positive"
    assert study.arms["moons (yours): net:table-one"].task.role == "own"


def test_only_moons_shows_the_essays_example():
    study = versatility.design(Request(claim="versatility", only=("moons",)))

    assert {arm.task.name for arm in study.arms.values()} == {"moons"}
    assert {"10-10-1", "10-10-1, one test set", "logistic", "net:table"} <= {arm.name for arm in study.arms.values()}
