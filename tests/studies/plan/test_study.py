"""Designs: what decides rows is in their fingerprint, seeds keep to their purpose, requests survive a file."""

import dataclasses
import itertools

import pytest

from dlwhy.models.network import NetworkSpec
from dlwhy.studies import conduct
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.depth.design import matched_width
from dlwhy.studies.plan.study import (
    ADAM_RATES,
    SGD_RATES,
    Arm,
    Seeds,
    Task,
    draw_seeds,
    fingerprint,
    training_seed,
)
from dlwhy.studies.request import BUDGETS, OwnData, Request
from dlwhy.training.options import TrainingOptions
from tests.studies import running

TASK = Task(name="moons", role="positive", draw="moons", settings={"n_train": 100})
OWN = OwnData(name="mine", fingerprint="f" * 64, rows=100, features=3, classes=2)
RECIPE = Network(
    network=NetworkSpec(layers=(4, 4)),
    options=TrainingOptions(batch_size=10, normalize="never"),
    steps=50,
    rates=(0.01, 0.1),
)
ARM = Arm(name="one", task=TASK, recipe=RECIPE, place={"depth": 2})
SEEDS = Seeds(report=(1, 2, 3), tuning=(8, 9))
VERSIONS = {"dlwhy": "1", "keras": "3", "tensorflow": "2"}


# where another value of the same kind is none that can be
_VALID = {
    "schedule": "cosine",
    "class_weight": "balanced",
    "validation_split": 0.2,
    "engine": "keras",
    "precision": "bfloat16",
    "beta_2": 0.9,
    "label_smoothing": 0.1,
    "dropout": 0.5,
    "residual": True,
}


def printed(arm=ARM, seeds=SEEDS, own=None, versions=VERSIONS):
    return fingerprint(arm, seeds, own=own, versions=versions)


