"""Small data sets of each task, made by hand, and trainings that several tests compare with."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from dlwhy.data.dataset import Dataset
from dlwhy.models.keras_file.archive import Trained
from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions, fit
from dlwhy.training.progress import Hooks
from dlwhy.training.stack.fit import Length, Replicas, Start, Varying, train_replicas

NAMES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "regression": ()}


def small(task: str = "binary", *, n: int = 90, n_test: int = 40, scale: float = 1.0, seed: int = 0) -> Dataset:
    """Three features, of which two decide; n is no multiple of the batches used, so that a rest is always there."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n + n_test, 3)).astype(np.float32)
    signal = X[:, 0] * X[:, 1] + 0.3 * X[:, 0]
    y = {
        "binary": (signal > 0).astype(np.int32),
        "multiclass": np.digitize(signal, [-0.3, 0.3]).astype(np.int32),
        "regression": (50 + 20 * signal).astype(np.float32),
    }[task]
    X = (X * scale).astype(np.float32)
    return Dataset(
        X_train=X[:n],
        y_train=y[:n],
        X_test=X[n:],
        y_test=y[n:],
        name="small",
        task=task,
        class_names=NAMES[task],
    )


_known: dict[str, Dataset] = {}


def fit_once(dataset: Dataset, network: NetworkSpec, recipe: TrainingOptions) -> Trained:
    """Train in memory, once for all tests that ask for the same; not to be changed by who gets it."""
    _known[dataset.fingerprint] = dataset
    return _fit_once(dataset.fingerprint, network, recipe)


@functools.cache
def _fit_once(fingerprint: str, network: NetworkSpec, recipe: TrainingOptions) -> Trained:
    return fit(_known[fingerprint], network, recipe)


def train_stack(
    dataset: Dataset,
    network: NetworkSpec | None = None,
    recipe: TrainingOptions | None = None,
    *,
    steps: int | None = None,
    log_every: int | None = None,
    bases: Sequence[Trained] | None = None,
    freeze: int | str = 0,
    hooks: Hooks | None = None,
    **varying: Any,
) -> Replicas:
    """Train replicas with everything that varies, and where and how long they go, by name."""
    return train_replicas(
        dataset,
        network,
        recipe,
        varying=Varying(**varying),
        start=None if bases is None else Start(bases=bases, freeze=freeze),
        length=None if steps is None else Length(steps=steps, log_every=log_every),
        hooks=hooks,
    )


@pytest.fixture(params=["binary", "multiclass", "regression"])
def dataset(request):
    return small(request.param)


@pytest.fixture
def binary():
    return small()
