"""Where the panels of a picture lie."""

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dlwhy.figures.kinds import KINDS
from tests.figures.conftest import NEEDS


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


@pytest.mark.parametrize("kind", KINDS)
def test_no_panel_runs_into_its_neighbour_or_out_of_the_figure(kind, axes, subject_of) -> None:
    subject = subject_of("regression" if kind in ("predicted", "residuals") else "binary", 2, **NEEDS.get(kind, {}))
    for ax in axes:
        KINDS[kind].one(subject, None, None).plot(ax)
    figure = axes[0].figure
    figure.canvas.draw()

    left, right = (ax.get_window_extent() for ax in axes)
    titles = [ax.title.get_window_extent() for ax in axes]
    for ax, own in zip(axes, (left, right), strict=True):
        if ax.get_legend():
            assert within(ax.get_legend().get_window_extent(), own)
    assert titles[0].x0 > 0
    assert titles[0].x1 < titles[1].x0
    assert titles[1].x1 < figure.bbox.x1
    if figure.get_layout_engine():
        assert titles[0].y1 <= figure.bbox.y1
    assert left.x1 < right.x0
