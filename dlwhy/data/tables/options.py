"""What a user may say of how rows of text become a data set."""

import dataclasses
from collections.abc import Collection
from typing import Literal, get_args

from dlwhy.data.cells.reading import Reading
from dlwhy.data.dataset import TASKS, Task
from dlwhy.data.splitting import check_split_options
from dlwhy.errors import UsageError, check_one_of

Missing = Literal["impute", "drop", "error"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How rows of text become a data set.

    Parameters
    ----------
    target
        Name of the target column.
    task
        What is to be learnt; by default what the target looks like (see `targets.read_target`).
    missing
        What to do with missing cells: ``impute`` the training median or most
        frequent training category, ``drop`` their rows, or take them for an ``error``.
    drop_unlabelled
        Whether rows without a label are left out.
    group
        A column whose rows of one value are kept together: never on both sides of a split.
    time
        A column by which rows are ordered, numbers, dates or times: the latest are for testing.
    split_column
        A column that says ``train`` or ``test``; by default rows are split by chance.
    test_size, seed
        Share of the rows for testing, and the seed of the split.
    stratify
        Whether both parts hold the same share of each class; by default, if there are classes.
    for_training
        Whether numbers that are too large for a network are refused, with their place.
    cells
        How cells are read.

    """

    target: str = "target"
    task: Task | None = None
    missing: Missing = "impute"
    drop_unlabelled: bool = False
    group: str | None = None
    time: str | None = None
    split_column: str | None = None
    test_size: float = 0.3
    seed: int = 42
    stratify: bool | None = None
    for_training: bool = False
    cells: Reading = dataclasses.field(default_factory=Reading)

    def __post_init__(self) -> None:
        if self.task is not None:
            check_one_of("--task", self.task, TASKS)
        check_split_options(seed=self.seed, test_size=self.test_size)
        check_one_of("--missing", self.missing, get_args(Missing))
        taken: dict[str, str] = {}
        for flag, column in self.no_features.items():
            if column in taken:
                raise UsageError(f"{taken[column]} and {flag} name the same column")
            taken[column] = flag
        if self.group and self.time:
            raise UsageError(
                "--group and --time don't go together: rows of one group lie before and after a time",
                "choose what new rows will be: of new groups, or later",
            )
        if self.time and self.stratify is not None:
            raise UsageError("--stratify does not go with --time: the latest rows are for testing, of whatever class")
        if self.split_column and self.stratify is not None:
            raise UsageError("--stratify does not go with --split-column, which says which rows are for testing")

    @property
    def no_features(self) -> dict[str, str]:
        """The columns that are no features, by the option that names them."""
        names = ("target", "group", "time", "split_column")
        return {f"--{name.replace('_', '-')}": column for name in names if (column := getattr(self, name))}

    def check_dropped(self, drop: Collection[str]) -> None:
        """Refuse a column that is left out and decides the split; raises a `UsageError`."""
        for flag, column in self.no_features.items():
            if flag != "--target" and column in drop:
                raise UsageError(
                    f"--drop and {flag} name the same column", f"the column of {flag} is no feature anyway"
                )
