"""What came of an arm, as plain data: one run a seed, and facts on the arm as a whole."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Literal

Status = Literal["ok", "diverged", "stuck", "unfinished", "failed"]
CENSUS: tuple[Status, ...] = ("ok", "diverged", "stuck", "unfinished", "failed")
# there is no result to compare
LOST = ("diverged", "failed")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """One run: an arm with one seed.

    Parameters
    ----------
    seed
        What decided the draw, the initial weights, the shuffling and the masks.
    metrics
        Results on held-out rows, by name; those on training rows begin with ``train_``.
    status
        How it ended: ``ok``; ``diverged`` (a loss that is not finite); ``stuck`` (predicts one class only);
        ``unfinished`` (the loss was still falling fast); ``failed`` (an error).
    reason
        Why, if it did not end well.
    n_train, overlap
        Rows to train on, and n_test / n_train where all seeds resample one data set, else 0.
    parameters, epochs, flops
        Size of the model, passes over its rows, and operations of the training, where that can be said.
    seconds
        Its share of the time that training took, without the choice of a learning rate.
    learning_rate
        The rate that was used.
    extra
        What only one study keeps, JSON-like.

    """

    seed: int
    metrics: Mapping[str, float | None]
    status: Status = "ok"
    reason: str = ""
    n_train: int = 0
    overlap: float = 0.0
    parameters: int = 0
    epochs: float = 0.0
    flops: float = 0.0
    seconds: float = 0.0
    learning_rate: float | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """All runs of one arm, in the order of the seeds.

    Parameters
    ----------
    runs
        One a seed.
    rates
        Score of each learning rate that was tried, by rate.
    at_edge
        Whether the best rate is the smallest or the largest that was tried.
    hopeless
        Whether no rate does better than guessing.
    seconds
        What all of it took: drawing the data, choosing the rate, compiling, training and scoring.

    """

    runs: tuple[Run, ...]
    rates: Mapping[str, float] = dataclasses.field(default_factory=dict)
    at_edge: bool = False
    hopeless: bool = False
    seconds: float = 0.0


Results = Mapping[str, Outcome]


def census(runs: Sequence[Run]) -> dict[str, int]:
    """Count how runs ended."""
    return {kind: sum(run.status == kind for run in runs) for kind in CENSUS}
