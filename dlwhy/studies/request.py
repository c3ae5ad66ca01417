"""What the user asks of a study, checked; and what a design may know of the user's own data."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, get_args

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.data.dataset import Task as Kind
from dlwhy.data.toys.registry import REGISTRY
from dlwhy.errors import UsageError, check_one_of
from dlwhy.text import display

Budget = Literal["quick", "default", "thorough"]
BUDGETS: Mapping[str, int] = {"quick": 12, "default": 20, "thorough": 64}
# of rows that are resampled, what is held out
TEST_SHARE = 0.25
# of rows that follow each other, what is tested at a time
_WINDOW_SHARE = 0.125
By = Literal["row", "group", "time"]

# names of tasks that the studies have themselves
_TAKEN = {*REGISTRY, "tent", "linear", "linear-noise", "teacher", "smooth-teacher", "hierarchy", "trunk", "noise"}
_TAKEN |= {"products", "noise-labels"}  # of versatility


@dataclasses.dataclass(frozen=True, kw_only=True)
class OwnData:
    """What a design may know of the user's own data: never the rows.

    Parameters
    ----------
    name, fingerprint
        Its name, and the SHA-256 of all that decides a training on it.
    rows, features, classes
        Its size; no classes mean regression.
    by, column
        What is resampled, and by which column; ``row`` with a column where the user's own parts are split anew.
    groups, largest
        Number of groups, and rows of the largest.

    """

    name: str
    fingerprint: str
    rows: int
    features: int
    classes: int
    by: By = "row"
    column: str | None = None
    groups: int = 0
    largest: int = 1

    def __post_init__(self) -> None:
        if self.by not in get_args(By):
            raise ValueError(f"by {display(self.by)}")

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """Describe a data set; one that has the name of a control gets another."""
        split = dataset.split
        column = split.column if split else dataset.split_column
        keys = np.concatenate([split.train, split.test]) if split and split.by == "group" else np.zeros(0)
        sizes = np.unique(keys, return_counts=True)[1]
        name = _plain(dataset.name)
        return cls(
            name=f"{name} (yours)" if name in _TAKEN else name,
            fingerprint=dataset.fingerprint,
            rows=len(dataset.X_train) + len(dataset.X_test),
            features=dataset.n_features,
            classes=dataset.n_classes,
            by=split.by if split else "row",
            column=None if column is None else _plain(column),
            groups=len(sizes),
            largest=int(sizes.max(initial=1)),
        )

    @property
    def kind(self) -> Kind:
        """What is to be learnt."""
        return "regression" if not self.classes else "binary" if self.classes == 2 else "multiclass"

    @property
    def metric(self) -> str:
        """What models on it are scored by."""
        return score_of(self.kind)

    @property
    def n_train(self) -> int:
        """Rows of a split that can be trained on, whatever the seed."""
        if self.by == "time":
            return past(self.rows)
        return kept(self.rows) - (self.largest - 1)

    @property
    def how_split(self) -> str:
        """Say what a study does to keep rows together or in order; empty where each row stands for itself."""
        if self.by == "group":
            return f'split by group "{self.column}": every seed holds out whole groups, of {self.groups}'
        if self.by == "time":
            return f'split by time "{self.column}": every seed is tested on later rows than it learnt from'
        return ""

    @property
    def caution(self) -> str:
        """Say what is wrong with a study of rows whose parts the user has chosen; empty if it was not so."""
        if self.by != "row" or self.column is None:
            return ""
        return (
            f'{self.name} comes split by its column "{self.column}", but every seed splits its rows anew, by chance.'
            " Where rows belong together or follow each other in time, they then stand in both parts, and all results"
            " are too good: import the table with --group COLUMN or --time COLUMN, which studies keep to."
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Request:
    """What the user asked of one study.

    Parameters
    ----------
    claim
        Which study.
    budget
        ``quick``, ``default`` or ``thorough``.
    n_seeds
        Replicates of each arm; None for the budget's.
    base_seed
        What all seeds derive from.
    epochs
        Passes over the training part, in place of each arm's own number of steps.
    only
        Names of tasks and arms to keep; all if there are none.
    smallest_effect
        Smallest effect that matters, in the metric's own unit; None for the study's.
    alpha
        Error rate of intervals and tests.
    own
        The user's own data, or None.
    extra
        What only one study takes, JSON-like.

    Raises
    ------
    UsageError
        If a value can't be.

    """

    claim: str
    budget: Budget = "default"
    n_seeds: int | None = None
    base_seed: int = 42
    epochs: int | None = None
    only: tuple[str, ...] = ()
    smallest_effect: float | None = None
    alpha: float = 0.05
    own: OwnData | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        check_one_of("--budget", self.budget, BUDGETS)
        for option, value, least in (("--seeds", self.n_seeds, 1), ("--epochs", self.epochs, 1)):
            if value is not None and not least <= value <= 100_000:
                raise UsageError(f"{option} must be from {least} to 100000 (got {value})")
        if not 0 <= self.base_seed < 2**32:
            raise UsageError(f"--seed must be from 0 to 2**32 - 1 (got {self.base_seed})")
        if not 0 < self.alpha < 1:
            raise UsageError(f"--alpha must be between 0 and 1 (got {self.alpha})")
        if self.smallest_effect is not None and not 0 < self.smallest_effect < float("inf"):
            raise UsageError(f"--smallest-effect must be a finite number > 0 (got {self.smallest_effect})")

    @property
    def seeds(self) -> int:
        """Replicates of each arm."""
        return self.n_seeds or BUDGETS[self.budget]

    def includes(self, since: Budget, name: str | None = None) -> bool:
        """Say whether this budget has what another one has; what has a name can be asked for by it at any budget."""
        order = list(BUDGETS)
        return order.index(self.budget) >= order.index(since) or name in self.only

    def to_json(self) -> dict[str, Any]:
        """Return the request as JSON-like values; `from_json` takes it back."""
        return {**dataclasses.asdict(self), "only": list(self.only)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Take a request back, which may hold anything.

        Raises
        ------
        UsageError, TypeError, ValueError
            If a value can't be, or is of another kind: 2.0 is no number of seeds.

        """
        own = values.get("own")
        _check_kinds(values, int, ("n_seeds", "base_seed", "epochs"))
        _check_kinds(values, float, ("alpha", "smallest_effect"))
        _check_kinds(own or {}, int, ("rows", "features", "classes", "groups", "largest"))
        _check_kinds(own or {}, str, ("name", "fingerprint", "by", "column"))
        return cls(**{**values, "only": tuple(values.get("only", ())), "own": OwnData(**own) if own else None})


def score_of(kind: Kind) -> str:
    """Name the metric that chooses, the higher the better."""
    return "r2" if kind == "regression" else "accuracy"


def kept(rows: int) -> int:
    """Return how many of so many rows are not held out."""
    return rows - math.ceil(TEST_SHARE * rows)


def past(rows: int) -> int:
    """Return how many rows before a moment are trained on."""
    return rows // 2


def window(rows: int) -> int:
    """Return how many rows after a moment are tested on."""
    return math.ceil(_WINDOW_SHARE * rows)


def _plain(name: str) -> str:
    """Return a name for sentences, into which numbers are put."""
    return display(name).replace("{", "(").replace("}", ")")


def _check_kinds(values: Mapping[str, Any], kind: type, names: Sequence[str]) -> None:
    accepted = (float, int) if kind is float else (kind,)
    for name in names:
        if values.get(name) is not None and type(values[name]) not in accepted:
            raise TypeError(name)
