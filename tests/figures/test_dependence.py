"""Which columns are drawn over, where the model is asked, and what it is asked."""

import dataclasses

import numpy as np
import pytest

from dlwhy.data.dataset import Column
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.figures.choosing import choose_axes
from dlwhy.figures.dependence import Dependence


def names(axes):
    return [axis.name for axis in axes]


def test_two_features_are_drawn_over_in_order(subject_of):
    found = Dependence.from_subject(subject_of(n_features=2))

    assert [axis.name for axis in found.axes] == ["x0", "x1"]
    assert (found.n_averaged, found.headline) == (0, found.title)
    assert found.response.shape == (200, 200)


def test_the_response_is_the_models_at_each_place(subject_of):
    subject = subject_of(n_features=2)
    found = Dependence.from_subject(subject)
    rows = np.array([[found.grids[0][30], found.grids[1][170]]], np.float32)

    assert found.response[170, 30] == pytest.approx(subject.predict(rows)[0])


def test_the_grid_covers_all_rows(subject_of):
    subject = subject_of(n_features=2)
    found = Dependence.from_subject(subject)
    rows = np.concatenate([subject.dataset.X_train, subject.dataset.X_test])

    assert (np.array([grid[0] for grid in found.grids]) < rows.min(axis=0)).all()
    assert (np.array([grid[-1] for grid in found.grids]) > rows.max(axis=0)).all()


def test_rows_near_a_place_keep_what_they_have_elsewhere(subject_of):
    subject = subject_of(n_features=4)
    asked = []
    watched = dataclasses.replace(subject, predict=lambda X: asked.append(X) or X[:, 3].astype(np.float32))

    found = Dependence.from_subject(watched, "x1", "x2")

    known = {tuple(row) for row in subject.dataset.X_train[:, [0, 3]].tolist()}
    assert found.n_averaged == 30
    assert {tuple(row) for row in asked[0][:, [0, 3]].tolist()} <= known
    # every row lies nearest to itself: the mean there is of its neighbours
    x, y = found.grids
    place = subject.dataset.X_train[0, [1, 2]]
    ground = found.response[np.abs(y - place[1]).argmin(), np.abs(x - place[0]).argmin()]
    spread = subject.dataset.X_train[:, [1, 2]].std(axis=0)
    distance = (((subject.dataset.X_train[:, [1, 2]] - place) / spread) ** 2).sum(axis=1)
    near = subject.dataset.X_train[np.argsort(distance)[:30], 3]
    assert near.min() < ground < near.max()


def test_rows_lie_on_the_ground_of_what_is_predicted_for_them(subject_of):
    """Where the other columns go with the two that are drawn, as a flower's sepals with its petals."""
    subject = subject_of("multiclass", 4)
    along = np.linspace(-1, 1, 90, dtype=np.float32)[np.random.default_rng(0).permutation(90)]
    X = np.stack([along, along, along, along], axis=1)
    # half of the answer hangs on the columns that aren't drawn: at their median it would be the middle class
    centers = np.float32([-0.8, 0, 0.8])
    predict = lambda rows: np.exp(-30 * (rows.mean(axis=1, keepdims=True) - centers) ** 2) + np.float32(1e-9)  # noqa: E731
    y = predict(X).argmax(axis=1).astype(np.int32)
    dataset = dataclasses.replace(subject.dataset, X_train=X[:60], X_test=X[60:], y_train=y[:60], y_test=y[60:])
    found = Dependence.from_subject(dataclasses.replace(subject, dataset=dataset, predict=predict), "x0", "x1")

    x, y_grid = found.grids
    ground = found.response.argmax(axis=-1)
    under = [ground[np.abs(y_grid - row[1]).argmin(), np.abs(x - row[0]).argmin()] for row in X]
    assert np.mean(under == y) > 0.95


