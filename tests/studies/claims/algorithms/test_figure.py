"""The picture of the study of algorithms."""

import pytest

from dlwhy.figures.drawing import style
from dlwhy.studies import report as reporting
from dlwhy.studies.claims.algorithms import figure as study_algorithms
from tests.studies.claims.algorithms.given import OWN, designed, rows


@pytest.mark.parametrize(("budget", "own"), [("quick", None), ("default", OWN), ("thorough", None)])
def test_the_figure_draws_what_there_is(budget, own):
    study = designed(budget, own=own, n_seeds=6)
    report = reporting.report(study, rows(study, lambda arm, seed: 0.5 + seed % 7 / 1000))
    panels = study_algorithms.panels(report)
    with style.styled():
        _, axes = style.new_figure(len(panels))
        for panel, ax in zip(panels, axes, strict=True):
            panel(ax)
    titles = [ax.get_title(loc="left") for ax in axes]
    assert "Gradients before the first step" in titles
    assert sum(title.startswith("By learning rate") for title in titles) == 3
    assert any("Your own data" in title for title in titles) == (own is not None)
    assert any("Factorial" in title for title in titles) == (budget == "thorough")
    assert all(ax.get_xlabel() for ax in axes)


def test_the_figure_of_no_rows_is_empty():
    assert study_algorithms.panels(reporting.report(designed("quick"), {})) == []
