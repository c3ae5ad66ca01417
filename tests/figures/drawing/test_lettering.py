"""Texts that fit the room there is: cut at the end or in the middle, broken into lines."""

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from dlwhy.figures.drawing.lettering import measure, refit, shortened, wrapped


@pytest.mark.parametrize(
    ("room", "middle", "shown"),
    [(11, False, "hello world"), (8, False, "hello w…"), (7, False, "hello…"), (5, True, "he…ld"), (1, False, "…")],
)
def test_what_does_not_fit_is_cut(room, middle, shown) -> None:
    assert shortened("hello world", room, len, middle=middle) == shown


@given(st.text(max_size=40), st.integers(1, 30), st.booleans())
def test_what_is_cut_fits_and_says_so(text, room, middle) -> None:
    shown = shortened(text, room, len, middle=middle)

    assert len(shown) <= max(room, 1)
    assert shown == text or "…" in shown


def test_lines_break_at_blanks_and_the_last_takes_the_rest() -> None:
    text = "one two three four five"

    assert wrapped(text, 9, len, 5).split("\n") == ["one two", "three", "four five"]
    assert wrapped(text, 9, len, 2).split("\n") == ["one two", "three fo…"]
    assert wrapped("a\nb", 9, len, 5) == "a\nb"


def test_a_text_is_broken_anew_from_what_it_was() -> None:
    figure = Figure()
    renderer = FigureCanvasAgg(figure).get_renderer()
    text = figure.text(0, 0, "some words that take several lines where there is little room")
    refit(text, renderer, 100, 9)
    assert text.get_text().count("\n") >= 3

    refit(text, renderer, 10_000, 9)
    assert text.get_text() == "some words that take several lines where there is little room"
    text.set_text("other")
    refit(text, renderer, 10_000, 9)
    assert text.get_text() == "other"


def test_widths_are_those_of_the_font_and_of_the_resolution() -> None:
    def width(size=10.0, dpi=100.0, family="DejaVu Sans"):
        with mpl.rc_context({"font.sans-serif": [family]}):
            renderer = FigureCanvasAgg(Figure(dpi=dpi)).get_renderer()
            font = FontProperties(family="sans-serif", size=size)
            found = measure(renderer, font)("some words")
            drawn = renderer.get_text_width_height_descent("some words", font, ismath=False)[0]
        assert found == pytest.approx(1.03 * drawn)
        return found

    every = [width(), width(size=12), width(dpi=150), width(family="DejaVu Sans Mono"), width()]
    assert every[0] == every[4]
    assert len(set(every)) == 4
