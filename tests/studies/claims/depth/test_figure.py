"""The picture of the study of depth."""

import dataclasses

from dlwhy.studies import figure as study_panels
from dlwhy.studies import report as reporting
from dlwhy.studies.claims.depth import arms
from dlwhy.studies.claims.depth import design as depth
from tests.figures.legible import panels_of_study, title_of
from tests.studies.claims.depth.given import by_depth


def test_the_figure_shows_what_there_is(quick, results_of):
    study = depth.design(quick("depth"))
    panels = panels_of_study(reporting.report(study, results_of(study, by_depth(0.2))))

    titles = [title_of(ax) for ax in panels]
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
    (panel,) = study_panels.draw(reporting.report(study, results)).axes[:1]

    titles = [inner.get_title() for inner in panel.child_axes]
    assert titles[0] == "what is to be learnt"
    assert [title.split(" ")[:2] for title in titles[1:]] == [["1", "layer"], ["3", "layers"]]
    assert title_of(panel).startswith(f"rings-4: {titles[1]}, {titles[2]}\n")
    assert all(inner.images for inner in panel.child_axes)
