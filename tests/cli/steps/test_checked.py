"""One line on what the quick checks find in data that a command has read."""

import warnings

import numpy as np
import pytest

from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import checked
from dlwhy.data.dataset import Dataset
from dlwhy.errors import DlwhyWarning


@pytest.fixture
def leaking() -> Dataset:
    """A data set of which one column is the target."""
    y = (np.arange(200) % 2).astype(np.int32)
    X = np.column_stack([y, np.random.default_rng(0).normal(size=200)]).astype(np.float32)
    return Dataset(
        X_train=X[:100],
        y_train=y[:100],
        X_test=X[100:],
        y_test=y[100:],
        name="d",
        task="binary",
        class_names=("a", "b"),
    )


def test_a_fault_is_one_warning(leaking) -> None:
    with pytest.warns(DlwhyWarning, match=r'^d\.joblib: copy of the target in "x0" \(D101\)') as told:
        checked.tell(Output(), leaking, "d.joblib")
    assert len(told) == 1


def test_nothing_is_said_of_what_was_told_or_when_quiet(leaking) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checked.tell(Output(), leaking, "d.joblib", told=("D101",))
        checked.tell(Output(quiet=True), leaking, "d.joblib")
