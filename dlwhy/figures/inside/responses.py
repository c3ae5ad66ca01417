"""What the units of a network respond to: over two columns, or, where features are pixels, as images."""

import dataclasses
import functools
import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.figures.choosing import choose_axes, evenly, reference
from dlwhy.figures.dependence import ground_over
from dlwhy.figures.inside.anatomy import HALF_OPEN, Anatomy, Layer, spread_out
from dlwhy.figures.subject import Subject
from dlwhy.models import forward

FloatArray = npt.NDArray[np.float32]
MOST_UNITS, MOST_LAYERS = 12, 4
# places along an axis: where the network is asked once, and where for several rows; a square is small
_ONCE, _AVERAGED = 48, 24
_BLOCK = 4096  # rows that are pushed through at a time
_LEAST_SIDE = 4  # pixels: of smaller pictures nothing could be seen
_MOST_ON = 30  # rows whose mean image a unit gets


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """The input, a hidden layer or the output, as it is drawn."""

    name: str  # ``input``, ``layer 1``, ``output``
    n_units: int
    shown: tuple[int, ...]  # which of its units are drawn, by index
    maps: FloatArray  # (n_shown, height, width): what each responds with, the first row below
    dead: npt.NDArray[np.bool_]  # (n_units,): which give out nothing, or always the same, on all training rows
    names: tuple[str, ...] = ()  # of those shown, if they have any
    # (2, n_shown), of the input: the least and the most on training rows
    limits: FloatArray = dataclasses.field(default_factory=lambda: np.zeros((2, 0), np.float32))
    kernel: FloatArray | None = None  # (shown before, n_shown): the weights from the stage before, if that is drawn


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Responses:
    """The stages of a network from left to right."""

    stages: tuple[Stage, ...]
    axes: tuple[str, ...]  # names of the columns that the maps are over; none if they are images
    grouped: bool  # whether one of the columns is a category
    n_averaged: int  # number of nearest rows that each place is averaged over
    n_left_out: int  # hidden layers that are not drawn
    n_dead: int  # dead units of all hidden layers
    n_hidden: int  # units of all hidden layers
    n_rows: int  # training rows that say what is dead

    @property
    def images(self) -> bool:
        """Whether the maps are images."""
        return not self.axes


def responses_of(subject: Subject, anatomy: Anatomy, x: str | None = None, y: str | None = None) -> Responses:
    """Ask the units of a network.

    Parameters
    ----------
    subject
        Has the rows.
    anatomy
        Its network.
    x, y
        The columns to ask over, by default those of the boundary.

    """
    dataset = subject.dataset
    rows = reference(dataset)
    dead = {layer.name: _dead(anatomy, layer, rows) for layer in anatomy.hidden}
    chosen = spread_out(len(anatomy.hidden), MOST_LAYERS)
    layers = [*(anatomy.hidden[place] for place in chosen), anatomy.layers[-1]]
    bare = _stages(anatomy, layers, dead, rows, dataset)
    side = _image_side(dataset) if x is None and y is None and not anatomy.details.inputs else 0
    names: tuple[str, ...] = ()
    if side:
        stages, grouped, n_averaged = _images(anatomy, layers, bare, rows, side), False, 0
    else:
        axes = choose_axes(subject, x, y)
        ask = functools.partial(_shown_outputs, anatomy, layers, bare)
        averaged = sum(len(axis.features) for axis in axes) < dataset.n_features
        ground = ground_over(ask, axes, dataset, _AVERAGED if averaged else _ONCE)
        stages = _with_maps(bare, ground.response)
        names, grouped = tuple(axis.name for axis in axes), any(axis.groups for axis in axes)
        n_averaged = ground.n_averaged
    return Responses(
        stages=tuple(stages),
        axes=names,
        grouped=grouped,
        n_averaged=n_averaged,
        n_left_out=len(anatomy.hidden) - len(chosen),
        n_dead=sum(int(each.sum()) for each in dead.values()),
        n_hidden=sum(layer.width for layer in anatomy.hidden),
        n_rows=len(rows),
    )


def outputs_at(anatomy: Anatomy, X: FloatArray, places: Sequence[int]) -> list[FloatArray]:
    """Return what some layers of a network give out for rows, for each of the places (n, width)."""
    return forward.inside(anatomy.network, anatomy.details.inputs_of(X), places)


