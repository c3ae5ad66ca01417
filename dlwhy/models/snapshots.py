"""A network's weights at some moments of its training: when they are kept, and how they lie in a model file."""

import dataclasses
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from dlwhy.data.dataset import FloatArray
from dlwhy.data.values import is_whole
from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file.schema import Plan

FEWEST, MOST = 2, 1000
MAX_BYTES = 64 << 20
# of their header in NumPy's format
MAX_HEADER_BYTES = 1 << 10
_MOST_EPOCHS = 10_000_000


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Snapshots:
    """The weights of one network at k moments of its training.

    Parameters
    ----------
    planned
        How many were asked for; a training that ended early has fewer, and one of few epochs too.
    epochs
        How many epochs were done at each, k, in order; 0 is the untrained start.
    weights
        (k, n_values) float32: the values of all layers' weights, in the order of the network's plan.

    Raises
    ------
    InputRefusedError
        If they contradict each other.

    """

    planned: int
    epochs: tuple[int, ...]
    weights: FloatArray

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.epochs, self.epochs[1:], strict=False))
        whole = all(is_whole(epoch, most=_MOST_EPOCHS) for epoch in self.epochs)
        if not (whole and rising and is_whole(self.planned, most=MOST) and 1 <= len(self.epochs) <= self.planned + 1):
            raise InputRefusedError("the moments of the snapshots are damaged")
        if self.weights.ndim != 2 or len(self.weights) != len(self.epochs):
            raise InputRefusedError(f"{len(self.weights)} snapshots do not fit {len(self.epochs)} moments")
        if not np.isfinite(self.weights).all():
            raise InputRefusedError("a snapshot holds a value that is not a finite number")

    def to_json(self) -> dict[str, Any]:
        """Return when they were taken, JSON-like."""
        return {"planned": self.planned, "epochs": list(self.epochs)}

    def to_npy(self) -> bytes:
        """Return the weights as a .npy file."""
        return _header(self.weights.shape) + self.weights.astype("<f4").tobytes()

    @classmethod
    def from_parts(cls, told: Any, content: bytes, n_values: int) -> Self:
        """Take snapshots back from what `to_json` and `to_npy` gave, trusting nothing.

        Parameters
        ----------
        told
            What `to_json` gave.
        content
            What `to_npy` gave.
        n_values
            How many values the weights of the network have.

        Raises
        ------
        InputRefusedError
            If they are anything else.

        """
        known = isinstance(told, dict) and set(told) == {"planned", "epochs"} and isinstance(told["epochs"], list)
        if not known or len(told["epochs"]) > MOST + 1:
            raise InputRefusedError("the moments of the snapshots are damaged")
        shape = len(told["epochs"]), n_values
        # compared, not read: there is one header that fits
        header = _header(shape)
        if len(content) != len(header) + 4 * math.prod(shape) or not content.startswith(header):
            raise InputRefusedError(f"the snapshots are not {shape[0]} times the {n_values} weights of the network")
        weights = np.frombuffer(content, "<f4", offset=len(header)).reshape(shape)
        return cls(planned=told["planned"], epochs=tuple(told["epochs"]), weights=weights)


def moments(count: int, epochs: int) -> list[int]:
    """Return after how many epochs to look at a training, from 0 to the last, dense at the start where most happens.

    The distances grow evenly in ratio, so far as whole epochs allow; `count` of them, or one each epoch if there are
    fewer.

    Parameters
    ----------
    count
        How many, the start among them; at least 2.
    epochs
        How many epochs there are.

    """
    found = [0]
    for place in range(count - 1):
        even = epochs ** (place / (count - 2)) if count > 2 else epochs
        found.append(max(found[-1] + 1, math.floor(even + 0.5)))
    return [*(moment for moment in found if moment < epochs), epochs]


def nearest(taken: Sequence[int], planned: Sequence[int]) -> list[int]:
    """Return those of some moments that are nearest to the planned ones up to their last, each once and in order."""
    last = max(taken)
    return sorted({min(taken, key=lambda each: abs(each - moment)) for moment in planned if moment <= last})


def layers_of(row: FloatArray, plan: Plan) -> list[list[FloatArray]]:
    """Cut one row of `Snapshots.weights` into the weights of each layer of a plan."""
    shapes = [shape for layer in plan.layers for shape in layer.weights]
    parts = np.split(row, np.cumsum([math.prod(shape) for shape in shapes])[:-1]) if shapes else []
    shaped = iter([part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)])
    return [[next(shaped) for _ in layer.weights] for layer in plan.layers]


def until(history: Mapping[str, Sequence[float]], epoch: int) -> dict[str, list[float]]:
    """Return a history up to an epoch."""
    return {name: list(values[:epoch]) for name, values in history.items()}


def _header(shape: tuple[int, ...]) -> bytes:
    """Return what stands before the values in a .npy file of float32."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": tuple(shape)})
    return header.getvalue()
