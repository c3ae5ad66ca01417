"""Which rows are for training and which for testing."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.text import display

Rows = npt.NDArray[np.int64]


def check_split_options(*, seed: int, test_size: float) -> None:
    """Refuse a seed or a share of test rows that can't be.

    Raises
    ------
    UsageError
        If one of the two is out of range.

    """
    if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise UsageError(f"--seed must be a whole number from 0 to 2**32 - 1 (got {display(seed)})")
    if not isinstance(test_size, float) or not 0 < test_size < 1:
        raise UsageError(f"--test-size must be a number between 0 and 1 (got {shown_number(test_size)})")


def split_rows(
    n_rows: int,
    *,
    seed: int,
    test_size: float,
    y: npt.NDArray[np.int32] | None = None,
    class_names: Sequence[str] = (),
) -> tuple[Rows, Rows]:
    """Split row numbers by chance, as scikit-learn's `train_test_split` does with the same seed.

    Parameters
    ----------
    n_rows
        Number of rows.
    seed, test_size
        Seed, and share of the rows that are for testing.
    y
        Classes, (n_rows,), if both parts shall hold the same share of each class.
    class_names
        Names of the classes in `y`, at index order.

    Returns
    -------
    train, test
        Row numbers, int64.

    Raises
    ------
    InputRefusedError
        If the rows, or those of one class, are too few.

    """
    if y is not None:
        _check_classes(y, class_names, test_size)
    if n_rows < 2:
        raise InputRefusedError(f"{n_rows} data row; at least 2 are needed for a train/test split")
    if math.ceil(test_size * n_rows) >= n_rows:
        raise InputRefusedError(f"no row of {n_rows} is left for training", "lower --test-size")
    from sklearn.model_selection import train_test_split

    train, test = train_test_split(np.arange(n_rows), test_size=test_size, random_state=seed, stratify=y)
    return train, test


def shown_number(value: object) -> str:
    """Write a number for a message as a person would: -1, not -1.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return display(value)


def _check_classes(y: npt.NDArray[np.int32], class_names: Sequence[str], test_size: float) -> None:
    counts = np.bincount(y, minlength=len(class_names))
    for name, count in zip(class_names, counts, strict=True):
        if count == 1:
            raise InputRefusedError(
                f'class "{display(name)}" has 1 sample; at least 2 are needed for a train/test split',
                "--no-stratify splits without regard to classes",
            )
    n_classes, n_test = int(np.count_nonzero(counts)), math.ceil(test_size * len(y))
    for part, size in (("test", n_test), ("training", len(y) - n_test)):
        if size < n_classes:
            raise InputRefusedError(
                f"a {part} part of {size} rows can't hold each of {n_classes} classes",
                "change --test-size; --no-stratify splits without regard to classes",
            )
