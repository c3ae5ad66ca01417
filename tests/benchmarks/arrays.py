"""The data of a job: made once, kept as a file, and read by every peer."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.benchmarks.jobs import Job

FloatArray = npt.NDArray[np.float32]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arrays:
    """Features (n, n_features) float32, classes (n,) int32."""

    X_train: FloatArray
    y_train: npt.NDArray[np.int32]
    X_test: FloatArray
    y_test: npt.NDArray[np.int32]


def write(job: Job, folder: Path) -> Path:
    """Make the job's data, if its file is not there yet."""
    path = folder / f"{job.features}-{job.classes}-{job.rows}-{job.test_rows}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(path, **dataclasses.asdict(_make(job)))
    return path


def read(path: Path) -> Arrays:
    """Read what `write` wrote."""
    with np.load(path) as file:
        return Arrays(**{name: file[name] for name in file.files})


def _make(job: Job) -> Arrays:
    X, y = _moons(job) if job.features == 2 else _digits() if job.name == "digits" else _clusters(job)
    X = X.astype(np.float32)
    y = y.astype(np.int32)
    order = np.random.default_rng(42).permutation(len(X))
    train, test = order[: job.rows], order[job.rows : job.rows + job.test_rows]
    return Arrays(X_train=X[train], y_train=y[train], X_test=X[test], y_test=y[test])


def _moons(job: Job) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    from sklearn.datasets import make_moons

    made: tuple[npt.NDArray[Any], npt.NDArray[Any]] = make_moons(job.rows + job.test_rows, noise=0.1, random_state=42)
    return made


def _digits() -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return X / 16 - 0.5, y


def _clusters(job: Job) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    from sklearn.datasets import make_classification

    X, y = make_classification(
        job.rows + job.test_rows,
        job.features,
        n_informative=job.features // 2,
        n_classes=job.classes,
        class_sep=2.0,
        random_state=42,
    )
    return (X - X.mean(0)) / X.std(0), y
