import base64
import io
import re

import numpy as np
from PIL import Image

from dlwhy.figures.drawing import style
from dlwhy.report import pictures
from tests.report.conftest import HOSTILE, LANGUAGES


def bars(names):
    figure, (ax,) = style.new_figure()
    ax.bar(names, range(len(names)))
    return figure


def test_a_picture_has_names_of_its_own_and_the_same_text_twice():
    first, again, other = (
        pictures.drawn(lambda: bars("ab"), prefix, LANGUAGES[:1])["en"] for prefix in ("p1-", "p1-", "p2-")
    )

    assert first == again
    ids, others = (set(re.findall(r' id="([^"]+)"', text)) for text in (first, other))
    assert ids
    assert not ids & others
    used = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', first)
    assert {one or two for one, two in used} <= ids


def test_a_hostile_label_leaves_nothing_but_lines_in_a_picture():
    text = pictures.drawn(lambda: bars([name.replace("\x1b", "") for name in HOSTILE]), "p-", LANGUAGES)["it"]

    assert "script" not in text
    assert "onerror" not in text
    assert "<!--" not in text
    assert "<style" not in text
    assert "<metadata" not in text


def test_numbers_are_short_but_small_ones_stay_what_they_are():
    text = pictures.within_page(
        '<svg xmlns="http://www.w3.org/2000/svg" width="10pt" height="10pt">'
        '<path d="M 1.234567 -20.0001234 L 3 0.01562599" transform="scale(0.015625)"/></svg>',
        "p-",
    )

    assert 'd="M 1.23 -20 L 3 0.01563"' in text
    assert 'transform="scale(0.01562)"' in text


def test_an_image_comes_back_with_its_colours_the_top_row_first():
    colors = np.zeros((2, 3, 3))
    colors[0, :, 0] = 1

    address = pictures.image(colors)

    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB"))
    assert pixels[0].tolist() == [[255, 0, 0]] * 3
    assert pixels[1].tolist() == [[0, 0, 0]] * 3


def test_marks_that_look_alike_say_so_once_and_letters_stand_on_their_line():
    text = pictures.within_page(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10pt" height="10pt">'
        '<defs><path id="mark" d="M 0 0"/></defs><g><use xlink:href="#mark" x="1" style="fill:red"/>'
        '<use xlink:href="#mark" transform="translate(63.62 0)" style="fill:red"/></g></svg>',
        "p-",
    )

    assert '<g style="fill:red"><use x="1" href="#p-0" /><use x="63.62" href="#p-0"/></g>' in text


def test_the_users_names_stay_and_other_words_are_translated():
    def made():
        figure, (ax,) = style.new_figure()
        style.label(ax, "loss", "epoch", "loss")
        return figure

    drawn = pictures.drawn(made, "p-", LANGUAGES)
    kept = pictures.drawn(made, "p-", LANGUAGES, names=["loss", "epoch"])
    as_english = [text["it"].replace('"it-', '"en-').replace("#it-", "#en-") for text in (drawn, kept)]

    assert as_english[0] != drawn["en"]
    assert as_english[1].count("<use") == kept["en"].count("<use")
