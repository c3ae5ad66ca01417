"""Which classes are taken for which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.evaluation import predicted_classes
from dlwhy.figures import style
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NUMBERED = 20


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
        self.class_names = style.shortened(class_names, 16)

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
        """Draw on the axes, or on a new figure's."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        shares = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        self._ticks(ax)
        if len(self.counts) <= _MOST_NUMBERED:
            self._numbers(ax, shares)
        if ax.figure is not None:
            ax.figure.colorbar(image, ax=ax, shrink=0.85, label="share of the true class")
        ax.set(title="Confusion on the test part", xlabel="predicted class", ylabel="true class")
        return self

    def _ticks(self, ax: "Axes") -> None:
        every = -(-len(self.class_names) // 40)
        places = range(0, len(self.class_names), every)
        names = self.class_names[::every]
        slanted = max(len(name) for name in names) * len(names) > 30
        look: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
        ax.set_xticks(places, names, parse_math=False, **look)
        ax.set_yticks(places, names, parse_math=False)
        ax.spines[:].set_visible(False)

    def _numbers(self, ax: "Axes", shares: npt.NDArray[np.float64]) -> None:
        size = 11 if len(self.counts) <= 5 else 8 if len(self.counts) <= 12 else 6
        for (row, column), count in np.ndenumerate(self.counts):
            color = "white" if shares[row, column] > 0.55 else "#222222" if count else "#bbbbbb"
            ax.text(column, row, f"{count}", ha="center", va="center", color=color, fontsize=size)
