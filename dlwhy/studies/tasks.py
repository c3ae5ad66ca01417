"""The tasks of the studies: each a function of a seed that draws a training and a held-out part."""

import dataclasses
import functools
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.errors import UsageError, display
from dlwhy.studies.draws import Draw, generator, resampled, standardised

Array = npt.NDArray[Any]
_TEST = 3000
_POOL = 1 << 14
_ROWS_AT_ONCE = 256
_TARGETS = ("teacher", "linear", "noise")
# streams of a seed
_TRAIN, _HELD_OUT, _LABELS, _TEACHER, _NOISE = range(10, 15)


def draw(name: str, seed: int, /, *, shuffled: bool = False, **settings: Any) -> Draw:
    """Draw a task's data.

    Parameters
    ----------
    name
        Which task.
    seed
        Decides everything random; with more training points a draw begins with the same ones.
    shuffled
        Whether the labels are permuted (`with_shuffled_labels`): a negative control.
    settings
        What the task takes.

    Raises
    ------
    UsageError
        If there is no such task.

    """
    if name not in TASKS:
        raise UsageError(f"no task {display(name)}", f"there is {', '.join(TASKS)}")
    made = TASKS[name](seed, **settings)
    return with_shuffled_labels(made, seed) if shuffled else made


def with_shuffled_labels(drawn: Draw, seed: int) -> Draw:
    """Permute the labels of both parts, each within itself: nothing is left to learn.

    Were the held-out ones left as they are, what a network makes of the others' noise would agree with them on more or
    less of a plane's few regions, by as many points as matter.
    """
    y_train, y_test = (
        generator(seed, _LABELS + 100 * place).permutation(y) for place, y in enumerate((drawn.y_train, drawn.y_test))
    )
    return dataclasses.replace(drawn, y_train=y_train, y_test=y_test)


def rings(seed: int, *, k: int, n_train: int) -> Draw:
    """Nested rings: points uniform in the unit disc, the class is the parity of ⌊k r²⌋."""
    return _binary(functools.partial(_ring_points, seed, k), n_train)


def scaled_as_rings(seed: int, points: Array, *, k: int, n_train: int) -> FloatArray:
    """Scale points of the unit disc, (n, 2), as those of `rings` are: by the seed's training part."""
    return standardised(_ring_points(seed, k, _TRAIN, n_train)[0], points)[1]


def tent(seed: int, *, k: int, n_train: int) -> Draw:
    """Compose the tent map k times on [0, 1]; the class is whether the result exceeds one half (Telgarsky 2016)."""

    def points(stream: int, n: int) -> tuple[Array, Array]:
        x = generator(seed, stream).random(n)
        folded = x
        for _ in range(k):
            folded = 1 - np.abs(1 - 2 * folded)
        return x[:, None], (folded > 0.5).astype(np.int32)

    return _binary(points, n_train)


def linear(seed: int, *, features: int, n_train: int, noise: float = 0.0) -> Draw:
    """Draw standard normal points; the class is the sign of a linear function, blurred by noise times its norm."""
    weights = generator(seed, _TEACHER).standard_normal(features)

    def points(stream: int, n: int) -> tuple[Array, Array]:
        rng = generator(seed, stream)
        drawn = rng.standard_normal((n, features + 1))
        score = drawn[:, :features] @ weights + noise * np.linalg.norm(weights) * drawn[:, features]
        return drawn[:, :features], (score > 0).astype(np.int32)

    return _binary(points, n_train)


def moons(seed: int, *, n_train: int, noise: float = 0.2) -> Draw:
    """Two interleaving half circles, as scikit-learn draws them, each point of its own class by chance."""

    def points(stream: int, n: int) -> tuple[Array, Array]:
        drawn = generator(seed, stream).random((n, 2))
        y = (drawn[:, 1] < 0.5).astype(np.int32)
        angle = np.pi * drawn[:, 0]
        sign = 1 - 2 * y
        X = np.column_stack([sign * np.cos(angle) + y, sign * np.sin(angle) + 0.5 * y])
        return X + noise * generator(seed, stream + 100).standard_normal((n, 2)), y

    return _binary(points, n_train)


