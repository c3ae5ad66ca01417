"""Rows on the ground of what is predicted for them, and their entries in the legend."""

import dataclasses

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dlwhy.figures.dependence import Dependence
from dlwhy.figures.drawing.points import draw_points, row_handles

pytestmark = pytest.mark.usefixtures("coarse")


@pytest.fixture
def ax():
    figure = Figure()
    FigureCanvasAgg(figure)
    return figure.subplots()


def test_each_part_has_its_marker_and_wrong_rows_a_cross(ax, subject_of) -> None:
    found = Dependence.from_subject(subject_of("binary", 2))
    wrong = np.zeros(len(found.train.y), bool)
    wrong[:4] = True
    found = dataclasses.replace(found, train=dataclasses.replace(found.train, wrong=wrong))

    draw_points(ax, found, colors=["red", "blue"])

    assert [len(each.get_offsets()) for each in ax.collections] == [60, 4, 30]
    assert [handle.get_label() for handle in row_handles(found)] == ["train rows", "test rows", "wrong (4)"]


def test_a_part_without_rows_has_no_entry_and_thinned_rows_are_counted(subject_of) -> None:
    found = Dependence.from_subject(subject_of("regression", 2, n_test=0))
    many = dataclasses.replace(found.train, n_samples=6000)

    assert [handle.get_label() for handle in row_handles(found)] == ["train rows"]
    assert row_handles(dataclasses.replace(found, train=many))[0].get_label() == "train rows (60 of 6,000)"


def test_many_rows_are_smaller(ax, subject_of) -> None:
    found = Dependence.from_subject(subject_of("binary", 2))
    many = dataclasses.replace(
        found.train, **{name: np.repeat(getattr(found.train, name), 100, axis=0) for name in "Xy"}
    )
    draw_points(ax, found, colors=["red", "blue"])
    draw_points(ax, dataclasses.replace(found, train=many), colors=["red", "blue"])

    sizes = [float(each.get_sizes()[0]) for each in ax.collections]
    assert sizes[2] == pytest.approx(0.4 * sizes[0])
