"""Axes over features: groups side by side, whatever their dummies."""

import dataclasses

import numpy as np
import pytest

from dlwhy.data.dataset import Column
from dlwhy.errors import UsageError
from dlwhy.figures.choosing import choose_axes
from dlwhy.figures.dependence import Dependence


def titanic(subject_of):
    """Make a subject with a category of three, one of two, and a number with a flag for what is missing."""
    subject = subject_of(n_features=7)
    columns = (
        Column(name="class", kind="categorical", categories=("1st", "2nd", "3rd")),
        Column(name="sex", kind="categorical", categories=("female", "male")),
        Column(name="age", indicator=True),
    )
    arrays = {}
    for part in ("X_train", "X_test"):
        rows = np.array(getattr(subject.dataset, part))
        rows[:, :3] = np.eye(3)[rows[:, :3].argmax(axis=1)]
        rows[:, 3:5] = np.eye(2)[rows[:, 3:5].argmax(axis=1)]
        rows[:, 6] = rows[:, 6] > 0.5
        arrays[part] = rows
    dataset = dataclasses.replace(subject.dataset, columns=columns, **arrays)
    survived = lambda X: (0.1 + 0.7 * X[:, 3] + 0.1 * X[:, 0]).astype(np.float32)  # noqa: E731
    return dataclasses.replace(subject, dataset=dataset, predict=survived)


def test_two_dummies_of_one_category_are_one_axis_of_groups(subject_of):
    subject = titanic(subject_of)
    found = Dependence.from_subject(subject)
    asked = Dependence.from_subject(subject, "sex=male", "age missing")

    assert [axis.name for axis in found.axes] == ["sex", "class"]  # by default never two of one column
    assert [axis.groups for axis in found.axes] == [("female", "male"), ("1st", "2nd", "3rd")]
    assert found.response.shape == (3, 2)
    assert found.response[:, 0] - found.response[:, 1] == pytest.approx(0.7, abs=1e-5)
    assert found.response[0] - found.response[1] == pytest.approx(0.1, abs=1e-5)
    assert [axis.groups for axis in asked.axes] == [("female", "male"), ("(known)", "(missing)")]
    with pytest.raises(UsageError, match="--x and --y are both sex=female and sex=male, of one column"):
        choose_axes(subject, "sex=female", "sex=male")


def test_rows_of_a_group_lie_side_by_side_in_it(subject_of):
    subject = titanic(subject_of)
    found = Dependence.from_subject(subject, "sex", "age")
    male = subject.dataset.X_train[:, 4] == 1

    assert (np.abs(found.train.X[:, 0] - male) <= 0.42).all()
    assert len(np.unique(found.train.X[:, 0])) == len(male)
    assert (found.train.X[:, 1] == subject.dataset.X_train[:, 5]).all()
    assert (found.train.X == Dependence.from_subject(subject, "sex", "age").train.X).all()


def test_what_is_in_no_category_has_a_group_of_its_own(subject_of):
    subject = titanic(subject_of)
    rows = np.array(subject.dataset.X_test)
    rows[0, :3] = 0
    unknown = dataclasses.replace(subject, dataset=dataclasses.replace(subject.dataset, X_test=rows))
    axis = choose_axes(unknown, "class", None)[0]

    assert axis.groups == ("1st", "2nd", "3rd", "(other)")
    assert round(axis.positions(rows, 0)[0]) == 3
    assert (axis.values(np.array([3.0])) == 0).all()


def test_missing_cells_of_a_category_are_a_group(subject_of):
    subject = subject_of(n_features=3)
    rows = np.float32([[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 0]])
    column = Column(name="deck", kind="categorical", categories=("a", "b"), fill="a", indicator=True)
    parts = {"X_train": rows, "X_test": rows, "y_train": np.int32([0, 1, 0, 1]), "y_test": np.int32([0, 1, 0, 1])}
    dataset = dataclasses.replace(subject.dataset, columns=(column,), **parts)
    axis = choose_axes(dataclasses.replace(subject, dataset=dataset), None, None)[0]

    assert axis.groups == ("a", "b", "(missing)")
    assert axis.positions(rows, 0).round().tolist() == [0, 1, 2, 1]
    assert axis.values(np.array([2.0])).tolist() == [[1, 0, 1]]


def test_few_whole_numbers_are_spread_a_little(subject_of):
    subject = subject_of(n_features=2)
    whole = {part: np.array(getattr(subject.dataset, part)) for part in ("X_train", "X_test")}
    for rows in whole.values():
        rows[:, 1] = np.rint(2 * rows[:, 1])
    counted = dataclasses.replace(subject, dataset=dataclasses.replace(subject.dataset, **whole))
    found = Dependence.from_subject(counted)

    assert (found.train.X[:, 0] == whole["X_train"][:, 0]).all()
    assert 0 < np.abs(found.train.X[:, 1] - whole["X_train"][:, 1]).max() <= 0.21
