"""Whether a model and a data set fit together; and the data set as the model sees it."""

import dataclasses
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.cells import precision
from dlwhy.data.dataset import Column, Dataset
from dlwhy.errors import DlwhyWarning, InputRefusedError
from dlwhy.models.details import Details
from dlwhy.text import display

_WORDS = {"binary": "two classes", "multiclass": "several classes", "regression": "numbers (regression)"}


def fit_model_to_data(details: Details, dataset: Dataset, *, model: str = "the model", data: str = "") -> Dataset:
    """Return the data set as the model sees it: its features in the model's order, its classes by the model's indices.

    Classes are matched by name; the data may have fewer than the model. Features are matched by name, too: the same
    names in another order are put in order, with a warning. Where the names are others but as many, they are taken by
    position, with a warning that shows both lists; unless a name that both know stands at different positions, which
    is refused, since either reading could be meant. A model from elsewhere has no class names: if the data have as many
    classes, they are taken in order, with a warning.

    Parameters
    ----------
    details
        What the model was trained on.
    dataset
        The data set.
    model, data
        How to name the two in messages; passed through `display` or `files.shown`.

    Raises
    ------
    InputRefusedError
        If the two do not fit: task, features or classes.

    """
    data = data or display(dataset.name)
    _check_task(details, dataset, model, data)
    dataset = _with_scales_of(details.columns, dataset)
    order = _feature_order(details.columns, dataset, model, data)
    names, index = _classes(details, dataset, model, data)
    return dataclasses.replace(
        dataset,
        X_train=np.ascontiguousarray(dataset.X_train[:, order]),
        X_test=np.ascontiguousarray(dataset.X_test[:, order]),
        y_train=index[dataset.y_train] if index is not None else dataset.y_train,
        y_test=index[dataset.y_test] if index is not None else dataset.y_test,
        columns=details.columns,
        class_names=names,
        task=details.task,
    )


def _check_task(details: Details, dataset: Dataset, model: str, data: str) -> None:
    if (details.task == "regression") != (dataset.task == "regression"):
        raise InputRefusedError(
            f"{model} predicts {_WORDS[details.task]}, {data} has {_WORDS[dataset.task]}",
            f"for a table whose target looks otherwise: dlwhy generate --from FILE --task {details.task}",
        )


def _with_scales_of(columns: tuple[Column, ...], dataset: Dataset) -> Dataset:
    """Give columns of numbers the centre and scale by which the model knows them."""
    wanted = {column.name: column for column in columns if column.kind == "numeric"}
    changed: list[Column] = []
    place, parts = 0, (dataset.X_train, dataset.X_test)
    for column in dataset.columns:
        like = wanted.get(column.name, column)
        new = dataclasses.replace(column, center=like.center, scale=like.scale)
        if new != column and column.kind == "numeric":
            if parts[0] is dataset.X_train:
                parts = (parts[0].copy(), parts[1].copy())
            for X in parts:
                X[:, place] = precision.scaled(precision.unscaled(X[:, place], column), new)
        changed.append(new)
        place += len(column.features)
    if tuple(changed) == dataset.columns:
        return dataset
    return dataclasses.replace(dataset, columns=tuple(changed), X_train=parts[0], X_test=parts[1])


def _feature_order(columns: tuple[Column, ...], dataset: Dataset, model: str, data: str) -> Sequence[int] | slice:
    wanted = [feature for column in columns for feature in column.features]
    found = list(dataset.feature_names)
    if len(wanted) != len(found):
        features = "feature" if len(wanted) == 1 else "features"
        hint = "a table becomes the same features only if its data set is made in the same way"
        raise InputRefusedError(f"{model} expects {len(wanted)} {features}, {data} has {len(found)}", hint)
    if wanted == found:
        return slice(None)
    both = f"{model} expects {_listed(wanted)}; {data} has {_listed(found)}"
    if sorted(wanted) == sorted(found) and len(set(found)) == len(found):
        warnings.warn(f"features stand in another order and are matched by name: {both}", DlwhyWarning, stacklevel=3)
        return [found.index(name) for name in wanted]
    if any(name in found and found[position] != name for position, name in enumerate(wanted)):
        raise InputRefusedError(f"features do not fit: {both}", "give the columns the model's names")
    warnings.warn(f"features have other names and are taken by position: {both}", DlwhyWarning, stacklevel=3)
    return slice(None)


def _classes(
    details: Details, dataset: Dataset, model: str, data: str
) -> tuple[tuple[str, ...], npt.NDArray[np.int32] | None]:
    """Return the classes at the model's indices, and the model's index of each of the data's; None for regression."""
    names = details.class_names
    if details.task == "regression":
        return names, None
    # a model from elsewhere, whose names are made up
    if details.dataset is None and not set(names) & set(dataset.class_names) and len(names) == dataset.n_classes:
        warnings.warn(
            f"{model} has no class names of its own; the classes of {data} are taken in order: "
            f"{_listed(dataset.class_names)}",
            DlwhyWarning,
            stacklevel=3,
        )
        return dataset.class_names, np.arange(len(names), dtype=np.int32)
    known = {name: index for index, name in enumerate(names)}
    for index in np.union1d(dataset.y_train, dataset.y_test):
        if dataset.class_names[index] not in known:
            raise InputRefusedError(
                f'{data}: class "{display(dataset.class_names[index])}" was not in the training data of {model} '
                f"(known: {_listed(names)})"
            )
    return names, np.array([known.get(name, 0) for name in dataset.class_names], dtype=np.int32)


def _listed(names: Sequence[Any]) -> str:
    shown = ", ".join(display(name, 20) for name in names[:6])
    return f"{shown}, … ({len(names)})" if len(names) > 6 else shown
