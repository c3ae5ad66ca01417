"""Tunings of few small networks: what is chosen, by which rows, and how one goes on that was interrupted."""

import dataclasses
import math

import numpy as np
import pytest

import dlwhy
from dlwhy.data.splitting import Split
from dlwhy.errors import InputRefusedError, UnusableResultError, UsageError
from dlwhy.training import fitting
from dlwhy.tuning import trials, tune, variants
from dlwhy.tuning.variants import Variant
from tests.tuning.small import FEW, QUICK, RECIPE

MEMBERS = 3


def tuned(dataset, **how):
    return tune.tune(dataset, members=MEMBERS, **how)


@pytest.fixture
def few(monkeypatch):
    """Try few variants only."""
    monkeypatch.setattr(variants, "VARIANTS", FEW)


@pytest.fixture
def moons():
    return dlwhy.make("moons", samples=300)


@pytest.fixture
def trained(monkeypatch):
    """Count the networks that are trained."""
    counted = []
    for name in ("train_replicas", "train_members"):
        function = getattr(trials, name)

        def called(*args, function=function, **kwargs):
            replicas = function(*args, **kwargs)
            counted.append(len(replicas))
            return replicas

        monkeypatch.setattr(trials, name, called)
    return counted


def test_what_is_better_is_chosen_and_tested_beside_the_recipe(few, moons):
    found = tuned(moons)

    assert found.chosen == "quick"
    assert found.options.learning_rate == 0.03
    assert [(row.name, row.networks) for row in found.rows] == [("recipe", 8), ("quick", 8), ("dropping", 2)]
    assert found.final.gap.is_better
    assert found.sentence.startswith("quick is better than the recipe: held-out log loss ")
    # the score is that of the ensemble that this recipe makes
    ensemble = fitting.fit(moons, found.network, found.options, members=MEMBERS)
    assert found.test.chosen["loss"] == pytest.approx(dlwhy.evaluate(ensemble, moons).loss, rel=1e-4)
    assert found.test.gain.value == pytest.approx(found.test.chosen["accuracy"] - found.test.recipe["accuracy"])
    assert found.test.gain.low < found.test.gain.value < found.test.gain.high


def test_the_test_part_chooses_nothing(few, moons):
    random = np.random.default_rng(0)
    garbled = dataclasses.replace(
        moons,
        X_test=random.normal(size=moons.X_test.shape).astype(np.float32),
        y_test=random.permutation(moons.y_test),
    )
    found, other = (dataclasses.asdict(tuned(dataset)) for dataset in (moons, garbled))

    for each in (found, other):
        del each["test"], each["dataset"]
        for row in each["rows"]:
            del row["seconds"]
    assert found == other


def test_the_recipe_stays_where_nothing_is_better(monkeypatch, moons):
    others = (dataclasses.replace(QUICK, name="recipe"), dataclasses.replace(RECIPE, name="slow"))
    monkeypatch.setattr(variants, "VARIANTS", others)
    found = tuned(moons)

    assert found.chosen == "recipe"
    assert found.test.gain is None
    assert found.test.chosen == found.test.recipe
    assert found.sentence.startswith("The recipe as it is is as good as any of 1 variant: held-out log loss ")


def test_it_goes_on_where_it_was_interrupted(few, moons, tmp_path, trained, monkeypatch):
    path = tmp_path / "trials.json"
    whole = tuned(moons, path=path)
    assert sum(trained) == tune.work(len(moons.X_train), MEMBERS)
    trained.clear()
    assert tuned(moons, path=path) == whole
    assert not trained

    path.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(trials, "train_members", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            tuned(moons, path=path)
    trained.clear()
    again = tuned(moons, path=path)
    assert sum(trained) == 2 * MEMBERS
    assert (again.chosen, again.final, again.test) == (whole.chosen, whole.final, whole.test)

    # other seeds, other networks
    trained.clear()
    tuned(moons, path=path, seed=7)
    assert sum(trained) == tune.work(len(moons.X_train), MEMBERS)


def _interrupted(*_, **__):
    raise KeyboardInterrupt


def test_without_time_there_is_a_last_comparison_and_it_is_said_what_was_not_tried(few, moons, monkeypatch):
    monkeypatch.setattr(variants, "VARIANTS", (*FEW, Variant(name="wide", changes={"layers": (9,)})))
    found = tuned(moons, minutes=1e-9)

    assert found.not_tried == ["wide"]
    assert found.final.name == "quick"
    assert found.untried_sentence == "Not tried, for want of time: wide."


def test_progress_ends_with_all_of_it(few, moons):
    told = []
    tuned(moons, on_progress=told.append)

    assert [each.done for each in told] == sorted(each.done for each in told)
    assert told[-1].done == told[-1].total


def test_of_numbers_the_loss_is_a_share_of_the_variance(monkeypatch):
    monkeypatch.setattr(variants, "VARIANTS", FEW[:2])
    dataset = dlwhy.make("diabetes")
    found, scaled = tuned(dataset), tuned(dataclasses.replace(dataset, y_train=dataset.y_train * 100))

    assert 0.3 < found.final.name_loss < 1.2
    assert scaled.final.loss == pytest.approx(found.final.loss, rel=1e-3)
    assert found.test.metric == "r2"
    assert "share of variance" in found.sentence
    assert "chose nothing: R² " in found.test_sentence


def test_groups_are_held_out_whole_and_there_may_be_no_test_part(few, moons):
    n = len(moons.X_train)
    keys = np.arange(n, dtype=np.int32) // 10
    split = Split(by="group", column="patient", train=keys, test=np.arange(0, dtype=np.int32))
    grouped = dataclasses.replace(moons, X_test=moons.X_test[:0], y_test=moons.y_test[:0], split=split)
    found = tuned(grouped)

    assert found.test is None
    assert found.test_sentence is None
    assert found.final.loss != tuned(dataclasses.replace(grouped, split=None)).final.loss


def test_a_recipe_that_diverges_is_no_recipe(monkeypatch, moons):
    changes = {**RECIPE.changes, "optimizer": "sgd", "learning_rate": 1e30}
    monkeypatch.setattr(variants, "VARIANTS", (Variant(name="recipe", changes=changes), QUICK))
    with pytest.raises(UnusableResultError, match="recipe"):
        tuned(moons)


def test_a_variant_that_diverges_at_last_does_not_replace_the_recipe(few, moons, monkeypatch, tmp_path):
    train_ensemble, losses_of = trials.train_ensemble, trials.losses_of
    last = []

    def train(*args, **kwargs):
        last.append(train_ensemble(*args, **kwargs))
        return last[-1]

    monkeypatch.setattr(trials, "train_ensemble", train)
    monkeypatch.setattr(trials, "losses_of", lambda r: [math.inf, 0.1, 0.1] if r in last[1:] else losses_of(r))
    first, again = (tuned(moons, path=tmp_path / "trials.json") for _ in range(2))

    assert first == again
    assert (first.chosen, first.final.name, first.test.gain) == ("recipe", "quick", None)


def test_a_handful_of_rows_chooses_nothing():
    with pytest.raises(InputRefusedError, match="14 training rows are too few"):
        tuned(dlwhy.make("moons", samples=20))


@pytest.mark.parametrize(
    "how",
    [{"members": 1}, {"members": 65}, {"minutes": 0}, {"minutes": math.nan}, {"seed": -1}, {"seed": 2**32 - 5}],
)
def test_what_cannot_be_is_refused(moons, how):
    with pytest.raises(UsageError):
        tune.tune(moons, **how)
