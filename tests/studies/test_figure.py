"""The figure of a study."""

import pytest

from dlwhy.studies import conduct, figure
from dlwhy.studies import report as reporting
from dlwhy.studies.request import OwnData, Request
from tests.figures.legible import faults_of_study, panels_of_study, title_of


@pytest.mark.parametrize("claim", ["depth", "data", "algorithms", "transfer"])
def test_a_figure_says_how_much_its_intervals_cover(claim, results_of):
    study = conduct.design(Request(claim=claim, n_seeds=6, alpha=0.2))
    panels = panels_of_study(reporting.report(study, results_of(study, lambda arm: 0.6 + 0.0003 * len(arm.key))))
    named = [text for ax in panels for text in (ax.get_xlabel(), ax.get_ylabel()) if "%" in text]

    assert len(named) >= 2
    assert all("80 %" in text for text in named)
    assert not any("95 %" in ax.get_title() + ax.get_title(loc="left") for ax in panels)


LONG = "customers who called the service desk within the last twelve months, of all branches"


@pytest.mark.parametrize("claim", ["depth", "data", "compute", "algorithms", "transfer", "versatility"])
def test_no_text_is_cut_or_covered_and_the_first_picture_is_of_the_own_data_first(claim, results_of):
    own = OwnData(name=LONG, fingerprint="0" * 64, rows=4000, features=7, classes=2)
    study = conduct.design(Request(claim=claim, budget="quick", own=own))
    report = reporting.report(study, results_of(study, lambda arm: 0.6 + 0.0003 * len(arm.key)))

    if claim not in ("compute", "transfer"):  # which have no panel of the own data
        panels = figure.draw(report).axes
        assert 1 <= len(panels) <= 2
        title = title_of(panels[0])
        assert LONG[:20] in title or title.startswith("Your own data")
        assert figure.has_details(report)
        assert len(figure.details(report).axes) >= len(panels)
    assert faults_of_study(report) == []


def test_over_a_picture_there_are_the_first_of_many_reasons_and_whether_the_lab_works(results_of):
    own = OwnData(name="mine", fingerprint="0" * 64, rows=400, features=7, classes=2)
    study = conduct.design(Request(claim="algorithms", budget="quick", own=own))
    report = reporting.report(study, results_of(study, lambda arm: 0.6 + 0.02 * (len(arm.key) % 5)))
    assert len(report["reasons"]) > 3

    verdict, lab = figure.draw(report).get_suptitle().split("\n")
    assert verdict.count("misbehaves: ") == 2
    assert f"; and {len(report['reasons']) - 2} more)." in verdict
    assert lab.startswith("The lab does not work here")
