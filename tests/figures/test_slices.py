"""Which features are drawn over, where the model is asked, and what it is asked."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.figures.slices import Slice, choose_features


def test_two_features_are_drawn_over_in_order(subject_of):
    cut = Slice.from_subject(subject_of(n_features=2))

    assert cut.names == ("x0", "x1")
    assert cut.n_held == 0
    assert cut.response.shape == (200, 200)


def test_the_response_is_the_models_at_each_place(subject_of):
    subject = subject_of(n_features=2)
    cut = Slice.from_subject(subject)
    rows = np.array([[cut.grids[0][30], cut.grids[1][170]]], np.float32)

    assert cut.response[170, 30] == pytest.approx(subject.predict(rows)[0])


def test_the_grid_covers_all_rows(subject_of):
    subject = subject_of(n_features=2)
    cut = Slice.from_subject(subject)
    rows = np.concatenate([subject.dataset.X_train, subject.dataset.X_test])

    assert (np.array([grid[0] for grid in cut.grids]) < rows.min(axis=0)).all()
    assert (np.array([grid[-1] for grid in cut.grids]) > rows.max(axis=0)).all()


def test_other_features_are_held_at_the_training_median(subject_of):
    subject = subject_of(n_features=4)
    asked = []
    watched = dataclasses.replace(subject, predict=lambda X: asked.append(X) or subject.predict(X))

    cut = Slice.from_subject(watched, "x1", "x2")

    median = np.median(subject.dataset.X_train, axis=0)
    assert cut.n_held == 2
    grid = next(rows for rows in asked if len(rows) == cut.response.size)
    assert (grid[:, [0, 3]] == median[[0, 3]]).all()


def test_wide_data_are_asked_for_in_blocks(subject_of, monkeypatch):
    subject = subject_of(n_features=4)
    whole = Slice.from_subject(subject, "x1", "x0")
    monkeypatch.setattr("dlwhy.figures.slices._BLOCK_VALUES", 1000)

    assert (Slice.from_subject(subject, "x1", "x0").response == whole.response).all()


def test_by_default_the_features_that_go_with_the_prediction(subject_of):
    subject = subject_of(n_features=6)
    shifted = dataclasses.replace(subject, predict=lambda X: (X[:, 4] + 0.5 * X[:, 2] > 0).astype(np.float32))

    assert choose_features(shifted, None, None) == [4, 2]
    assert choose_features(shifted, None, "x4") == [2, 4]
    assert choose_features(shifted, "x0", None) == [0, 4]
    assert choose_features(shifted, "x5", "x1") == [5, 1]


def test_constant_features_and_predictions_do_no_harm(subject_of):
    subject = subject_of(n_features=3)
    dataset = dataclasses.replace(subject.dataset, X_train=np.ones_like(subject.dataset.X_train))
    still = dataclasses.replace(subject, dataset=dataset, predict=lambda X: np.full(len(X), 0.5, np.float32))

    assert choose_features(still, None, None) == [0, 1]
    assert np.isfinite(Slice.from_subject(still).grids[0]).all()


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
        choose_features(subject_of(n_features=n_features), x, y)


def test_no_rows_at_all_are_refused(subject_of):
    subject = subject_of()
    none = {
        f"{kind}_{part}": getattr(subject.dataset, f"{kind}_{part}")[:0] for kind in "Xy" for part in ("train", "test")
    }
    empty = dataclasses.replace(subject, dataset=dataclasses.replace(subject.dataset, **none))

    with pytest.raises(InputRefusedError, match="toy has no rows"):
        Slice.from_subject(empty)


def test_very_many_rows_are_thinned_out_and_counted(subject_of):
    cut = Slice.from_subject(subject_of(n_test=5000))

    assert len(cut.test.X) == len(cut.test.y) == 2000
    assert cut.test.n_samples == 5000
    assert len(cut.train.y) == cut.train.n_samples == 60
