"""What a model predicts over one or two columns; of more, the mean over the rows that lie near each place.

To hold the other columns at their medians shows a row that isn't there: half of a class may lie on another's ground. So
the rows nearest to a place are moved to it, keep what they have in the other columns, and are averaged over: a local
form of partial dependence (Apley and Zhu, 2020, doi:10.1111/rssb.12377, on why not over all rows).
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, Task
from dlwhy.figures.choosing import choose_axes, evenly, reference
from dlwhy.figures.drawing.features import Along
from dlwhy.figures.subject import Predict, Subject, title_of

FloatArray = npt.NDArray[np.floating[Any]]
# places along an axis: where the model is asked once, and where it is asked for several rows
_RESOLUTION, _AVERAGED = {1: 500, 2: 200}, {1: 200, 2: 60}
_NEAREST = 30
_GROUPS_APART = 3.0  # in standard deviations: the rows of another group come last
_BLOCK_VALUES = 1 << 22
# one scale shows both features well: what ranges may differ by, and the shape that the panel is given at most
_SAME_SCALE, _SHAPE = 3.0, 1.1


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """Rows of one part, as they are drawn: at most two thousand, evenly taken."""

    X: npt.NDArray[np.float64]  # (n_points, n_axes): where they lie along the axes
    y: npt.NDArray[Any]  # (n_points,): class indices or values
    # (n_points,): which of them the model takes for another class; all False for regression
    wrong: npt.NDArray[np.bool_]
    n_samples: int  # rows of the whole part


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Dependence:
    """A model's predictions over one or two columns."""

    axes: tuple[Along, ...]  # the columns, one or two
    # for each axis the (n,) places where the model was asked, evenly spaced; the middles of its groups
    grids: tuple[npt.NDArray[np.float64], ...]
    # predictions: (n_y, n_x) over two columns, (n_x,) along one; a last axis of classes if there are several
    response: FloatArray
    # train, test: the rows
    train: Points
    test: Points
    n_averaged: int  # number of the nearest rows whose values in the other columns the predictions are averaged over
    equal_scales: bool  # whether a unit is as long on both axes
    task: Task  # ``binary``, ``multiclass`` or ``regression``
    class_names: tuple[str, ...] = ()  # names of the classes, at index order; empty for regression
    target_name: str = "target"  # what is predicted
    title: str = ""  # headline of the picture

    @classmethod
    def from_subject(
        cls, subject: Subject, x: str | None = None, y: str | None = None, *, resolution: int | None = None
    ) -> "Dependence":
        """Ask the model over the chosen columns; by default the two that go with its predictions most.

        `resolution` is the number of places along an axis; by default as many as a picture takes.

        Raises
        ------
        UsageError
            If a chosen column isn't there.
        InputRefusedError
            If there are no rows.

        """
        dataset = subject.dataset
        axes = choose_axes(subject, x, y)
        averaged = _is_averaged(axes, dataset)
        resolution = resolution or (_AVERAGED if averaged else _RESOLUTION)[len(axes)]
        ground = ground_over(subject.predict, axes, dataset, resolution)
        response = ground.response if ground.response.shape[-1] > 1 else ground.response[..., 0]
        return cls(
            axes=axes,
            grids=ground.grids,
            response=response,
            train=_points(subject, axes, dataset.X_train, dataset.y_train),
            test=_points(subject, axes, dataset.X_test, dataset.y_test),
            n_averaged=ground.n_averaged,
            equal_scales=ground.equal_scales,
            task=dataset.task,
            class_names=dataset.class_names,
            target_name=dataset.target_name,
            title=title_of(subject),
        )

    @property
    def headline(self) -> str:
        """The title, and what the ground shows if it isn't simply the model's prediction at each place."""
        ground = f"ground: mean over the {self.n_averaged} nearest rows, moved there" if self.n_averaged else ""
        return "\n".join(filter(None, (self.title, ground)))


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What something answers at the places of a grid over one or two columns."""

    grids: tuple[npt.NDArray[np.float64], ...]  # for each axis the (n,) places
    response: FloatArray  # (n_y, n_x, n_outputs) over two columns, (n_x, n_outputs) along one
    n_averaged: int  # number of the nearest rows whose values in the other columns the answers are averaged over
    equal_scales: bool  # whether a unit is as long on both axes


def ground_over(ask: Predict, axes: tuple[Along, ...], dataset: Dataset, resolution: int) -> Ground:
    """Ask at the places of a grid, once if the columns are all there are, else for the rows nearest to each.

    Parameters
    ----------
    ask
        From features, (n, n_features) float32, to (n,) or (n, n_outputs).
    axes
        The columns.
    dataset
        Has the rows.
    resolution
        Places along an axis of numbers.

    """
    limits, equal = _limits(axes, np.concatenate([dataset.X_train, dataset.X_test]))
    grids = tuple(_grid(axis, ends, resolution) for axis, ends in zip(axes, limits, strict=True))
    rows = _shuffled(evenly(reference(dataset))) if _is_averaged(axes, dataset) else None
    return Ground(
        grids=grids,
        response=_respond(ask, axes, grids, rows, dataset.n_features),
        n_averaged=0 if rows is None else min(_NEAREST, len(rows)),
        equal_scales=equal,
    )


def _is_averaged(axes: Sequence[Along], dataset: Dataset) -> bool:
    """Return whether there are features that don't lie along the axes."""
    return sum(len(axis.features) for axis in axes) < dataset.n_features