def test_the_scales_of_two_features_are_the_same_unless_one_is_much_longer(subject_of):
    subject = subject_of()
    found = Dependence.from_subject(subject)
    (left, *_, right), (low, *_, high) = found.grids
    stretched = {f"X_{part}": getattr(subject.dataset, f"X_{part}") * np.float32([1, 10]) for part in ("train", "test")}
    wide = dataclasses.replace(subject, dataset=dataclasses.replace(subject.dataset, **stretched))

    assert found.equal_scales
    assert 1 / 1.11 < (right - left) / (high - low) < 1.11
    assert not Dependence.from_subject(wide).equal_scales
    assert not Dependence.from_subject(subject_of(n_features=3)).equal_scales  # of a table: in different units


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


def test_wrongly_classified_rows_are_known(subject_of):
    subject = subject_of()
    found = Dependence.from_subject(dataclasses.replace(subject, predict=lambda X: 1 - subject.predict(X)))

    assert found.train.wrong.all()
    assert not Dependence.from_subject(subject).test.wrong.any()
    assert not Dependence.from_subject(subject_of("regression")).test.wrong.any()


def test_wide_data_are_asked_for_in_blocks(subject_of, monkeypatch):
    subject = subject_of(n_features=4)
    whole = Dependence.from_subject(subject, "x1", "x0")
    monkeypatch.setattr("dlwhy.figures.dependence._BLOCK_VALUES", 1000)

    assert Dependence.from_subject(subject, "x1", "x0").response == pytest.approx(whole.response, abs=1e-6)


def test_by_default_the_features_that_go_with_the_prediction(subject_of):
    subject = subject_of(n_features=6)
    shifted = dataclasses.replace(subject, predict=lambda X: (X[:, 4] + 0.5 * X[:, 2] > 0).astype(np.float32))

    assert names(choose_axes(shifted, None, None)) == ["x4", "x2"]
    assert names(choose_axes(shifted, None, "x4")) == ["x2", "x4"]
    assert names(choose_axes(shifted, "x0", None)) == ["x0", "x4"]
    assert names(choose_axes(shifted, "x5", "x1")) == ["x5", "x1"]


def test_constant_features_and_predictions_do_no_harm(subject_of):
    subject = subject_of(n_features=3)
    dataset = dataclasses.replace(subject.dataset, X_train=np.ones_like(subject.dataset.X_train))
    still = dataclasses.replace(subject, dataset=dataset, predict=lambda X: np.full(len(X), 0.5, np.float32))

    assert names(choose_axes(still, None, None)) == ["x0", "x1"]
    assert np.isfinite(Dependence.from_subject(still).grids[0]).all()


@pytest.mark.parametrize(
    ("n_features", "x", "y", "message"),
    [
        (3, "nope\x1b", None, r"--x nope\\x1b: no such feature \(there is x0, x1, x2\)"),
        (3, None, "nope", "--y nope: no such feature"),
        (3, "x1", "x1", "--x and --y are both x1"),
        (1, None, "x0", "--y x0: the data set has one feature only"),
        (12, "nope", None, r"x9, …\)"),
    ],
)
def test_features_that_are_not_there_are_a_usage_error(subject_of, n_features, x, y, message):
    with pytest.raises(UsageError, match=message):
        choose_axes(subject_of(n_features=n_features), x, y)


def test_no_rows_at_all_are_refused(subject_of):
    subject = subject_of()
    none = {
        f"{kind}_{part}": getattr(subject.dataset, f"{kind}_{part}")[:0] for kind in "Xy" for part in ("train", "test")
    }
    empty = dataclasses.replace(subject, dataset=dataclasses.replace(subject.dataset, **none))

    with pytest.raises(InputRefusedError, match="toy has no rows"):
        Dependence.from_subject(empty)


def test_very_many_rows_are_thinned_out_and_counted(subject_of):
    found = Dependence.from_subject(subject_of(n_test=5000))

    assert len(found.test.X) == len(found.test.y) == 2000
    assert found.test.n_samples == 5000
    assert len(found.train.y) == found.train.n_samples == 60
