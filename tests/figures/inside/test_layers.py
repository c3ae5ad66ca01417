"""The picture of rows as layers see them: a box a layer, what is said over it, colours."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba

from dlwhy.figures.drawing import style
from dlwhy.figures.inside.layers import LayersDisplay
from dlwhy.figures.kinds import draw
from tests.figures.legible import faults, texts, title_of


def clouds(ax) -> list[PathCollection]:
    return [each for each in ax.collections if isinstance(each, PathCollection)]


def test_a_box_a_layer_with_its_probe(subject_of) -> None:
    subject = subject_of("binary", 2)
    shown = LayersDisplay.from_subject(subject).plot()
    view = shown.found.views[1]

    assert len(clouds(shown.ax_)) == 4
    assert f"layer 1, 4 units\nprobe {view.score:.2f}, untrained {view.untrained:.2f}" in texts(shown.ax_.figure)
    assert title_of(shown.ax_) == (
        "toy: the rows as each layer sees them\n"
        "probe: accuracy of a linear model there, on 30 test rows; untrained: with random weights"
    )
    colors = [to_rgba(color, 0.8) for color in style.class_colors(2)]
    expected = [colors[index] for index in shown.found.y]
    assert clouds(shown.ax_)[0].get_facecolor() == pytest.approx(np.array(expected))


def test_a_regression_is_coloured_by_its_target(subject_of) -> None:
    shown = LayersDisplay.from_subject(subject_of("regression", 2)).plot()

    np.testing.assert_array_equal(clouds(shown.ax_)[0].get_array(), shown.found.y)
    assert "probe: R²" in title_of(shown.ax_)
    assert {"height: low", "height: high"} <= set(texts(shown.ax_.figure))


def test_points_lie_in_the_panel_at_every_size(subject_of) -> None:
    for size in ((6, 4), (10, 7)):
        figure = draw([subject_of("multiclass", 2)], ["layers"], size=size)
        assert faults(figure) == []
        ax = figure.axes[0]
        box = ax.get_window_extent()
        for each in clouds(ax):
            places = np.asarray(each.get_offsets())
            assert (places >= 0).all()
            assert (places <= [box.width, box.height]).all()


def test_the_same_bytes_twice(subject_of, tmp_path) -> None:
    for name in ("a.png", "b.png"):
        with style.styled():
            style.save(draw([subject_of("binary", 3)], ["layers"]), tmp_path / name, dpi=50)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
