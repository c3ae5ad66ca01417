"""Predictions, or a model and a data set, to an evaluation."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, Task
from dlwhy.data.splitting import Keys
from dlwhy.data.tables.frames import Frame
from dlwhy.errors import InputRefusedError, UnusableResultError
from dlwhy.evaluation.classification import classification
from dlwhy.evaluation.labelled import Table, as_seen_by, of_frame
from dlwhy.evaluation.regression import regression
from dlwhy.evaluation.results import Evaluation, FloatArray
from dlwhy.models.diagnosis.outputs import outputs_of, sample
from dlwhy.text import display

if TYPE_CHECKING:
    from dlwhy.models.trained import Trained

_PENALIZED = "loss: of the predictions alone; training adds the penalty of --l1 and --l2"
Split = Literal["test", "train", "all"]
_PARTS = {"test": ("test",), "train": ("train",), "all": ("train", "test")}


def evaluate(
    y_true: npt.NDArray[Any],
    y_prob: FloatArray,
    *,
    task: Task,
    class_names: Sequence[str] = (),
    seed: int = 42,
    logits: FloatArray | None = None,
    groups: Keys | None = None,
) -> Evaluation:
    """Compare predictions with the truth.

    Parameters
    ----------
    y_true
        (n_samples,): class indices, or numbers for regression.
    y_prob
        (n_samples,) probability of the second class, or predicted number for regression; (n_samples, n_classes)
        probabilities for several classes.
    task
        ``binary``, ``multiclass`` or ``regression``.
    class_names
        Names of the classes, at index order.
    seed
        Seed of the bootstrap.
    logits
        For classes, a network's outputs before the sigmoid, (n_samples,), or softmax, (n_samples, n_classes). With
        them the loss is the one that training reports; without, probabilities are kept 1e-7 away from 0 and 1.
    groups
        (n_samples,): the number of each row's group, if rows belong together; intervals count groups then.

    Raises
    ------
    InputRefusedError
        If there are no rows.
    UnusableResultError
        If predictions are not finite numbers.

    """
    if len(y_true) != len(y_prob):
        raise ValueError(f"{len(y_true)} true values, {len(y_prob)} predictions")
    if not len(y_true):
        raise InputRefusedError("there are no rows to evaluate")
    if not np.isfinite(y_prob if logits is None else logits).all():
        raise UnusableResultError("the model's predictions are not finite numbers", "train it on scaled features")
    if task == "regression":
        found = regression(y_true.astype(np.float64), y_prob.astype(np.float64), seed, groups)
    else:
        found = classification(y_true, y_prob, task, tuple(class_names), logits, groups=groups)
    some_true, some_prob = sample(y_true, y_prob)
    return dataclasses.replace(found, outputs=outputs_of(some_true, some_prob, task))


def evaluate_model(
    trained: "Trained",
    dataset: Dataset | Table | Frame,
    *,
    split: Split = "test",
    model: str = "the model",
    data: str = "",
) -> Evaluation:
    """Evaluate a model on a part of a data set, or on a table; features and classes are matched by name.

    Parameters
    ----------
    trained
        The model with its details.
    dataset
        The data set; or a pandas or polars frame with the target among its columns, or a table from a file, which the
        model reads with its own columns, and all of whose rows are evaluated.
    split
        The part of a data set: ``test``, ``train`` or ``all``.
    model, data
        How to name the two in messages; passed through `display` or `files.shown`.

    Raises
    ------
    InputRefusedError
        If the two do not fit, or the part has no rows.
    UnusableResultError
        If predictions are not finite numbers.

    """
    from dlwhy.evaluation.outside import Outside
    from dlwhy.models.forward import predictions
    from dlwhy.models.matching import fit_model_to_data

    if not isinstance(dataset, Dataset):
        table = dataset if isinstance(dataset, Table) else of_frame(dataset)
        dataset, split = as_seen_by(trained.details, table, model=model), "test"
        outside = Outside(dataset.columns, trained.plain(), table.source.name)
        outside.look(dataset.X_test)
        outside.warn()
    fitted = fit_model_to_data(trained.details, dataset, model=model, data=data)
    X, y = rows_of(fitted, split, data)
    logits = trained.logits(X)
    y_prob = predictions(logits, fitted.task)
    about: Any = {"class_names": fitted.class_names, "groups": groups_of(fitted, split)}
    found = evaluate(y, y_prob, task=fitted.task, logits=logits, **about)
    notes = (_PENALIZED,) if trained.plain().plan.penalized else ()
    return dataclasses.replace(found, notes=(*found.notes, *notes))


def rows_of(
    dataset: Dataset, split: Split = "test", data: str = ""
) -> tuple[npt.NDArray[np.float32], npt.NDArray[Any]]:
    """Return the features and targets of a part of a data set: ``test``, ``train``, or ``all``, train rows first.

    Raises
    ------
    InputRefusedError
        If the part has no rows.

    """
    parts = _PARTS[split]
    X = np.concatenate([getattr(dataset, f"X_{part}") for part in parts])
    y = np.concatenate([getattr(dataset, f"y_{part}") for part in parts])
    if not len(y):
        raise InputRefusedError(f"{data or display(dataset.name)}: the {split} part has no rows", "choose another part")
    return X, y


def groups_of(dataset: Dataset, split: Split = "test") -> Keys | None:
    """Return the groups of the rows of a part, as `rows_of` gives them; None if each row stands for itself."""
    if dataset.split is None or dataset.split.by != "group":
        return None
    return np.concatenate([getattr(dataset.split, part) for part in _PARTS[split]])
