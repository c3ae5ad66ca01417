"""What the model predicts over two features: class probabilities with their boundary, or a surface of numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.figures import style
from dlwhy.figures.points import draw_points, part_handles
from dlwhy.figures.slices import Slice
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

_LINE = "#111111"


class BoundaryDisplay:
    """Shading over two features, the boundary between classes, and the rows of both parts.

    Parameters
    ----------
    cut
        The model's predictions over the two features, and the rows.

    """

    def __init__(self, *, cut: Slice):
        self.cut = cut
        self.class_names = style.shortened(cut.class_names)

    @classmethod
    def from_subject(cls, subject: Subject, x: str | None = None, y: str | None = None) -> Self:
        """Ask the model over the features `x` and `y`, by default the two that go with its predictions most."""
        return cls(cut=Slice.from_subject(subject, x, y))

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        draw = {"binary": self._binary, "multiclass": self._multiclass, "regression": self._regression}[self.cut.task]
        draw(ax)
        title = self.cut.title
        if self.cut.n_held:
            others = "feature" if self.cut.n_held == 1 else "features"
            title += f"\nslice: {self.cut.n_held} other {others} held at the training median"
        x_name, y_name = style.shortened(self.cut.names, 40)
        ax.set_title(title, parse_math=False)
        ax.set_xlabel(x_name, parse_math=False)
        ax.set_ylabel(y_name, parse_math=False)
        return self

    def _binary(self, ax: "Axes") -> None:
        colors = style.class_colors(2)
        image = self._shade(ax, self.cut.response, cmap=style.between(*colors), vmin=0, vmax=1)
        self._bar(image, f"probability of class {self.class_names[-1]}")
        self._line(ax, self.cut.response, 0.5)
        self._rows(ax, colors)

    def _multiclass(self, ax: "Axes") -> None:
        colors = style.class_colors(len(self.class_names))
        response = self.cut.response
        # the more certain, the stronger the winner's colour; an even split between all classes is white
        certainty = np.clip((response.max(axis=-1) * len(colors) - 1) / (len(colors) - 1), 0, 1)[..., np.newaxis]
        winner = np.array([style.lightened(color) for color in colors])[response.argmax(axis=-1)]
        self._shade(ax, 1 - (0.15 + 0.85 * certainty) * (1 - winner))
        for index in np.unique(response.argmax(axis=-1)):
            self._line(ax, response[..., index] - np.delete(response, index, axis=-1).max(axis=-1), 0)
        self._rows(ax, colors)

    def _regression(self, ax: "Axes") -> None:
        values = np.concatenate([self.cut.response.ravel(), self.cut.train.y, self.cut.test.y])
        limits: dict[str, Any] = {"cmap": "viridis", "vmin": float(values.min()), "vmax": float(values.max())}
        image = self._shade(ax, self.cut.response, **limits)
        self._bar(image, style.shortened([self.cut.target_name])[0])
        draw_points(ax, self.cut, held=bool(self.cut.n_held), **limits)
        handles = part_handles(self.cut)
        style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles])

    def _rows(self, ax: "Axes", colors: Sequence[str]) -> None:
        import matplotlib as mpl
        from matplotlib.lines import Line2D

        draw_points(ax, self.cut, colors=colors, held=bool(self.cut.n_held))
        shown = list(enumerate(self.class_names))[:20]
        handles = [Line2D([], [], linestyle="", marker="s", color=colors[index], label=name) for index, name in shown]
        handles += part_handles(self.cut)
        line = "p = 0.5" if self.cut.task == "binary" else "boundary"
        handles.append(Line2D([], [], color=mpl.rcParams["text.color"], label=line))
        style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles])

    def _shade(self, ax: "Axes", values: npt.NDArray[Any], **settings: Any) -> "AxesImage":
        x, y = self.cut.grids
        # a place of the grid is the middle of its pixel
        half_x, half_y = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
        extent = (x[0] - half_x, x[-1] + half_x, y[0] - half_y, y[-1] + half_y)
        return ax.imshow(values, extent=extent, origin="lower", aspect="auto", interpolation="bilinear", **settings)

    def _line(self, ax: "Axes", values: npt.NDArray[Any], level: float) -> None:
        if values.min() < level < values.max():
            ax.contour(*self.cut.grids, values, levels=[level], colors=_LINE, linewidths=1.2)

    def _bar(self, image: "AxesImage", label: str) -> None:
        figure = image.axes.figure if image.axes else None
        if figure is not None:
            figure.colorbar(image, ax=image.axes, shrink=0.85).set_label(label, parse_math=False)