def _points(subject: Subject, axes: Sequence[Along], X: npt.NDArray[np.float32], y: npt.NDArray[Any]) -> Points:
    from dlwhy.evaluation.calibration import predicted_classes

    some, targets = evenly(X), evenly(y)
    wrong = np.zeros(len(some), bool)
    task = subject.dataset.task
    if task != "regression" and len(some):
        wrong = predicted_classes(subject.predict(some), task) != targets
    positions = np.stack([axis.positions(some, seed) for seed, axis in enumerate(axes)], axis=1)
    return Points(X=positions, y=targets, wrong=wrong, n_samples=len(y))


def _shuffled(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return rows in an order that says nothing: of many at one place, the first are taken."""
    return np.asarray(values[np.random.default_rng(0).permutation(len(values))])


def _limits(axes: Sequence[Along], rows: npt.NDArray[np.float32]) -> tuple[list[tuple[float, float]], bool]:
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


def _grid(axis: Along, ends: tuple[float, float], count: int) -> npt.NDArray[np.float64]:
    """Return places along an axis at which the model is asked, (n,): evenly spaced, or the middles of its groups."""
    return np.arange(len(axis.groups), dtype=np.float64) if axis.groups else np.linspace(*ends, count)


def _respond(
    predict: Predict,
    axes: Sequence[Along],
    grids: Sequence[npt.NDArray[np.float64]],
    rows: npt.NDArray[np.float32] | None,
    n_features: int,
) -> FloatArray:
    """Ask at every place of the grid: once, or for the rows nearest to it, whose mean is taken; outputs come last."""
    own = [feature for axis in axes for feature in axis.features]
    indices = np.stack(np.meshgrid(*(np.arange(len(grid)) for grid in grids)), axis=-1)
    shape = indices.shape[:-1]
    indices = indices.reshape(-1, len(axes))
    values = [
        axis.values(grid)[indices[:, number]] for number, (axis, grid) in enumerate(zip(axes, grids, strict=True))
    ]
    settings = np.concatenate(values, axis=1, dtype=np.float32)
    places = np.stack([grid[indices[:, number]] for number, grid in enumerate(grids)], axis=1)
    n_rows = 1 if rows is None else min(_NEAREST, len(rows))
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
    return np.asarray(response.reshape(*shape, -1))


def _near(
    axes: Sequence[Along], rows: npt.NDArray[np.float32], places: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Return the nearest rows of each place and their weights, (n_places, n_nearest); weights fall with distance."""
    distance = np.zeros((len(places), len(rows)))
    for number, axis in enumerate(axes):
        along = dataclasses.replace(axis, spread=0).positions(rows, 0)
        unit = 1 / _GROUPS_APART if axis.groups else float(along.std()) or 1.0
        distance += ((places[:, number, np.newaxis] - along) / unit) ** 2
    n_nearest = min(_NEAREST, len(rows))
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :n_nearest]
    squared = np.take_along_axis(distance, nearest, axis=1)
    weights = 1 - squared / (1.5 * squared[:, -1:] + 1e-12)
    return nearest, weights / weights.sum(axis=1, keepdims=True)
