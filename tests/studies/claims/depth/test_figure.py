"""The picture of the study of depth."""

import dataclasses

from dlwhy.studies import figure as study_panels
from dlwhy.studies import report as reporting
from dlwhy.studies.claims.depth import arms
from dlwhy.studies.claims.depth import design as depth
from tests.studies.claims.depth.given import by_depth


def test_the_figure_shows_what_there_is(quick, results_of):
    study = depth.design(quick("depth"))
    figure = study_panels.draw(reporting.report(study, results_of(study, by_depth(0.2))))

    titles = [ax.get_title() or ax.get_title(loc="left") for ax in figure.axes]
    assert any("Equal parameters" in title for title in titles)
    assert any("Effects" in title for title in titles)
    assert any("Linear pieces" in title for title in titles)
    assert not any("each depth" in title for title in titles)


def test_the_figure_shows_one_network_of_each_depth(quick, results_of):
    study = depth.design(quick("depth"))
    drawn = {key: arms.class_map(arms.disc()[0][:, 0] > 0) for key in study.arms if key.startswith("rings-4: depth")}
    results = {
        key: dataclasses.replace(
            outcome,
            runs=tuple(
                dataclasses.replace(run, extra={"map": drawn[key]} if key in drawn else {}) for run in outcome.runs
            ),
        )
        for key, outcome in results_of(study, by_depth(0.2)).items()
    }
    figure = study_panels.draw(reporting.report(study, results))
    panel = next(ax for ax in figure.axes if "each depth" in ax.get_title(loc="left") + ax.get_title())

    assert [inner.get_title() for inner in panel.child_axes] == ["the task", "depth 1", "depth 3"]
    assert all(inner.images for inner in panel.child_axes)
