"""What the picture of slices shows: how the model does on those that are worst, and elsewhere."""

import dataclasses

import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.evaluation.errors.held_out import HeldOut
from dlwhy.evaluation.errors.slices import slices_of
from dlwhy.figures.drawing import style
from dlwhy.figures.slices import SlicesDisplay
from tests.figures.conftest import NEEDS
from tests.figures.legible import texts, title_of


@pytest.mark.parametrize(("task", "what"), [("binary", "accuracy"), ("regression", "mean absolute error")])
def test_it_is_that_of_an_evaluation(task, what, subject_of) -> None:
    subject = subject_of(task, 2, **NEEDS["slices"])
    found = slices_of(HeldOut.of_part(subject.dataset, subject.predict))
    ax = SlicesDisplay.from_subject(subject).plot().ax_

    by_mark = {
        mark: [line for line in ax.get_lines() if line.get_marker() == mark and len(line.get_xdata())] for mark in "o|"
    }
    assert [float(line.get_xdata()[0]) for line in by_mark["o"]] == [each.value for each in found.slices]
    assert [float(line.get_xdata()[0]) for line in by_mark["|"]] == [each.elsewhere for each in found.slices]
    colors = {True: style.class_colors(1)[0], False: style.GREY}
    assert [line.get_color() for line in by_mark["o"]] == [colors[each.is_confirmed] for each in found.slices]
    worst = found.slices[0]
    assert worst.is_confirmed
    assert title_of(ax).startswith(f"Worst where {worst.name}: {what} ")
    assert f"{worst.name} ({worst.n_samples} rows)" in texts(ax.figure)
    assert ax.get_xlabel().startswith(f"{what} on {found.n_confirming} test rows that did not choose")


def test_where_nothing_is_confirmed_it_says_so(subject_of) -> None:
    subject = subject_of("binary", 2, n_test=400, wrong=0.4)
    noise = subject.dataset.y_test[::-1].copy()
    subject = dataclasses.replace(subject, dataset=dataclasses.replace(subject.dataset, y_test=noise))

    shown = SlicesDisplay.from_subject(subject).plot()

    if not any(each.is_confirmed for each in shown.slices.slices):
        assert title_of(shown.ax_).startswith("None of ")
    assert "elsewhere" in texts(shown.ax_.figure)


def test_without_anything_to_draw_it_says_why(subject_of) -> None:
    with pytest.raises(InputRefusedError, match="slices of the test part of toy: 30 rows are too few"):
        SlicesDisplay.from_subject(subject_of())
    with pytest.raises(InputRefusedError, match="0 of 400 rows are wrong, too few to say where"):
        SlicesDisplay.from_subject(subject_of(n_test=400))
