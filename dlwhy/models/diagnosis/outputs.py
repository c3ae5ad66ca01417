"""What a network's outputs look like on some rows, in a few numbers that travel with the model."""

import dataclasses
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.data.values import is_number

# rows that are looked at
_MOST_ROWS = 10_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outputs:
    """How far outputs differ from row to row, and what guessing would cost."""

    n_samples: int  # rows that were looked at
    # standard deviation of the outputs over that of the truth: 0 if all rows get the same answer. For classes that of
    # the class where it is largest; None where all rows are truly the same.
    spread: float | None
    one_class: int | None  # index of the class that all rows are taken for; None if they are not, or for regression
    majority: float | None  # share of the most frequent true class; None for regression
    guess_loss: float  # loss of the best constant answer: entropy of the classes, or variance of the numbers

    @classmethod
    def from_json(cls, values: object) -> Self | None:
        """Take the numbers back from JSON-like values; None if they are anything else."""
        names = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(values, dict) or set(values) != names:
            return None
        whole = [isinstance(values["n_samples"], int), isinstance(values["one_class"], int | None)]
        numbers = [is_number(values["guess_loss"])]
        numbers += [values[name] is None or is_number(values[name]) for name in ("n_samples", "spread", "majority")]
        return cls(**values) if all(whole + numbers) else None


def sample(*arrays: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
    """Take the same rows of each from all over the data, at most so many that looking at them takes no time."""
    step = max(1, -(-len(arrays[0]) // _MOST_ROWS))
    return tuple(array[::step] for array in arrays)


def by_class(y_prob: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    """Return the probability of each class, (n, n_classes), also where only the second's is given, (n,)."""
    return np.column_stack([1 - y_prob, y_prob]) if y_prob.ndim == 1 else y_prob


def outputs_of(y_true: npt.NDArray[Any], y_prob: npt.NDArray[np.floating[Any]], task: Task) -> Outputs | None:
    """Look at predictions in the form of `dlwhy.models.network.predict`.

    None without rows, or if they are not finite.
    """
    if not len(y_true) or not np.isfinite(y_prob).all():
        return None
    if task == "regression":
        truth, found = y_true.astype(np.float64), y_prob.astype(np.float64)
        spread = round(float(found.std() / truth.std()), 4) if np.ptp(truth) else None
        return Outputs(
            n_samples=len(truth), spread=spread, one_class=None, majority=None, guess_loss=_short(truth.var())
        )
    columns = by_class(y_prob)
    shares = np.bincount(y_true, minlength=columns.shape[1]) / len(y_true)
    occurring = (shares > 0) & (shares < 1)
    deviations = columns.astype(np.float64).std(axis=0)[occurring] / np.sqrt(shares * (1 - shares))[occurring]
    taken_for = np.unique(columns.argmax(axis=1))
    return Outputs(
        n_samples=len(y_true),
        spread=round(float(deviations.max()), 4) if len(deviations) else None,
        one_class=int(taken_for[0]) if len(taken_for) == 1 else None,
        majority=_short(shares.max()),
        guess_loss=_short(-np.sum(shares[shares > 0] * np.log(shares[shares > 0]))),
    )


def _short(value: float) -> float:
    """Cut off the last bits, which another machine would not repeat."""
    return float(f"{value:.4g}")
