"""Legends below their panels."""

import pytest

from dlwhy.figures.drawing import layout
from tests.figures.legible import drawn_in_a_style, faults

pytestmark = pytest.mark.usefixtures("coarse")


def test_a_legend_with_too_many_names_counts_the_rest(subject_of):
    subject = subject_of("multiclass", classes=[f"class number {index}" for index in range(60)])
    figure = drawn_in_a_style([subject], ["boundary"])
    assert faults(figure) == []

    names = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    shown = [name for name in names if name.startswith("class")]
    assert f"… {60 - len(shown)} more" in names
    assert names[-1] == "boundary"


def test_a_legend_is_made_anew_where_there_is_other_room(subject_of):
    figure = drawn_in_a_style([subject_of("multiclass", classes=[f"class number {i}" * 3 for i in range(9)])], ["roc"])
    shown = []
    for inches in ((5, 5), (16, 10), (5, 5)):
        figure.set_size_inches(inches)
        layout.fit(figure)
        shown.append([text.get_text() for text in figure.axes[0].get_legend().get_texts()])

    assert shown[0] == shown[2] != shown[1]
