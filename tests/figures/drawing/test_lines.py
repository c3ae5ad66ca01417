"""Curves of a study's figure: the reach of their intervals, titles, scales and the legend."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dlwhy.figures.drawing import lines


def test_intervals_reach_from_the_mean_to_their_ends_or_nowhere() -> None:
    found = [{"mean": 0.5, "ci_low": 0.25, "ci_high": 1.0}, {"mean": 0.5, "ci_low": None, "ci_high": None}]

    assert lines.lengths(found) == [[0.25, 0.0], [0.5, 0.0]]
    assert lines.lengths([]) == [[], []]
    beyond = [{"mean": 0.5, "ci_low": 0.25, "ci_high": 1.5}, {"mean": 1.0, "ci_low": 1.0, "ci_high": 1.0}]
    assert lines.lengths(beyond, most=1.0) == [[0.25, 0.0], [0.5, 0.0]]


@pytest.mark.parametrize(("log", "scales"), [("", ["linear", "linear"]), ("x", ["log", "linear"]), ("xy", ["log"] * 2)])
def test_titles_scales_and_names_are_set(log, scales) -> None:
    figure = Figure()
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    handles = {"$x$": ax.plot([1, 100], [1, 10])[0]}

    lines.finish(ax, handles, title="$t$", xlabel="rows", ylabel="error", log=log)

    assert [ax.get_xscale(), ax.get_yscale()] == scales
    assert (ax.get_title(loc="center"), ax.get_xlabel(), ax.get_ylabel()) == ("$t$", "rows", "error")
    assert not ax.title.get_parse_math()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["$x$"]
