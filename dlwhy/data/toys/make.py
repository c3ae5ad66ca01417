"""Making a toy or bundled data set of the registry."""

import dataclasses
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import MAX_COLUMNS, Column, Dataset
from dlwhy.data.splitting import check_split_options, shown_number, split_rows
from dlwhy.data.toys import shapes
from dlwhy.data.toys.registry import REGISTRY, Generator
from dlwhy.errors import UsageError
from dlwhy.text import display, meant

MAX_SAMPLES = 100_000_000
MAX_CLASSES = 100
MAX_CELLS = 2_000_000_000


def make(
    name: str = "moons",
    *,
    samples: int | None = None,
    noise: float | None = None,
    seed: int = 42,
    test_size: float = 0.3,
    classes: int | None = None,
    features: int | None = None,
    stratify: bool | None = None,
) -> Dataset:
    """Make a data set of the registry, split into a train and a test part.

    The same arguments give the same arrays. ``make()`` gives those of scikit-learn's ``make_moons(n_samples=1000,
    noise=0.1, random_state=42)`` and ``train_test_split(X, y, test_size=0.3, random_state=42)``, as float32.

    Parameters
    ----------
    name
        A name in `REGISTRY`.
    samples
        Rows of a toy, both parts together; 1000 by default.
    noise
        Standard deviation of a toy's noise; 0.1 for most by default.
    seed
        Seed of the drawing and of the split.
    test_size
        Share of the rows that become the test part.
    classes, features
        Number of classes and features, for the toys that let one choose.
    stratify
        Whether both parts hold the same share of each class; by default for bundled data with classes, not for toys.

    Raises
    ------
    UsageError
        If there is no such data set, or a setting is out of range or does not apply to it.

    """
    generator = _find(name)
    given = {"samples": samples, "noise": noise, "classes": classes, "features": features}
    drawing = _drawing(generator, {key: value for key, value in given.items() if value is not None}, seed=seed)
    check_split_options(seed=seed, test_size=test_size)
    stratify = generator.draw is None and bool(generator.classes) if stratify is None else stratify
    if stratify and not generator.classes:
        raise UsageError(f"--stratify is for classes; {name} is a regression")
    provenance = {"generator": name, **{option: getattr(drawing, option) for option in generator.takes}}
    provenance |= {"seed": int(seed), "test_size": float(test_size), "stratify": stratify}
    return _split(*_load(generator, drawing), generator=generator, provenance=provenance)


def _find(name: str) -> Generator:
    if name not in REGISTRY:
        raise UsageError(f'no data set "{display(name)}"', meant(str(name), list(REGISTRY), most=99))
    return REGISTRY[name]


def _drawing(generator: Generator, given: dict[str, Any], *, seed: int) -> shapes.Drawing:
    for option in given:
        if option not in generator.takes:
            takers = ", ".join(each.name for each in REGISTRY.values() if option in each.takes)
            raise UsageError(f"--{option} does not apply to {generator.name}", f"it applies to {takers}")
    wanted = {option: getattr(generator, option) for option in ("samples", "noise", "classes", "features")} | given
    if not isinstance(wanted["noise"], int | float) or not 0 <= wanted["noise"] < math.inf:
        raise UsageError(f"--noise must be a finite number >= 0 (got {shown_number(wanted['noise'])})")
    classes = _whole("classes", wanted["classes"], min(2, generator.classes), MAX_CLASSES)
    features = _whole("features", wanted["features"], generator.least_features, MAX_COLUMNS)
    # two rows of each class, so that the split can give one to each part
    samples = _whole("samples", wanted["samples"], 2 * classes if "classes" in generator.takes else 2, MAX_SAMPLES)
    if samples * features > MAX_CELLS:
        raise UsageError(f"--samples times features must be at most {MAX_CELLS} (got {samples} x {features})")
    return shapes.Drawing(
        samples=samples, noise=float(wanted["noise"]), classes=classes, features=features, seed=int(seed)
    )


def _whole(option: str, value: object, least: int, most: int) -> int:
    if not isinstance(value, int | np.integer) or not least <= value <= most:
        raise UsageError(f"--{option} must be a whole number from {least} to {most} (got {shown_number(value)})")
    return int(value)


def _load(generator: Generator, drawing: shapes.Drawing) -> tuple[shapes.Arrays, tuple[Column, ...], tuple[str, ...]]:
    """Return the arrays, the columns, and the names of the classes."""
    if generator.draw is None:
        return _bundled(generator.name)
    X, y = generator.draw(drawing)
    columns = tuple(Column(name=f"x{index}") for index in range(X.shape[1]))
    return (X, y), columns, tuple(str(index) for index in range(drawing.classes))


def _bundled(name: str) -> tuple[shapes.Arrays, tuple[Column, ...], tuple[str, ...]]:
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name.replace('-', '_')}")()
    columns = tuple(Column(name=str(feature)) for feature in bunch.feature_names)
    if name == "diabetes":
        return (bunch.data, bunch.target), columns, ()
    # classes stand in the order of their names, as in every table, so that a CSV of the data reads back the same
    names = np.array([str(label) for label in bunch.target_names])
    order = np.argsort(names)
    return (bunch.data, np.argsort(order)[bunch.target]), columns, tuple(names[order].tolist())


def _split(
    arrays: shapes.Arrays,
    columns: tuple[Column, ...],
    class_names: tuple[str, ...],
    *,
    generator: Generator,
    provenance: dict[str, Any],
) -> Dataset:
    with np.errstate(over="ignore"):  # absurd noise; the data set then refuses what is not finite
        X = arrays[0].astype(np.float32)
    y: npt.NDArray[Any] = arrays[1].astype(np.int32 if class_names else np.float32)
    train, test = split_rows(
        len(y),
        seed=provenance["seed"],
        test_size=provenance["test_size"],
        y=y if provenance["stratify"] else None,
        class_names=class_names,
    )
    return Dataset(
        X_train=X[train],
        y_train=y[train],
        X_test=X[test],
        y_test=y[test],
        name=generator.name,
        task=dataclasses.replace(generator, classes=len(class_names)).task,
        columns=columns,
        class_names=class_names,
        provenance=provenance,
    )
