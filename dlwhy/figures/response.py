"""What a model answers at the places of a grid; of more columns than are drawn, the mean over the rows near each."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.figures.drawing.features import Along
from dlwhy.figures.subject import Predict

FloatArray = npt.NDArray[np.floating[Any]]
NEAREST = 30
_GROUPS_APART = 3.0  # in standard deviations: the rows of another group come last
_BLOCK_VALUES = 1 << 22
# one scale shows both features well: what ranges may differ by, and the shape that the panel is given at most
_SAME_SCALE, _SHAPE = 3.0, 1.1


def limits(axes: Sequence[Along], rows: npt.NDArray[np.float32]) -> tuple[list[tuple[float, float]], bool]:
    """Return the ends of the axes, and whether they have one scale: then the shorter is drawn out to a handy shape."""
    ends = [axis.limits(rows) for axis in axes]
    if len(axes) < 2 or rows.shape[1] > 2 or any(axis.groups for axis in axes):
        return ends, False
    length = [high - low for low, high in ends]
    if max(length) > _SAME_SCALE * min(length):
        return ends, False
    least = max(length) / _SHAPE
    more = [max(0.0, least - own) / 2 for own in length]
    return [(low - extra, high + extra) for (low, high), extra in zip(ends, more, strict=True)], True


def grid(axis: Along, ends: tuple[float, float], count: int) -> npt.NDArray[np.float64]:
    """Return places along an axis at which the model is asked, (n,): evenly spaced, or the middles of its groups."""
    return np.arange(len(axis.groups), dtype=np.float64) if axis.groups else np.linspace(*ends, count)


def respond(
    predict: Predict,
    axes: Sequence[Along],
    grids: Sequence[npt.NDArray[np.float64]],
    rows: npt.NDArray[np.float32] | None,
    n_features: int,
) -> FloatArray:
    """Ask at every place of the grid: once, or for the rows nearest to it, whose mean is taken."""
    own = [feature for axis in axes for feature in axis.features]
    indices = np.stack(np.meshgrid(*(np.arange(len(grid)) for grid in grids)), axis=-1)
    shape = indices.shape[:-1]
    indices = indices.reshape(-1, len(axes))
    values = [
        axis.values(grid)[indices[:, number]] for number, (axis, grid) in enumerate(zip(axes, grids, strict=True))
    ]
    settings = np.concatenate(values, axis=1, dtype=np.float32)
    places = np.stack([grid[indices[:, number]] for number, grid in enumerate(grids)], axis=1)
    n_rows = 1 if rows is None else min(NEAREST, len(rows))
    block = max(1, _BLOCK_VALUES // max(n_rows * n_features, 1 if rows is None else len(rows)))
    parts = []
    for start in range(0, len(places), block):
        some = settings[start : start + block]
        if rows is None:
            asked, weights = np.zeros((len(some), 1, n_features), np.float32), np.ones((len(some), 1))
        else:
            nearest, weights = _near(axes, rows, places[start : start + block])
            asked = rows[nearest]
        asked[:, :, own] = some[:, np.newaxis]
        found = predict(asked.reshape(-1, n_features))
        found = found.reshape(len(some), n_rows, -1)
        parts.append(np.einsum("pr,prk->pk", weights, found))
    response = np.concatenate(parts)
    return response.reshape(*shape, *response.shape[1:]) if response.shape[1] > 1 else response.reshape(shape)


def _near(
    axes: Sequence[Along], rows: npt.NDArray[np.float32], places: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Return the nearest rows of each place and their weights, (n_places, n_nearest); weights fall with distance."""
    distance = np.zeros((len(places), len(rows)))
    for number, axis in enumerate(axes):
        along = dataclasses.replace(axis, spread=0).positions(rows, 0)
        unit = 1 / _GROUPS_APART if axis.groups else float(along.std()) or 1.0
        distance += ((places[:, number, np.newaxis] - along) / unit) ** 2
    n_nearest = min(NEAREST, len(rows))
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :n_nearest]
    squared = np.take_along_axis(distance, nearest, axis=1)
    weights = 1 - squared / (1.5 * squared[:, -1:] + 1e-12)
    return nearest, weights / weights.sum(axis=1, keepdims=True)
