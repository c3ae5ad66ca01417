"""The picture of the study of data."""

from dlwhy.studies import figure as study_panels


def test_the_figure_has_a_panel_a_curve(report):
    figure = study_panels.draw(report)

    titles = [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes]
    assert {"teacher", "moons", "linear-noise", "mine"} <= set(titles)
