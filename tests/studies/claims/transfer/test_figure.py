"""The picture of the study of transfer."""

import numpy as np
import pytest

from dlwhy.studies import figure as study_panels
from dlwhy.studies import report as reporting
from dlwhy.studies.claims.transfer import design as transfer
from dlwhy.studies.request import Request
from tests.studies.claims.transfer.given import by_labels


@pytest.mark.parametrize("budget", ["quick", "default"])
def test_the_figure_has_a_panel_for_each_task(budget, results_of):
    study = transfer.design(Request(claim="transfer", budget=budget))
    figure = study_panels.details(reporting.report(study, results_of(study, by_labels)))

    titles = [ax.get_title() for ax in figure.axes]
    assert {"trunk-shared", "digits-shifted", "trunk-apart"} <= set(titles)
    first = figure.axes[0]
    if budget == "default":
        np.testing.assert_array_equal(first.lines[0].get_xdata(), [5, 10, 20, 50, 200, 700])
        assert "labels a class" in first.get_xlabel()
