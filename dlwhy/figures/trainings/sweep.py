"""A sweep: the loss curves of all values over one another, and what each has learnt side by side."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dlwhy.errors import UsageError
from dlwhy.figures import history
from dlwhy.figures.choosing import choose_axes
from dlwhy.figures.dependence import ground_over
from dlwhy.figures.drawing import layout, style
from dlwhy.figures.inside import board
from dlwhy.figures.subject import Subject
from dlwhy.figures.trainings import maps
from dlwhy.figures.trainings.maps import Box, Scale
from dlwhy.figures.trainings.replicas import points_of
from dlwhy.text import counted, display
from dlwhy.training.sweep.swept import Cell, Swept

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure

INCHES = (7.4, 5.6)  # of each panel
_MAP = (1.7, 1.4)  # inches that a map has room in, with its words
_RESOLUTION = {1: 120, 2: 60}
_MOST_POINTS = 400
_HEAD_LINES = 3
_IN_A_ROW = 3  # from too small to too large
_STYLES = ("-", "--", ":", "-.")
_LINES = "viridis"
_BEST = "#7d4fc4"


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Maps:
    """What the networks of a sweep predict over the same columns, and the rows there."""

    columns: tuple[str, ...]
    responses: list[npt.NDArray[np.float32] | None]
    limits: tuple[float, float]
    points: npt.NDArray[np.float64]
    targets: npt.NDArray[np.float64]
    n_averaged: int


def maps_of(subjects: Sequence[Subject | None], best: int) -> Maps:
    """Ask networks over the two columns that go with the best one's predictions most.

    Parameters
    ----------
    subjects
        A network each, on one data set; None where there is none.
    best
        The place of the best; there must be a network.

    """
    first = subjects[best]
    assert first is not None, "the best of a sweep has not diverged"  # noqa: S101
    dataset, axes = first.dataset, choose_axes(first, None, None)
    grounds = [
        None if each is None else ground_over(each.predict, axes, dataset, _RESOLUTION[len(axes)]) for each in subjects
    ]
    known = next(ground for ground in grounds if ground is not None)
    y = np.concatenate([dataset.y_train, dataset.y_test])
    limits = (float(y.min()), float(y.max())) if dataset.task == "regression" else (0.0, 1.0)
    points, targets = points_of(first, axes, known.grids, limits)
    some = np.linspace(0, len(points) - 1, min(len(points), _MOST_POINTS)).astype(int)
    return Maps(
        columns=tuple(axis.name for axis in axes),
        responses=[None if ground is None else np.asarray(ground.response, np.float32) for ground in grounds],
        limits=limits,
        points=points[some],
        targets=np.asarray(targets[some], np.float64),
        n_averaged=known.n_averaged,
    )


def draw(swept: Swept, size: tuple[float, float] | None = None) -> "Figure":
    """Draw a sweep; inside `style.styled` if it is to look and repeat like ours.

    Raises
    ------
    UsageError
        If the size is too small.

    """
    with style.scaled(2, size):
        rows, columns = _shape(swept)
        room = max(INCHES[0], _MAP[0] * columns), max(INCHES[1], _MAP[1] * rows)
        figure, (left, right) = style.new_figure(2, size, room)
        _curves(left, swept)
        _maps(right, swept)
    if size is not None and layout.too_small(figure):
        raise UsageError(f"--size {size[0]:g}x{size[1]:g}: too small to read", "try 14x6")
    return figure


def headline(swept: Swept) -> str:
    """Say which values are best, and how good they are."""
    name, best = display(swept.data, 30), swept.best
    if best is None:
        return f"{name}: all diverge"
    cell = swept.cells[best]
    return f"{name}: best with {_named(swept, cell)}, held-out {swept.score} {_mean(swept, cell)}"


def _curves(ax: "Axes", swept: Swept) -> None:
    """Draw the median loss of each combination: the first option by colour, the second by how the line is drawn."""
    import matplotlib as mpl

    first, *second = [list(values) for values in swept.options.values()]
    ends = (0.0, 0.85) if sum(style.paper()) > 1.5 else (0.25, 1.0)  # seen on the ground of either style
    shades = mpl.colormaps[_LINES](np.linspace(*ends, max(2, len(first))))
    handles, every = [], []
    for cell in swept.cells:
        values = np.array([np.nan if value is None else value for value in cell.curve])
        color = shades[first.index(cell.values[0])]
        dash = _STYLES[second[0].index(cell.values[1]) % len(_STYLES)] if second else "-"
        marker = "o" if len(values) == 1 else ""
        words = _short(cell)
        handles += ax.plot(swept.epochs, values, color=color, linestyle=dash, marker=marker, label=words)
        every.append(values)
    title = f"{headline(swept)}\nheld-out loss, median of {counted(len(swept.seeds), 'seed')}"
    style.label(ax, title, "epoch", "held-out loss", grid=True)
    ax.locator_params(axis="x", integer=True)
    if history.spans_decades("loss", np.concatenate(every)):
        ax.set_yscale("log")
        style.plain_numbers(ax)
    style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles])


def _maps(ax: "Axes", swept: Swept) -> None:
    scale = Scale(task=swept.task, n_classes=len(swept.class_names), limits=swept.limits)
    colors = _colors(swept)
    boxes = []
    for place, (cell, verdict) in enumerate(zip(swept.cells, swept.verdicts(), strict=True)):
        words = f"{_short(cell)}: {_mean(swept, cell)}\n{verdict}"
        if cell.response is None:
            boxes.append(Box(ax, np.ones((1, 1, 3)) * style.paper(), [], words))
        else:
            picture, lines = maps.colors_of(cell.response, scale), maps.lines_of(cell.response, scale)
            boxes.append(Box(ax, picture, lines, words, points=(swept.points, colors), linewidth=1.0))
        if place == swept.best:
            boxes[-1].frame.set(color=_BEST, linewidth=2.5)
    names = [_flag(name) for name in swept.options]
    how = f"ground: mean over the {swept.n_averaged} nearest rows, moved there" if swept.n_averaged else ""
    what = f"value of {names[0]}" if len(names) == 1 else "combination"
    title = f"what each {what} has learnt (the network of the median {swept.score})"
    x, *y = style.shortened(swept.columns)
    over = f"in each map: {x} from left to right" + (f", {y[0]} upwards" if y else "")
    style.label(ax, "\n".join(filter(None, (title, how))), over, "")
    shape = _shape(swept)
    board.prepare(ax, lambda *room: _place(boxes, shape, *room), (0.9 * shape[1], 0.95 * shape[0]))
    labels = [swept.target_name] if swept.task == "regression" else swept.class_names
    handles = maps.handles_of(scale, style.shortened(labels), "")
    style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles])


def _colors(swept: Swept) -> Any:
    import matplotlib as mpl

    if swept.task == "regression":
        low, high = swept.limits
        return mpl.colormaps[maps.NUMBERS]((swept.targets - low) / ((high - low) or 1))
    colors = style.class_colors(len(swept.class_names))
    return [colors[int(target)] for target in swept.targets]


def _shape(swept: Swept) -> tuple[int, int]:
    """Return rows and columns of the maps: of two options a row for each value of the first."""
    sizes = [len(values) for values in swept.options.values()]
    if len(sizes) > 1:
        return sizes[0], sizes[1]
    return (1, sizes[0]) if sizes[0] <= _IN_A_ROW else maps.grid(sizes[0])


def _place(
    boxes: Sequence[Box], shape: tuple[int, int], width: float, height: float, renderer: "RendererBase | None"
) -> None:
    own = width / shape[1], height / shape[0]
    for number, box in enumerate(boxes):
        row, column = divmod(number, shape[1])
        x, y = column * own[0] + maps.GAP / 2, height - (row + 1) * own[1] + maps.GAP / 2
        box.place((x, y, own[0] - maps.GAP, own[1] - maps.GAP), renderer, most_lines=_HEAD_LINES)


def _short(cell: Cell) -> str:
    return " · ".join(style.shortened(cell.values, 30))


def _named(swept: Swept, cell: Cell) -> str:
    named = zip(swept.options, style.shortened(cell.values, 30), strict=True)
    return " and ".join(f"{_flag(name)} {value}" for name, value in named)


def _flag(name: str) -> str:
    return display(name.replace("_", " "), 30)


def _mean(swept: Swept, cell: Cell) -> str:
    found = swept.interval(cell)
    if found is None:
        return "diverged"
    return style.number(found[0]) if swept.score == "RMSE" else f"{found[0]:.3f}"
