"""What a model predicts along one feature, or over two, with all others held at their training median."""

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, Task
from dlwhy.errors import InputRefusedError, UsageError, display
from dlwhy.figures.subject import Predict, Subject, title_of

FloatArray = npt.NDArray[np.floating[Any]]
_RESOLUTION = {1: 500, 2: 200}
_MARGIN = 0.06
_MOST_POINTS = 2000
_BLOCK_VALUES = 1 << 22


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """Rows of one part, as they are drawn: at most two thousand, evenly taken.

    Parameters
    ----------
    X
        (n_points, n_axes): the chosen features.
    y
        (n_points,): class indices or values.
    n_samples
        Rows of the whole part.

    """

    X: npt.NDArray[np.float32]
    y: npt.NDArray[Any]
    n_samples: int


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Slice:
    """A model's predictions over one or two features.

    Parameters
    ----------
    names
        The features, one or two.
    grids
        For each feature the (n,) places where the model was asked, evenly spaced.
    response
        Predictions: (n_y, n_x) over two features, (n_x,) along one; a last axis of classes if there are several.
    train, test
        The rows.
    n_held
        Number of other features, held at their training median.
    task
        ``binary``, ``multiclass`` or ``regression``.
    class_names
        Names of the classes, at index order; empty for regression.
    target_name
        What is predicted.
    title
        Headline of the picture.

    """

    names: tuple[str, ...]
    grids: tuple[npt.NDArray[np.float64], ...]
    response: FloatArray
    train: Points
    test: Points
    n_held: int
    task: Task
    class_names: tuple[str, ...] = ()
    target_name: str = "target"
    title: str = ""

    @classmethod
    def from_subject(cls, subject: Subject, x: str | None = None, y: str | None = None) -> "Slice":
        """Ask the model over the chosen features; by default the two that go with its predictions most.

        Raises
        ------
        UsageError
            If a chosen feature isn't there.
        InputRefusedError
            If there are no rows.

        """
        dataset = subject.dataset
        center = np.median(_reference(dataset), axis=0).astype(np.float32)
        chosen = choose_features(subject, x, y)
        rows = np.concatenate([dataset.X_train, dataset.X_test])[:, chosen].astype(np.float64)
        grids = tuple(_grid(rows[:, axis], _RESOLUTION[len(chosen)]) for axis in range(len(chosen)))
        return cls(
            names=tuple(dataset.feature_names[feature] for feature in chosen),
            grids=grids,
            response=_response(subject.predict, center, chosen, grids),
            train=_points(dataset.X_train[:, chosen], dataset.y_train),
            test=_points(dataset.X_test[:, chosen], dataset.y_test),
            n_held=dataset.n_features - len(chosen),
            task=dataset.task,
            class_names=dataset.class_names,
            target_name=dataset.target_name,
            title=title_of(subject),
        )


def choose_features(subject: Subject, x: str | None, y: str | None) -> list[int]:
    """Give the indices of the features to draw over: two, or the only one.

    Raises
    ------
    UsageError
        If a chosen feature isn't there, or is chosen twice.

    """
    names = subject.dataset.feature_names
    n_axes = min(2, len(names))
    if y is not None and n_axes == 1:
        raise UsageError(f"--y {display(y)}: the data set has one feature only", "leave it out")
    asked = [None if name is None else _index(names, option, name) for option, name in (("--x", x), ("--y", y))]
    if None not in asked and asked[0] == asked[1]:
        raise UsageError(f"--x and --y are both {display(x)}", "choose two features")
    if len(names) == 2 and asked == [None, None]:
        return [0, 1]
    rest = [feature for feature in _by_association(subject) if feature not in asked]
    return [rest.pop(0) if feature is None else feature for feature in asked[:n_axes]]


def _index(names: tuple[str, ...], option: str, name: str) -> int:
    if name in names:
        return names.index(name)
    known = ", ".join(display(known, 20) for known in names[:10]) + (", …" if len(names) > 10 else "")
    raise UsageError(f"{option} {display(name)}: no such feature", f"there is {known}")


def _by_association(subject: Subject) -> list[int]:
    """Order the features by their correlation with the model's predictions, the strongest first."""
    rows = _evenly(_reference(subject.dataset))
    predictions = subject.predict(rows).reshape(len(rows), -1)
    correlation = np.abs(_standardised(rows).T @ _standardised(predictions)).max(axis=1)
    return [int(feature) for feature in np.argsort(-correlation.round(9), kind="stable")]


def _standardised(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    spread = np.sqrt(np.mean(centred**2, axis=0))
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0))


def _reference(dataset: Dataset) -> npt.NDArray[np.float32]:
    rows = dataset.X_train if len(dataset.X_train) else dataset.X_test
    if not len(rows):
        raise InputRefusedError(f"{display(dataset.name)} has no rows to draw")
    return rows


def _grid(values: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    low, high = float(values.min()), float(values.max())
    margin = _MARGIN * (high - low) or 0.5
    return np.linspace(low - margin, high + margin, count)


def _response(
    predict: Predict,
    center: npt.NDArray[np.float32],
    chosen: list[int],
    grids: tuple[npt.NDArray[np.float64], ...],
) -> FloatArray:
    places = np.stack(np.meshgrid(*grids), axis=-1).astype(np.float32)
    shape = places.shape[:-1]
    places = places.reshape(-1, len(chosen))
    block = max(1, _BLOCK_VALUES // len(center))
    parts = []
    for start in range(0, len(places), block):
        rows = np.tile(center, (len(places[start : start + block]), 1))
        rows[:, chosen] = places[start : start + block]
        parts.append(predict(rows))
    found = np.concatenate(parts)
    return found.reshape(*shape, *found.shape[1:])


def _points(X: npt.NDArray[np.float32], y: npt.NDArray[Any]) -> Points:
    return Points(X=_evenly(X), y=_evenly(y), n_samples=len(y))


def _evenly(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if len(values) <= _MOST_POINTS:
        return values
    return np.asarray(values[np.linspace(0, len(values) - 1, _MOST_POINTS).astype(int)])