def other(name, value):
    """Give another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return {"relu": "tanh", "adam": "sgd", "glorot_uniform": "he_normal", "never": "always"}.get(value, f"{value}2")
    if isinstance(value, tuple):
        return (*value, 7)
    if value is None:
        return 1
    if isinstance(value, dict):
        return {**value, "k": 3}
    raise NotImplementedError(name)


def variants():
    """Give an arm for each field that it, its task, its network and its options have, with that field changed."""
    yield "task draw", dataclasses.replace(ARM, task=dataclasses.replace(TASK, draw="linear"))
    for field in dataclasses.fields(Task):
        if field.name not in ("draw",):
            value = "negative" if field.name == "role" else other(field.name, getattr(TASK, field.name))
            yield f"task {field.name}", dataclasses.replace(ARM, task=dataclasses.replace(TASK, **{field.name: value}))
    for part in ("network", "options"):
        whole = getattr(RECIPE, part)
        for field in dataclasses.fields(whole):
            value = _VALID.get(field.name) or other(field.name, getattr(whole, field.name))
            changed = dataclasses.replace(whole, **{field.name: value})
            yield f"{part} {field.name}", running.changed(ARM, **{part: changed})
    for field in dataclasses.fields(RECIPE):
        if field.name not in ("network", "options"):
            value = other(field.name, getattr(RECIPE, field.name))
            yield field.name, running.changed(ARM, **{field.name: value})
    for name in ("name", "metric"):
        yield f"arm {name}", dataclasses.replace(ARM, **{name: "other"})
    yield "another kind", dataclasses.replace(ARM, recipe=Simple(model="svm"))


def test_a_fingerprint_is_of_all_that_decides_the_rows():
    arms = dict(variants())
    assert {"task settings", "network layers", "network activation", "options batch_size", "steps", "rates"} <= set(
        arms
    )
    assert {"options optimizer", "network l2", "arm metric", "another kind", "repeats", "shift"} <= set(arms)
    prints = [printed(), *map(printed, arms.values())]
    assert len(set(prints)) == len(prints)


def test_a_fingerprint_is_of_seeds_versions_and_own_data():
    mine = dataclasses.replace(ARM, task=Task(name="mine", role="own", draw="own"))
    changed = dataclasses.replace(OWN, fingerprint="e" * 64)
    prints = [
        printed(),
        printed(seeds=Seeds(report=(1, 2), tuning=(8, 9))),
        printed(seeds=Seeds(report=(1, 2, 3), tuning=(8, 7))),
        *(printed(versions={**VERSIONS, name: "9"}) for name in VERSIONS),
        printed(mine, own=OWN),
        printed(mine, own=changed),
    ]
    assert len(set(prints)) == len(prints)
    # an arm that does not learn from the user's data keeps its rows when these change
    assert printed(own=OWN) == printed(own=changed) == printed()


def test_a_fingerprint_does_not_change_by_itself_or_by_where_the_arm_stands():
    assert printed() == printed(dataclasses.replace(ARM, place={"depth": 3}))
    assert len(printed()) == 64


def test_every_study_gives_each_arm_a_fingerprint_of_its_own():
    from dlwhy.studies.bench import runner

    for name in ("depth", "data"):
        for budget in BUDGETS:
            study = conduct.design(Request(claim=name, budget=budget))
            prints = runner.keys(study)
            assert len(set(prints.values())) == len(prints) == len(study.every)
            assert all(each.arm in study.arms and each.base in study.arms for each in study.contrasts)


def test_seeds_are_nested_disjoint_and_valid():
    many = draw_seeds(42, "report", 1000)
    assert len(set(many)) == 1000
    assert all(0 <= seed < 2**31 for seed in many)
    for count in (1, 6, 12, 20, 64):
        assert draw_seeds(42, "report", count) == many[:count]
    tuning = draw_seeds(42, "tuning", 4)
    assert not set(tuning) & set(many)
    assert not set(draw_seeds(43, "report", 1000)) & set(many)
    assert draw_seeds(42, "report", 12) == draw_seeds(42, "report", 12)


def test_all_arms_are_paired_by_seed_and_tuned_on_others():
    study = conduct.design(Request(claim="depth", budget="quick", base_seed=7))
    seeds = study.all_seeds
    assert len(seeds.report) == BUDGETS["quick"] == len(study.seeds)
    assert not set(seeds.report) & set(seeds.tuning)


def test_a_shifted_arm_trains_with_other_seeds():
    seeds = draw_seeds(42, "report", 64)
    assert [training_seed(seed, 0) for seed in seeds] == list(seeds)
    shifted = [training_seed(seed, 1) for seed in seeds]
    assert len({*seeds, *shifted, *(training_seed(seed, 2) for seed in seeds)}) == 3 * 64
    assert all(0 <= seed < 2**32 for seed in shifted)


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 6])
@pytest.mark.parametrize(
    ("features", "outputs", "parameters"),
    # not 300 on 64 features: one unit has 64 weights, there is nothing within 5 %
    [(1, 1, 300), (1, 1, 6000), (2, 1, 300), (2, 1, 6000), (64, 10, 6000)],
)
def test_a_matched_width_is_within_five_percent(depth, features, outputs, parameters):
    width = matched_width(features=features, depth=depth, outputs=outputs, parameters=parameters)
    widths = (features, *(width,) * depth, outputs)
    count = sum((a + 1) * b for a, b in itertools.pairwise(widths))
    assert abs(count - parameters) <= 0.05 * parameters + (0.03 * parameters if parameters == 300 else 0)


def test_rates_are_half_decades():
    assert ADAM_RATES[0] == pytest.approx(10**-4.5, rel=1e-3)
    assert ADAM_RATES[-1] == pytest.approx(10**-0.5, rel=1e-3)
    assert SGD_RATES[0] == pytest.approx(1e-3)
    assert SGD_RATES[-1] == pytest.approx(10)
    for rates in (ADAM_RATES, SGD_RATES):
        assert [b / a for a, b in itertools.pairwise(rates)] == pytest.approx([10**0.5] * (len(rates) - 1), rel=1e-3)
