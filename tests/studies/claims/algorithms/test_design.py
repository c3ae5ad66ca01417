"""Designs of the study of algorithms: complete plain data, fair arms, controls, and the user's data."""

import json

import pytest

from dlwhy.errors import UsageError
from dlwhy.studies import report as reporting
from dlwhy.studies.request import BUDGETS
from tests.studies.claims.algorithms.given import OWN, designed, rows


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("own", [None, OWN])
def test_designs_are_plain_data_and_complete(budget, own):
    study = designed(budget, own=own)
    assert json.loads(json.dumps([arm.to_json() for arm in study.arms.values()]))
    assert {key for each in study.contrasts for key in (each.arm, each.base)} <= set(study.arms)
    roles = {arm.task.role for arm in study.arms.values()}
    assert {"positive", "negative"} <= roles
    assert ("own" in roles) == (own is not None)
    base = "wine {x}: net:table-one" if own else "noisy-32: none"
    assert (study.a_a.arm.key, study.a_a.base) == (f"{base}, A/A", base)
    for part in ("P1", "P2", "P3"):
        found = [each for each in study.contrasts if each.prediction.id == part]
        assert {study.arms[each.arm].task.role for each in found} >= {"positive", "negative"}
        assert all(study.arms[each.arm].task.role == "positive" for each in found if each.prediction.primary)
        assert any(each.prediction.primary for each in found)


def test_budgets_grow():
    quick, default, thorough = (set(designed(budget).arms) for budget in BUDGETS)
    assert quick < default < thorough
    assert len(thorough - default) == 2**5
    assert {designed(only=("factorial",)).arms[key].task.name for key in designed(only=("factorial",)).arms} == {
        "factorial"
    }
    with pytest.raises(UsageError, match="no such task or arm"):
        designed(only=("nothing",))


def test_arms_train_equally_long_with_a_last_batch_that_is_not_small():
    for arm in designed("thorough").arms.values():
        n = arm.task.settings["n_train"]
        held = round(n * 0.75)
        for count in (n, held):
            assert (count % arm.recipe.options.batch_size or arm.recipe.options.batch_size) >= 25
        assert arm.recipe.steps in (150, 750, 1500, 3000)
        assert bool(arm.recipe.rates) != (arm.task.name in ("noisy-32", "clean-32"))


def test_each_ingredient_stands_before_its_negative_control():
    found = [each for each in designed().contrasts if each.prediction.id == "P1"]
    pairs = list(zip(found[::2], found[1::2], strict=True))
    assert all(deep.arm.startswith("layers-20: ") and flat.arm.startswith("layers-2: ") for deep, flat in pairs)
    assert all(deep.prediction.arm == flat.prediction.arm for deep, flat in pairs)
    # plain Adam does not cure vanishing gradients: that is said, but is no control
    assert [deep.arm for deep, _ in pairs if not deep.prediction.primary] == ["layers-20: sigmoid, Adam"]


def test_early_stopping_holds_rows_out_and_pays_for_them():
    study = designed()
    arm = study.arms["noisy-32-tuned: early stopping"]
    assert arm.recipe.options.held_out == 0.2
    assert arm.recipe.log_every * arm.recipe.options.patience < arm.recipe.steps
    assert not [each for each in study.contrasts if each.arm == arm.key and each.prediction.primary]


def test_a_report_supports_what_holds_and_withholds_where_a_control_misbehaves():
    study = designed("quick")
    better = ("ReLU", "batch norm", "dropout", "L2", "Adam")

    def value(arm, seed):
        gain = arm.task.role == "positive" and any(word in arm.name for word in better)
        return 0.5 + 0.2 * gain + seed % 7 / 1000

    report = reporting.report(study, rows(study, value))
    assert report["verdict"] == "supported"
    assert report["controls_ok"]
    assert all(each["sentence"] for each in report["predictions"])
    bad = reporting.report(study, rows(study, lambda arm, seed: 0.5 + 0.2 * ("Adam" in arm.name) + seed % 7 / 1000))
    assert bad["verdict"] == "withheld"
    assert not bad["controls_ok"]
