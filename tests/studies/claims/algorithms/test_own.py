"""What the study of algorithms asks of the user's own table: each part of the recipe, left out or added."""

import dataclasses

import pytest

from dlwhy.data.toys.make import make
from dlwhy.studies import conduct, headline
from dlwhy.studies import report as reporting
from dlwhy.studies.arms.nets import NETS
from dlwhy.studies.claims.algorithms import own
from dlwhy.studies.plan.study import Seeds
from dlwhy.training.data import linear_path
from tests.studies.claims.algorithms.given import OWN, designed, rows

LARGE = dataclasses.replace(OWN, rows=2000)
# arms that have a part which the recipe has not
ADDED = {"net:table", "three hidden layers", "with dropout .2", "with batch norm"}


def arms_of(data):
    return {arm.name: arm for arm in own.part(data)[0]}


def test_each_arm_differs_from_the_recipe_in_one_part():
    arms = arms_of(LARGE)
    whole = arms.pop(own.WHOLE).recipe
    assert (whole.network, whole.options, whole.rates) == (NETS["table-one"].network, NETS["table-one"].options, ())
    changed = {
        name: {
            field.name
            for part in ("network", "options")
            for field in dataclasses.fields(getattr(whole, part))
            if getattr(getattr(whole, part), field.name) != getattr(getattr(arm.recipe, part), field.name)
        }
        for name, arm in arms.items()
    }
    assert changed == {
        "without linear path": {"linear_path"},
        "without choice of epoch": {"keep_best", "validation_split"},
        "net:table": set(),
        "one hidden layer": {"layers"},
        "three hidden layers": {"layers"},
        "without bins": {"bins"},
        "without robust scaling": {"normalize"},
        "plain SGD": {"optimizer"},
        "with dropout .2": {"dropout"},
        "with batch norm": {"batch_norm", "batch_size"} & changed["with batch norm"],
    }
    assert arms["net:table"].recipe.members == 8
    assert arms["plain SGD"].recipe.rates


def test_every_variant_is_a_legal_recipe():
    for arm in arms_of(LARGE).values():
        if arm.recipe.network.linear_path:  # raises where no rows are held out
            linear_path.check(held_out=arm.recipe.options.held_out > 0)


def test_bins_are_left_out_only_where_there_are_some():
    assert "without bins" in arms_of(LARGE)
    assert "without bins" not in arms_of(OWN)


def test_an_effect_is_always_that_of_the_part():
    for pair in own.part(LARGE)[1]:
        with_it, without = (key.removeprefix(f"{LARGE.name}: ") for key in (pair.arm, pair.base))
        assert (with_it in ADDED) == (without == own.WHOLE)
        assert (with_it == own.WHOLE) == (without not in {own.WHOLE})
        assert pair.prediction.part


@pytest.mark.parametrize("count", [100, 150, 178, 569, 1797, 20_000])
def test_batches_of_batch_norm_leave_no_small_rest(count):
    data = dataclasses.replace(OWN, rows=count)
    options = arms_of(data)["with batch norm"].recipe.options
    rest = options.learnt_of(data.n_train) % options.batch_size or options.batch_size
    assert rest >= 12
    assert 28 <= options.batch_size <= 36


def told(gain):
    """Report what is said if only the recipe without its linear path is worse, and the net with dropout, by so much."""
    study = designed("quick", own=LARGE, only=(LARGE.name,))
    worse = ("without linear path", "with dropout .2")
    results = rows(study, lambda arm, seed: 0.8 - gain * (arm.name in worse) + seed % 7 / 1000)
    return reporting.report(study, results)


def test_each_part_helps_hurts_or_makes_no_difference():
    report = told(0.05)
    sentences = {each["part"]: each["sentence"] for each in report["predictions"]}
    outcomes = {each["part"]: each["outcome"] for each in report["predictions"]}
    assert outcomes["the linear path"] == "helps"
    assert outcomes["dropout of .2"] == "hurts"
    assert {outcomes[part] for part in outcomes if part not in ("the linear path", "dropout of .2")} == {
        "makes no difference"
    }
    assert sentences["the linear path"].startswith("On wine {x}, the linear path helps, by 5.0 points [")
    assert sentences["dropout of .2"].startswith("On wine {x}, dropout of .2 hurts, by 5.0 points [")
    assert sentences["averaging 8 nets"].startswith("On wine {x}, averaging 8 nets makes no difference that matters")


def test_ingredients_are_sorted_by_their_parts():
    said = headline.answers([told(0.05)])
    assert said[0].startswith("What helps: the linear path (+5.0 points [")
    assert said[-1].startswith("What hurts: dropout of .2 (-5.0 points [")


def test_own_regression_is_scored_by_r2():
    assert {arm.metric for arm in arms_of(dataclasses.replace(OWN, classes=0)).values()} == {"r2"}


@pytest.mark.parametrize("task", ["friedman1", pytest.param("moons", marks=pytest.mark.slow)])
def test_all_variants_run(task):
    data = make(task, samples=200, seed=1)
    about = conduct.own_data(data)
    seeds = Seeds(report=(1, 2), tuning=(3, 4))
    # other numbers of layers are recipes like the others, and each a program that takes long to make
    arms = [arm for arm in own.part(about)[0] if "hidden layer" not in arm.name]
    for arm in arms:
        quick = dataclasses.replace(arm.recipe.options, epochs=2, min_steps=None)
        recipe = dataclasses.replace(arm.recipe, options=quick, rates=arm.recipe.rates[2:5])
        if arm.name == own.EIGHT:
            recipe = dataclasses.replace(recipe, members=2)
        outcome = recipe.run(arm.task, seeds, data)
        assert {run.status for run in outcome.runs} <= {"ok", "unfinished", "stuck"}, arm.name
        assert all(run.metrics[arm.metric] is not None for run in outcome.runs)
