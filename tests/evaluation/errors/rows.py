"""Held-out rows and models that answer by a formula: what matters to them, and where they err, is then known."""

import numpy as np

from dlwhy.data.dataset import Column, Dataset
from dlwhy.data.splitting import Split
from dlwhy.evaluation.errors.held_out import HeldOut


def sigmoid(z):
    return (1 / (1 + np.exp(-z))).astype(np.float32)


def held_of(X, y, predict, *, task="binary", classes=("a", "b"), columns=(), groups=None):
    """All rows are held out; groups, (n,), belong together."""
    split = None
    if groups is not None:
        split = Split(by="group", column="g", train=np.zeros(0, np.int32), test=np.asarray(groups, np.int32))
    y = np.asarray(y, np.float32 if task == "regression" else np.int32)
    X = np.asarray(X, np.float32)
    dataset = Dataset(
        X_train=X[:0],
        y_train=y[:0],
        X_test=X,
        y_test=y,
        name="rows",
        task=task,
        columns=tuple(columns) or tuple(Column(name=f"x{place}") for place in range(X.shape[1])),
        class_names=() if task == "regression" else tuple(classes),
        split=split,
    )
    return HeldOut.of_part(dataset, predict)


def noise(n, seed, *, task="binary", groups=None, n_columns=4, wrong=0.2):
    """Errors that have nothing to do with any column."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, n_columns))
    X[:, 0] = rng.integers(0, 3, n)
    if task == "regression":
        return held_of(X, rng.normal(size=n), lambda rows: np.zeros(len(rows), np.float32), task=task, groups=groups)
    rate = wrong if groups is None else rng.beta(1, 4, groups.max() + 1)[groups]
    return held_of(X, rng.random(n) < rate, lambda rows: np.full(len(rows), 0.1, np.float32), groups=groups)
