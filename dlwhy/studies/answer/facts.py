"""What studies found on the user's own table, as plain values that rules can ask: each may be missing."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Self

from dlwhy.studies.findings.wording import Interval, Outcome

# the tasks' role, and the studies whose findings are about parts of a net
OWN = "own"
_PARTS = ("algorithms", "depth", "transfer")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Method:
    """A way to predict: its name for people, its mean held-out score, and the seconds of a training."""

    words: str
    score: float
    seconds: float

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Take it from a report."""
        return cls(words=values["words"], score=values["mean"], seconds=values["seconds"])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a table.

    Parameters
    ----------
    task, metric
        Its name, and what models on it are scored by: ``accuracy`` or ``r2``.
    rows, n_train, n_seeds
        All rows, those that a model learns from, and the splits.
    few_rows
        Whether nets have not been seen to win on so few.
    smallest, alpha
        The smallest effect that matters, in the metric's unit, and the error rate of intervals.
    nets, simple, linear
        Eight nets averaged, the best simple model, which is chosen on other splits, and the linear one.
    guess
        What guessing scores.
    gain
        Nets less the best simple model, paired; `outcome` is what it means.
    over_guess
        The better of nets and the best simple model, less guessing.
    bend
        The best simple model less the linear one; None if it is that.
    tuned
        Nets that were tuned for each split, less those of the recipe; None if none were.
    seeds_needed
        Splits that would probably settle an open gain.
    doubling, no_doubling, last_doubling
        What twice as many rows would bring to a net, or why that can't be said; what the last doubling brought.
    lead, lead_outcome
        By how much a net's lead on the linear model grows from few rows to all of them, and what that means.
    parts
        Parts of the net by what they bring.
    linear_is_enough
        Whether the nets' held-out loss is not below that of their own linear part.
    not_tried
        What might do better, and was not tried.
    bad_controls, caution
        Controls that misbehaved; what is wrong with the splits.

    """

    task: str
    metric: str
    rows: int
    n_train: int
    n_seeds: int
    few_rows: bool = False
    smallest: float = 0.01
    alpha: float = 0.05
    nets: Method
    simple: Method
    linear: Method
    guess: float | None = None
    gain: Interval
    outcome: Outcome
    over_guess: Interval | None = None
    bend: Interval | None = None
    tuned: Interval | None = None
    seeds_needed: int | None = None
    doubling: Interval | None = None
    no_doubling: str = ""
    last_doubling: Interval | None = None
    lead: Interval | None = None
    lead_outcome: Outcome | None = None
    parts: Mapping[Outcome, Sequence[str]] = dataclasses.field(default_factory=dict)
    linear_is_enough: bool | None = None
    not_tried: Sequence[str] = ()
    bad_controls: Sequence[str] = ()
    caution: str = ""
