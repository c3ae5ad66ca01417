"""What the study of depth says."""

import numpy as np

from dlwhy.studies import report as reporting
from dlwhy.studies.claims.depth import design as depth
from dlwhy.studies.claims.depth import findings
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


def test_the_tent_network_has_a_power_of_two_of_pieces():
    assert findings.tent_pieces() == [[k, 2**k] for k in range(1, 7)]


def test_depth_does_not_multiply_the_pieces_of_random_networks():
    counts = np.array(findings.regions()["random"])

    assert counts[:, 1].max() < 2 * counts[:, 1].min()
    assert (counts[:, 2] < counts[:, 1]).all()
    assert (counts[:, 1] < counts[:, 3]).all()
    before = findings.regions()
    findings._counted.cache_clear()
    assert findings.regions() == before
