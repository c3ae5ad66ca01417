"""Which columns are drawn over, where the model is asked, and what it is asked."""

import dataclasses

import numpy as np
import pytest

from dlwhy.figures.dependence import Dependence


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


def test_very_many_rows_are_thinned_out_and_counted(subject_of):
    found = Dependence.from_subject(subject_of(n_test=5000))

    assert len(found.test.X) == len(found.test.y) == 2000
    assert found.test.n_samples == 5000
    assert len(found.train.y) == found.train.n_samples == 60
