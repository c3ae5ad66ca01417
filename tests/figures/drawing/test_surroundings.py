"""What the user has set of Matplotlib changes nothing."""

import matplotlib as mpl
import pytest

from dlwhy.figures.drawing import style
from dlwhy.figures.kinds import draw

CLASSES = ("boundary", "confusion", "calibration")


def saved(subject, path, kinds=CLASSES, look="light"):
    with style.styled(look):
        style.save(draw([subject], kinds), path, dpi=50)
    return path.read_bytes()


@pytest.mark.parametrize("look", style.STYLES)
def test_every_style_draws_whatever_the_users_settings(look, subject_of, tmp_path):
    plain = saved(subject_of(), tmp_path / "a.png", ["boundary"], look)
    with mpl.rc_context({"font.size": 30, "text.usetex": True, "figure.dpi": 33}):
        other = saved(subject_of(), tmp_path / "b.png", ["boundary"], look)

    assert plain == other
