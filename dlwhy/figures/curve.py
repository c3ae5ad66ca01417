"""What the model predicts along the only feature: a curve of numbers, or of class probabilities."""

from typing import TYPE_CHECKING, Self

from dlwhy.figures import style
from dlwhy.figures.slices import Slice
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PARTS = (("train", "o", -0.05), ("test", "^", -0.11))


class CurveDisplay:
    """Predictions along one feature, with the rows of both parts.

    Parameters
    ----------
    cut
        The model's predictions along the feature, and the rows.

    """

    def __init__(self, *, cut: Slice):
        self.cut = cut
        self.class_names = style.shortened(cut.class_names)

    @classmethod
    def from_subject(cls, subject: Subject, x: str | None = None, y: str | None = None) -> Self:
        """Ask the model along the only feature; `x` may name it."""
        return cls(cut=Slice.from_subject(subject, x, y))

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        if self.cut.task == "regression":
            self._numbers(ax)
        else:
            self._probabilities(ax)
        ax.set_title(self.cut.title, parse_math=False)
        ax.set_xlabel(style.shortened(self.cut.names, 40)[0], parse_math=False)
        handles, labels = ax.get_legend_handles_labels()
        style.legend_below(ax, handles, labels)
        return self

    def _numbers(self, ax: "Axes") -> None:
        train_color, test_color, curve_color = (style.class_colors(6)[index] for index in (0, 1, 5))
        for (part, marker, _), color in zip(_PARTS, (train_color, test_color), strict=True):
            points = getattr(self.cut, part)
            if points.n_samples:
                ax.plot(points.X[:, 0], points.y, marker, markersize=4, alpha=0.7, color=color, label=f"{part} rows")
        ax.plot(self.cut.grids[0], self.cut.response, color=curve_color, linewidth=2.2, label="prediction")
        ax.set_ylabel(style.shortened([self.cut.target_name], 40)[0], parse_math=False)

    def _probabilities(self, ax: "Axes") -> None:
        colors = style.class_colors(len(self.class_names))
        if self.cut.task == "binary":
            ax.plot(
                self.cut.grids[0],
                self.cut.response,
                color="#888888",
                label=f"probability of class {self.class_names[1]}",
            )
        for index, (name, color) in enumerate(zip(self.class_names, colors, strict=True)):
            if self.cut.task == "multiclass":
                ax.plot(self.cut.grids[0], self.cut.response[:, index], color=color, label=name)
            else:
                ax.plot([], [], "s", color=color, label=name)
        ax.axhline(0.5, color="#888888", linewidth=0.8, linestyle=":")
        # the rows lie in two strips under the curves
        for part, marker, height in _PARTS:
            points = getattr(self.cut, part)
            ax.scatter(
                points.X[:, 0], [height] * len(points.y), s=14, c=[colors[index] for index in points.y], marker=marker
            )
            ax.annotate(part, (1.01, height), xycoords=("axes fraction", "data"), va="center", fontsize="small")
        ax.set_ylim(-0.16, 1.05)
        ax.set_ylabel("probability")
