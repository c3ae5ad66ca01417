"""The tasks of the study of transfer: for each seed a source to learn from, and a target with few labels."""

import dataclasses
import functools
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray
from dlwhy.errors import InputRefusedError
from dlwhy.studies.tasks.draws import Draw, Points, drawn, generator

Array = npt.NDArray[Any]
# streams of a seed
_WORLD, _SOURCE, _TRAIN, _HELD_OUT, _LABELS, _PLACES, _TARGET = range(40, 47)
_TEST = 3000
_FEATURES, _SUBSPACE, _HIDDEN, _SOURCE_LABELS = 30, 3, 24, 6
_SOURCE_ROWS = 4000
_MEDIAN_ROWS = 20_000
_SOURCE_HELD_OUT = 100
_IMAGE, _SHIFTS, _PLACES_HELD_OUT = 8, 4, 5
# images of each digit that training rows are taken from; the others are held out
_POOL = 60
# What the held-out images, which all seeds share, add to the variance of a mean over seeds, as a part of that of one
# seed (see `draws.Draw.overlap`); estimated by images and seeds as crossed effects. The rule for repeated hold-out does
# not suit: it takes training rows to overlap as well, but here each seed labels a few of its own, and these decide.
_OVERLAP_OF_DIGITS = 0.01


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """What source and target of the shared trunk have in common, drawn once a seed.

    Parameters
    ----------
    shared, apart
        Two subspaces that are orthogonal to each other, (30, 3) each with orthonormal columns.
    mixing, bias
        How a subspace becomes hidden features, (3, 24) and (24,).
    heads
        What the source's labels make of the features, (24, 6).

    """

    shared: Array
    apart: Array
    mixing: Array
    bias: Array
    heads: Array

    def features(self, X: Array, rho: float) -> Array:
        """Return the hidden features of rows, (n, 24), in a subspace that shares so much with the source's."""
        subspace = rho * self.shared + np.sqrt(1 - rho**2) * self.apart
        return np.asarray(np.maximum(2 * X @ subspace @ self.mixing / np.sqrt(_SUBSPACE) + self.bias, 0))


def source(name: str, seed: int, *, shuffled: bool = False, **settings: Any) -> Draw:
    """Draw what a source network learns; the settings of the target that do not concern it are ignored.

    Parameters
    ----------
    name
        Which task.
    seed
        Decides everything random.
    shuffled
        Permute the training labels: a source with nothing to learn.
    settings
        What the task takes.
    """
    made = SOURCES[name](seed, **settings)
    if not shuffled:
        return made
    return dataclasses.replace(made, y_train=generator(seed, _LABELS).permutation(made.y_train))


def world(seed: int) -> World:
    """Draw what source and target of the shared trunk have in common."""
    rng = generator(seed, _WORLD)
    basis = np.linalg.qr(rng.standard_normal((_FEATURES, 2 * _SUBSPACE)))[0]
    return World(
        shared=basis[:, :_SUBSPACE],
        apart=basis[:, _SUBSPACE:],
        mixing=rng.standard_normal((_SUBSPACE, _HIDDEN)),
        bias=rng.standard_normal(_HIDDEN),
        heads=rng.standard_normal((_HIDDEN, _SOURCE_LABELS)),
    )


def first_of_each(y: Array, k: int) -> npt.NDArray[np.intp]:
    """Return the places of the first k of each class, in the order of the rows.

    Raises
    ------
    InputRefusedError
        If a class has fewer.

    """
    places = [np.flatnonzero(y == label) for label in np.unique(y)]
    least = min(map(len, places))
    if least < k:
        raise InputRefusedError(f"{k} labels a class asked for, one class has {least}")
    return np.sort(np.concatenate([own[:k] for own in places]))


def _trunk_source(seed: int, **_: Any) -> Draw:
    """Six binary labels at once, each a random combination of the features above its median, as one of 2⁶ classes.

    A softmax over all combinations holds six logistic heads as a special case, and is one of the engine's own tasks.
    """
    made, rng = world(seed), generator(seed, _SOURCE)
    medians = np.median(_scores(made, rng.standard_normal((_MEDIAN_ROWS, _FEATURES))), axis=0)

    def points(n: int) -> Points:
        X = rng.standard_normal((n, _FEATURES))
        return X, (_scores(made, X) > medians) @ 2 ** np.arange(_SOURCE_LABELS)

    return drawn(points(_SOURCE_ROWS), points(_TEST), classes=2**_SOURCE_LABELS)


