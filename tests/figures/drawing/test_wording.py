"""Every text of a picture can be said in another way."""

import pytest

from dlwhy.figures.drawing import layout, style, wording
from dlwhy.figures.kinds import draw
from tests.figures.conftest import NEEDS
from tests.figures.legible import drawn

KINDS = ["boundary", "loss", "calibration", "weights", "neurons", "slices"]


@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_is_left_as_it_was(kind, subject_of):
    figure = draw([subject_of("binary", 3, **NEEDS.get(kind, {}))], [kind])

    wording.reword(figure, lambda text: "".join("ß" if letter.isalnum() else letter for letter in text))

    texts = [text.get_text() for text, _ in drawn(figure)]
    assert len(texts) > 5
    assert not [text for text in texts if any(letter.isalnum() and letter != "ß" for letter in text)]


def test_what_is_broken_into_lines_or_cut_is_changed_as_a_whole():
    title = "a title of many words, in more than a single line of so small a picture"
    figure, (ax,) = style.new_figure(1, (3, 2.5))
    style.label(ax, title, "x", "y")
    layout.fit(figure)
    assert "\n" in ax.get_title()

    wording.reword(figure, lambda text: "short" if text == title else text)
    layout.fit(figure)

    assert ax.get_title() == "short"


def test_a_name_that_a_legend_has_no_room_for_is_counted_in_the_other_words():
    figure, (ax,) = style.new_figure(1, (3, 2.5))
    handles = [ax.plot([0, 1], [0, place])[0] for place in range(40)]
    style.legend_below(ax, handles, [f"name {place}" for place in range(40)])

    wording.reword(figure, lambda text: text.replace("more", "altri"))
    layout.fit(figure)

    assert ax.get_legend().get_texts()[-1].get_text().endswith(" altri")
