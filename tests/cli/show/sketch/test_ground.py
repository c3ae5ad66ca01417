"""A model's ground in characters: colours where they belong, marks without colours, nothing that a terminal obeys."""

import dataclasses

import numpy as np
import pytest

from dlwhy.cli.show.sketch import ground
from dlwhy.cli.show.sketch.ink import Ink

COLORS, MARKS, ASCII = Ink(color=True, blocks=True), Ink(color=False, blocks=True), Ink(color=False, blocks=False)


def view(**changes):
    """Give a ground that is class 0 at the left and class 1 at the right, with a row in each, one of them wrong."""
    left_to_right = np.repeat(np.linspace(0, 1, 40)[np.newaxis], 40, axis=0)
    rows = {"X": np.array([[0.12, 0.85], [0.92, 0.05]]), "y": np.array([0, 0]), "wrong": np.array([False, True])}
    about = {"ends": ((0.0, 1.0), (0.0, 1.0)), "names": ("width", "height"), "class_names": ("no", "yes")}
    return ground.View(**{"response": left_to_right, **rows, **about, "title": "toy", **changes})


def test_two_pixels_a_character_in_the_classes_colours_with_rows_in_full_colour():
    panel = ground.draw(view(), width=20, height=13, ink=COLORS)

    first, last = panel.lines[1].spans[0].style, panel.lines[1].spans[-1].style
    assert panel.lines[1].plain == "▀" * 20
    assert first.color.triplet.blue > first.color.triplet.red  # the first class is blue, the second orange
    assert last.color.triplet.red > last.color.triplet.blue
    colors = {span.style.color.triplet.hex for line in panel.lines[1:11] for span in line.spans}
    colors |= {span.style.bgcolor.triplet.hex for line in panel.lines[1:11] for span in line.spans}
    assert "#0072b2" in colors  # the row that is right
    assert "#000000" in colors  # the one that is wrong


def test_without_colours_shades_and_marks_say_the_same():
    lines = [line.plain for line in ground.draw(view(), width=20, height=13, ink=MARKS).lines]

    assert lines[0] == "toy"
    assert lines[2].startswith("  o ")  # height 0.85 is at the top
    assert lines[10] == " " * 10 + "░" * 8 + "!░"
    assert lines[-2:] == ["→ width 0 to 1  ↑ height 0 to 1", "o no  x yes  ! wrong"]


def test_a_terminal_without_blocks_gets_ascii_alone():
    regression = view(class_names=(), wrong=np.zeros(2, bool))
    several = view(response=np.eye(6)[np.arange(40 * 40).reshape(40, 40) % 6], class_names=tuple("abcdef"))

    for each in (view(), regression, several):
        text = "\n".join(line.plain for line in ground.draw(each, width=30, height=12, ink=ASCII).lines)
        assert text.isascii(), text


@pytest.mark.parametrize("ink", [COLORS, MARKS, ASCII])
@pytest.mark.parametrize(("width", "height"), [(10, 8), (38, 21), (200, 60)])
def test_it_is_as_large_as_it_may_be(ink, width, height):
    panel = ground.draw(view(), width=width, height=height, ink=ink)

    assert len(panel.lines) == height
    assert {line.cell_len for line in panel.lines[1 : height - 2]} == {width}


def test_names_from_outside_control_nothing():
    evil = "\x1b[2Jgone"
    hostile = dataclasses.replace(view(), class_names=(evil, "b"), names=(evil, "y"), title=evil)

    for ink in (COLORS, MARKS):
        assert "\x1b" not in "".join(line.plain for line in ground.draw(hostile, width=60, height=12, ink=ink).lines)
