"""A window, if there is a screen."""

import pytest

from dlwhy.errors import DlwhyWarning
from dlwhy.figures.drawing import window
from dlwhy.figures.kinds import draw


def test_without_a_screen_no_window_opens(subject_of):
    with pytest.warns(DlwhyWarning, match="no screen"):
        window.show(draw([subject_of()], ["loss"]))
