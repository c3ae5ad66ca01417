"""By how much a regression misses, along its predictions."""

from typing import TYPE_CHECKING, Self

import numpy as np

from dlwhy.figures.drawing import style
from dlwhy.figures.predicted import FloatArray, PredictedDisplay, draw_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAST_IN_BIN, _MOST_BINS = 10, 10


class ResidualsDisplay(PredictedDisplay):
    """True less predicted value of the test rows, and its mean along the predictions: a good model's is 0 everywhere.

    Parameters as in `PredictedDisplay`.
    """

    kind = "residuals"

    @property
    def residuals(self) -> FloatArray:
        """By how much the true value of each test row is above the predicted one, (n_samples,)."""
        return self.true - self.predicted

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
        bias = style.number(float(self.residuals.mean()))
        title = f"Residuals on the test part: {bias} on average, RMSE {style.number(self.error)}"
        style.label(ax, title, f"predicted {target}", "true - predicted", grid=True)
        style.legend_below(ax, [rows, mean, zero], [name, "mean along the predictions", "no error"], kept=3)
        return self