def teacher(seed: int, *, n_train: int) -> Draw:
    """Label normal points of 10 dimensions by a random network of three layers, half of them each way."""
    rng = generator(seed, _TEACHER)
    first = rng.standard_normal((10, 32)) / np.sqrt(10)
    second = rng.standard_normal((32, 32)) * np.sqrt(2 / 32) * rng.choice([-1.0, 1.0], 32)
    third = rng.standard_normal(32) / np.sqrt(32)

    def score(X: Array) -> Array:
        values: Array = np.tanh(2 * np.maximum(np.tanh(2 * X @ first) @ second, 0)) @ third
        return values

    median = np.median(score(rng.standard_normal((20_000, 10))))

    def points(stream: int, n: int) -> tuple[Array, Array]:
        X = generator(seed, stream).standard_normal((n, 10))
        return X, (score(X) > median).astype(np.int32)

    return _binary(points, n_train)


def smooth_teacher(
    seed: int, *, n_train: int, d: int = 4, noise: float = 0.0, target: str = "teacher", width: float = 1.7
) -> Draw:
    """Regression on a smooth random network over [-1.7, 1.7]^d; or, as controls, a linear target, or pure noise.

    Raises
    ------
    UsageError
        If there is no such target.

    """
    if target not in _TARGETS:
        raise UsageError(f"no target {display(target)}", f"there is {', '.join(_TARGETS)}")
    function = _smooth(seed, d) if target != "linear" else _straight(seed, d)
    rng = generator(seed, _TEACHER + 200)
    some = function(rng.uniform(-width, width, (20_000, d)))
    center, spread = some.mean(), some.std()

    def points(stream: int, n: int, blur: float) -> tuple[Array, Array]:
        X = generator(seed, stream).uniform(-width, width, (n, d))
        if target == "noise":
            return X, generator(seed, stream + 100).standard_normal(n)
        y = (function(X) - center) / spread
        return X, y + blur * generator(seed, stream + 100).standard_normal(n)

    X_train, y_train = points(_TRAIN, n_train, noise)
    X_test, y_test = points(_HELD_OUT, _TEST, 0.0)
    return Draw(
        X_train=X_train.astype(np.float32),
        y_train=y_train.astype(np.float32),
        X_test=X_test.astype(np.float32),
        y_test=y_test.astype(np.float32),
        task="regression",
        n_classes=0,
    )