def _dead(anatomy: Anatomy, layer: Layer, rows: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which units of a layer, (n_units,), are never on, or always the same."""
    low, high = np.full(layer.width, np.inf), np.full(layer.width, -np.inf)
    for start in range(0, len(rows), _BLOCK):
        (found,) = outputs_at(anatomy, rows[start : start + _BLOCK], [layer.units])
        low, high = np.minimum(low, found.min(axis=0)), np.maximum(high, found.max(axis=0))
    if layer.activation in HALF_OPEN:
        return np.asarray(high <= 0)
    return np.asarray(high - low <= 1e-6 * np.maximum(np.abs(high), np.abs(low)))


def _stages(
    anatomy: Anatomy, layers: Sequence[Layer], dead: dict[str, npt.NDArray[np.bool_]], rows: FloatArray, data: Dataset
) -> list[Stage]:
    """Return the stages without their maps: which units are shown, and how they hang together."""
    width = anatomy.network.plan.layers[anatomy.entry].width
    given = outputs_at(anatomy, evenly(rows), [anatomy.entry, *(layer.units for layer in layers)])
    taken = anatomy.details.inputs or data.feature_names
    names = [*taken, *(f"bin {number}" for number in range(1, width - len(taken) + 1))]
    kernels = [anatomy.kernel(layer) for layer in layers]
    weights = [np.linalg.norm(kernel, axis=1) for kernel in kernels]
    outgoing = [each if len(each) == found.shape[1] else None for each, found in zip(weights, given[:-1], strict=True)]
    shown = [*(_weightiest(found, each) for found, each in zip(given, outgoing, strict=False))]
    n_outputs = given[-1].shape[1]
    shown.append(tuple(range(min(n_outputs, MOST_UNITS))))
    none = np.zeros((0, 0, 0), np.float32)
    stages = [
        Stage(
            name="input",
            n_units=width,
            shown=shown[0],
            maps=none,
            dead=np.zeros(width, bool),
            names=tuple(names[unit] for unit in shown[0]),
            limits=np.stack([given[0].min(axis=0), given[0].max(axis=0)])[:, shown[0]],
        )
    ]
    answers = data.class_names if n_outputs == len(data.class_names) else (_answer(data),)
    before = anatomy.entry
    for place, (layer, kernel) in enumerate(zip(layers, kernels, strict=True), start=1):
        joined = _source(anatomy, layer) == before
        last = layer is layers[-1]
        stages.append(
            Stage(
                name=layer.name,
                n_units=n_outputs if last else layer.width,
                shown=shown[place],
                maps=none,
                dead=dead.get(layer.name, np.zeros(layer.width, bool)),
                names=tuple(answers[unit] for unit in shown[place]) if last else (),
                kernel=kernel[np.ix_(shown[place - 1], shown[place])] if joined else None,
            )
        )
        before = layer.end
    return stages


def _answer(data: Dataset) -> str:
    return (
        f"{data.target_name} (bright: high)" if data.task == "regression" else f"probability of {data.class_names[-1]}"
    )


def _source(anatomy: Anatomy, layer: Layer) -> int:
    """Return the place that a layer takes from."""
    return anatomy.network.plan.layers[layer.dense].inputs[0]


def _weightiest(found: FloatArray, outgoing: FloatArray | None) -> tuple[int, ...]:
    """Return the units, in order, that bring the most to the next layer: spread over rows times weights."""
    strength = found.std(axis=0) * (1 if outgoing is None else outgoing)
    order = np.argsort(-strength.round(9), kind="stable")[:MOST_UNITS]
    return tuple(sorted(int(unit) for unit in order))


def _shown_outputs(anatomy: Anatomy, layers: Sequence[Layer], stages: Sequence[Stage], X: FloatArray) -> FloatArray:
    """Return what the units that are shown give out, side by side, (n, all that are shown)."""
    places = [anatomy.entry, *(layer.units for layer in layers)]
    parts = []
    for start in range(0, len(X), _BLOCK):
        found = outputs_at(anatomy, X[start : start + _BLOCK], places)
        picked = [each[:, stage.shown] for each, stage in zip(found, stages, strict=True)]
        parts.append(np.concatenate(picked, axis=1))
    return np.concatenate(parts)


def _with_maps(stages: Sequence[Stage], response: npt.NDArray[np.floating]) -> list[Stage]:
    """Give each stage its part of what was found, (n_y, n_x, all that are shown); along one column one row."""
    values = np.moveaxis(response if response.ndim == 3 else response[np.newaxis], -1, 0).astype(np.float32)
    ends = np.cumsum([len(stage.shown) for stage in stages])
    return [
        dataclasses.replace(stage, maps=values[end - len(stage.shown) : end])
        for stage, end in zip(stages, ends, strict=True)
    ]


def _image_side(data: Dataset) -> int:
    """Return the side of the square images that the features are the pixels of; 0 if they are not."""
    side = math.isqrt(data.n_features)
    pixels = all(column.kind == "numeric" and column.name.lower().startswith("pixel") for column in data.columns)
    return side if pixels and side**2 == data.n_features and side >= _LEAST_SIDE else 0


def _images(
    anatomy: Anatomy, layers: Sequence[Layer], stages: Sequence[Stage], rows: FloatArray, side: int
) -> list[Stage]:
    """Give each stage images: the mean one, the weights of the first layer, and what turns later units on most."""
    sample = evenly(rows)
    image: Callable[[FloatArray], FloatArray] = lambda flat: flat.reshape(-1, side, side)[:, ::-1]  # noqa: E731
    found = outputs_at(anatomy, sample, [layer.units for layer in layers])
    drawn = [
        dataclasses.replace(
            stages[0], n_units=side**2, shown=(0,), names=("mean image",), maps=image(sample.mean(axis=0)[np.newaxis])
        )
    ]
    for place, (layer, given, stage) in enumerate(zip(layers, found, stages[1:], strict=True)):
        if place == 0 and len(layers) > 1:
            values = anatomy.kernel(layer)[: side**2, stage.shown].T
            drawn.append(dataclasses.replace(stage, maps=image(values), kernel=None))
            continue
        most = np.argsort(-given[:, stage.shown], axis=0, kind="stable")[:_MOST_ON]
        drawn.append(dataclasses.replace(stage, maps=image(sample[most].mean(axis=0))))
    return drawn
