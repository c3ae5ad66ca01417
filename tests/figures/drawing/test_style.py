"""How pictures look and are saved: bytes that repeat, colours that differ, whatever the surroundings."""

import itertools
import warnings
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from dlwhy.errors import OutputBlockedError, UsageError
from dlwhy.figures.drawing import style
from dlwhy.figures.kinds import draw

CLASSES = ("boundary", "confusion", "calibration")


def saved(subject, path, kinds=CLASSES, look="light"):
    with style.styled(look):
        style.save(draw([subject], kinds), path, dpi=50)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", style.FORMATS)
def test_case_95_the_same_picture_has_the_same_bytes(suffix, subject_of, tmp_path):
    first, second = (saved(subject_of("multiclass"), tmp_path / f"{name}.{suffix}") for name in "ab")

    assert first == second


def test_styles_differ_and_leave_no_trace(subject_of, tmp_path):
    before = dict(mpl.rcParams)
    pictures = {saved(subject_of(), tmp_path / "a.png", ["loss"], look) for look in style.STYLES}

    assert len(pictures) == len(style.STYLES)
    assert dict(mpl.rcParams) == before


def test_an_unknown_style_is_a_usage_error():
    with pytest.raises(UsageError, match="light, dark, large"), style.styled("pink"):
        pass


@pytest.mark.parametrize("name", ["plot.jpg", "plot", "plot.png.txt"])
def test_other_suffixes_are_a_usage_error(name):
    with pytest.raises(UsageError, match=r"\.png, \.svg or \.pdf"):
        style.format_of(name)


def test_case_66_html_in_names_is_inert_in_svg(subject_of, tmp_path):
    names = ['"><img onerror=alert(1)>', "<script>alert(1)</script>"]
    root = ET.fromstring(
        saved(subject_of(names=names, classes=["-->", "--><script>"]), tmp_path / "a.svg", ["boundary"])
    )

    assert not {"script", "img"} & {str(element.tag).split("}")[-1] for element in root.iter()}


def test_names_in_any_script_are_drawn_without_a_word(subject_of, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        saved(subject_of(names=["長さ", "🌙"]), tmp_path / "a.png", ["boundary"])


def test_no_clobber(subject_of, tmp_path):
    (tmp_path / "a.png").write_bytes(b"old")
    with pytest.raises(OutputBlockedError):
        style.save(draw([subject_of()], ["loss"]), tmp_path / "a.png", no_clobber=True)

    assert (tmp_path / "a.png").read_bytes() == b"old"


@pytest.mark.parametrize("n_classes", [2, 3, 6, 7, 10, 11, 40])
def test_every_class_has_its_own_colour(n_classes):
    colors = style.class_colors(n_classes)

    assert len(set(colors)) == n_classes


# how the three kinds of colour blindness see linear RGB (Viénot, Brettel and Mollon 1999; tritan: Brettel 1997)
BLINDNESS = {
    "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    "tritan": [[1, 0.1446, -0.1446], [0, 0.8592, 0.1408], [0, 0.8592, 0.1408]],
}


@pytest.mark.parametrize("kind", BLINDNESS)
def test_colour_blind_people_tell_the_first_classes_apart(kind):
    seen = [np.array(BLINDNESS[kind]) @ np.array(to_rgb(color)) ** 2.2 for color in style.class_colors(5)]
    distances = [
        np.abs(np.clip(a, 0, 1) ** (1 / 2.2) - np.clip(b, 0, 1) ** (1 / 2.2)).max()
        for a, b in itertools.combinations(seen, 2)
    ]

    assert min(distances) > 0.1
