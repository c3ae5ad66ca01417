"""Rows as the first layer takes them, made before training: else each step computes what stands in front."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray
from dlwhy.models.front import Front
from dlwhy.training.stack.data import IndexArray, StackData

# bytes of features behind their fronts, beyond which each step makes its own; what is no larger than the rows is always
# made before
MOST_BYTES = 512 << 20


def ahead(data: StackData) -> StackData:
    """Return the data with rows as they come out behind the front of each replica; as they are if that is too much.

    Replicas with one front share their rows. Those of different fronts lie behind each other, as many of them as the
    replicas of each front use, and the replicas' indices are of these.
    """
    fronts = list({id(front): front for front in data.fronts}.values())
    if len(fronts) == 1:
        front = fronts[0]
        fits = front is not None and _fits(data, len(data.X))
        return dataclasses.replace(data, X=_behind(front, data.X), is_encoded=True) if fits else data
    used = {id(front): _used(data, front) for front in fronts}
    count = sum(map(len, used.values()))
    if not _fits(data, count):
        return data
    # as many rows as there were, so that trainings of one shape go on sharing their program
    spare = max(0, len(data.X) - count)
    origin = np.concatenate([*used.values(), np.zeros(spare, np.int32)])
    parts = [_behind(front, data.X[used[id(front)]]) for front in fronts]
    places = _places(used, len(data.X))
    return dataclasses.replace(
        data,
        X=np.concatenate([*parts, np.zeros((spare, data.n_inputs), np.float32)]),
        y=data.y[:, origin],
        weights=None if data.weights is None else data.weights[:, origin],
        rows=_moved(data.rows, data.fronts, places),
        validation=_moved(data.validation, data.fronts, places),
        takes_all=False,
        shares_validation=False,
        is_encoded=True,
    )


def _fits(data: StackData, rows: int) -> bool:
    """Say whether so many rows, with targets and weights, take not too much memory."""
    of_each = data.n_inputs + len(data.y) + (0 if data.weights is None else len(data.weights))
    return rows * of_each * data.X.itemsize <= max(MOST_BYTES, data.X.nbytes)


def _used(data: StackData, front: Front | None) -> IndexArray:
    """Return the rows that the replicas of a front train and validate on, ascending."""
    own = [index for index, each in enumerate(data.fronts) if each is front]
    # by a mask: replicas of one front have most of their rows in common
    taken = np.zeros(len(data.X), bool)
    for index in own:
        taken[data.rows[index]] = taken[data.validation[index]] = True
    return np.flatnonzero(taken).astype(np.int32)


def _places(used: dict[int, IndexArray], count: int) -> dict[int, IndexArray]:
    """Return for each front where each row lies among those of all fronts, (count,)."""
    places, first = {}, 0
    for key, rows in used.items():
        places[key] = np.full(count, -1, np.int32)
        places[key][rows] = np.arange(first, first + len(rows))
        first += len(rows)
    return places


def _moved(
    rows: Sequence[IndexArray], fronts: Sequence[Front | None], places: dict[int, IndexArray]
) -> list[IndexArray]:
    return [places[id(front)][own] for own, front in zip(rows, fronts, strict=True)]


def _behind(front: Front | None, X: FloatArray) -> npt.NDArray[Any]:
    return X if front is None else front.apply(X)
