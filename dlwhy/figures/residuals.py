"""By how much a regression misses, along its predictions."""

from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from dlwhy.figures.drawing import style
from dlwhy.figures.predicted import draw_rows
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]
_LEAST_IN_BIN, _MOST_BINS = 10, 10


class ResidualsDisplay:
    """True less predicted value of the test rows, and its mean along the predictions: a good model's is 0 everywhere.

    Parameters
    ----------
    predicted, residuals
        (n_samples,): of all test rows.
    target_name
        What is predicted.

    """

    def __init__(self, *, predicted: FloatArray, residuals: FloatArray, target_name: str):
        self.predicted = predicted
        self.residuals = residuals
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
        subject.need_numbers("residuals")
        dataset, predicted = subject.dataset, subject.test_prob.astype(np.float64)
        return cls(predicted=predicted, residuals=dataset.y_test - predicted, target_name=dataset.target_name)

    def means(self) -> tuple[FloatArray, FloatArray]:
        """Compute the mean prediction and the mean residual in bins of equal count, at least ten rows each."""
        order = np.argsort(self.predicted, kind="stable")
        bins = np.array_split(order, max(1, min(_MOST_BINS, len(order) // _LEAST_IN_BIN)))
        x, y = (np.array([values[rows].mean() for rows in bins]) for values in (self.predicted, self.residuals))
        return x, y

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        zero = ax.axhline(0, color=style.ink(), linewidth=1, linestyle=":")
        rows, name = draw_rows(ax, self.predicted, self.residuals)
        mean = ax.plot(*self.means(), "o-", color=style.class_colors(6)[5], markersize=4)[0]
        target = style.shortened([self.target_name])[0]
        spread = style.number(float(np.sqrt(np.mean(self.residuals**2))))
        bias = style.number(float(self.residuals.mean()))
        title = f"Residuals on the test part: {bias} on average, RMSE {spread}"
        style.label(ax, title, f"predicted {target}", "true - predicted", grid=True)
        style.legend_below(ax, [rows, mean, zero], [name, "mean along the predictions", "no error"], kept=3)
        return self
