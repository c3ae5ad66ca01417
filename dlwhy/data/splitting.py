"""Which rows are for training and which for testing: by chance, by whole groups, or by time."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from dlwhy.data.random_split import train_test_split
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.text import counted, display

Rows = npt.NDArray[np.int64]
Kind = Literal["group", "time"]
# of each row the number of its group, int32, or its time, float64
Keys = npt.NDArray[Any]
KEY_TYPES: dict[Kind, type[np.generic]] = {"group": np.int32, "time": np.float64}
# fewer say nothing of groups that are not among them
FEWEST_GROUPS = 4


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """By which column of the table rows are kept together or in order; it is no feature.

    Parameters
    ----------
    by
        ``group``: rows of one group are never on both sides; ``time``: training rows are earlier than test rows.
    column
        Name of the column.
    train, test
        Of each training and test row the number of its group, int32, or its time, float64.

    """

    by: Kind
    column: str
    train: Keys
    test: Keys

    def check(self, n_train: int, n_test: int) -> None:
        """Refuse what contradicts itself, or does not fit parts of so many rows.

        Raises
        ------
        InputRefusedError
            If it does.

        """
        if self.by not in KEY_TYPES or not isinstance(self.column, str):
            raise InputRefusedError("the split is not by group or time")
        for part, keys, n in (("train", self.train, n_train), ("test", self.test, n_test)):
            if keys.shape != (n,) or keys.dtype != KEY_TYPES[self.by] or not np.isfinite(keys).all():
                raise InputRefusedError(f"the {self.by}s of the {part} part are damaged, or do not fit its {n} rows")
        if self.by == "group":
            self._check_groups()
        elif len(self.train) and len(self.test) and self.train.max() >= self.test.min():
            raise InputRefusedError(f'a training row is not earlier than all test rows, by "{display(self.column)}"')

    def _check_groups(self) -> None:
        if min(self.train.min(initial=0), self.test.min(initial=0)) < 0:
            raise InputRefusedError("the number of a group is negative")
        n_both = len(np.intersect1d(self.train, self.test))
        if n_both:
            groups = f'{counted(n_both, "group")} of "{display(self.column)}"'
            raise InputRefusedError(f"{groups} have rows in the training and in the test part")

    @property
    def words(self) -> str:
        """Say how rows are split: ``by group "patient"``."""
        return f'by {self.by} "{display(self.column)}"'

    @property
    def description(self) -> str:
        """Say how rows are split, and into how much."""
        if self.by == "time":
            return f"{self.words}: the {len(self.test)} latest rows for testing"
        train, test = (len(np.unique(keys)) for keys in (self.train, self.test))
        return f"{self.words}: {train + test} groups, {train} for training and {test} for testing"


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
    return train_test_split(n_rows, test_size=test_size, seed=seed, y=y)


def split_groups(
    groups: npt.NDArray[np.int32], *, seed: int, test_size: float, y: npt.NDArray[np.int32] | None = None
) -> tuple[Rows, Rows]:
    """Split row numbers by chance, whole groups at a time; the share of test rows is reached as nearly as groups allow.

    Parameters
    ----------
    groups
        Numbers of the rows' groups, (n,).
    seed, test_size
        Seed, and share of the rows that are for testing.
    y
        Classes, (n,), if both parts shall hold about the same share of each class.

    Returns
    -------
    train, test
        Row numbers, int64, ascending.

    Raises
    ------
    InputRefusedError
        If there are fewer than two groups.

    """
    order, sizes = group_order(groups, y, np.random.default_rng(seed))
    if len(order) < 2:
        raise InputRefusedError("all rows are of one group; at least 2 are needed to split them")
    wanted = test_size * len(groups)
    # a group larger than the test part is for training, unless the others can't fill that
    first = np.argsort(sizes > wanted, kind="stable")
    order, sizes = order[first], sizes[first]
    reached = np.cumsum(sizes)[:-1]  # a group is left for training
    count = int(np.abs(reached - wanted).argmin()) + 1
    in_test = np.isin(groups, order[:count])
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def group_order(
    groups: npt.NDArray[np.int32], y: npt.NDArray[Any] | None, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int32], Rows]:
    """Return the different groups by chance, and the rows of each; a beginning has the classes in about their shares.

    A group counts for its most frequent class. scikit-learn has two such splits: `GroupShuffleSplit` knows no classes,
    and `StratifiedGroupKFold` hardly varies with its seed where groups differ in size.
    """
    unique, index, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    labels = None if y is None else _usual_class(index, y)
    order = interleaved(np.arange(len(unique)), labels, rng)
    return unique[order], sizes[order]


def interleaved(rows: Rows, labels: npt.NDArray[Any] | None, rng: np.random.Generator) -> Rows:
    """Order rows by chance so that every beginning of them has the classes in about their shares."""
    rows = rng.permutation(rows)
    if labels is None:
        return rows
    rank = np.empty(len(rows))
    for label in np.unique(labels[rows]):
        of_class = labels[rows] == label
        rank[of_class] = (np.arange(of_class.sum()) + rng.random()) / of_class.sum()
    return rows[np.argsort(rank, kind="stable")]


def split_times(times: npt.NDArray[np.float64], *, test_size: float) -> tuple[Rows, Rows]:
    """Split row numbers by time: the latest are for testing; rows of one time stay together.

    Returns
    -------
    train, test
        Row numbers, int64, ascending.

    Raises
    ------
    InputRefusedError
        If all rows have the same time.

    """
    cuts = time_cuts(np.sort(times))
    if not len(cuts):
        raise InputRefusedError("all rows have the same time; there is no earlier and later")
    cut = cuts[np.abs(cuts - (1 - test_size) * len(times)).argmin()]
    in_test = times >= np.sort(times)[cut]
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def time_cuts(ordered: npt.NDArray[np.float64]) -> Rows:
    """Return the places at which ascending times can be cut: where one is later than the one before."""
    return np.flatnonzero(ordered[1:] > ordered[:-1]) + 1


def _usual_class(index: Rows, y: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return the most frequent class of each group, (n_groups,), from the groups and classes of rows."""
    n_classes = int(y.max()) + 1
    pairs, counts = np.unique(index.astype(np.int64) * n_classes + y, return_counts=True)
    ordered = pairs[np.lexsort((counts, pairs // n_classes))]
    last = np.append(ordered[1:] // n_classes != ordered[:-1] // n_classes, True)
    return np.asarray(ordered[last] % n_classes)


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
