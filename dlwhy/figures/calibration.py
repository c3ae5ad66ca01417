"""Whether a probability of 0.8 comes true eight times in ten."""

from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from dlwhy.evaluation import Reliability, reliability, wilson_interval
from dlwhy.figures import style
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class CalibrationDisplay:
    """Observed share against predicted probability, in bins of equal width, and how many rows each bin has.

    Parameters
    ----------
    bins
        Predicted and observed frequencies.
    event
        What the probability is of.

    """

    def __init__(self, *, bins: Reliability, event: str):
        self.bins = bins
        self.event = event

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Compute on the test part: of the second of two classes, or of the predicted class if there are more.

        Raises
        ------
        UsageError
            If the task is regression.
        InputRefusedError
            If there is no test part.

        """
        subject.need_classes("calibration")
        dataset = subject.dataset
        bins = reliability(dataset.y_test, subject.test_prob, task=dataset.task)
        binary = dataset.task == "binary"
        return cls(
            bins=bins, event=f"class {style.shortened(dataset.class_names)[-1]}" if binary else "the predicted class"
        )

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        blue, orange = style.class_colors(2)
        n_bins = len(self.bins.count)
        left = np.arange(n_bins) / n_bins
        share = self.bins.count / self.bins.count.sum()
        filled = self.bins.count > 0
        rows = ax.bar(left, share, width=1 / n_bins, align="edge", color=orange, alpha=0.35)
        perfect = ax.plot([0, 1], [0, 1], color="#888888", linestyle=":", linewidth=1.2)[0]
        curve = ax.errorbar(
            self.bins.confidence[filled],
            self.bins.frequency[filled],
            yerr=self._intervals(),
            fmt="o",
            color=blue,
            markersize=5,
            linewidth=1.2,
            clip_on=False,
        )
        error = self.bins.expected_calibration_error
        ax.set(title=f"Calibration on the test part: error {error:.3f}", xlim=(0, 1), ylim=(0, 1))
        ax.set_xlabel(f"predicted probability of {self.event}", parse_math=False)
        ax.set_ylabel("share that it was", parse_math=False)
        ax.set_aspect("equal")
        ax.grid(visible=True, alpha=0.3)
        style.legend_below(ax, [curve, rows, perfect], ["observed, 95 % interval", "share of the rows", "perfect"])
        return self

    def _intervals(self) -> npt.NDArray[np.float64]:
        """Give the distances from each filled bin's observed share to its 95 % interval, (2, n_filled)."""
        filled = self.bins.count > 0
        count, share = self.bins.count[filled], self.bins.frequency[filled]
        pairs = [wilson_interval(round(part * rows), int(rows)) for part, rows in zip(share, count, strict=True)]
        low, high = np.array(pairs).T
        return np.asarray(np.clip(np.stack([share - low, high - share]), 0, None))
