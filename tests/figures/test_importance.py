"""What the picture of importances shows: each column's fall, the largest on top, fifteen at most."""

import dataclasses

import numpy as np
import pytest

from dlwhy.evaluation.errors.held_out import HeldOut
from dlwhy.evaluation.errors.importance import importance_of
from dlwhy.figures.drawing import style
from dlwhy.figures.importance import ImportanceDisplay
from tests.figures.legible import texts, title_of


def rows(ax):
    """Give each row's value and colour."""
    points = [line for line in ax.get_lines() if line.get_marker() == "o" and len(line.get_xdata()) == 1]
    return [(float(line.get_xdata()[0]), line.get_color()) for line in points]


def test_it_is_that_of_an_evaluation_in_points(subject_of) -> None:
    subject = subject_of("binary", 3)
    found = importance_of(HeldOut.of_part(subject.dataset, subject.predict))
    ax = ImportanceDisplay.from_subject(subject).plot().ax_

    assert [value for value, _ in rows(ax)] == pytest.approx([100 * each.drop.value for each in found.units])
    blue = style.class_colors(1)[0]
    assert [color for _, color in rows(ax)] == [blue, style.GREY, style.GREY]
    assert ax.get_yticklabels()[0].get_text() == "x0"
    assert ax.yaxis_inverted()
    assert title_of(ax) == f"Accuracy falls most with x0 shuffled: by {100 * found.units[0].drop.value:.1f} points"
    assert {"a fall can be told", "none can be told"} <= set(texts(ax.figure))


def test_many_columns_are_cut_and_counted_and_twins_named_by_the_first(subject_of) -> None:
    subject = subject_of("regression", 20)
    for X in (subject.dataset.X_train, subject.dataset.X_test):
        X[:, 1] = X[:, 0]

    ax = ImportanceDisplay.from_subject(subject).plot().ax_

    assert len(rows(ax)) == 15
    assert ax.get_yticklabels()[0].get_text() == "x0 + 1 twin"
    assert title_of(ax).splitlines()[1] == "4 columns with less not shown"
    assert ax.get_xlabel() == "fall in R², 95 % interval"


def test_a_model_that_looks_at_nothing(subject_of) -> None:
    subject = subject_of()
    blind = dataclasses.replace(subject, predict=lambda X: 0 * X[:, 0])

    ax = ImportanceDisplay.from_subject(blind).plot().ax_

    assert title_of(ax) == "No fall in accuracy can be told, whatever column is shuffled"


def test_where_one_class_has_most_of_the_rows_it_is_of_the_loss(subject_of) -> None:
    subject = subject_of("binary", 3)
    for y in (subject.dataset.y_train, subject.dataset.y_test):
        y[:] = np.arange(len(y)) % 10 == 0
    ax = ImportanceDisplay.from_subject(subject).plot().ax_

    found = importance_of(HeldOut.of_part(subject.dataset, subject.predict))
    assert [value for value, _ in rows(ax)] == pytest.approx([each.loss for each in found.units])
    assert title_of(ax).splitlines()[1] == "90 % of the rows are of one class"
    assert ax.get_xlabel() == "rise in log loss, 95 % interval"
