"""The picture of the study of versatility."""

from dlwhy.data.toys.registry import REGISTRY
from dlwhy.studies import figure as study_panels
from dlwhy.studies import report as reporting
from dlwhy.studies.claims.versatility import design as versatility
from tests.figures.legible import title_of
from tests.studies.claims.versatility.given import score


def test_the_figure_shows_scores_ranks_and_times(report):
    figure = study_panels.details(report)

    titles = [title_of(ax) for ax in figure.axes]
    assert any("defaults" in title for title in titles)
    assert any("Mean rank" in title for title in titles)
    assert any("Time" in title for title in titles)
    own, by_data_set = ([text.get_text() for text in ax.get_yticklabels()] for ax in figure.axes[:2])
    assert titles[0] == "mine {x}"
    assert own[0] == "eight nets"
    assert {"one net", "eight plain nets", "logistic regression", "tuned linear model"} < set(own)
    assert set(REGISTRY) < set(by_data_set)
    told = {text.get_text() for text in figure.axes[1].get_legend().get_texts()}
    assert "linear model" in told  # of a regression linear, of classes logistic
    assert not {"linear regression", "logistic regression"} & told


def test_a_quick_study_has_a_figure_and_no_ranks(quick, results_of):
    study = versatility.design(quick("versatility"))
    report = reporting.report(study, results_of(study, score))

    assert report["descriptive"]["ranking"] is None
    assert not [each for each in report["predictions"] if "data sets" in each["task"]]
    assert len(study_panels.draw(report).axes) == 1
