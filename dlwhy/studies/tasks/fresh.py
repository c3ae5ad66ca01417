"""Tasks that each seed draws afresh, with 3000 held-out points: classes, and one regression with its controls."""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray
from dlwhy.studies.tasks.draws import Draw, Points, drawn, generator, standardised

Array = npt.NDArray[Any]
Target = Literal["teacher", "linear", "noise"]
_ROWS_AT_ONCE = 256
TEST = 3000
# streams of a seed
TRAIN, HELD_OUT, LABELS, TEACHER, NOISE = range(10, 15)


def with_shuffled_labels(drawn: Draw, seed: int) -> Draw:
    """Permute the labels of both parts, each within itself: nothing is left to learn.

    Were the held-out ones left as they are, what a network makes of the others' noise would agree with them on more or
    less of a plane's few regions, by as many points as matter.
    """
    y_train, y_test = (
        generator(seed, LABELS + 100 * part).permutation(y) for part, y in enumerate((drawn.y_train, drawn.y_test))
    )
    return dataclasses.replace(drawn, y_train=y_train, y_test=y_test)


def rings(seed: int, *, k: int, n_train: int) -> Draw:
    """Nested rings: points uniform in the unit disc, the class is the parity of ⌊k r²⌋."""
    return _binary(functools.partial(_ring_points, seed, k), n_train)


def scaled_as_rings(seed: int, points: Array, *, k: int, n_train: int) -> FloatArray:
    """Scale points of the unit disc, (n, 2), as those of `rings` are: by the seed's training part."""
    return standardised(_ring_points(seed, k, TRAIN, n_train)[0], points)[1]


def tent(seed: int, *, k: int, n_train: int) -> Draw:
    """Compose the tent map k times on [0, 1]; the class is whether the result exceeds one half (Telgarsky 2016)."""

    def points(stream: int, n: int) -> Points:
        x = generator(seed, stream).random(n)
        folded = x
        for _ in range(k):
            folded = 1 - np.abs(1 - 2 * folded)
        return x[:, None], (folded > 0.5).astype(np.int32)

    return _binary(points, n_train)


def linear(seed: int, *, features: int, n_train: int, noise: float = 0.0) -> Draw:
    """Draw standard normal points; the class is the sign of a linear function, blurred by noise times its norm."""
    weights = generator(seed, TEACHER).standard_normal(features)

    def points(stream: int, n: int) -> Points:
        rng = generator(seed, stream)
        drawn = rng.standard_normal((n, features + 1))
        score = drawn[:, :features] @ weights + noise * np.linalg.norm(weights) * drawn[:, features]
        return drawn[:, :features], (score > 0).astype(np.int32)

    return _binary(points, n_train)


def products(seed: int, *, n_train: int) -> Draw:
    """Draw normal points of 10 dimensions; the class is the sign of a sum of two products, which no line can see."""

    def points(stream: int, n: int) -> Points:
        X = generator(seed, stream).standard_normal((n, 10))
        return X, (X[:, 0] * X[:, 1] + X[:, 2] * X[:, 3] > 0).astype(np.int32)

    return _binary(points, n_train)


def moons(seed: int, *, n_train: int, noise: float = 0.2) -> Draw:
    """Two interleaving half circles, as scikit-learn draws them, each point of its own class by chance."""

    def points(stream: int, n: int) -> Points:
        drawn = generator(seed, stream).random((n, 2))
        y = (drawn[:, 1] < 0.5).astype(np.int32)
        angle = np.pi * drawn[:, 0]
        sign = 1 - 2 * y
        X = np.column_stack([sign * np.cos(angle) + y, sign * np.sin(angle) + 0.5 * y])
        return X + noise * generator(seed, stream + 100).standard_normal((n, 2)), y

    return _binary(points, n_train)


def teacher(seed: int, *, n_train: int) -> Draw:
    """Label normal points of 10 dimensions by a random network of three layers, half of them each way."""
    rng = generator(seed, TEACHER)
    first = rng.standard_normal((10, 32)) / np.sqrt(10)
    second = rng.standard_normal((32, 32)) * np.sqrt(2 / 32) * rng.choice([-1.0, 1.0], 32)
    third = rng.standard_normal(32) / np.sqrt(32)

    def score(X: Array) -> Array:
        return np.asarray(np.tanh(2 * np.maximum(np.tanh(2 * X @ first) @ second, 0)) @ third)

    median = np.median(score(rng.standard_normal((20_000, 10))))

    def points(stream: int, n: int) -> Points:
        X = generator(seed, stream).standard_normal((n, 10))
        return X, (score(X) > median).astype(np.int32)

    return _binary(points, n_train)


