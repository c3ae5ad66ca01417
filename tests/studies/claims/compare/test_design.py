"""The study of two recipes: equal effort, equal size, and what it refuses."""

import json

import pytest

from dlwhy.errors import UsageError
from dlwhy.studies import conduct
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.compare import design as compare
from dlwhy.studies.claims.compare import recipes
from dlwhy.studies.plan.study import ADAM_RATES, SGD_RATES
from dlwhy.studies.request import OwnData
from tests.studies.claims.compare.given import OWN, request


@pytest.mark.parametrize("arms", [(), ("layers=4",), ("layers=4", "layers=4"), ("layers=4", " layers=4 ")])
def test_it_takes_two_different_recipes(arms):
    with pytest.raises(UsageError):
        compare.design(request(*arms))


def test_all_arms_have_the_same_effort():
    study = compare.design(
        request("layers=8", "optimizer=sgd batch-size=64", "lr=0.1", "patience=5", "baseline:svm", epochs=10, own=OWN)
    )
    recipes_of = {arm.name: arm.recipe for arm in study.every.values()}

    assert recipes_of["layers=8"].rates == recipes_of["patience=5"].rates == ADAM_RATES
    assert recipes_of["optimizer=sgd batch-size=64"].rates == SGD_RATES
    assert recipes_of["lr=0.1"].rates == ()
    assert recipes_of["layers=8"].steps == 10 * 94  # 3000 rows in batches of 32
    assert recipes_of["optimizer=sgd batch-size=64"].steps == 10 * 47
    assert recipes_of["patience=5"].steps == 10 * recipes_of["patience=5"].log_every == 10 * 75  # of four fifths
    assert recipes_of["baseline:svm"] == Simple(model="svm")
    assert recipes_of["layers=8, A/A"].shift == 1
    assert [each.base for each in study.contrasts] == ["mine {x}: layers=8"] * 4
    assert any("lr=0.1" in caveat for caveat in study.caveats)
    assert study.request.epochs == 10
    assert conduct.plan(study)["runs"] == 6 * 20


@pytest.mark.parametrize(
    "others", [("layers=10,10 batch-norm", "layers=300"), ("layers=8,8,8 residual", "layers=5,90")]
)
def test_matched_arms_are_of_one_size(others):
    study = compare.design(request("layers=48,48", *others, match="parameters", own=OWN))
    networks = [arm.recipe.network for arm in study.arms.values()]
    sizes = [
        recipes.parameters(network, features=7, n_train=3000, kind="multiclass", classes=3) for network in networks
    ]

    assert sizes[0] == 8 * 48 + 49 * 48 + 49 * 3
    assert max(abs(size / sizes[0] - 1) for size in sizes) <= 0.05
    residual = [network.layers for network in networks if network.residual]
    assert all(len(set(layers)) == 1 for layers in residual)


def test_what_can_not_be_matched_is_refused():
    with pytest.raises(UsageError, match="can't be brought within 5 %"):
        compare.design(request("layers=1", "layers=2,2,2", match="parameters"))
    with pytest.raises(UsageError, match="--match must be parameters"):
        compare.design(request("layers=1", "layers=2", match="seconds"))


def test_a_regression_is_scored_by_r2_and_has_its_own_baselines():
    own = OwnData(name="mine", fingerprint="0" * 64, rows=400, features=7, classes=0)
    study = compare.design(request("baseline:linear", "layers=8", own=own))

    assert {arm.metric for arm in study.arms.values()} == {"r2"}
    assert study.a_a.base == "mine: layers=8"
    with pytest.raises(UsageError, match="no such model for regression"):
        compare.design(request("layers=8", "baseline:logistic", own=own))


def test_it_runs_from_the_command_line(dlwhy_in_process):
    arms = ("--arm", "layers=4", "--arm", "layers=8 lr=0.01 dropout=0.1", "--arm", "baseline:logistic")
    done = dlwhy_in_process("study", "compare", *arms, "--seeds", "6", "--epochs", "2", "--json", "--quiet")

    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert [each["contrast"] for each in report["predictions"]] == [
        "layers=8 lr=0.01 dropout=0.1 - layers=4",
        "baseline:logistic - layers=4",
    ]
    assert all(each["n_seeds"] == 6 for each in report["predictions"])
    assert report["a_a"]["n_seeds"] == 6
    logistic = next(arm for arm in report["arms"] if arm["arm"] == "baseline:logistic")
    assert 0.8 < logistic["mean"] < 0.95
    assert len(report["descriptive"]["lines"]) == 3


def test_a_wrong_arm_ends_with_code_2_and_leaves_nothing(dlwhy_in_process, tmp_path):
    done = dlwhy_in_process("study", "compare", "--arm", "layers=4", "--arm", "layers=4 magic=3")

    assert done.code == 2
    assert "magic" in done.err
    assert not (tmp_path / "study").exists()
