"""Rows of a data set, drawn anew by each seed."""

import numpy as np
import pytest

from dlwhy.data.dataset import Dataset
from dlwhy.data.toys.make import make
from dlwhy.errors import InputRefusedError
from dlwhy.studies.tasks import draws


def table(n, *, classes, n_features=3, constant=None):
    """Make a data set of n rows."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, n_features)).astype(np.float32)
    if constant is not None:
        X[:, 0] = constant
    return Dataset(
        X_train=X[2:],
        y_train=(np.arange(2, n) % classes).astype(np.int32),
        X_test=X[:2],
        y_test=np.arange(2, dtype=np.int32),
        name="tiny",
        task="binary" if classes == 2 else "multiclass",
        class_names=tuple(f"class {i}" for i in range(classes)),
    )


def test_every_beginning_of_a_resample_has_the_classes_in_their_shares():
    made = draws.resampled(make("digits"), 0, n_train=1300)

    for n in (50, 100, 400):
        counts = np.bincount(made.y_train[:n], minlength=10)
        assert counts.max() - counts.min() <= 0.02 * n + 2


def test_a_resample_joins_both_parts_and_holds_none_of_its_rows_twice():
    dataset = table(100, classes=2)
    made = draws.resampled(dataset, 0, standardise=False, test_share=0.3)
    rows = set(map(bytes, made.X_train)) | set(map(bytes, made.X_test))

    assert rows == set(map(bytes, np.concatenate([dataset.X_train, dataset.X_test])))
    assert (len(made.X_train), len(made.X_test)) == (70, 30)


def test_a_resample_larger_than_the_data_is_refused():
    with pytest.raises(InputRefusedError, match="80 training rows asked for, there are 75"):
        draws.resampled(table(100, classes=2), 0, n_train=80)


def test_few_rows_of_many_classes_are_split_without_regard_to_classes():
    made = draws.resampled(table(8, classes=4), 0)

    assert len(made.X_train) + len(made.X_test) == 8


@pytest.mark.parametrize("constant", [0.0, 0.1, 16.7, 1e5 + 0.3])
def test_a_feature_that_is_constant_in_training_becomes_0(constant):
    X = np.random.default_rng(0).standard_normal((700, 2)).astype(np.float32)
    X[:, 0] = constant
    train, test = draws.standardised(X, X[:5] + 1)

    np.testing.assert_array_equal(train[:, 0], 0)
    np.testing.assert_array_equal(test[:, 0], 0)
    assert train[:, 1].std() == pytest.approx(1, abs=1e-5)