def hierarchy(seed: int, *, n_train: int, levels: int = 3, features: int = 6, synonyms: int = 3) -> Draw:
    """Draw from the random hierarchy model: each symbol becomes one of its synonyms, a pair of symbols, level by level.

    Cagnetta et al. 2024. The leaves are one-hot, the classes the symbols at the top.
    """
    rng = generator(seed, _TEACHER)
    rules = []
    for _ in range(levels):
        pairs = rng.permutation(features * features)[: features * synonyms]
        rules.append(np.stack([pairs // features, pairs % features], axis=1).reshape(features, synonyms, 2))

    def points(stream: int, n: int) -> tuple[Array, Array]:
        drawn = generator(seed, stream).random((n, 2**levels))  # row by row, so that more rows begin with the same ones
        y = np.floor(features * drawn[:, 0]).astype(np.intp)
        symbols = y[:, None]
        for rule in rules:
            width = symbols.shape[1]
            chosen = np.floor(synonyms * drawn[:, width : 2 * width]).astype(np.intp)
            symbols = rule[symbols, chosen].reshape(n, -1)
        return np.eye(features)[symbols].reshape(n, -1), y.astype(np.int32)

    X_train, y_train = points(_TRAIN, n_train)
    X_test, y_test = points(_HELD_OUT, _TEST)
    return _drawn(X_train, y_train, X_test, y_test, classes=features)


def digits(
    seed: int, *, n_train: int, label_noise: float = 0.0, scaling: float = 0.0, standardise: bool = True
) -> Draw:
    """Handwritten digits, split anew by each seed.

    Parameters
    ----------
    label_noise
        Share of the training labels that are drawn at random; held-out labels stay as they are.
    scaling
        Multiply every input by its own 10^u, with u spread evenly over plus and minus this, in an order of the seed's.
        (Drawn one by one, some seeds have hardly a large scale, and how hard the task is differs twice as much.)
    standardise
        Scale the inputs first.

    """
    made = resampled(_bundled("digits"), seed, n_train=n_train, standardise=standardise)
    y_train = made.y_train
    if label_noise:
        drawn = generator(seed, _NOISE).random((len(y_train), 2))
        y_train = np.where(drawn[:, 0] < label_noise, np.floor(10 * drawn[:, 1]).astype(np.int32), y_train)
    powers = generator(seed, _NOISE + 100).permutation(np.linspace(-scaling, scaling, made.X_train.shape[1]))
    factors = np.power(10.0, powers).astype(np.float32)
    return Draw(
        **{**vars(made), "y_train": y_train, "X_train": made.X_train * factors, "X_test": made.X_test * factors}
    )


def bundled(seed: int, *, name: str, n_train: int | None = None) -> Draw:
    """One of dlwhy's registered data sets: a toy drawn fresh with 3000 held-out points, a real one split anew."""
    from dlwhy.data.registry import REGISTRY

    if name not in REGISTRY or REGISTRY[name].draw is None:  # `make` says which names there are
        return resampled(_bundled(name), seed, n_train=n_train)
    from dlwhy.data.generators import make

    rows = n_train or 700
    pool = max(_POOL, rows + _TEST)  # one drawing for all sizes, so that more rows begin with the same ones
    state = int(generator(seed, _TRAIN).integers(2**31))
    made = make(name, samples=pool, seed=state, test_size=_TEST / pool)
    draw_ = resampled(made, seed, n_train=rows, test_share=_TEST / pool)
    return Draw(**{**vars(draw_), "overlap": 0.0})


def own(seed: int, *, dataset: Dataset, n_train: int | None = None) -> Draw:
    """Split the user's own data, anew for each seed."""
    return resampled(dataset, seed, n_train=n_train)


def _ring_points(seed: int, k: int, stream: int, n: int) -> tuple[Array, Array]:
    drawn = generator(seed, stream).random((n, 2))
    radius, angle = np.sqrt(drawn[:, 0]), 2 * np.pi * drawn[:, 1]
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X, np.floor(k * drawn[:, 0]).astype(np.int32) % 2


def _binary(points: Callable[[int, int], tuple[Array, Array]], n_train: int) -> Draw:
    X_train, y_train = points(_TRAIN, n_train)
    X_test, y_test = points(_HELD_OUT, _TEST)
    return _drawn(X_train, y_train, X_test, y_test, classes=2)


def _drawn(X_train: Array, y_train: Array, X_test: Array, y_test: Array, *, classes: int) -> Draw:
    scaled = standardised(X_train, X_test)
    return Draw(
        X_train=scaled[0],
        y_train=y_train.astype(np.int32),
        X_test=scaled[1],
        y_test=y_test.astype(np.int32),
        task="binary" if classes == 2 else "multiclass",
        n_classes=classes,
    )


def _smooth(seed: int, d: int) -> Callable[[Array], Array]:
    rng = generator(seed, _TEACHER)
    first, bias = rng.standard_normal((d, 24)) * 1.5 / np.sqrt(d), rng.standard_normal(24) * 0.5
    second = rng.standard_normal((24, 24)) * 1.5 / np.sqrt(24)
    third = rng.standard_normal(24) / np.sqrt(24)

    def function(X: Array) -> Array:
        # what few rows become on their way stays in the cache: a third of the time for a million of them
        parts = np.split(X, range(_ROWS_AT_ONCE, len(X), _ROWS_AT_ONCE))
        return np.concatenate([np.tanh(np.tanh(part @ first + bias) @ second) @ third for part in parts])

    return function


def _straight(seed: int, d: int) -> Callable[[Array], Array]:
    weights = generator(seed, _TEACHER).standard_normal(d)
    return lambda X: np.asarray(X @ weights)


@functools.lru_cache(maxsize=16)
def _bundled(name: str) -> Dataset:
    from dlwhy.data.generators import make

    return make(name)


TASKS: MappingProxyType[str, Callable[..., Draw]] = MappingProxyType(
    {
        "rings": rings,
        "tent": tent,
        "linear": linear,
        "moons": moons,
        "teacher": teacher,
        "smooth-teacher": smooth_teacher,
        "hierarchy": hierarchy,
        "digits": digits,
        "bundled": bundled,
        "own": own,
    }
)
