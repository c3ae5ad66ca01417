"""Displays on somebody else's figure: everything that belongs to a panel stays where the panel is."""

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dlwhy import figures


@pytest.fixture(params=[None, "constrained"])
def axes(request):
    """Two panels side by side, as `plt.subplots(1, 2)` makes them with Matplotlib's own settings."""
    with mpl.rc_context(mpl.rcParamsDefault):
        figure = Figure(figsize=(10, 4), layout=request.param)
        FigureCanvasAgg(figure)
        yield figure.subplots(1, 2)


def within(inner, outer, slack=1.0):
    return (
        inner.x0 >= outer.x0 - slack
        and inner.y0 >= outer.y0 - slack
        and inner.x1 <= outer.x1 + slack
        and inner.y1 <= outer.y1 + slack
    )


def test_two_displays_have_their_legends_inside_their_own_axes(axes, subject_of) -> None:
    subject = subject_of("binary", 2)
    boundary = figures.BoundaryDisplay.from_subject(subject).plot(axes[0])
    history = figures.HistoryDisplay.from_history(subject.history).plot(axes[1])
    axes[0].figure.canvas.draw()

    for shown, ax in zip((boundary, history), axes, strict=True):
        assert shown.ax_ is ax
        assert len(ax.get_legend().get_texts()) >= 3
        assert within(ax.get_legend().get_window_extent(), ax.get_window_extent())


def test_names_are_drawn_as_they_are(axes, subject_of) -> None:
    subject = subject_of("binary", 2, classes=("$a_b$", "$"))
    figures.BoundaryDisplay.from_subject(subject).plot(axes[0])
    axes[0].figure.canvas.draw()

    assert axes[0].get_legend().get_texts()[0].get_text() == "$a_b$"
    assert not axes[0].get_legend().get_texts()[0].get_parse_math()


def test_ours_keep_their_legends_below(subject_of) -> None:
    figure = figures.draw([subject_of("binary", 2)], ["loss"])
    figure.canvas.draw()
    ax = figure.axes[0]

    assert ax.get_legend().get_window_extent().y1 < ax.get_window_extent().y0
