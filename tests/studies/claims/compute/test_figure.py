"""The picture of the study of compute."""

import pytest

from dlwhy.figures.drawing import style
from dlwhy.studies import report as reporting
from dlwhy.studies.claims.compute import design as compute
from dlwhy.studies.claims.compute import figure as study_compute
from dlwhy.studies.request import Request
from tests.studies.claims.compute.given import SLOPES, results_of


def test_figure():
    study = compute.design(Request(claim="compute", budget="thorough"))
    report = reporting.report(study, results_of(study, SLOPES))
    panels = study_compute.panels(report)
    figure, places = style.new_figure(len(panels))
    for panel, ax in zip(panels, places, strict=True):
        panel(ax)
    titles = [ax.get_title(loc="left") or ax.get_title() for ax in places]
    assert [title.split(":")[0] for title in titles] == ["teacher", "teacher-8", "Controls", "This machine"]
    first = places[0]
    assert (first.get_xscale(), first.get_yscale()) == ("log", "log")
    assert len(first.lines) == 7  # six widths and the frontier
    assert first.lines[-1].get_xdata()[0] == pytest.approx(1e8)
    assert figure.get_axes() == places
