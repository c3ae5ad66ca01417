"""The nets that have a name, as arms of a comparison: what they are, and what they find."""

import dataclasses
import json

import numpy as np
import pytest

from dlwhy.data.dataset import Dataset
from dlwhy.data.stored import storage
from dlwhy.errors import UsageError
from dlwhy.studies import conduct
from dlwhy.studies.arms.ensemble import Ensemble
from dlwhy.studies.arms.network import Network
from dlwhy.studies.claims.compare import design as compare
from dlwhy.studies.claims.compare import recipes
from dlwhy.training.recipe import RECIPES
from tests.studies.claims.compare.given import OWN, request

NAMES = ("net:table", "net:table-one", "net:plain", "net:plain-one")


def own(y_of, *, n=400, features=4) -> Dataset:
    """Give rows of standard normal features, all in the training part, with such a label."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(n, features)).astype(np.float32)
    y = y_of(X, rng).astype(np.int32)
    return Dataset(
        X_train=X[40:],
        y_train=y[40:],
        X_test=X[:40],
        y_test=y[:40],
        name="mine",
        task="binary",
        class_names=("no", "yes"),
    )


def test_each_name_is_a_recipe_of_one_or_eight():
    study = compare.design(request(*NAMES, own=OWN))
    made = {arm.name: arm.recipe for arm in study.arms.values()}

    assert [type(made[name]) for name in NAMES] == [Ensemble, Network, Ensemble, Network]
    assert made["net:table"].members == made["net:plain"].models == 8
    for name in NAMES[:2]:
        assert (made[name].network, made[name].options) == RECIPES["table"]
    steps = -(-1500 // 94) * 94  # whole epochs of 3000 rows in batches of 32: 1504, and 20 epochs are 1880
    assert [made[name].steps for name in NAMES] == [None, None, max(steps, 20 * 94), 20 * 94]
    assert made["net:plain"].network.layers == (64, 64)
    assert not made["net:plain"].options.held_out
    assert all(not recipe.rates for recipe in made.values())
    assert study.a_a.arm.recipe.models == 8


def test_options_may_follow_a_name_and_epochs_stand_for_all():
    made = recipes.parse("net:table bins=0 lr=0.01", "binary")
    assert made.network == dataclasses.replace(RECIPES["table"][0], bins=0)
    assert made.options == dataclasses.replace(RECIPES["table"][1], learning_rate=0.01)
    assert (made.text, made.members) == ("net:table bins=0 lr=0.01", 8)
    brief = recipes.parse("net:plain", "binary", epochs=3).options
    assert (brief.epochs, brief.min_steps) == (3, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("net:tabel", "no such net: tabel (did you mean net:table?)"),
        ("net:tuned dropout=0.1", "its options are what is tuned"),
        ("net:", "did you mean net:t"),
        ("net:transformer", "there is net:table, "),
        ("net:table normalize=always", "normalize can't differ"),
        ("net:table patience=3", "exclude each other"),
        ("net:table layers=3 layers=4", "layers is given twice"),
        ("layers=4 linear-path", "--linear-path needs held-out rows"),
    ],
)
def test_what_can_not_be_is_refused_by_name(text, words):
    with pytest.raises(UsageError) as caught:
        compare.design(request("layers=4", text))
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["net:table-one", "net:plain"])
def test_several_networks_and_bins_have_no_one_size(text):
    with pytest.raises(UsageError, match=f'--match parameters does not go with "{text}"'):
        compare.design(request("layers=4", text, match="parameters"))


def test_an_arm_that_keeps_its_best_moment_has_the_steps_of_its_options():
    study = compare.design(request("layers=4 keep-best=8 min-steps=300", "layers=4 min-steps=300", epochs=2, own=OWN))
    keeps, plain = (arm.recipe for arm in study.arms.values())
    assert keeps.steps is None
    assert keeps.steps_on(3000) == 4 * 83  # 2625 rows in batches of 32
    assert plain.steps == 4 * 94
    assert keeps.rates == plain.rates


def test_a_dry_run_shows_them(dlwhy_in_process, tmp_path):
    storage.write(own(lambda X, _: X[:, 0] > 0), tmp_path / "mine.npz")
    arms = [part for name in NAMES for part in ("--arm", name)]
    done = dlwhy_in_process("study", "compare", "-d", "mine.npz", *arms, "--dry-run", "--json", "--seeds", "6")
    assert done.code == 0, done.err
    plan = {arm["arm"]: arm for arm in json.loads(done.out)["arms"]}
    assert [plan[name]["trainings"] for name in NAMES] == [48, 6, 48, 6]
    assert plan["net:table"]["seconds"] > plan["net:table-one"]["seconds"]
    wrong = dlwhy_in_process("study", "compare", "-d", "mine.npz", "--arm", "net:tabel", "--arm", "net:plain")
    assert wrong.code == 2
    assert "did you mean net:table?" in wrong.err


@pytest.mark.parametrize(
    ("y_of", "least", "most"),
    [
        (lambda X, _: X[:, 0] * X[:, 1] > 0, 0.3, 0.5),  # what linear models can't see
        (lambda X, rng: X[:, 0] + X[:, 1] + rng.normal(size=len(X)) > 0, -0.01, 0.01),  # where they are all there is
    ],
)
def test_nets_for_tables_beat_a_linear_model_where_that_can_be_and_are_level_elsewhere(y_of, least, most, tmp_path):
    asked = conduct.request("compare", data := own(y_of), arms=["baseline:logistic", "net:table"], n_seeds=6)
    report = conduct.run(asked, tmp_path, own=data).report
    (found,) = report["predictions"]
    assert least < found["effect"] < most
    net = next(arm for arm in report["arms"] if arm["arm"] == "net:table")
    told = net["recipe"]
    assert (told["recipe"], told["members"], told["options"]["keep_best"]) == ("Ensemble", 8, 64)
    assert net["steps"] >= 1500
    assert net["census"]["ok"] == 6
