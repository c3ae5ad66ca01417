"""Predicted against true values of a regression."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.figures.choosing import evenly
from dlwhy.figures.drawing import style
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]


class PredictedDisplay:
    """Test rows by their true and their predicted value; on the diagonal both are the same.

    Parameters
    ----------
    true, predicted
        (n_samples,): values of all test rows.
    target_name
        What is predicted.

    """

    kind = "predicted"

    def __init__(self, *, true: FloatArray, predicted: FloatArray, target_name: str):
        self.true = true
        self.predicted = predicted
        self.target_name = target_name

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Predict the test part.

        Raises
        ------
        UsageError
            If the task is not regression.
        InputRefusedError
            If there is no test part.

        """
        subject.need_numbers(cls.kind)
        dataset = subject.dataset
        return cls(
            true=dataset.y_test.astype(np.float64),
            predicted=subject.test_prob.astype(np.float64),
            target_name=dataset.target_name,
        )

    @property
    def error(self) -> float:
        """The root of the mean squared error."""
        return float(np.sqrt(np.mean((self.true - self.predicted) ** 2)))

    @property
    def explained(self) -> float | None:
        """R²: the part of the variance that is predicted; None if the true values are all the same."""
        variance = float(np.mean((self.true - self.true.mean()) ** 2))
        return 1 - float(np.mean((self.true - self.predicted) ** 2)) / variance if variance > 0 else None

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        both = np.concatenate([self.true, self.predicted])
        margin = 0.04 * float(np.ptp(both)) or 0.5
        ends = (float(both.min()) - margin, float(both.max()) + margin)
        right = ax.plot(ends, ends, color=style.ink(), linewidth=1, linestyle=":")[0]
        rows, name = draw_rows(ax, self.true, self.predicted)
        explained = "" if self.explained is None else f", R² {self.explained:.3f}"
        target = style.shortened([self.target_name])[0]
        title = f"Predicted against true: test RMSE {style.number(self.error)}{explained}"
        style.label(ax, title, f"true {target}", f"predicted {target}", grid=True)
        ax.set(xlim=ends, ylim=ends)
        ax.set_aspect("equal", anchor="N")
        style.legend_below(ax, [rows, right], [name, "predicted = true"], kept=2)
        return self


def draw_rows(ax: "Axes", x: FloatArray, y: FloatArray) -> "tuple[Artist, str]":
    """Draw test rows as points, at most two thousand, and give their symbol with its name."""
    shown = evenly(x)
    some = f" ({len(shown):,} of {len(x):,})" if len(shown) < len(x) else ""
    look: dict[str, Any] = {"marker": "^", "s": 24, "alpha": 0.85, "edgecolors": style.paper(), "linewidths": 0.5}
    points = ax.scatter(shown, evenly(y), color=style.class_colors(1)[0], **look)
    return points, f"test rows{some}"
