"""Which columns a picture is drawn over: those that are named, else those that go with the predictions most."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.figures.drawing import features
from dlwhy.figures.drawing.features import Along
from dlwhy.figures.subject import Predict, Subject
from dlwhy.text import display, meant

_MOST_POINTS = 2000


def choose_axes(subject: Subject, x: str | None, y: str | None) -> tuple[Along, ...]:
    """Return the columns to draw over: two, or the only one.

    Raises
    ------
    UsageError
        If a chosen column isn't there, or is chosen twice.

    """
    dataset = subject.dataset
    rows = reference(dataset)
    every = features.axes_of(dataset, np.concatenate([dataset.X_train, dataset.X_test]))
    if y is not None and len(every) == 1:
        raise UsageError(f"--y {display(y)}: the data set has one feature only", "leave it out")
    asked = [None if name is None else _named(dataset, option, name) for option, name in (("--x", x), ("--y", y))]
    one, other = asked
    if one and other and set(one.features) & set(other.features):
        both = display(x) if x == y else f"{display(x)} and {display(y)}, of one column"
        raise UsageError(f"--x and --y are both {both}", "choose two features")
    if len(every) <= 2 and asked == [None, None]:
        return tuple(every)
    taken = {feature for axis in asked if axis for feature in axis.features}
    strength = _association(subject.predict, evenly(rows))
    order = sorted(every, key=lambda axis: -strength[list(axis.features)].max())
    rest = [axis for axis in order if not taken & set(axis.features)]
    return tuple(rest.pop(0) if axis is None else axis for axis in asked[: min(2, len(every))])


def _named(dataset: Dataset, option: str, name: str) -> Along:
    found = features.find(dataset, np.concatenate([dataset.X_train, dataset.X_test]), name)
    if found is not None:
        return found
    names = [column.name for column in dataset.columns]
    raise UsageError(f"{option} {display(name)}: no such feature", meant(name, names, most=10))


def _association(predict: Predict, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Compute each feature's correlation with the model's predictions, (n_features,); ties don't hang on last bits."""
    predictions = predict(rows).reshape(len(rows), -1)
    correlation = np.abs(_standardised(rows).T @ _standardised(predictions)).max(axis=1) / len(rows)
    return np.asarray(correlation.round(9))


def _standardised(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    spread = np.sqrt(np.mean(centred**2, axis=0))
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0))


def reference(dataset: Dataset) -> npt.NDArray[np.float32]:
    """Return the training rows, (n, n_features); of a data set without any the test rows.

    Raises
    ------
    InputRefusedError
        If there are no rows at all.

    """
    rows = dataset.X_train if len(dataset.X_train) else dataset.X_test
    if not len(rows):
        raise InputRefusedError(f"{display(dataset.name)} has no rows to draw")
    return rows


def evenly(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Take rows from all over an array, at most two thousand."""
    chosen = np.linspace(0, len(values) - 1, min(len(values), _MOST_POINTS)).astype(int)
    return np.asarray(values[chosen])
