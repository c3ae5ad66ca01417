"""What all reports have in common: intervals over resamples, and what a figure says of its intervals."""

import dataclasses
import re

import pytest

from dlwhy.studies import conduct
from dlwhy.studies import report as reporting
from dlwhy.studies.request import Request


def of_resamples(outcome, overlap):
    """Give the same results, as if all seeds resampled one data set, and what differs by seed besides the metric."""

    def again(place, run):
        training = {
            name: value - 0.0001 * place * run.n_train
            for name, value in run.metrics.items()
            if name.startswith("train_")
        }
        probes = {"probes": [0.5, 0.6, 0.7 + 0.01 * place]}
        return dataclasses.replace(
            run, overlap=overlap, metrics={**run.metrics, **training}, extra={**probes, **run.extra}
        )

    return dataclasses.replace(outcome, runs=tuple(again(place, run) for place, run in enumerate(outcome.runs)))


@pytest.mark.parametrize("claim", ["depth", "data", "algorithms", "transfer"])
def test_every_interval_over_resamples_of_one_data_set_is_wider(claim, results_of):
    study = conduct.design(Request(claim=claim, budget="thorough", n_seeds=8))
    results = results_of(study, lambda arm: 0.6 + 0.0003 * len(arm.key))
    apart, together = (
        reporting.report(study, {key: of_resamples(outcome, overlap) for key, outcome in results.items()})
        for overlap in (0.0, 1.0)
    )

    def widths(report):
        drawn = {
            (each["id"], each["task"], each["contrast"]): each["ci_high"] - each["ci_low"]
            for each in report["predictions"]
            if each["effect"] is not None and "gain at" not in each["contrast"]  # on a trunk of the seed's own
        }
        described = report["descriptive"]
        curves = {
            (task, name, cell[0]): cell[3] - cell[2]
            for task, models in described.get("curves", {}).items()
            for name, cells in models.items()
            for cell in cells
        }
        doublings = {task: each["next_doubling"] for task, each in described.get("forecasts", {}).items()}
        ends = {"floor": report["a_a"], **doublings}
        return {**drawn, **curves, **{name: each["ci_high"] - each["ci_low"] for name, each in ends.items()}}

    narrow, wide = widths(apart), widths(together)
    assert len(narrow) > 15
    assert wide.keys() == narrow.keys()
    for what, width in narrow.items():
        assert wide[what] == pytest.approx(3 * width, abs=1e-12), what  # sqrt(1/8 + 1) for sqrt(1/8)


@pytest.mark.parametrize(("shuffled", "said"), [(True, False), (False, True)])
def test_that_shuffled_labels_can_not_be_learnt_is_no_caution(shuffled, said, results_of):
    study = conduct.design(Request(claim="depth", budget="quick"))
    name = "rings-4-shuffled" if shuffled else "rings-4"
    results = {
        key: dataclasses.replace(outcome, hopeless=True, at_edge=True) if key == f"{name}: depth 3" else outcome
        for key, outcome in results_of(study, lambda _: 0.5).items()
    }
    found = reporting.report(study, results)["predictions"]
    cautions = [caution for each in found if each["task"] == name for caution in each["cautions"]]
    assert any("can't be trained" in caution for caution in cautions) is said
    assert any("edge of its grid" in caution for caution in cautions) is said


@pytest.mark.parametrize("claim", ["depth", "data", "algorithms", "transfer"])
@pytest.mark.parametrize("n_seeds", [3, 12])
def test_every_prediction_is_told_with_its_size(claim, n_seeds, results_of):
    study = conduct.design(Request(claim=claim, n_seeds=n_seeds))
    found = reporting.report(study, results_of(study, lambda arm: 0.6 + 0.0003 * len(arm.key), sd=0.02))["predictions"]
    assert len(found) > 5
    for each in found:
        if each["effect"] is None:  # probes are not made up here
            assert each["sentence"].endswith("no pair of runs has a result.")
            continue
        assert re.search(
            r"\d \[|\[-?\d|; exactly the same in each of 12 seeds\.|: 0\.0 points; too few", each["sentence"]
        ), each
        assert "{" not in each["sentence"]
        assert ("too few seeds for a verdict" in each["sentence"]) is (n_seeds == 3)


@pytest.mark.parametrize(("shift", "said"), [(0.01, ["+0.01"]), (-0.01, ["-0.01"]), (0.0, [])])
def test_an_arm_that_differs_from_itself_is_cautioned(shift, said, results_of):
    study = conduct.design(Request(claim="depth", budget="quick"))
    results = results_of(study, lambda arm: 0.6)
    base = results[study.a_a.base]
    again = [dataclasses.replace(run, metrics={"accuracy": run.metrics["accuracy"] + shift}) for run in base.runs]
    repeated = {study.a_a.arm.key: dataclasses.replace(base, runs=tuple(again))}
    floor = reporting.noise_floor(study, {**results, **repeated})
    assert floor["cautions"] == [f"the A/A arm differs by {size}: a bug or a fluke" for size in said]


def test_an_accuracy_of_a_few_seeds_has_an_interval_of_accuracies(results_of):
    study = conduct.design(Request(claim="depth", budget="quick", n_seeds=3))
    found = reporting.report(study, results_of(study, lambda _: 0.9, sd=0.1))["arms"]
    arms = [arm for arm in found if arm["metric"] == "accuracy"]
    assert {arm["ci_high"] for arm in arms} >= {1.0}
    assert all(0 <= arm["ci_low"] <= arm["mean"] <= arm["ci_high"] <= 1 for arm in arms)
