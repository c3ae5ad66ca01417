"""How many of a class are found at each rate of false alarms."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from dlwhy.errors import InputRefusedError, display
from dlwhy.figures import style
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NAMED = 12
Curve = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


class RocDisplay:
    """Receiver operating characteristic of each class against the rest, or of the second of two classes.

    Parameters
    ----------
    curves
        By class name the false and the true positive rates, both (n_thresholds,).

    """

    def __init__(self, *, curves: Mapping[str, Curve]):
        self.curves = curves

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Compute on the test part; a class that does not occur there has no curve.

        Raises
        ------
        UsageError
            If the task is regression.
        InputRefusedError
            If there is no test part, or it holds one class only.

        """
        from sklearn.metrics import roc_curve

        subject.need_classes("roc")
        dataset, y_prob = subject.dataset, subject.test_prob
        occurring = np.unique(dataset.y_test)
        if len(occurring) < 2:
            raise InputRefusedError(f"the test part of {display(dataset.name)} holds one class; ROC needs two")
        columns = {1: y_prob} if dataset.task == "binary" else {int(index): y_prob[:, index] for index in occurring}
        curves = {
            dataset.class_names[index]: roc_curve(dataset.y_test == index, column)[:2]
            for index, column in columns.items()
        }
        return cls(curves=curves)

    def areas(self) -> dict[str, float]:
        """Give the area under each curve."""
        from sklearn.metrics import auc

        return {name: float(auc(*curve)) for name, curve in self.curves.items()}

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        areas = self.areas()
        colors = style.class_colors(max(2, len(self.curves)))
        lines = [
            ax.plot(*curve, color=color, clip_on=False)[0]
            for curve, color in zip(self.curves.values(), colors, strict=False)
        ]
        chance = ax.plot([0, 1], [0, 1], color="#888888", linestyle=":", linewidth=1.2)[0]
        names = [
            f"{name} ({area:.3f})" for name, area in zip(style.shortened(list(areas)), areas.values(), strict=True)
        ]
        which = "area" if len(areas) == 1 else "mean area"
        title = f"ROC on the test part: {which} {np.mean(list(areas.values())):.4f}"
        ax.set(title=title, xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 1), ylim=(0, 1))
        ax.set_aspect("equal")
        ax.grid(visible=True, alpha=0.3)
        style.legend_below(ax, [*lines[:_MOST_NAMED], chance], [*names[:_MOST_NAMED], "guessing (0.500)"])
        return self
