"""Small maps of what networks predict over the same columns: colours, lines, and a word over each."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.figures.drawing import style
from dlwhy.figures.inside import board

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

FloatArray = npt.NDArray[np.floating[Any]]
NUMBERS = "viridis"
GAP = 10  # pixels between boxes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scale:
    """What the colours of maps mean, the same for all that are compared."""

    task: Task
    n_classes: int = 0
    limits: tuple[float, float] = (0.0, 1.0)  # of a regression: the values at the ends of the colours


def colors_of(response: FloatArray, scale: Scale) -> FloatArray:
    """Return predictions as colours, (height, width, 3); along one column a strip of height 1.

    Parameters
    ----------
    response
        (height, width, n_outputs) over two columns, (width, n_outputs) along one.
    scale
        What colours mean.

    """
    import matplotlib as mpl

    values = response if response.ndim == 3 else response[np.newaxis]
    if scale.task == "binary":
        found = style.between(*style.class_colors(2))(values[..., 0])[..., :3]
    elif scale.task == "regression":
        low, high = scale.limits
        shades = mpl.colormaps[NUMBERS](np.clip((values[..., 0] - low) / ((high - low) or 1), 0, 1))[..., :3]
        paper = np.array(style.paper())
        found = paper + 0.6 * (shades - paper)
    else:
        found = shaded(values.argmax(axis=-1), values.max(axis=-1), scale.n_classes)
    return np.asarray(found)


def shaded(winner: npt.NDArray[Any], share: FloatArray, n_classes: int) -> FloatArray:
    """Return the colours of classes, (…, 3), the stronger the more they have; an even split is the ground's colour."""
    certainty = np.clip((share * n_classes - 1) / (n_classes - 1), 0, 1)[..., np.newaxis]
    colors = np.array([style.muted(color) for color in style.class_colors(n_classes)])[winner]
    paper = np.array(style.paper())
    return np.asarray(paper + (0.15 + 0.85 * certainty) * (colors - paper))


def lines_of(response: FloatArray, scale: Scale) -> list[npt.NDArray[np.float64]]:
    """Return the boundaries between classes, or the curve along one column, as lines in a square of side 1, (n, 2)."""
    if response.ndim == 2:
        if scale.task == "multiclass":
            return []
        low, high = scale.limits
        heights = np.clip((response[:, 0] - low) / ((high - low) or 1), 0, 1)
        return [np.stack([np.linspace(0, 1, len(heights)), heights], axis=1)]
    if scale.task == "regression":
        return []
    if scale.task == "binary":
        return _level(response[..., 0] - 0.5)
    winners = np.unique(response.argmax(axis=-1))[:-1]
    return [
        line
        for index in winners
        for line in _level(response[..., index] - np.delete(response, index, axis=-1).max(axis=-1))
    ]


def _level(values: FloatArray) -> list[npt.NDArray[np.float64]]:
    from contourpy import LineType, contour_generator

    height, width = values.shape
    if min(height, width) < 2 or not values.min() < 0 < values.max():
        return []
    x, y = ((np.arange(count) + 0.5) / count for count in (width, height))
    made: Any = contour_generator(x, y, np.asarray(values, np.float64), line_type=LineType.Separate)
    return [np.asarray(line) for line in made.lines(0.0)]


class Box:
    """One map with its frame and its words; where it lies is said later.

    Parameters
    ----------
    ax
        A panel of pixels.
    picture
        Its colours, (height, width, 3).
    lines
        Lines on it, in a square of side 1.
    words
        What stands over it.
    points
        Rows on it, (n, 2) in a square of side 1, and their colours.
    look
        Of the lines.

    """

    def __init__(
        self,
        ax: "Axes",
        picture: FloatArray,
        lines: Sequence[npt.NDArray[np.float64]],
        words: str,
        *,
        points: tuple[npt.NDArray[np.float64], Any] | None = None,
        smooth: bool = True,
        **look: Any,
    ):
        from matplotlib.collections import LineCollection

        how = "bilinear" if smooth else "nearest"
        self.image = ax.imshow(picture, origin="lower", aspect="auto", interpolation=how, zorder=1)
        self.frame = ax.plot([], [], color=style.GREY, linewidth=0.7, zorder=4)[0]
        self.lines, self.segments = list(lines), LineCollection([], zorder=3, **{"color": style.ink(), **look})
        ax.add_collection(self.segments, autolim=False)
        self.words = board.write(ax, words, ha="left", va="bottom")
        self.points: tuple[Artist, npt.NDArray[np.float64]] | None = None
        if points is not None:
            some: dict[str, Any] = {"s": 9, "linewidths": 0.4, "edgecolors": style.paper(), "alpha": 0.8, "zorder": 2}
            self.points = ax.scatter(points[0][:, 0], points[0][:, 1], c=points[1], **some), points[0]

    def place(
        self, where: tuple[float, float, float, float], renderer: "RendererBase | None", most_lines: int = 1
    ) -> None:
        """Place it, words and all, into a rectangle of the panel (left, lower, width, height in pixels)."""
        left, low, width, height = where
        height = max(1.0, height - most_lines * board.line_height(self.words) - 2)
        right, top = left + width, low + height
        self.image.set_extent((left, right, low, top))
        self.frame.set_data([left, right, right, left, left], [low, low, top, top, low])
        corner, size = np.array([left, low]), np.array([width, height])
        self.segments.set_segments([corner + line * size for line in self.lines])
        if self.points is not None:
            drawn, places = self.points
            drawn.set_offsets(corner + places * size)  # type: ignore[attr-defined]  # a collection
        board.put(self.words, (left, top + 2), width, renderer, most_lines)


def grid(count: int) -> tuple[int, int]:
    """Return rows and columns of so many boxes, about as many as rows."""
    columns = int(np.ceil(np.sqrt(count)))
    return -(-count // columns), columns


def handles_of(scale: Scale, names: Sequence[str], line: str) -> "list[Artist]":
    """Return a legend's entries: classes or the ends of the values, and what a line is."""
    import matplotlib as mpl
    from matplotlib.lines import Line2D

    look: dict[str, Any] = {"linestyle": "", "marker": "s"}
    if scale.task == "regression":
        ends = zip(("low", "high"), mpl.colormaps[NUMBERS]([0.0, 1.0]), strict=True)
        found: list[Any] = [Line2D([], [], color=color, label=f"{names[0]}: {end}", **look) for end, color in ends]
    else:
        named = zip(names, style.class_colors(len(names)), strict=True)
        found = [Line2D([], [], color=color, label=name, **look) for name, color in named]
    return [*found, *([Line2D([], [], color=style.ink(), label=line)] if line else [])]