def hierarchy(seed: int, *, n_train: int, levels: int = 3, features: int = 6, synonyms: int = 3) -> Draw:
    """Draw from the random hierarchy model: each symbol becomes one of its synonyms, a pair of symbols, level by level.

    Cagnetta et al. 2024. The leaves are one-hot, the classes the symbols at the top.
    """
    rng = generator(seed, TEACHER)
    rules = []
    for _ in range(levels):
        pairs = rng.permutation(features * features)[: features * synonyms]
        rules.append(np.stack([pairs // features, pairs % features], axis=1).reshape(features, synonyms, 2))

    def points(stream: int, n: int) -> Points:
        drawn = generator(seed, stream).random((n, 2**levels))  # row by row, so that more rows begin with the same ones
        y = np.floor(features * drawn[:, 0]).astype(np.intp)
        symbols = y[:, None]
        for rule in rules:
            width = symbols.shape[1]
            chosen = np.floor(synonyms * drawn[:, width : 2 * width]).astype(np.intp)
            symbols = rule[symbols, chosen].reshape(n, -1)
        return np.eye(features)[symbols].reshape(n, -1), y.astype(np.int32)

    return _drawn(points(TRAIN, n_train), points(HELD_OUT, TEST), classes=features)


def smooth_teacher(
    seed: int, *, n_train: int, d: int = 4, noise: float = 0.0, target: Target = "teacher", width: float = 1.7
) -> Draw:
    """Regression on a smooth random network over [-1.7, 1.7]^d; or, as controls, a linear target, or pure noise."""
    function = _smooth(seed, d) if target != "linear" else _straight(seed, d)
    rng = generator(seed, TEACHER + 200)
    some = function(rng.uniform(-width, width, (20_000, d)))
    center, spread = some.mean(), some.std()

    def points(stream: int, n: int, blur: float) -> Points:
        X = generator(seed, stream).uniform(-width, width, (n, d))
        if target == "noise":
            return X, generator(seed, stream + 100).standard_normal(n)
        y = (function(X) - center) / spread
        return X, y + blur * generator(seed, stream + 100).standard_normal(n)

    return drawn(points(TRAIN, n_train, noise), points(HELD_OUT, TEST, 0.0), classes=0)


def _ring_points(seed: int, k: int, stream: int, n: int) -> Points:
    drawn = generator(seed, stream).random((n, 2))
    radius, angle = np.sqrt(drawn[:, 0]), 2 * np.pi * drawn[:, 1]
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X, np.floor(k * drawn[:, 0]).astype(np.int32) % 2


def _binary(points: Callable[[int, int], Points], n_train: int) -> Draw:
    return _drawn(points(TRAIN, n_train), points(HELD_OUT, TEST), classes=2)


def _drawn(train: Points, test: Points, *, classes: int) -> Draw:
    X_train, X_test = standardised(train[0], test[0])
    return drawn((X_train, train[1]), (X_test, test[1]), classes=classes)


def _smooth(seed: int, d: int) -> Callable[[Array], Array]:
    rng = generator(seed, TEACHER)
    first, bias = rng.standard_normal((d, 24)) * 1.5 / np.sqrt(d), rng.standard_normal(24) * 0.5
    second = rng.standard_normal((24, 24)) * 1.5 / np.sqrt(24)
    third = rng.standard_normal(24) / np.sqrt(24)

    def function(X: Array) -> Array:
        # what few rows become on their way stays in the cache: a third of the time for a million of them
        parts = np.split(X, range(_ROWS_AT_ONCE, len(X), _ROWS_AT_ONCE))
        return np.concatenate([np.tanh(np.tanh(part @ first + bias) @ second) @ third for part in parts])

    return function


def _straight(seed: int, d: int) -> Callable[[Array], Array]:
    weights = generator(seed, TEACHER).standard_normal(d)
    return lambda X: np.asarray(X @ weights)
