"""What the study of transfer says: gains, and labels saved."""

import functools

import numpy as np
import pytest

from dlwhy.studies import report as reporting
from dlwhy.studies.claims.transfer import design as transfer
from dlwhy.studies.claims.transfer import findings
from dlwhy.studies.request import Request
from tests.studies.claims.transfer.given import by_labels


def test_verdicts_follow_the_gains(quick, results_of):
    study = transfer.design(quick("transfer"))
    report = reporting.report(study, results_of(study, by_labels))

    verdicts = {(each["id"], each["task"], each["contrast"]): each["verdict"] for each in report["predictions"]}
    assert verdicts["P1", "trunk-shared", "fine-tuned, k=5 - scratch, k=5"] == "supported"
    assert verdicts["P1", "trunk-apart", "fine-tuned, k=5 - scratch, k=5"] == "not supported"
    assert verdicts["P1", "trunk-shared-shuffled", "shuffled source, k=5 - scratch, k=5"] == "not supported"
    assert report["verdict"] == "supported"
    assert report["controls_ok"]


def test_no_gain_is_a_no(quick, results_of):
    study = transfer.design(quick("transfer"))
    report = reporting.report(study, results_of(study, lambda arm: by_labels(arm, gain=0.0)))

    assert report["verdict"] == "withheld"
    assert not report["controls_ok"]


def test_the_gain_shrinks_and_labels_saved_lie_on_the_curve_of_scratch(results_of):
    study = transfer.design(Request(claim="transfer"))
    report = reporting.report(study, results_of(study, by_labels))

    shrinks = [each for each in report["predictions"] if each["id"] == "P2"]
    assert [each["verdict"] for each in shrinks] == ["supported"]
    assert shrinks[0]["effect"] == pytest.approx(0.02 * np.log2(70), abs=0.01)
    assert shrinks[0]["contrast"] == "gain at k=10 - gain at k=700"
    saved = report["descriptive"]["saved"]["trunk-shared"]["fine-tuned"]
    assert saved["labels"] == pytest.approx(5 * 2**4, rel=0.1)  # 0.24 above, 0.06 a doubling
    assert saved["ci_low"] < saved["labels"] < saved["ci_high"]
    assert any("does what training from scratch needs about" in line for line in report["descriptive"]["lines"])


def test_labels_beyond_the_curve_are_not_made_up():
    scratch = {k: np.full(4, 0.5) + 0.01 * np.arange(4) for k in (5, 10, 20)}
    saved = findings._saved(scratch, {5: np.full(4, 0.9)}, alpha=0.05)

    assert saved["labels"] == saved["most"] == 20
    assert "does more than training from scratch with 20" in findings._saying("a", "fine-tuned", saved)
    assert findings._saved({5: scratch[5]}, {5: scratch[5]}, alpha=0.05) is None


def test_labels_that_are_not_saved_are_not_counted():
    scratch = {k: np.full(4, 0.1 * k) for k in (5, 6, 8)}
    saying = functools.partial(findings._saying, "a", "fine-tuned")
    saved = findings._saved(scratch, {5: np.full(4, 0.4)}, alpha=0.05)

    assert "saves no labels: training from scratch does as well with as many" in saying(saved)
    assert "needs about 7 [6, 8 or more] for" in saying({**saved, "labels": 7.0, "ci_low": 6.0, "ci_high": 8.0})
    assert "needs about 7 [6, 8] for" in saying({**saved, "labels": 7.0, "ci_low": 6.0, "ci_high": 7.9})
