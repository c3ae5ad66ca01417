"""How many seeds a verdict takes, said before anything runs: it agrees with what the rule then gives."""

import pytest

from dlwhy.studies import conduct
from dlwhy.studies import report as reporting
from dlwhy.studies.claims.registry import CLAIMS
from dlwhy.studies.findings import seeds_needed
from dlwhy.studies.request import OwnData, Request

OWN = OwnData(name="mine", fingerprint="f", rows=600, features=4, classes=2)


def needs(claim, **given):
    return seeds_needed.of(conduct.design(Request(claim=claim, **{"budget": "quick", **given})))


@pytest.mark.parametrize(("n_seeds", "possible"), [(5, False), (6, False), (7, True), (12, True)])
def test_the_study_of_depth_takes_seven_seeds(n_seeds, possible):
    found = needs("depth", n_seeds=n_seeds)
    assert (found.predictions, found.seeds_needed, found.can_be_supported) == (2, 7, possible)


def test_what_is_said():
    assert needs("depth").says() == "a verdict takes 7 seeds at least (2 predictions, alpha 0.05); this study has 12"
    assert needs("depth", n_seeds=6).says() == (
        "6 seeds can't end in supported, only in not supported or inconclusive: their p is 0.031 at the least, times 2"
        " predictions 0.062; a verdict takes 7 seeds at least (2 predictions, alpha 0.05)"
    )
    assert needs("depth", n_seeds=1).says() == (
        "1 seed: effects with intervals, but no verdict; a verdict takes 7 seeds at least (2 predictions, alpha 0.05)"
    )
    assert needs("depth", only=("linear",)).says() == (
        "no primary prediction is left: effects with intervals, but no verdict on the claim"
    )


def test_one_prediction_takes_six_and_a_smaller_alpha_more():
    assert needs("depth", only=("tent-4",)).seeds_needed == 6
    assert needs("depth", only=("tent-4",), alpha=0.01).seeds_needed == 8
    assert needs("depth", only=("tent-4",), alpha=0.5).seeds_needed == 6  # none below, whatever alpha is
    never = needs("depth", only=("tent-4",), alpha=1e-12)
    assert (never.seeds_needed, never.can_be_supported) == (None, False)
    assert "no number of seeds is enough" in never.says()


def test_beyond_32_seeds_p_is_drawn_and_cruder():
    found = needs("depth", alpha=1e-5, n_seeds=64)
    assert not found.can_be_supported
    assert "a verdict takes 19 to 32 seeds" in found.says()


def test_where_all_seeds_split_the_same_rows_there_is_no_floor():
    found = needs("depth", own=OWN, only=("mine",), n_seeds=6)
    assert (found.predictions, found.by_sign_flips, found.can_be_supported) == (1, 0, True)
    both = needs("depth", own=OWN, n_seeds=6)
    assert (both.predictions, both.by_sign_flips, both.can_be_supported) == (3, 2, False)
    assert "on data that each seed draws anew" in both.says()


@pytest.mark.parametrize("budget", ["quick", "default"])
@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim != "compute"])
def test_the_predictions_counted_beforehand_are_those_that_are_judged(claim, budget, results_of):
    study = conduct.design(Request(claim=claim, budget=budget, own=OWN))
    report = reporting.report(study, results_of(study, lambda arm: 0.6 + 0.0003 * len(arm.key)))
    judged = [each["task"] for each in report["predictions"] if each["primary"]]
    assert len(judged) == len(study.primaries)
    assert sorted(task.name for task in study.primaries if task) == sorted(
        task for task in judged if "data sets" not in task
    )


@pytest.mark.parametrize("n_seeds", [6, 7])
def test_what_can_not_be_supported_is_not_however_clear(n_seeds, results_of):
    study = conduct.design(Request(claim="depth", budget="quick", n_seeds=n_seeds))
    report = reporting.report(study, results_of(study, lambda arm: 0.9 if arm.name == "depth 3" else 0.5))
    first = report["predictions"][0]
    possible = seeds_needed.of(study).can_be_supported
    assert (first["verdict"] == "supported") is possible is (n_seeds == 7)
    assert "by 40" in first["sentence"] or "by 39" in first["sentence"]  # with its size, either way
    assert ("too few seeds for a verdict" in first["sentence"]) is not possible
