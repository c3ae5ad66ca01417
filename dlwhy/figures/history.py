"""Loss or accuracy of each epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from dlwhy.errors import InputRefusedError
from dlwhy.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

_COLORS = style.class_colors(6)


class HistoryDisplay:
    """Curves of a metric over the epochs, of the training and the held-out part.

    Parameters
    ----------
    metric
        ``loss`` or ``accuracy``.
    train, held_out
        (n_epochs,): the values; `held_out` may be empty.

    """

    def __init__(self, *, metric: str, train: npt.NDArray[np.float64], held_out: npt.NDArray[np.float64] | None = None):
        self.metric = metric
        self.train = train
        self.held_out = held_out

    @classmethod
    def from_history(cls, history: Mapping[str, Sequence[float]], metric: str = "loss") -> Self:
        """Take the curves from a history: ``loss`` and ``val_loss``, or ``accuracy`` and ``val_accuracy``.

        Raises
        ------
        InputRefusedError
            If the history doesn't hold the metric.

        """
        if not history.get(metric):
            raise InputRefusedError(f"the model has no {metric} history to draw")
        held_out = history.get(f"val_{metric}")
        return cls(
            metric=metric,
            train=np.asarray(history[metric], dtype=np.float64),
            held_out=np.asarray(held_out, dtype=np.float64) if held_out else None,
        )

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        lines = [self._curve(ax, self.train, "training part", _COLORS[0], "-")]
        if self.held_out is not None:
            lines.append(self._curve(ax, self.held_out, "held-out part", _COLORS[5], "--"))
        ax.set(title=f"{self.metric.capitalize()} per epoch", xlabel="epoch", ylabel=self.metric)
        ax.grid(visible=True, alpha=0.3)
        ax.locator_params(axis="x", integer=True)
        style.legend_below(ax, lines, [str(line.get_label()) for line in lines])
        return self

    def _curve(self, ax: "Axes", values: npt.NDArray[np.float64], label: str, color: str, line: str) -> "Line2D":
        epochs = np.arange(1, len(values) + 1)
        # a single epoch is a point, not a line
        marker = "o" if len(values) == 1 else ""
        return ax.plot(epochs, values, line, color=color, marker=marker, label=label)[0]
