"""Classes of too few rows."""

import numpy as np
import pytest

from dlwhy.checks import targets
from dlwhy.checks.table import Table
from dlwhy.data.dataset import Dataset


def table(train, test, task="binary") -> Table:
    """A table with so many training and test rows of each class."""
    kind = np.float32 if task == "regression" else np.int32
    y_train, y_test = (np.repeat(np.arange(len(part)), part).astype(kind) for part in (train, test))
    names = () if task == "regression" else tuple("abc"[: len(train)])
    X_train, X_test = (np.arange(len(y), dtype=np.float32)[:, None] for y in (y_train, y_test))
    return Table(
        Dataset(X_train=X_train, y_train=y_train, X_test=X_test, y_test=y_test, name="t", task=task, class_names=names)
    )


def test_a_class_of_few_rows_is_named_with_its_counts() -> None:
    (remark,) = targets.rare_classes(table([50, 9], [20, 4]))

    assert remark.numbers == {"rows": {"b": [9, 4]}}
    assert remark.says.startswith('"b" (9 training, 4 test) has too few rows')


def test_a_class_without_a_test_row_is_named_too() -> None:
    (remark,) = targets.rare_classes(table([50, 50, 50], [20, 0, 20], "multiclass"))

    assert remark.numbers == {"rows": {"b": [50, 0]}}


@pytest.mark.parametrize(
    ("train", "test", "task"), [([10, 10], [1, 1], "binary"), ([10, 10], [0, 0], "binary"), ([9], [1], "regression")]
)
def test_enough_rows_no_test_part_and_numbers_are_no_finding(train, test, task) -> None:
    assert list(targets.rare_classes(table(train, test, task))) == []


def test_a_class_far_below_an_equal_share_is_told_of_with_what_guessing_does() -> None:
    (remark,) = targets.imbalance(table([70, 3], [25, 2]))

    assert remark.numbers == {"least": 0.05, "most": 0.95}
    assert "guessing has an accuracy of 0.95" in remark.says
    assert list(targets.imbalance(table([70, 10], [20, 0]))) == []  # just a tenth
