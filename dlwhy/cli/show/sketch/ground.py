"""What a model predicts over two columns, in half blocks: its ground, and some held-out rows on it."""

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from rich.text import Text

from dlwhy.cli.show.sketch.ink import Ink, Panel, Rgb, mixed, painted, rgb
from dlwhy.text import display, number

if TYPE_CHECKING:
    from dlwhy.figures.dependence import Dependence

_PAPER, _WRONG = (255, 255, 255), (0, 0, 0)
# from certain to undecided: a ground that rows stand out from
_STRENGTH = 0.6
# low to high, of numbers; viridis
_RAMP: tuple[Rgb, ...] = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
_SHADES = {True: " ░▒▓█", False: " .:*#"}
# the marks of rows without colours, by class; of many classes their numbers
_MARKS, _MARK_WRONG = "ox", "!"
_MANY_CLASSES = 4  # that can be told by shades
# so many characters share one row of the table, so that the ground is seen
_PIXELS_A_ROW = 18


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """What is drawn.

    Parameters
    ----------
    response
        Predictions, (n_y, n_x), or (n_y, n_x, n_classes); the first line is the lowest.
    ends
        Where each axis begins and ends.
    names
        What stands along each axis.
    X, y, wrong
        Rows: their places (n, 2), their targets (n,), and whether the model is wrong (n,).
    class_names
        Names of the classes; empty for a regression.
    title
        What stands above it.

    """

    response: npt.NDArray[Any]
    ends: tuple[tuple[float, float], tuple[float, float]]
    names: tuple[str, str]
    X: npt.NDArray[np.float64]
    y: npt.NDArray[Any]
    wrong: npt.NDArray[np.bool_]
    class_names: tuple[str, ...] = ()
    title: str = ""

    @classmethod
    def of(cls, found: "Dependence") -> "View":
        """Take what a picture of a boundary is made of."""
        points = found.test if found.test.n_samples else found.train
        ends = tuple((float(grid[0]), float(grid[-1])) for grid in found.grids)
        return cls(
            response=found.response,
            ends=(ends[0], ends[1]),
            names=(found.axes[0].name, found.axes[1].name),
            X=points.X,
            y=points.y,
            wrong=points.wrong,
            class_names=found.class_names,
            title=found.title,
        )


def draw(view: View, *, width: int, height: int, ink: Ink) -> Panel:
    """Draw a view in so many characters and lines, title, axes and legend among them."""
    body = max(3, height - 3)
    lines = _in_colors(view, width, body, ink) if ink.color else _in_marks(view, width, body, ink)
    title = Text(display(view.title, width), style="bold" if ink.color else "")
    return Panel([title, *lines, Text(_axes(view, ink)), _legend(view, ink)], width)


def _axes(view: View, ink: Ink) -> str:
    arrows = ("→", "↑") if ink.blocks else ("x:", "y:")
    parts = (
        f"{arrow} {display(name, 8)} {low:.3g} to {high:.3g}"
        for arrow, name, (low, high) in zip(arrows, view.names, view.ends, strict=True)
    )
    return "  ".join(parts)


def _legend(view: View, ink: Ink) -> Text:
    if not view.class_names:
        return _legend_of_numbers(view, ink)
    marks = ["●" if ink.blocks else "o"] * len(view.class_names) if ink.color else _marks(view)
    colors = _colors(view)
    legend = Text()
    for mark, color, name in zip(marks, colors, view.class_names, strict=True):
        legend.append_text(painted(mark, color if ink.color else None)).append(f" {display(name, 10)}  ")
    if view.wrong.any():
        black = painted("●" if ink.blocks else "o", _WRONG, _PAPER)
        legend.append_text(black if ink.color else Text(_MARK_WRONG)).append(" wrong")
    return legend


def _legend_of_numbers(view: View, ink: Ink) -> Text:
    low, high = float(view.response.min()), float(view.response.max())
    legend = Text(f"{number(low)} ")
    for place in range(5):
        shade = painted(" ", None, _on_ramp(place / 4)) if ink.color else Text(_SHADES[ink.blocks][place])
        legend.append_text(shade)
    return legend.append(f" {number(high)}")


def _in_colors(view: View, width: int, body: int, ink: Ink) -> list[Text]:
    """Draw two pixels a character: the upper one its colour, the lower one its ground."""
    rows = 2 * body if ink.blocks else body
    pixels = _paint(view, rows, width)
    for row, column, place in _places(view, rows, width):
        pixels[row, column] = _WRONG if view.wrong[place] else _point(view, place)
    lines = []
    for row in range(0, rows, 2 if ink.blocks else 1):
        upper, lower = (list(map(_as_rgb, pixels[each])) for each in (row, row + 1 if ink.blocks else row))
        line = Text()
        for (above, below), run in itertools.groupby(zip(upper, lower, strict=True)):
            count = len(list(run))
            line.append_text(painted("▀" * count, above, below) if ink.blocks else painted(" " * count, None, above))
        lines.append(line)
    return lines


