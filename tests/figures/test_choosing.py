"""Which columns a picture runs over."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.figures.choosing import choose_axes
from dlwhy.figures.dependence import Dependence


def names(axes):
    return [axis.name for axis in axes]


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
        (12, "nope", None, r"x9, … \(12\)"),
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
