"""Curves in characters."""

import math

import pytest

from dlwhy.cli.show.sketch import curves
from dlwhy.cli.show.sketch.curves import Curves
from dlwhy.cli.show.sketch.ink import Ink

COLORS, MARKS, ASCII = Ink(color=True, blocks=True), Ink(color=False, blocks=True), Ink(color=False, blocks=False)


def lines(values, ink=MARKS, **size):
    asked = Curves(values=values, title="loss", ends=("epoch 1", "9"))
    return [line.plain for line in curves.draw(asked, **{"width": 26, "height": 11, **size}, ink=ink).lines]


def test_a_curve_falls_from_the_top_left_to_the_bottom_right_with_its_ends_named():
    drawn = lines({"training part": [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]})

    assert drawn[0] == "loss"
    assert drawn[1].startswith("0.9000 *")
    assert drawn[8].startswith("0.1000")
    assert drawn[8].endswith("*")
    assert drawn[-2].split() == ["epoch", "1", "9"]
    assert drawn[-1].strip() == "* training part"


def test_two_curves_are_told_apart_and_the_first_is_on_top():
    drawn = lines({"training part": [1, 0, 0], "held-out part": [1, 0, 1]})

    assert "*" in drawn[1][:9]
    assert drawn[1].endswith("o")
    assert drawn[8].endswith("*")
    assert drawn[-1].split() == ["*", "training", "part", "o", "held-out", "part"]


def test_in_colours_a_character_has_eight_dots():
    dots = "".join(lines({"loss": [1, 0.5, 0.2, 0.1]}, COLORS)[1:9])
    assert any(0x2800 < ord(char) < 0x2900 for char in dots)


@pytest.mark.parametrize("values", [[1.0], [2.0, 2.0], [math.nan, 1.0, math.inf], [1e-6, 10.0], [math.nan]])
@pytest.mark.parametrize("ink", [COLORS, MARKS, ASCII])
def test_whatever_the_values_are_they_are_drawn_within_the_panel(values, ink):
    drawn = lines({"loss": values}, ink)

    assert len(drawn) == 11
    assert max(map(len, drawn)) <= 26
    assert ("(log scale)" in drawn[0]) == (values == [1e-6, 10.0])


def test_a_sparkline_has_the_means_of_its_parts():
    assert curves.sparkline([3, 3, 2, 2, 1, 1], 3, MARKS) == "█▅▁"
    assert curves.sparkline([5, math.nan], 10, MARKS) == "▁"
    assert curves.sparkline([], 10, MARKS) == ""
    assert curves.sparkline(range(100), 10, ASCII).isascii()
