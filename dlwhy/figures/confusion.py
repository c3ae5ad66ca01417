"""Which classes are taken for which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.evaluation.calibration import predicted_classes
from dlwhy.figures.drawing import layout, lettering, style, ticks
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.colors import Colormap
    from matplotlib.text import Text

_MOST_NUMBERED = 40
_STRONG = 0.55  # share from which on a square is dark
_MOST_POINTS, _LEAST_POINTS = 11, 4.5
_CENTRED: dict[str, Any] = {"ha": "center", "va": "center"}


class ConfusionDisplay:
    """Counts of true against predicted class; the colour is the share of the true class.

    Parameters
    ----------
    counts
        (n_classes, n_classes), row: true class, column: predicted class.
    class_names
        Names of the classes, at index order.

    """

    def __init__(self, *, counts: npt.NDArray[np.int64], class_names: Sequence[str]):
        self.counts = counts
        self.class_names = style.shortened(class_names)

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Count on the test part.

        Raises
        ------
        UsageError
            If the task is regression.
        InputRefusedError
            If there is no test part.

        """
        from sklearn.metrics import confusion_matrix

        subject.need_classes("confusion")
        dataset = subject.dataset
        y_pred = predicted_classes(subject.test_prob, dataset.task)
        counts = confusion_matrix(dataset.y_test, y_pred, labels=range(dataset.n_classes))
        return cls(counts=counts, class_names=dataset.class_names)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        shares = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        image = ax.imshow(shares, cmap=_map(), vmin=0, vmax=1)
        ax.set_anchor("N")
        for axis in (ax.xaxis, ax.yaxis):
            ticks.name_ticks(axis, range(len(self.class_names)), self.class_names)
        ax.spines[:].set_visible(False)
        self._numbers(ax, shares)
        style.bar(image, "share of the true class")
        right, every = int(np.trace(self.counts)), int(self.counts.sum())
        title = f"Confusion on the test part: {every - right:,} of {every:,} rows wrong"
        style.label(ax, title, "predicted class", "true class")
        return self

    def _numbers(self, ax: "Axes", shares: npt.NDArray[np.float64]) -> None:
        colors, alphas = np.where(shares > _STRONG, "white", style.ink()), np.where(self.counts, 1.0, 0.4)
        texts = [
            ax.text(column, row, f"{count}", color=colors[row, column], alpha=alphas[row, column], **_CENTRED)
            for (row, column), count in np.ndenumerate(self.counts)
            if len(self.counts) <= _MOST_NUMBERED
        ]

        def choose_size(ax: "Axes", renderer: "RendererBase") -> None:
            points = _number_size(ax, renderer, texts, len(self.counts))
            for text in texts:
                text.set_fontsize(max(points, 1))
                text.set_visible(points >= _LEAST_POINTS)

        if texts:
            layout.when_placed(ax, choose_size)


def _map() -> "Colormap":
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    return LinearSegmentedColormap.from_list("share", [style.paper(), to_rgb(style.class_colors(1)[0])])


def _number_size(ax: "Axes", renderer: "RendererBase", texts: "Sequence[Text]", n_classes: int) -> float:
    """Return the size in points at which the widest number fits its square."""
    longest = max(texts, key=lambda text: len(text.get_text()))
    font = longest.get_fontproperties().copy()
    font.set_size(_MOST_POINTS)
    square = ax.get_window_extent(renderer).width / n_classes
    widest = lettering.measure(renderer, font)(longest.get_text())
    high = lettering.pixels(renderer, _MOST_POINTS)
    return _MOST_POINTS * min(1.0, 0.8 * square / widest, 0.6 * square / high)
