"""Intervals and sets with a promised coverage: split conformal prediction, from rows that a model did not train on.

Where the rows to be predicted and the held-out ones might as well have come in another order, an interval or a set
holds the truth with at least the promised probability, whatever the model (Vovk, Gammerman & Shafer 2005; Lei et al.
2018). Of classes those are taken whose probability is not too low, which makes the smallest sets on average (Sadinle,
Lei & Wasserman 2019); the adaptive sets of Romano, Sesia & Candès (2020) need chance to be exact, and the same table
would give another file each time.
"""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray, Task
from dlwhy.errors import InputRefusedError, UsageError, naming
from dlwhy.models.diagnosis.outputs import by_class

if TYPE_CHECKING:
    from dlwhy.data.dataset import Dataset
    from dlwhy.evaluation.labelled import Table
    from dlwhy.models.trained import Trained

_ROUNDING = 1e-9


def check_coverage(coverage: float) -> None:
    """Refuse a coverage that can't be.

    Raises
    ------
    UsageError
        If it is not between 0 and 1.

    """
    if not 0 < coverage < 1:
        raise UsageError(f"--interval must be a number between 0 and 1 (got {coverage:g})")


def calibrated(
    trained: "Trained", dataset: "Dataset | Table", *, coverage: float, model: str = "the model", data: str = ""
) -> tuple[float, int]:
    """Return the `margin` of a model by the held-out rows of a data set, or all of a table, and how many those are.

    Raises
    ------
    InputRefusedError
        If data and model do not fit, or the rows are too few.

    """
    from dlwhy.data.dataset import Dataset
    from dlwhy.evaluation.labelled import as_seen_by
    from dlwhy.models.matching import fit_model_to_data

    if not isinstance(dataset, Dataset):
        dataset = as_seen_by(trained.details, dataset, model=model)
    fitted = fit_model_to_data(trained.details, dataset, model=model, data=data)
    y_prob = trained.predict(fitted.X_test)
    with naming(data):
        return margin(fitted.y_test, y_prob, task=fitted.task, coverage=coverage), len(y_prob)


def margin(y_true: npt.NDArray[Any], y_prob: FloatArray, *, task: Task, coverage: float) -> float:
    """Return how far from a prediction the truth may be, by the scores of held-out rows.

    Parameters
    ----------
    y_true
        Class indices or numbers, (n,).
    y_prob
        What the model predicts there: see `dlwhy.models.trained.Trained.predict`.
    task
        What it predicts.
    coverage
        The share of rows whose truth is to be covered.

    Returns
    -------
    margin
        For a regression the largest error, for classes the largest gap between 1 and the probability of a class.

    Raises
    ------
    InputRefusedError
        If the rows are too few for that coverage.

    """
    n = len(y_true)
    rank = math.ceil((n + 1) * coverage - _ROUNDING)
    if rank > n:
        least = math.ceil(1 / (1 - coverage) - 1 - _ROUNDING)
        raise InputRefusedError(f"{n} held-out rows are too few for a coverage of {coverage:g}: at least {least}")
    if task == "regression":
        scores = np.abs(y_true.astype(np.float64) - y_prob.astype(np.float64))
    else:
        scores = 1 - by_class(y_prob)[np.arange(n), y_true].astype(np.float64)
    return float(np.partition(scores, rank - 1)[rank - 1])


def interval(y_prob: FloatArray, largest: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the lower and the upper ends of the intervals, each (n,), by the `margin`."""
    middle = y_prob.astype(np.float64)
    return middle - largest, middle + largest


def sets(y_prob: FloatArray, largest: float) -> npt.NDArray[np.bool_]:
    """Return which classes are in the set of each row, (n, n_classes); the predicted one always is."""
    probabilities = by_class(y_prob).astype(np.float64)
    inside: npt.NDArray[np.bool_] = 1 - probabilities <= largest
    inside[np.arange(len(inside)), probabilities.argmax(axis=1)] = True
    return inside
