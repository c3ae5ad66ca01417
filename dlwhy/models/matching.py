"""Whether a model and a data set fit together; and the data set as the model sees it."""

import dataclasses
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.cells import precision
from dlwhy.data.dataset import Column, Dataset, FloatArray, placed
from dlwhy.data.tables import reencoding
from dlwhy.data.tables.encoding import in_cells
from dlwhy.errors import DlwhyNote, DlwhyWarning, InputRefusedError
from dlwhy.models.details import Details
from dlwhy.text import counted, display

_WORDS = {"binary": "two classes", "multiclass": "several classes", "regression": "numbers (regression)"}


def fit_model_to_data(details: Details, dataset: Dataset, *, model: str = "the model", data: str = "") -> Dataset:
    """Return the data set as the model sees it: its features as the model's columns make them, its classes by index.

    Classes are matched by name; the data may have fewer than the model. So are columns, and the categories in them: one
    that the model does not know is unknown to it, gaps are filled with the model's medians, and what the features no
    longer tell is refused. Where all columns are plain numbers, the same names in another order are put in order, with
    a warning; where the names are others but as many, they are taken by position, with a warning that shows both lists;
    unless a name that both know stands at different positions, which is refused, since either reading could be meant. A
    model from elsewhere has no class names: if the data have as many classes, they are taken in order, with a warning.

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
    dataset = with_features_of(details, dataset, model=model, data=data)
    names, index = _classes(details, dataset, model, data)
    return dataclasses.replace(
        dataset,
        y_train=index[dataset.y_train] if index is not None else dataset.y_train,
        y_test=index[dataset.y_test] if index is not None else dataset.y_test,
        class_names=names,
        task=details.task,
    )


def with_features_of(details: Details, dataset: Dataset, *, model: str = "the model", data: str = "") -> Dataset:
    """Return the data set with the model's features; see `fit_model_to_data`.

    Raises
    ------
    InputRefusedError
        If the features do not fit.

    """
    data = data or display(dataset.name)
    if details.columns == dataset.columns:
        return dataset
    plain = reencoding.is_plain(details.columns) and reencoding.is_plain(dataset.columns)
    if plain or details.dataset is None:
        dataset = _with_scales_of(details.columns, dataset)
        order = _feature_order(details.columns, dataset, model, data)
        parts = tuple(np.ascontiguousarray(X[:, order]) for X in (dataset.X_train, dataset.X_test))
    else:
        parts = _reencoded(details.filling, dataset, model, data)
    return dataclasses.replace(dataset, X_train=parts[0], X_test=parts[1], columns=details.columns)


def was_trained_on(details: Details, dataset: Dataset) -> bool:
    """Return whether a data set, with the model's features, is that which a model was trained on."""
    known = (details.dataset or {}).get("fingerprint")
    if known == dataset.fingerprint or details.columns == dataset.columns:
        return bool(known == dataset.fingerprint)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return bool(known == with_features_of(details, dataset).fingerprint)
        except InputRefusedError:
            return False


def _reencoded(columns: tuple[Column, ...], dataset: Dataset, model: str, data: str) -> tuple[FloatArray, ...]:
    """Encode the features anew with the model's columns, and say what that took."""
    try:
        made = reencoding.reencoded(
            (dataset.X_train, dataset.X_test), dataset.columns, columns, exact="table" in dataset.provenance
        )
    except InputRefusedError as error:
        raise InputRefusedError(
            f"{data} does not fit {model}: {error.message}",
            "dlwhy evaluate -d TABLE.csv takes the table itself, and reads it as the model does",
        ) from error
    if made.filled:
        text = f"missing {in_cells(made.filled)}: filled as where {model} was trained, not as in {data}"
        warnings.warn(f"{data}: {text}", DlwhyNote, stacklevel=4)
    if made.unknown:
        text = f"unknown categories in {in_cells(made.unknown)}: taken as none of those in the training data of {model}"
        warnings.warn(f"{data}: {text}", DlwhyWarning, stacklevel=4)
    return made.parts


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
    parts = (dataset.X_train, dataset.X_test)
    for column, place in placed(dataset.columns):
        like = wanted.get(column.name, column)
        new = dataclasses.replace(column, center=like.center, scale=like.scale)
        if new != column and column.kind == "numeric":
            if parts[0] is dataset.X_train:
                parts = (parts[0].copy(), parts[1].copy())
            for X in parts:
                X[:, place] = precision.scaled(precision.unscaled(X[:, place], column), new)
        changed.append(new)
    if tuple(changed) == dataset.columns:
        return dataset
    return dataclasses.replace(dataset, columns=tuple(changed), X_train=parts[0], X_test=parts[1])


def _feature_order(columns: tuple[Column, ...], dataset: Dataset, model: str, data: str) -> Sequence[int] | slice:
    wanted = [feature for column in columns for feature in column.features]
    found = list(dataset.feature_names)
    if len(wanted) != len(found):
        hint = "a table becomes the same features only if its data set is made in the same way"
        raise InputRefusedError(f"{model} expects {counted(len(wanted), 'feature')}, {data} has {len(found)}", hint)
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
