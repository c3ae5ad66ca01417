"""How nets are judged on one of the user's data sets."""

import math

import pytest

from dlwhy.studies.claims.versatility import judging
from tests.studies.claims.versatility.given import made


def block(report):
    return report["descriptive"]["own"]


def test_all_that_is_to_be_said_of_own_data_stands_in_one_block(report):
    own = block(report)

    assert (own["task"], own["metric"], own["n_rows"], own["n_train"], own["n_seeds"]) == (
        "mine {x}",
        "accuracy",
        400,
        100,
        8,
    )
    assert own["nets"]["mean"] == pytest.approx(0.87, abs=0.01)
    assert own["best_simple"]["model"] == "gradient-boosting"
    assert own["best_simple"]["words"] == "gradient boosting"
    assert sum(own["best_simple"]["chosen"].values()) == 8
    assert own["ci_low"] < own["effect"] < own["ci_high"]
    assert own["scores"]["logistic"]["mean"] == pytest.approx(0.6, abs=0.01)
    assert own["ablation"]["net:table"]["plain"] == "net:plain"
    # .87 against .84: three of sixteen errors
    assert own["ablation"]["net:table"]["fewer"] == pytest.approx(3 / 16, abs=0.05)
    assert [each["model"] for each in own["not_tried"]] == ["catboost", "lightgbm", "tabpfn"]
    assert own["early_sign"] is None
    assert own["few_rows"]


@pytest.mark.parametrize(("losses", "seen"), [((0.40, 0.404), True), ((0.39, 0.404), False)])
def test_little_gain_on_the_linear_part_is_an_early_sign(results_of, losses, seen):
    report = made(results_of, budget="quick", losses=losses)
    said = [line for line in report["descriptive"]["lines"] if "linear part" in line]

    assert block(report)["early_sign"]["seen"] is seen
    assert [line.split(":")[0] for line in said] == (
        ["On mine {x}, nets gain little on their own linear part"] if seen else []
    )


def test_a_model_that_is_chosen_anew_is_said_to_be(results_of):
    # the SVM has .78, as boosting has here: noise decides between them
    report = made(results_of, budget="quick", boosting=0.7805)
    found = next(each for each in report["predictions"] if each["role"] == "own")
    chosen = block(report)["best_simple"]["chosen"]

    assert len(chosen) > 1
    assert next(iter(chosen.values())) == max(chosen.values())
    assert found["contrast"] == "net:table - best simple model"
    assert "(chosen anew for each split)" in found["sentence"]
    assert found["base"] == next(iter(chosen))


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        ((0.081, 0.052, 0.116), "8.1 % fewer errors [5.2, 11.6]"),
        ((-0.081, -0.116, 0.01), "8.1 % more errors [-1.0, 11.6]"),
        ((0.081, -math.inf, math.inf), "8.1 % fewer errors"),
    ],
)
def test_a_share_of_errors_in_words(gain, words):
    assert judging.share(dict(zip(("fewer", "ci_low", "ci_high"), gain, strict=True))) == words
