"""What the runs of the study of compute say."""

import json

import pytest

from dlwhy.studies import report as reporting
from dlwhy.studies.claims.compute import design as compute
from dlwhy.studies.claims.compute import findings
from dlwhy.studies.request import Request
from tests.studies.claims.compute.given import SLOPES, results_of


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_report(budget):
    study = compute.design(Request(claim="compute", budget=budget))
    report = reporting.report(study, results_of(study, SLOPES))
    assert (report["verdict"], report["controls_ok"]) == ("supported", True)
    found = {each["task"]: each for each in report["predictions"] if each["id"] == "P1"}
    assert found["teacher"]["effect"] == pytest.approx(0.7, abs=0.08)
    assert found["teacher"]["primary"]
    assert {name: found[name]["verdict"] for name in ("noise", "linear", "200 points")} == dict.fromkeys(
        ("noise", "linear", "200 points"), "not supported"
    )
    assert "ten times the compute lowers the loss by 0." in found["teacher"]["sentence"]
    assert "{" not in found["teacher"]["sentence"]
    widening = [each for each in report["predictions"] if each["id"] == "P2"]
    assert [each["task"] for each in widening] == ["teacher", *(["teacher-8"] if budget == "thorough" else [])]
    assert widening[0]["verdict"] == "supported"
    shown = report["descriptive"]
    assert shown["frontiers"]["teacher"]["slope"] == pytest.approx(0.7, abs=0.1)
    assert ("throughput" in shown) == (budget != "quick")
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_a_frontier_that_does_not_fall_is_a_verdict_too():
    study = compute.design(Request(claim="compute", budget="quick"))
    report = reporting.report(study, results_of(study, dict.fromkeys(SLOPES, 0.0)))
    assert report["verdict"] == "withheld"  # the positive control misbehaves
    report = reporting.report(study, results_of(study, dict.fromkeys(SLOPES, 0.7)))
    assert not report["controls_ok"]


def test_a_seed_that_lost_a_cell_is_left_out_of_its_task():
    study = compute.design(Request(claim="compute", budget="quick"))
    results = results_of(study, SLOPES, lost={("teacher: width 8", study.seeds[2])})
    found = {each.task: each.n_seeds for each in findings.findings(study, results) if each.id == "P1"}
    assert (found["teacher"], found["noise"]) == (11, 12)


def test_findings_of_what_is_there():
    study = compute.design(Request(claim="compute", budget="quick"))
    results = results_of(study, SLOPES)
    assert findings.findings(study, {}) == []
    assert findings.descriptive(study, {})["lines"] == []
    some = {key: outcome for key, outcome in results.items() if "noise" in key}
    assert [each.task for each in findings.findings(study, some)] == ["noise"]
    assert list(findings.descriptive(study, some)["grids"]) == ["noise"]
