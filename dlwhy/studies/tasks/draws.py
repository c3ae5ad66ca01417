"""One seed's data: a training and a held-out part, drawn fresh or resampled from one data set."""

import dataclasses
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, FloatArray, Task
from dlwhy.data.splitting import Rows, Split, interleaved, split_rows
from dlwhy.errors import InputRefusedError
from dlwhy.studies.request import TEST_SHARE
from dlwhy.studies.tasks import resampling
from dlwhy.text import display

Points = tuple[npt.NDArray[Any], npt.NDArray[Any]]


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Draw:
    """One seed's data.

    Parameters
    ----------
    X_train, X_test
        Features, (n_train, n_features) and (n_test, n_features), float32.
    y_train, y_test
        Targets: int32 classes or float32 values.
    task
        What is to be learnt.
    n_classes
        0 for regression.
    overlap
        n_test / (n - n_test) where all seeds resample one data set of n rows (Nadeau & Bengio 2003), else 0. That is
        q / (1 - q), if two test parts have a share q in common: where groups or windows of time are resampled, they
        are what is counted.
    split
        By what rows are kept together or in order, if they are; with the keys of training rows.

    """

    X_train: FloatArray
    y_train: npt.NDArray[Any]
    X_test: FloatArray
    y_test: npt.NDArray[Any]
    task: Task
    n_classes: int
    overlap: float = 0.0
    split: Split | None = None


def drawn(train: Points, test: Points, *, classes: int) -> Draw:
    """Make a draw of features and targets, (n, n_features) and (n,) each; no classes mean regression."""
    parts = [np.ascontiguousarray(X, dtype=np.float32) for X, _ in (train, test)]
    targets = [y.astype(np.int32 if classes else np.float32) for _, y in (train, test)]
    return Draw(
        X_train=parts[0],
        y_train=targets[0],
        X_test=parts[1],
        y_test=targets[1],
        task="multiclass" if classes > 2 else "binary" if classes else "regression",
        n_classes=classes,
    )


def generator(seed: int, stream: int) -> np.random.Generator:
    """Return the generator of one of a seed's streams: training points, held-out points, noise are independent."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream,)))


def standardised(X_train: npt.NDArray[Any], *others: npt.NDArray[Any]) -> list[FloatArray]:
    """Scale features by mean and deviation of the training part; a constant feature becomes 0."""
    center, spread = X_train.mean(axis=0), X_train.std(axis=0)
    # not by its deviation: in float32 that of a constant feature is seldom exactly 0
    varies = X_train.min(axis=0) < X_train.max(axis=0)
    spread = np.where(varies, spread, 1.0)
    return [np.where(varies, (X - center) / spread, 0.0).astype(np.float32) for X in (X_train, *others)]


def resampled(
    dataset: Dataset,
    seed: int,
    *,
    n_train: int | None = None,
    test_share: float = TEST_SHARE,
    standardise: bool = True,
) -> Draw:
    """Split all rows of a data set anew, by class where that can be: repeated hold-out.

    Whole groups are held out, or rows that are later, where the data set is split so (see `resampling`).

    Parameters
    ----------
    dataset
        Its two parts are joined first.
    seed
        Decides the split; a smaller `n_train` takes the first rows of a larger one.
    n_train
        Rows to train on; by default all that are not held out.
    test_share
        Share of the rows that is held out.
    standardise
        Scale features, and a regression's targets, by the training part.

    Raises
    ------
    InputRefusedError
        If there are fewer rows than asked for, or those of whole groups are of one class.

    """
    X = np.concatenate([dataset.X_train, dataset.X_test])
    y = np.concatenate([dataset.y_train, dataset.y_test])
    labels = y if dataset.task != "regression" and _can_be_shared(y, test_share) else None
    train, test, overlap, split = _parts(dataset, seed, labels, test_share=test_share)
    if n_train is not None and n_train > len(train):
        raise InputRefusedError(f"{dataset.name}: {n_train} training rows asked for, there are {len(train)}")
    if split is None:
        train = interleaved(train, labels, generator(seed, 1))[:n_train] if n_train else train
    else:
        train = train[:n_train]
        split = dataclasses.replace(split, train=split.train[:n_train])
        _check_classes(dataset, y[train])
    parts = [X[train], X[test]]
    targets = [y[train], y[test]]
    if standardise:
        parts = list(standardised(*parts))
        if dataset.task == "regression":
            targets = [part[:, 0] for part in standardised(*(part[:, None] for part in targets))]
    draw = drawn((parts[0], targets[0]), (parts[1], targets[1]), classes=dataset.n_classes)
    return dataclasses.replace(draw, overlap=overlap, split=split)


def _parts(
    dataset: Dataset, seed: int, labels: npt.NDArray[Any] | None, *, test_share: float
) -> tuple[Rows, Rows, float, Split | None]:
    """Return the rows to train and to be tested on, what two splits have in common, and the keys of the rows."""
    rng, given = generator(seed, 0), dataset.split
    if given is None:
        n = len(dataset.y_train) + len(dataset.y_test)
        state = int(rng.integers(2**32))
        train, test = split_rows(n, seed=state, test_size=test_share, y=labels, class_names=dataset.class_names)
        # of all that is not held out, however few of it are trained on: what two splits have in common decides
        return train, test, len(test) / (n - len(test)), None
    keys = np.concatenate([given.train, given.test])
    if given.by == "group":
        parts = resampling.by_group(keys, labels, rng, test_share=test_share)
    else:
        parts = resampling.by_time(keys, labels, rng)
    split = dataclasses.replace(given, train=keys[parts.train], test=keys[parts.test])
    return parts.train, parts.test, parts.overlap, split


def _check_classes(dataset: Dataset, y: npt.NDArray[Any]) -> None:
    if dataset.task != "regression" and len(np.unique(y)) < 2 and dataset.split:
        raise InputRefusedError(
            f"{display(dataset.name)}: a training part of {len(y)} rows, {dataset.split.words}, is of one class",
            "there are too few groups of the other" if dataset.split.by == "group" else "its past knows no other",
        )


def _can_be_shared(y: npt.NDArray[Any], test_share: float) -> bool:
    """Say whether both parts can hold each class."""
    counts, held_out = np.bincount(y), math.ceil(test_share * len(y))
    return bool(counts.min() >= 2 and len(counts) <= min(held_out, len(y) - held_out))
