"""Small data sets, and networks on them that have learnt nothing: what is shown of them needs no training."""

import numpy as np

from dlwhy.data.dataset import Column, Dataset
from dlwhy.data.tables.fitting import typical_cells
from dlwhy.models import network
from dlwhy.models.details import Details
from dlwhy.models.keras_file import archive
from dlwhy.models.trained import Trained

HOSTILE = "\x1b]0;x\x07\x1b[2J"


def dataset_of(task="binary", *, n=60, names=("x0", "x1"), classes=("a", "b"), seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, len(names))).astype(np.float32)
    y = X[:, 0] + 0.1 * X[:, 1]
    y = y.astype(np.float32) if task == "regression" else np.digitize(y, np.linspace(-1, 1, len(classes) + 1)[1:-1])
    y = y if task == "regression" else y.astype(np.int32)
    return Dataset(
        X_train=X[n // 2 :],
        X_test=X[: n // 2],
        y_train=y[n // 2 :],
        y_test=y[: n // 2],
        name="toy",
        task=task,
        columns=tuple(Column(name=name) for name in names),
        class_names=() if task == "regression" else tuple(classes),
    )


_files = {}


def file_of(dataset, seed=0):
    """Give a model on a data set, and its file's content: made once for all tests that ask for the same."""
    key = (dataset.fingerprint, seed)
    if key not in _files:
        trained = trained_on(dataset, seed)
        _files[key] = trained, archive.to_bytes(trained)
    return _files[key]


def trained_on(dataset, seed=0):
    spec = network.NetworkSpec(layers=(4,))
    model = network.build(
        spec, n_features=dataset.n_features, task=dataset.task, n_classes=dataset.n_classes, seed=seed
    )
    details = Details(
        task=dataset.task,
        columns=dataset.columns,
        class_names=dataset.class_names,
        target_name=dataset.target_name,
        dataset={"name": dataset.name, "fingerprint": dataset.fingerprint},
        typical=typical_cells(dataset.X_train, dataset.columns),
    )
    return Trained(network=model, history={"loss": [0.5, 0.4], "val_loss": [0.6, 0.5]}, details=details)
