"""What may differ between the replicas of a stack, and how long they train."""

import dataclasses
from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models.network import NetworkSpec
from dlwhy.training.options import TrainingOptions


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Varying:
    """What each of R replicas has of its own; what is None they have in common.

    Parameters
    ----------
    seeds
        Seed of each, R: it decides initial weights, order of batches, dropout and held-out rows.
    rows
        Own training rows, R arrays of indices into the training part, of any lengths.
    validation_rows
        Own rows to validate on, R arrays of indices into the training part.
    pools
        Rows that scales and bins of each are fitted on, R arrays of indices into the training part; by default its
        training rows. Those that have the same array are members of one ensemble: their linear paths, too, are as
        strong.
    labels
        Own targets of the training part, (R, n_train).
    weights
        Weights of the training rows, (n_train,) or (R, n_train), >= 0.
    learning_rates, dropout_rates, l1, l2
        Own values, (R,), in place of those of options and network.
    stack_size
        How many replicas make a stack; by default chosen by the work and the cache.

    Raises
    ------
    UsageError
        If there is no seed, or one can't be.

    """

    seeds: Sequence[int]
    rows: Sequence[npt.ArrayLike] | None = None
    validation_rows: Sequence[npt.ArrayLike] | None = None
    pools: Sequence[npt.ArrayLike] | None = None
    labels: npt.ArrayLike | None = None
    weights: npt.ArrayLike | None = None
    learning_rates: npt.ArrayLike | None = None
    dropout_rates: npt.ArrayLike | None = None
    l1: npt.ArrayLike | None = None
    l2: npt.ArrayLike | None = None
    stack_size: int | None = None

    def __post_init__(self) -> None:
        if not len(self.seeds) or not all(0 <= int(seed) < 2**32 for seed in self.seeds):
            raise UsageError("seeds of replicas must be at least one whole number from 0 to 2**32 - 1")

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def most_rows(self) -> int:
        """The most training rows that a replica has of its own; 0 if all have the whole training part."""
        return max(map(np.size, self.rows), default=0) if self.rows else 0

    @property
    def data(self) -> tuple[str, ...]:
        """Names of what differs in the data: the data set alone does not tell it."""
        names = ("rows", "validation_rows", "pools", "labels", "weights")
        return tuple(name for name in names if getattr(self, name) is not None)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Length:
    """A training of so many steps, whatever the number of rows, in place of epochs.

    Parameters
    ----------
    steps
        How many.
    log_every
        How many of them make a round, which is a row of the history; by default a tenth.

    Raises
    ------
    UsageError
        If they can't be.

    """

    steps: int
    log_every: int | None = None

    def __post_init__(self) -> None:
        if self.steps < 1 or not 1 <= self.steps_a_round <= self.steps:
            raise UsageError(
                f"steps must be at least 1, and log_every from 1 to steps (got {self.steps} and {self.log_every})"
            )

    @classmethod
    def in_moments(cls, steps: int, moments: int) -> Self:
        """Return a training of so many steps that is looked at so often, or a little less, at even distances."""
        return cls(steps=steps, log_every=-(-steps // moments))

    @property
    def steps_a_round(self) -> int:
        """Steps of a round; the last one may be shorter."""
        return max(1, self.steps // 10) if self.log_every is None else self.log_every

    @property
    def rounds(self) -> int:
        """Rows of the history."""
        return -(-self.steps // self.steps_a_round)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Factors:
    """The numbers of each replica, (R,) float32 each; None where no replica needs it."""

    rates: FloatArray
    dropout: FloatArray | None
    l1: FloatArray | None
    l2: FloatArray | None


def factors(varying: Varying, network: NetworkSpec, options: TrainingOptions) -> Factors:
    """Return the numbers of each replica: its own, or the common ones.

    Raises
    ------
    InputRefusedError
        If there are not as many as replicas, or one is out of its range.

    """
    count = len(varying)
    penalized = _any(varying.l1, network.l1, varying.l2, network.l2)
    dropped = _any(varying.dropout_rates, network.dropout)
    return Factors(
        rates=_factor("learning_rates", varying.learning_rates, count, options.learning_rate),
        dropout=_factor("dropout_rates", varying.dropout_rates, count, network.dropout) if dropped else None,
        l1=_factor("l1", varying.l1, count, network.l1) if penalized else None,
        l2=_factor("l2", varying.l2, count, network.l2) if penalized else None,
    )


def _factor(name: str, given: npt.ArrayLike | None, count: int, common: float) -> FloatArray:
    values = np.full(count, common, np.float32) if given is None else np.asarray(given, np.float32)
    fits = {"learning_rates": values > 0, "dropout_rates": (values >= 0) & (values < 1)}.get(name, values >= 0)
    if values.shape != (count,) or not (np.isfinite(values) & fits).all():
        raise InputRefusedError(f"{name} must be {count} numbers in their range (got {values.shape})")
    return values


def _any(*given: npt.ArrayLike | None) -> bool:
    """Say whether any of these is an array or a number above 0."""
    return any(value is not None and np.any(np.asarray(value) != 0) for value in given)
