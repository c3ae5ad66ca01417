import math
import re

import pytest

from dlwhy.report import loss


def points(path):
    return [tuple(map(float, pair.split())) for pair in path.removeprefix("M").split("L")]


def test_a_line_goes_from_the_first_epoch_at_the_left_to_the_last_at_the_right_the_least_loss_lowest():
    course = loss.course({"loss": [1.0, 0.5, 0.25], "val_loss": [1.0, 0.75, 0.5]}, "epoch")

    train = points(course.paths[0][1])
    assert [x for x, _ in train] == pytest.approx([course.left, (course.left + course.right) / 2, course.right])
    assert train[0][1] == pytest.approx(course.top)
    assert train[2][1] == pytest.approx(course.bottom - 0.25 * (course.bottom - course.top), abs=0.1)
    assert [name for name, _ in course.paths] == ["loss.train", "loss.held_out"]


def test_a_loss_that_falls_by_decades_is_drawn_by_its_logarithm():
    course = loss.course({"loss": [1.0, 0.1, 0.001]}, "epoch")

    heights = [y for _, y in points(course.paths[0][1])]
    assert course.is_log
    assert heights[1] - heights[0] == pytest.approx((heights[2] - heights[1]) / 2, abs=0.2)
    assert [text for _, text in course.ticks_y] == ["0.001", "0.01", "0.1", "1"]


def test_what_is_not_finite_is_left_out_of_the_line_and_nothing_at_all_gives_none():
    course = loss.course({"loss": [1.0, math.nan, 0.5]}, "epoch")

    assert len(points(course.paths[0][1])) == 2
    assert loss.course({"loss": [math.nan]}, "epoch") is None
    assert loss.course({}, "epoch") is None


def test_a_long_training_has_a_short_table_that_says_how_much_it_leaves_out():
    course = loss.course({"loss": [1 / epoch for epoch in range(1, 1001)]}, "epoch")
    table = loss.table(course)

    assert (len(table.rows), table.left_out) == (40, 960)
    assert [table.rows[place][0] for place in (0, -1)] == [1, 1000]
    assert len(re.findall("L", course.paths[0][1])) == 399
