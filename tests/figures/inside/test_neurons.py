"""The picture of units: a square each, a line a weight, crosses and words for dead ones."""

import dataclasses

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.image import AxesImage

from dlwhy.figures.drawing import style
from dlwhy.figures.inside.neurons import NeuronsDisplay
from dlwhy.figures.kinds import draw
from tests.figures.conftest import trained_on
from tests.figures.inside.test_responses import silenced
from tests.figures.legible import faults, texts, title_of


def squares(ax) -> list[AxesImage]:
    return [child for child in ax.get_children() if isinstance(child, AxesImage)]


def test_squares_lines_and_words(subject_of) -> None:
    ax = NeuronsDisplay.from_subject(silenced(subject_of("binary", 2), 2)).plot().ax_
    lines = [each for each in ax.collections if isinstance(each, LineCollection)]

    assert len(squares(ax)) == 2 + 4 + 3 + 1
    assert [len(each.get_segments()) for each in lines] == [2 * 4, 4 * 3, 3 * 1]
    assert title_of(ax).startswith("toy: where each unit is on (violet), layer by layer\n")
    assert " hidden units " in title_of(ax)
    assert ax.get_xlabel() == "in each square: x0 from left to right, x1 upwards"
    assert "layer 1\n4 units\n1 dead" in texts(ax.figure)
    assert "dead on all 60 rows" in texts(ax.figure)
    crosses = [line for line in ax.get_lines() if np.isnan(line.get_xdata()).any()]
    assert len(crosses) >= 1


def test_squares_are_square_and_within_the_panel_at_every_size(subject_of) -> None:
    for size in ((6, 4), (10, 7)):
        figure = draw([subject_of("multiclass", 2)], ["neurons"], size=size)
        assert faults(figure) == []
        ax = figure.axes[0]
        box = ax.get_window_extent()
        for image in squares(ax):
            left, right, low, high = image.get_extent()
            assert right - left == pytest.approx(high - low)
            assert 0 <= left < right <= box.width
            assert 0 <= low < high <= box.height


def test_without_hidden_layers_there_is_room_for_the_lines(subject_of) -> None:
    subject = subject_of("binary", 2)
    subject = dataclasses.replace(subject, trained=trained_on(subject.dataset, ()))
    ax = draw([subject], ["neurons"]).axes[0]
    (lines,) = [each for each in ax.collections if isinstance(each, LineCollection)]
    assert all(end - start > 0.15 * ax.get_window_extent().width for (start, _), (end, _) in lines.get_segments())


def test_a_positive_weight_and_a_unit_that_is_on_have_one_colour(subject_of) -> None:
    shown = NeuronsDisplay.from_subject(subject_of("regression", 1)).plot()
    weights = shown.found.stages[1].kernel.ravel()
    lines = next(each for each in shown.ax_.collections if isinstance(each, LineCollection))

    blue = lines.get_colors()[:, 2] > 0.5
    assert (blue == (weights > 0)).all()
    assert shown.ax_.get_xlabel() == "in each square: x0 from left to right"


def test_what_is_left_out_is_said(subject_of) -> None:
    subject = subject_of("multiclass", 2)
    deep = dataclasses.replace(subject, trained=trained_on(subject.dataset, (20,) * 7))
    ax = NeuronsDisplay.from_subject(deep).plot().ax_

    assert "3 hidden layers between them not shown" in title_of(ax)
    assert any(" ".join(text.split()).startswith("layer 3 12 of 20 units") for text in texts(ax.figure))


def test_the_same_bytes_twice(subject_of, tmp_path) -> None:
    for name in ("a.png", "b.png"):
        with style.styled():
            style.save(draw([subject_of("binary", 3)], ["neurons"]), tmp_path / name, dpi=50)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
