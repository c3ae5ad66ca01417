"""The boundary at moments of a training, a byte a place: what the page's slider goes through."""

import base64
import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray
from dlwhy.figures.choosing import choose_axes
from dlwhy.figures.dependence import ground_over
from dlwhy.figures.subject import Subject
from dlwhy.report.content import Mark, Scrub
from dlwhy.text import display

if TYPE_CHECKING:
    from dlwhy.models.trained import Trained

# places along an axis, where the model is asked once, and where for several rows
_ONCE, _AVERAGED = 48, 28
_MOST_MOMENTS, _MOST_POINTS, _MOST_CLASSES = 200, 150, 12
_LEVELS = 256
# outputs that are asked for at a time, of all moments together
_AT_A_TIME = 256
_SHAPES = 4
_Bytes = npt.NDArray[np.uint8]


def frames(subject: Subject) -> Scrub | None:
    """Return what a model predicted over two columns at each of its snapshots.

    None where there are no snapshots, no two columns, or more classes than colours.
    """
    trained, dataset = subject.trained, subject.dataset
    if trained is None or trained.snapshots is None or dataset.n_classes > _MOST_CLASSES:
        return None
    axes = choose_axes(subject, None, None)
    if len(axes) != 2:
        return None
    moments = _thinned(trained.at_snapshots())
    averaged = sum(len(axis.features) for axis in axes) < dataset.n_features
    once = max(1, _AT_A_TIME // max(1, dataset.n_classes))
    grids: Sequence[npt.NDArray[np.float64]] = ()
    found = []
    models = list(moments.values())
    for start in range(0, len(models), once):
        some = models[start : start + once]
        ground = ground_over(functools.partial(_together, some), axes, dataset, _AVERAGED if averaged else _ONCE)
        grids = ground.grids
        found.append(np.moveaxis(ground.response.reshape(*ground.response.shape[:2], len(some), -1), 2, 0))
    response = np.concatenate(found)[:, ::-1]  # (n_moments, height, width, n_outputs), the top row first
    values, palette = _colored(response, subject)
    places = [axis.positions(_some(dataset.X_train), 0) for axis in axes]
    ends = [(float(grid[0]), float(grid[-1])) for grid in grids]
    shares = [(place - low) / (high - low or 1) for place, (low, high) in zip(places, ends, strict=True)]
    colors, marks = _marks(subject, _some(dataset.y_train))
    return Scrub(
        epochs=list(moments),
        width=response.shape[2],
        height=response.shape[1],
        frames=base64.b64encode(values.tobytes()).decode(),
        palette="".join(palette),
        axes=[axis.name for axis in axes],
        points=[
            (round(float(x), 3), round(1 - float(y), 3), color, shape)
            for x, y, (color, shape) in zip(*shares, colors, strict=True)
        ],
        marks=marks,
    )


def _thinned(moments: "Mapping[int, Trained]") -> "dict[int, Trained]":
    """Keep so many moments that the page stays small, the first and the last among them."""
    epochs = list(moments)
    kept = np.unique(np.linspace(0, len(epochs) - 1, min(len(epochs), _MOST_MOMENTS)).round().astype(int))
    return {epochs[place]: moments[epochs[place]] for place in kept}


def _some(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Take rows from all over an array."""
    return np.asarray(values[np.linspace(0, len(values) - 1, min(len(values), _MOST_POINTS)).astype(int)])


def _together(models: "Sequence[Trained]", X: FloatArray) -> FloatArray:
    """Ask several models, whose outputs stand side by side, (n, n_models * n_outputs)."""
    return np.concatenate([each.predict(X).reshape(len(X), -1) for each in models], axis=1)


def _colored(response: npt.NDArray[Any], subject: Subject) -> tuple[_Bytes, list[str]]:
    """Return responses as numbers of colours, (n_moments, height, width), and the colours."""
    from matplotlib import colormaps
    from matplotlib.colors import Colormap, ListedColormap, to_hex

    from dlwhy.figures.drawing import style

    task, n_classes = subject.dataset.task, subject.dataset.n_classes
    with style.styled():
        if task == "multiclass":
            levels = _LEVELS // n_classes
            sure = np.clip((response.max(axis=-1) * n_classes - 1) / (n_classes - 1), 0, 1)
            numbers = response.argmax(axis=-1) * levels + np.round(sure * (levels - 1))
            paper = np.array(style.paper())
            colors = [
                paper + (0.15 + 0.85 * level / (levels - 1)) * (np.array(style.muted(color)) - paper)
                for color in style.class_colors(n_classes)
                for level in range(levels)
            ]
            return numbers.astype(np.uint8), [to_hex(color)[1:] for color in colors]
        shares = response[..., 0]
        shades: Colormap = style.between(*style.class_colors(2))
        if task == "regression":
            low, high = _range(subject, shares)
            shares = (shares - low) / (high - low or 1)
            shades = ListedColormap([style.muted(color, 0.6) for color in colormaps["viridis"](np.linspace(0, 1, 256))])
    numbers = np.round(np.clip(shares, 0, 1) * (_LEVELS - 1))
    return numbers.astype(np.uint8), [to_hex(shades(level / (_LEVELS - 1)))[1:] for level in range(_LEVELS)]


def _range(subject: Subject, response: npt.NDArray[Any]) -> tuple[float, float]:
    """Return the range of a regression's colours: of the rows, and of what the last moment predicts."""
    values = np.concatenate([subject.dataset.y_train, response[-1].ravel()])
    return float(values.min()), float(values.max())


def _marks(subject: Subject, y: npt.NDArray[Any]) -> tuple[list[tuple[str, int]], list[Mark]]:
    """Return colour and shape of each row, and of each class; rows of a regression are alike in shape."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    from dlwhy.figures.drawing import style

    dataset = subject.dataset
    if dataset.task == "regression":
        low, high = float(dataset.y_train.min()), float(dataset.y_train.max())
        return [(to_hex(colormaps["viridis"]((value - low) / (high - low or 1)))[1:], 0) for value in y.tolist()], []
    colors = [to_hex(color)[1:] for color in style.class_colors(dataset.n_classes)]
    marks = [Mark(display(name), colors[place], place % _SHAPES) for place, name in enumerate(dataset.class_names)]
    return [(colors[place], place % _SHAPES) for place in y.tolist()], marks
