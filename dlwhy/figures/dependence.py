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

from dlwhy.data.dataset import Task
from dlwhy.figures import response
from dlwhy.figures.choosing import choose_axes, evenly, reference
from dlwhy.figures.drawing.features import Along
from dlwhy.figures.subject import Subject, title_of

FloatArray = npt.NDArray[np.floating[Any]]
# places along an axis: where the model is asked once, and where it is asked for several rows
_RESOLUTION, _AVERAGED = {1: 500, 2: 200}, {1: 200, 2: 60}


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
    def from_subject(cls, subject: Subject, x: str | None = None, y: str | None = None) -> "Dependence":
        """Ask the model over the chosen columns; by default the two that go with its predictions most.

        Raises
        ------
        UsageError
            If a chosen column isn't there.
        InputRefusedError
            If there are no rows.

        """
        dataset = subject.dataset
        axes = choose_axes(subject, x, y)
        own = [feature for axis in axes for feature in axis.features]
        averaged = len(own) < dataset.n_features
        limits, equal = response.limits(axes, np.concatenate([dataset.X_train, dataset.X_test]))
        resolution = (_AVERAGED if averaged else _RESOLUTION)[len(axes)]
        grids = tuple(response.grid(axis, ends, resolution) for axis, ends in zip(axes, limits, strict=True))
        rows = _shuffled(evenly(reference(dataset))) if averaged else None
        return cls(
            axes=axes,
            grids=grids,
            response=response.respond(subject.predict, axes, grids, rows, dataset.n_features),
            train=_points(subject, axes, dataset.X_train, dataset.y_train),
            test=_points(subject, axes, dataset.X_test, dataset.y_test),
            n_averaged=0 if rows is None else min(response.NEAREST, len(rows)),
            equal_scales=equal,
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


def _points(subject: Subject, axes: Sequence[Along], X: npt.NDArray[np.float32], y: npt.NDArray[Any]) -> Points:
    from dlwhy.evaluation import predicted_classes

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
