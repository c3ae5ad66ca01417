"""What the model predicts over two columns: class probabilities with their boundary, or a surface of numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.figures.curve import CurveDisplay
from dlwhy.figures.dependence import Dependence
from dlwhy.figures.drawing import style, ticks
from dlwhy.figures.drawing.points import draw_points, row_handles
from dlwhy.figures.subject import Subject
from dlwhy.text import display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

# of the rows and of the ground behind them, in a regression: the same values, told apart by their strength
_NUMBERS = "viridis"
_LINE_WIDTH = 1.2


class BoundaryDisplay:
    """Shading over two columns, the boundary between classes, and the rows of both parts.

    Parameters
    ----------
    found
        The model's predictions over the two columns, and the rows.
    limits
        Of a regression: the values at the ends of the scale of colours; by default the lowest and the highest.
    steady
        Whether the legend counts wrong rows even where there are none: so the frames of a film lie alike.

    """

    def __init__(self, *, found: Dependence, limits: tuple[float, float] | None = None, steady: bool = False):
        self.found, self.limits, self.steady = found, limits, steady
        self.class_names = style.shortened(found.class_names)

    @classmethod
    def from_subject(cls, subject: Subject, x: str | None = None, y: str | None = None) -> Self:
        """Ask the model over the columns `x` and `y`, by default the two that go with its predictions most."""
        return cls(found=Dependence.from_subject(subject, x, y))

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        found = self.found
        draw = {"binary": self._binary, "multiclass": self._multiclass, "regression": self._regression}[found.task]
        draw(ax)
        style.label(ax, found.headline, *style.shortened([axis.name for axis in found.axes]))
        for line, axis in zip((ax.xaxis, ax.yaxis), found.axes, strict=True):
            if axis.groups:
                ticks.name_ticks(line, range(len(axis.groups)), style.shortened(axis.groups))
        if found.equal_scales:
            ax.set_aspect("equal", anchor="N")
        return self

    def _binary(self, ax: "Axes") -> None:
        colors = style.class_colors(2)
        image = self._shade(ax, self.found.response, cmap=style.between(*colors), vmin=0, vmax=1)
        mean = "mean " if self.found.n_averaged else ""
        style.bar(image, f"{mean}probability of class {display(self.class_names[-1], 30)}")
        self._line(ax, self.found.response, 0.5)
        self._rows(ax, colors, f"{mean}p = 0.5")

    def _multiclass(self, ax: "Axes") -> None:
        colors = style.class_colors(len(self.class_names))
        response = self.found.response
        # the more certain, the stronger the winner's colour; an even split between all classes is the ground's colour
        certainty = np.clip((response.max(axis=-1) * len(colors) - 1) / (len(colors) - 1), 0, 1)[..., np.newaxis]
        winner = np.array([style.muted(color) for color in colors])[response.argmax(axis=-1)]
        paper = np.array(style.paper())
        self._shade(ax, paper + (0.15 + 0.85 * certainty) * (winner - paper))
        # the last class's line is those of the others
        for index in np.unique(response.argmax(axis=-1))[:-1]:
            self._line(ax, response[..., index] - np.delete(response, index, axis=-1).max(axis=-1), 0)
        self._rows(ax, colors, "boundary")

    def _regression(self, ax: "Axes") -> None:
        import matplotlib as mpl
        from matplotlib.colors import ListedColormap

        values = np.concatenate([self.found.response.ravel(), self.found.train.y, self.found.test.y])
        low, high = self.limits or (float(values.min()), float(values.max()))
        limits: dict[str, Any] = {"vmin": low, "vmax": high}
        strong = mpl.colormaps[_NUMBERS]
        faint = ListedColormap([style.muted(color, 0.6) for color in strong(np.linspace(0, 1, 256))])
        image = self._shade(ax, self.found.response, cmap=faint, **limits)
        style.bar(image, style.shortened([self.found.target_name])[0], needed=True)
        draw_points(ax, self.found, cmap=strong, **limits)
        handles = row_handles(self.found, count_none=self.steady)
        style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles], kept=len(handles))

    def _rows(self, ax: "Axes", colors: Sequence[str], line: str) -> None:
        from matplotlib.lines import Line2D

        draw_points(ax, self.found, colors=colors)
        named = zip(self.class_names, colors, strict=True)
        classes = [Line2D([], [], linestyle="", marker="s", color=color, label=name) for name, color in named]
        others = [
            *row_handles(self.found, count_none=self.steady),
            Line2D([], [], color=style.ink(), linewidth=_LINE_WIDTH, label=line),
        ]
        handles = [*classes, *others]
        style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles], kept=len(others))

    def _shade(self, ax: "Axes", values: npt.NDArray[Any], **settings: Any) -> "AxesImage":
        grouped = any(axis.groups for axis in self.found.axes)
        ends = [_ends(grid) for grid in self.found.grids]
        how = "nearest" if grouped else "bilinear"
        image = ax.imshow(
            values, extent=(*ends[0], *ends[1]), origin="lower", aspect="auto", interpolation=how, **settings
        )
        for draw, axis in zip((ax.axvline, ax.axhline), self.found.axes, strict=True):
            for place in range(1, len(axis.groups)):
                draw(place - 0.5, color=style.paper(), linewidth=3)
        return image

    def _line(self, ax: "Axes", values: npt.NDArray[Any], level: float) -> None:
        if not values.min() < level < values.max():
            return
        places = list(self.found.grids)
        for number, axis in enumerate(self.found.axes):
            if axis.groups:  # as wide as they are drawn
                places[number] = (places[number][:, np.newaxis] + (-0.499, 0.499)).ravel()
                values = np.repeat(values, 2, axis=1 - number)
        ax.contour(*places, values, levels=[level], colors=style.ink(), linewidths=_LINE_WIDTH)


def display_over(subject: Subject, x: str | None = None, y: str | None = None) -> BoundaryDisplay | CurveDisplay:
    """Ask the model over two columns, or along the only one."""
    display_class = CurveDisplay if len(subject.dataset.columns) == 1 else BoundaryDisplay
    return display_class.from_subject(subject, x, y)


def _ends(grid: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the ends of a grid whose places are the middles of pixels."""
    half = (grid[1] - grid[0]) / 2 if len(grid) > 1 else 0.5
    return float(grid[0] - half), float(grid[-1] + half)
