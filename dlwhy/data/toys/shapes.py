"""The toy data sets: each a function of one drawing's settings that gives features and target."""

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.errors import UsageError

Arrays = tuple[npt.NDArray[Any], npt.NDArray[Any]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drawing:
    """The settings of one drawing. A toy reads those that apply to it."""

    samples: int = 0  # number of rows
    noise: float = 0.0  # standard deviation of the noise
    # classes, features: number of classes and of features
    classes: int = 0
    features: int = 0
    seed: int = 0  # seed of all that is random in it


def moons(drawing: Drawing) -> Arrays:
    """Draw two interleaving half circles."""
    outer, inner = (np.linspace(0, np.pi, n) for n in _halves(drawing))
    x = np.append(np.cos(outer), 1 - np.cos(inner))
    return _as_made(np.column_stack((x, np.append(np.sin(outer), 1 - np.sin(inner) - 0.5))), drawing)


def circles(drawing: Drawing) -> Arrays:
    """Draw a circle within a circle of twice its size."""
    outer, inner = (np.linspace(0, 2 * np.pi, n, endpoint=False) for n in _halves(drawing))
    x = np.append(np.cos(outer), np.cos(inner) * 0.5)
    return _as_made(np.column_stack((x, np.append(np.sin(outer), np.sin(inner) * 0.5))), drawing)


def xor(drawing: Drawing) -> Arrays:
    """Draw points of a square; the class says whether the signs of the two coordinates differ."""
    rng = np.random.default_rng(drawing.seed)
    X = rng.uniform(-1, 1, (drawing.samples, 2))
    return _blurred(X, drawing, rng), (X[:, 0] > 0) != (X[:, 1] > 0)


def checkerboard(drawing: Drawing) -> Arrays:
    """Draw points of a square with 4 x 4 fields; the class is the colour of the field."""
    rng = np.random.default_rng(drawing.seed)
    X = rng.uniform(-2, 2, (drawing.samples, 2))
    return _blurred(X, drawing, rng), np.floor(X).sum(axis=1) % 2


def spirals(drawing: Drawing) -> Arrays:
    """Draw two spirals that wind one and a half times round each other."""
    rng = np.random.default_rng(drawing.seed)
    y = np.arange(drawing.samples) % 2
    angle = 3 * np.pi * np.sqrt(rng.uniform(0.02, 1, drawing.samples))
    turned = angle + np.pi * y
    X = np.column_stack((np.cos(turned), np.sin(turned))) * angle[:, None] / np.pi
    return _blurred(X, drawing, rng), y


def rings(drawing: Drawing) -> Arrays:
    """Draw nested rings with radii 1, 2, 3, …: one a class."""
    rng = np.random.default_rng(drawing.seed)
    y = np.arange(drawing.samples) % drawing.classes
    angle = rng.uniform(0, 2 * np.pi, drawing.samples)
    X = np.column_stack((np.cos(angle), np.sin(angle))) * (y[:, None] + 1)
    return _blurred(X, drawing, rng), y


def bullseye(drawing: Drawing) -> Arrays:
    """Draw points of the unit disc in four rings of equal area; the class is the colour of the ring, inside 0."""
    rng = np.random.default_rng(drawing.seed)
    angle, area = rng.uniform(0, 2 * np.pi, drawing.samples), rng.uniform(0, 1, drawing.samples)
    X = np.column_stack((np.cos(angle), np.sin(angle))) * np.sqrt(area)[:, None]
    return _blurred(X, drawing, rng), np.floor(4 * area) % 2


def parity(drawing: Drawing) -> Arrays:
    """Draw corners of a cube; the class says whether the number of coordinates that are 1 is odd."""
    rng = np.random.default_rng(drawing.seed)
    corners = rng.integers(0, 2, (drawing.samples, drawing.features))
    return _blurred(2.0 * corners - 1, drawing, rng), corners.sum(axis=1) % 2


def blobs(drawing: Drawing) -> Arrays:
    """Draw one round cloud a class."""
    clouds = {"n_features": drawing.features, "centers": drawing.classes, "cluster_std": drawing.noise}
    return _made("blobs", drawing, **clouds)


def gaussian_quantiles(drawing: Drawing) -> Arrays:
    """Draw one round cloud; the class grows with the distance from its centre."""
    return _made("gaussian_quantiles", drawing, n_features=drawing.features, n_classes=drawing.classes)


def hypercube(drawing: Drawing) -> Arrays:
    """Draw two clouds a class at corners of a cube, in a few features among others that are noise.

    Raises
    ------
    UsageError
        If the cube has fewer corners than there are clouds.

    """
    needed = (2 * drawing.classes - 1).bit_length()
    if needed > drawing.features:
        raise UsageError(f"--features must be at least {needed} for {drawing.classes} classes (got {drawing.features})")
    sizes = {"n_features": drawing.features, "n_classes": drawing.classes}
    useful = max(needed, drawing.features // 4)
    return _made("classification", drawing, n_informative=useful, n_redundant=0, **sizes)


def sine(drawing: Drawing) -> Arrays:
    """Draw two periods of a sine wave."""
    rng = np.random.default_rng(drawing.seed)
    X = rng.uniform(-1, 1, (drawing.samples, 1))
    return X, np.sin(2 * np.pi * X[:, 0]) + drawing.noise * rng.standard_normal(drawing.samples)


def plane(drawing: Drawing) -> Arrays:
    """Draw a tilted plane: a target that is linear in each feature."""
    rng = np.random.default_rng(drawing.seed)
    slopes = rng.uniform(-1, 1, drawing.features)
    X = rng.uniform(-1, 1, (drawing.samples, drawing.features))
    return X, X @ slopes + drawing.noise * rng.standard_normal(drawing.samples)


def friedman1(drawing: Drawing) -> Arrays:
    """Draw Friedman's first function: a sine of a product, a square and two lines; further features are noise."""
    return _made("friedman1", drawing, n_features=drawing.features, noise=drawing.noise)


def _halves(drawing: Drawing) -> tuple[int, int]:
    """Return the rows of two classes."""
    return drawing.samples // 2, drawing.samples - drawing.samples // 2


def _as_made(X: npt.NDArray[Any], drawing: Drawing) -> Arrays:
    """Shuffle points of class 0, then 1, and add noise, by the draws of scikit-learn, whose import takes a second."""
    rng = np.random.RandomState(drawing.seed)
    order = np.arange(len(X))
    rng.shuffle(order)
    return X[order] + rng.normal(scale=drawing.noise, size=X.shape), np.repeat([0, 1], _halves(drawing))[order]


def _made(kind: str, drawing: Drawing, **settings: float) -> Arrays:
    """Draw one of scikit-learn's ``make_`` data sets."""
    from sklearn import datasets

    X, y = getattr(datasets, f"make_{kind}")(n_samples=drawing.samples, random_state=drawing.seed, **settings)
    return X, y


def _blurred(X: npt.NDArray[Any], drawing: Drawing, rng: np.random.Generator) -> npt.NDArray[Any]:
    return X + drawing.noise * rng.standard_normal(X.shape)