def _in_marks(view: View, width: int, body: int, ink: Ink) -> list[Text]:
    """Draw one pixel a character: a shade for the ground, a mark for a row."""
    cells = _shade(view, body, width, ink)
    for row, column, place in _places(view, body, width):
        if view.class_names:
            cells[row, column] = _MARK_WRONG if view.wrong[place] else _marks(view)[int(view.y[place])]
    return [Text("".join(line)) for line in cells]


def _resampled(view: View, rows: int, columns: int) -> npt.NDArray[Any]:
    """Give the response at the middles of pixels, the first line at the top."""
    n_rows, n_columns = view.response.shape[:2]
    down = ((np.arange(rows) + 0.5) / rows * n_rows).astype(int)
    across = ((np.arange(columns) + 0.5) / columns * n_columns).astype(int)
    return np.asarray(view.response[::-1][down][:, across])


def _places(view: View, rows: int, columns: int) -> list[tuple[int, int, int]]:
    """Give where some rows lie, (line, column, row): those that the model has wrong last, so that they are seen."""
    count = max(1, rows * columns // _PIXELS_A_ROW)
    some = np.linspace(0, len(view.X) - 1, min(count, len(view.X))).astype(int)
    some = np.concatenate([some, np.flatnonzero(view.wrong)[:count]])
    (left, right), (bottom, top) = view.ends
    across = (view.X[some, 0] - left) / ((right - left) or 1) * columns
    down = (top - view.X[some, 1]) / ((top - bottom) or 1) * rows
    found = zip(np.clip(down, 0, rows - 1), np.clip(across, 0, columns - 1), some, strict=True)
    return [(int(row), int(column), int(place)) for row, column, place in found]


def _paint(view: View, rows: int, columns: int) -> npt.NDArray[np.int_]:
    """Give the ground's colours, (rows, columns, 3)."""
    values = _resampled(view, rows, columns)
    if not view.class_names:
        low, high = float(view.response.min()), float(view.response.max())
        ramp = np.array([mixed(_on_ramp(place / 63), _PAPER, _STRENGTH) for place in range(64)])
        return np.asarray(ramp[np.rint((values - low) / ((high - low) or 1) * 63).astype(int)])
    winner, certainty = _decided(view, values)
    strength = (_STRENGTH * certainty)[..., np.newaxis]
    colors = np.array(_colors(view))[winner]
    return np.asarray(np.rint(strength * colors + (1 - strength) * np.array(_PAPER)).astype(int))


def _decided(view: View, values: npt.NDArray[Any]) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any]]:
    """Give the class that is predicted at each place, and how certain it is, from 0 (an even split) to 1."""
    if values.ndim == 2:
        values = np.stack([1 - values, values], axis=-1)
    n = len(view.class_names)
    return values.argmax(axis=-1), np.clip((values.max(axis=-1) * n - 1) / (n - 1), 0, 1)


def _shade(view: View, rows: int, columns: int, ink: Ink) -> npt.NDArray[np.str_]:
    shades = np.array(list(_SHADES[ink.blocks]))
    values = _resampled(view, rows, columns)
    if not view.class_names:
        low, high = float(view.response.min()), float(view.response.max())
        return np.asarray(shades[np.rint((values - low) / ((high - low) or 1) * (len(shades) - 1)).astype(int)])
    winner = _decided(view, values)[0]
    if len(view.class_names) <= _MANY_CLASSES:
        return np.asarray(shades[winner])
    return np.asarray(np.array(list(" .:-=+~^\"'"))[winner % 10])


def _marks(view: View) -> list[str]:
    n = len(view.class_names)
    return list(_MARKS) if n == 2 else [str(place % 10) for place in range(n)]


def _colors(view: View) -> list[Rgb]:
    from dlwhy.figures.drawing.style import class_colors

    return [rgb(color) for color in class_colors(len(view.class_names))]


def _point(view: View, place: int) -> Rgb:
    if view.class_names:
        return _colors(view)[int(view.y[place])]
    low, high = float(view.response.min()), float(view.response.max())
    return _on_ramp(float(np.clip((view.y[place] - low) / ((high - low) or 1), 0, 1)))


def _on_ramp(share: float) -> Rgb:
    place = share * (len(_RAMP) - 1)
    below = min(int(place), len(_RAMP) - 2)
    return mixed(_RAMP[below + 1], _RAMP[below], place - below)


def _as_rgb(pixel: npt.NDArray[np.int_]) -> Rgb:
    red, green, blue = (int(value) for value in pixel)
    return red, green, blue
