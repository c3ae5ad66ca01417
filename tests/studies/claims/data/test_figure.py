"""The picture of the study of data."""

from tests.figures.legible import panels_of_study, title_of


def test_the_figure_has_a_panel_a_curve(report):
    titles = [title_of(ax) for ax in panels_of_study(report)]

    assert {"teacher", "moons", "linear-noise", "mine"} <= set(titles)
