"""Regression on a smooth random function, drawn afresh by each seed; and its controls."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.errors import UsageError
from dlwhy.studies.tasks.draws import Draw, drawn, generator
from dlwhy.studies.tasks.fresh import HELD_OUT, TEACHER, TEST, TRAIN
from dlwhy.text import display

Array = npt.NDArray[Any]
_ROWS_AT_ONCE = 256
_TARGETS = ("teacher", "linear", "noise")


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
    rng = generator(seed, TEACHER + 200)
    some = function(rng.uniform(-width, width, (20_000, d)))
    center, spread = some.mean(), some.std()

    def points(stream: int, n: int, blur: float) -> tuple[Array, Array]:
        X = generator(seed, stream).uniform(-width, width, (n, d))
        if target == "noise":
            return X, generator(seed, stream + 100).standard_normal(n)
        y = (function(X) - center) / spread
        return X, y + blur * generator(seed, stream + 100).standard_normal(n)

    return drawn(points(TRAIN, n_train, noise), points(HELD_OUT, TEST, 0.0), classes=0)


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
