"""The rows as each layer of a network sees them, and what a linear model can read off them there."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.figures.drawing import style
from dlwhy.figures.inside import board
from dlwhy.figures.inside.anatomy import Anatomy
from dlwhy.figures.inside.probing import View, Views, views_of
from dlwhy.figures.subject import Subject
from dlwhy.text import counted, display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.collections import PathCollection
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

INCHES = (9.0, 6.4)  # that it needs
_NUMBERS = "viridis"
_HEAD_LINES = 3
_MARGIN = 0.05  # of a box, round its points
_GAP = 8  # pixels between boxes
_LONGEST_WORD = 10 * 0.62  # over a box, in font sizes
_LEAST_BOX = 0.5  # inches


class LayersDisplay:
    """A box a layer with the rows in it as points, and the accuracy, or R², of a linear probe over it.

    Parameters
    ----------
    found
        What the layers give out.
    task
        Says what the colours are.
    class_names, target_name
        Of the classes, or of the number.
    about
        Which network it is, if it is one of several.
    title
        Name of the data set.

    """

    def __init__(
        self,
        *,
        found: Views,
        task: Task,
        class_names: Sequence[str] = (),
        target_name: str = "target",
        about: str = "",
        title: str = "",
    ):
        self.found, self.task, self.class_names, self.target_name = found, task, class_names, target_name
        self.about, self.title = about, title

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Push the rows through the network, and probe each layer.

        Raises
        ------
        UsageError, InputRefusedError
            If there is no network that can be looked into, or there are no rows.

        """
        anatomy, dataset = Anatomy.of(subject, "layers"), subject.dataset
        return cls(
            found=views_of(subject, anatomy),
            task=dataset.task,
            class_names=dataset.class_names,
            target_name=dataset.target_name,
            about=anatomy.of_member,
            title=display(dataset.name, 30),
        )

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure(panel=INCHES)[1][0]
        boxes = [self._box(ax, view) for view in self.found.views]
        style.label(ax, self._headline(), "in each box: the two directions of most spread (PCA)", "")
        n_rows, n_columns = _shape(len(boxes))
        head = _HEAD_LINES * board.LINE * board.letters() / 72
        width = max(_LEAST_BOX, _LONGEST_WORD * board.letters() / 72)
        board.prepare(ax, lambda *room: _place(boxes, *room), (n_columns * width, n_rows * (head + _LEAST_BOX)))
        self._legend(ax)
        return self

    def _box(self, ax: "Axes", view: View) -> "_Box":
        y = self.found.y
        look: dict[str, Any] = {"s": 9, "linewidths": 0, "alpha": 0.8, "zorder": 2}
        if self.task == "regression":
            points = ax.scatter(view.points[:, 0], view.points[:, 1], c=y, cmap=_NUMBERS, **look)
        else:
            colors = style.class_colors(len(self.class_names))
            points = ax.scatter(view.points[:, 0], view.points[:, 1], c=[colors[index] for index in y], **look)
        frame = ax.plot([], [], color=style.GREY, linewidth=0.7, zorder=1)[0]
        return _Box(
            _unit_square(view.points), points, frame, board.write(ax, self._words(view), ha="left", va="bottom")
        )

    def _words(self, view: View) -> str:
        what = f"{view.name}, {counted(view.n_units, 'feature' if view.name == 'input' else 'unit')}"
        if view.score is None:
            return what
        untrained = "" if view.untrained is None else f", untrained {view.untrained:.2f}"
        return f"{what}\nprobe {view.score:.2f}{untrained}"

    def _headline(self) -> str:
        found = self.found
        rest = f"{counted(found.n_left_out, 'hidden layer')} between them not shown" if found.n_left_out else ""
        what = "R²" if self.task == "regression" else "accuracy"
        probe = ""
        if any(view.score is not None for view in found.views):
            probe = f"probe: {what} of a linear model there, on {found.n_test:,} test rows"
        if any(view.untrained is not None for view in found.views):
            probe += "; untrained: with random weights"
        more = "; ".join(filter(None, (self.about, probe, rest)))
        return "\n".join(filter(None, (f"{self.title}: the rows as each layer sees them", more)))

    def _legend(self, ax: "Axes") -> None:
        from matplotlib.lines import Line2D

        look: dict[str, Any] = {"linestyle": "", "marker": "o"}
        if self.task == "regression":
            import matplotlib as mpl

            name = style.shortened([self.target_name], 60)[0]
            ends = zip(("low", "high"), mpl.colormaps[_NUMBERS]([0.0, 1.0]), strict=True)
            handles = [Line2D([], [], color=color, label=f"{name}: {end}", **look) for end, color in ends]
        else:
            named = zip(style.shortened(self.class_names), style.class_colors(len(self.class_names)), strict=True)
            handles = [Line2D([], [], color=color, label=name, **look) for name, color in named]
        style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles])


@dataclasses.dataclass(frozen=True, eq=False)
class _Box:
    """What is drawn of a layer; where is said later."""

    places: npt.NDArray[np.float64]  # (n_points, 2) in 0 to 1
    points: "PathCollection"
    frame: "Line2D"
    words: "Text"


def _unit_square(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return points in 0 to 1, each direction stretched to it; those on a line are spread beside it."""
    low, high = points.min(axis=0), points.max(axis=0)
    places = 0.5 + (points - (low + high) / 2) / np.where(high > low, high - low, 1)
    if high[1] == low[1]:  # one unit: rows would hide each other
        places[:, 1] += np.random.default_rng(0).uniform(-0.3, 0.3, len(points))
    return np.asarray(_MARGIN + (1 - 2 * _MARGIN) * places)


def _shape(count: int) -> tuple[int, int]:
    """Return rows and columns of so many boxes: at most three side by side."""
    n_rows = -(-count // 3)
    return n_rows, -(-count // n_rows)


def _place(boxes: Sequence[_Box], width: float, height: float, renderer: "RendererBase | None") -> None:
    n_rows, n_columns = _shape(len(boxes))
    own = width / n_columns, height / n_rows
    head = _HEAD_LINES * board.line_height(boxes[0].words)
    for number, box in enumerate(boxes):
        row, column = divmod(number, n_columns)
        left, low = column * own[0] + _GAP / 2, height - (row + 1) * own[1] + _GAP / 2
        inside = np.maximum(np.array([own[0] - _GAP, own[1] - head - _GAP]), 1)
        box.points.set_offsets(np.array([left, low]) + box.places * inside)
        right, top = np.array([left, low]) + inside
        box.frame.set_data([left, right, right, left, left], [low, low, top, top, low])
        board.put(box.words, (left, top + 2), own[0] - 2 * _GAP, renderer, _HEAD_LINES)
