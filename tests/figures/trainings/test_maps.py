"""Small maps: colours of classes and numbers, and the lines between them."""

import numpy as np
import pytest

from dlwhy.figures.drawing import style
from dlwhy.figures.trainings import maps
from dlwhy.figures.trainings.maps import Scale

SLOPE = np.linspace(0, 1, 20)[np.newaxis, :, np.newaxis].repeat(10, axis=0)


def test_a_boundary_lies_where_two_classes_are_as_likely() -> None:
    (line,) = maps.lines_of(SLOPE, Scale(task="binary", n_classes=2))
    assert line[:, 0] == pytest.approx(0.5, abs=0.03)
    assert line[:, 1].min() < 0.1 < 0.9 < line[:, 1].max()
    three = np.concatenate([1 - SLOPE, SLOPE, np.full_like(SLOPE, 0.1)], axis=-1)
    (line,) = maps.lines_of(three, Scale(task="multiclass", n_classes=3))
    assert line[:, 0] == pytest.approx(0.5, abs=0.03)
    assert maps.lines_of(np.zeros((10, 20, 1)), Scale(task="binary", n_classes=2)) == []


def test_along_one_column_the_line_is_the_curve() -> None:
    (line,) = maps.lines_of(np.array([[2.0], [4.0], [3.0]]), Scale(task="regression", limits=(2, 4)))
    assert np.array_equal(line, [[0, 0], [0.5, 1], [1, 0.5]])


def test_colours_say_which_class_and_how_surely() -> None:
    low, high = style.class_colors(2)
    ends = maps.colors_of(SLOPE, Scale(task="binary", n_classes=2))[0, [0, -1]]
    assert ends == pytest.approx(np.array([style.muted(low), style.muted(high)]), abs=0.01)
    sure, unsure = maps.shaded(np.array([1, 1]), np.array([1.0, 1 / 3]), 3)
    assert sure == pytest.approx(np.array(style.muted(style.class_colors(3)[1])))
    assert np.abs(unsure - style.paper()).max() < np.abs(sure - style.paper()).max() / 4


@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (2, (1, 2)), (5, (2, 3)), (9, (3, 3))])
def test_boxes_lie_in_a_square(count, shape) -> None:
    assert maps.grid(count) == shape
