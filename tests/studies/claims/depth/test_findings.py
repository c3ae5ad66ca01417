"""What the study of depth says."""

from dlwhy.studies import report as reporting
from dlwhy.studies.claims.depth import design as depth
from tests.studies.claims.depth.given import OWN, by_depth


def test_a_gain_where_it_should_be_is_supported(quick, results_of):
    study = depth.design(quick("depth"))
    report = reporting.report(study, results_of(study, by_depth(0.2)))

    verdicts = {each["task"]: each["verdict"] for each in report["predictions"] if each["id"] == "P1"}
    assert verdicts["rings-4"] == verdicts["tent-4"] == "supported"
    assert verdicts["linear"] == verdicts["rings-2"] == "not supported"
    assert report["verdict"] == "supported"
    assert report["controls_ok"]


def test_no_gain_anywhere_is_a_no_and_the_controls_say_so(quick, results_of):
    study = depth.design(quick("depth", own=OWN))
    report = reporting.report(study, results_of(study, by_depth(0.0)))

    assert report["verdict"] == "withheld"
    assert not report["controls_ok"]
    own = [each for each in report["predictions"] if each["role"] == "own"]
    assert {each["verdict"] for each in own} == {"withheld"}
