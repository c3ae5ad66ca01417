"""What the model predicts along the only column: a curve of numbers or probabilities, or a mark for each group."""

from typing import TYPE_CHECKING, Any, Self

from dlwhy.figures.dependence import Dependence, Points
from dlwhy.figures.drawing import style, ticks
from dlwhy.figures.subject import Subject
from dlwhy.text import display

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PARTS = (("train", "o", -0.07), ("test", "^", -0.15))


class CurveDisplay:
    """Predictions along one column, with the rows of both parts.

    Parameters
    ----------
    found
        The model's predictions along the column, and the rows.

    """

    def __init__(self, *, found: Dependence):
        self.found = found
        self.class_names = style.shortened(found.class_names)
        # groups are apart: nothing lies between them
        self._line: dict[str, Any] = {"linestyle": "", "marker": "D"} if found.axes[0].groups else {"linestyle": "-"}

    @classmethod
    def from_subject(cls, subject: Subject, x: str | None = None, y: str | None = None) -> Self:
        """Ask the model along the only column; `x` may name it."""
        return cls(found=Dependence.from_subject(subject, x, y))

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        if self.found.task == "regression":
            self._numbers(ax)
        else:
            self._probabilities(ax)
        axis = self.found.axes[0]
        seen = self.found.target_name if self.found.task == "regression" else "probability"
        style.label(ax, self.found.headline, *style.shortened([axis.name, seen]))
        if axis.groups:
            ticks.name_ticks(ax.xaxis, range(len(axis.groups)), style.shortened(axis.groups))
        handles, labels = ax.get_legend_handles_labels()
        style.legend_below(ax, handles, labels, kept=1)
        return self

    def _numbers(self, ax: "Axes") -> None:
        train_color, test_color, curve_color = (style.class_colors(6)[index] for index in (0, 1, 5))
        for (part, marker, _), color in zip(_PARTS, (train_color, test_color), strict=True):
            points: Points = getattr(self.found, part)
            if points.n_samples:
                ax.plot(points.X[:, 0], points.y, marker, markersize=4, alpha=0.7, color=color, label=f"{part} rows")
        look = {**self._line, "color": curve_color, "linewidth": 2.2}
        ax.plot(self.found.grids[0], self.found.response, label="prediction", **look)

    def _probabilities(self, ax: "Axes") -> None:
        colors = style.class_colors(len(self.class_names))
        for index, (name, color) in enumerate(zip(self.class_names, colors, strict=True)):
            if self.found.task == "multiclass":
                ax.plot(self.found.grids[0], self.found.response[:, index], color=color, label=name, **self._line)
            else:
                ax.plot([], [], "s", color=color, label=name)
        if self.found.task == "binary":
            name = f"probability of class {display(self.class_names[1], 40)}"
            ax.plot(self.found.grids[0], self.found.response, color="#888888", label=name, **self._line)
        ax.axhline(0.5, color="#888888", linewidth=0.8, linestyle=":")
        # the rows lie in two strips under the curves, named where the axis has no numbers
        for part, marker, height in _PARTS:
            points: Points = getattr(self.found, part)
            if points.n_samples:
                own = [colors[index] for index in points.y]
                ax.scatter(points.X[:, 0], [height] * len(points.y), s=14, c=own, marker=marker)
        shown = [(part, height) for part, _, height in _PARTS if getattr(self.found, part).n_samples]
        heights = [0, 0.25, 0.5, 0.75, 1, *(height for _, height in shown)]
        ticks.name_ticks(ax.yaxis, heights, [*(f"{height:g}" for height in heights[:5]), *(part for part, _ in shown)])