def _scores(made: World, X: Array) -> Array:
    return np.asarray(made.features(X, 1.0) @ made.heads)


def trunk(seed: int, *, k: int, rho: float, copy: int = 0) -> Draw:
    """Draw another combination of the features above its median; copies are other targets in the same world."""
    made, own = world(seed), _TARGET + 100 * copy
    head = generator(seed, own).standard_normal(_HIDDEN)

    def score(X: Array) -> Array:
        return np.asarray(made.features(X, rho) @ head)

    median = np.median(score(generator(seed, _WORLD + 100).standard_normal((_MEDIAN_ROWS, _FEATURES))))

    def points(stream: int, n: int) -> Points:
        X = generator(seed, stream).standard_normal((n, _FEATURES))
        return X, score(X) > median

    X, y = points(_TRAIN + 100 * copy, 4 * k + 200)
    chosen = first_of_each(y, k)
    return drawn((X[chosen], y[chosen]), points(_HELD_OUT, _TEST), classes=2)


def _digits_source(seed: int, *, canvas: int, **_: Any) -> Draw:
    images, y = _images()
    own, rng = y < 5, generator(seed, _SOURCE)
    held = generator(seed, _SOURCE + 100).permutation(int(own.sum())) < _SOURCE_HELD_OUT
    parts = [(images[own][part], y[own][part]) for part in (~held, held)]
    repeats = _SHIFTS if canvas > _IMAGE else 1
    train, test = (_placed(*part, canvas, repeats, rng) for part in parts)
    return drawn(train, test, classes=5)


def digits_moved(seed: int, *, k: int, canvas: int) -> Draw:
    """Draw digits from 5 to 9 at random places of a canvas."""
    images, y = _images()
    order = generator(seed, _TRAIN).permutation(np.flatnonzero(y >= 5))
    pool = order[first_of_each(y[order], _POOL)]
    held = np.setdiff1d(order, pool)
    chosen = pool[first_of_each(y[pool], k)]
    repeats = _PLACES_HELD_OUT if canvas > _IMAGE else 1
    places = generator(seed, _PLACES)  # of the whole pool, so that more labels begin with the same rows
    whole = _placed(images[pool], y[pool], canvas, 1, places)
    own = np.isin(pool, chosen)
    test = _placed(images[held], y[held], canvas, repeats, generator(seed, _HELD_OUT))
    made = drawn((whole[0][own], whole[1][own] - 5), (test[0], test[1] - 5), classes=5)
    return dataclasses.replace(made, overlap=_OVERLAP_OF_DIGITS)


def _placed(images: Array, y: Array, canvas: int, repeats: int, rng: np.random.Generator) -> Points:
    """Put each image on an empty canvas `repeats` times, each time at a random place -> (n, canvas²), (n,)."""
    images, y = np.repeat(images, repeats, axis=0), np.repeat(y, repeats)
    canvases = np.zeros((len(images), canvas, canvas))
    corners = rng.integers(canvas - _IMAGE + 1, size=(len(images), 2))
    for index, (row, column) in enumerate(corners):
        canvases[index, row : row + _IMAGE, column : column + _IMAGE] = images[index]
    return canvases.reshape(len(canvases), -1), y


@functools.lru_cache(maxsize=1)
def _images() -> tuple[FloatArray, npt.NDArray[np.int32]]:
    """Return all handwritten digits, (1797, 8, 8) in 0 to 1, and which they are."""
    from dlwhy.data.toys.make import make

    dataset = make("digits")
    X = np.concatenate([dataset.X_train, dataset.X_test]).reshape(-1, _IMAGE, _IMAGE)
    return X / X.max(), np.concatenate([dataset.y_train, dataset.y_test])


SOURCES: MappingProxyType[str, Callable[..., Draw]] = MappingProxyType(
    {"trunk": _trunk_source, "digits-moved": _digits_source}
)
