"""Panels as large as the terminal."""

import io

import pytest
from rich.console import Console

from dlwhy.cli.show.sketch import sheet
from dlwhy.data.stored import storage
from dlwhy.errors import UsageError
from dlwhy.figures.subject import Subject
from dlwhy.models.keras_file import archive


@pytest.fixture(scope="module")
def subject(demo):
    return Subject.from_trained(archive.read(demo / "model.keras"), storage.read(demo / "dataset.joblib"))


@pytest.mark.parametrize(("width", "height", "below"), [(80, 24, False), (40, 24, True), (200, 60, False)])
@pytest.mark.parametrize("color", [None, "truecolor"])
def test_it_fits_the_terminal(subject, width, height, below, color):
    console = Console(file=io.StringIO(), width=width, height=height, color_system=color, force_terminal=bool(color))
    lines = sheet.sheet(subject, ["boundary", "loss"], console).plain.splitlines()

    assert max(map(len, lines)) <= width
    assert len(lines) <= height
    assert ("loss" in lines[0]) is not below
    assert "test accuracy" in lines[0]


@pytest.mark.parametrize("width", [1, 5])
def test_a_terminal_with_no_room_for_a_panel_has_the_narrowest(subject, width):
    console = Console(file=io.StringIO(), width=width, height=24)

    assert max(map(len, sheet.sheet(subject, ["loss", "boundary"], console).plain.splitlines())) <= 10


def test_what_is_not_drawn_there_is_named():
    with pytest.raises(UsageError, match=r"roc: not drawn in a terminal \(boundary, loss, accuracy are"):
        sheet.check_kinds(["loss", "roc"])
