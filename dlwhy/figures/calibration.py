"""Whether a probability of 0.8 comes true eight times in ten."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.evaluation.calibration import Reliability, equal_counts, events, reliability, wilson_interval
from dlwhy.figures.drawing import style
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer

_HISTOGRAM_BINS = 30
_GAP, _HEIGHT = 1.6, 0.22  # in font sizes; as a part of the panel


@dataclasses.dataclass(kw_only=True, eq=False)
class CalibrationDisplay:
    """Observed share against predicted probability, in bins of equal count, and how the predictions lie, below.

    Parameters
    ----------
    bins
        Predicted and observed frequencies, by model; a single one needs no name.
    predictions
        (n_samples,): the probabilities, by model.
    event
        What the probability is of.
    errors
        The expected calibration error, by model, as `dlwhy.evaluation` gives it.

    """

    bins: Mapping[str, Reliability]
    predictions: Mapping[str, npt.NDArray[np.float64]]
    event: str
    errors: Mapping[str, float]

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Compute for one model; see `from_subjects`."""
        return cls.from_subjects({"": subject})

    @classmethod
    def from_subjects(cls, subjects: Mapping[str, Subject]) -> Self:
        """Compute on the test part: of the second of two classes, or of the predicted class if there are more.

        Raises
        ------
        UsageError
            If the task is regression.
        InputRefusedError
            If there is no test part.

        """
        bins, predictions, errors = {}, {}, {}
        for name, subject in subjects.items():
            subject.need_classes("calibration")
            true, task = subject.dataset.y_test, subject.dataset.task
            predictions[name], came_true = events(true, subject.test_prob, task=task)
            bins[name] = equal_counts(predictions[name], came_true)
            errors[name] = reliability(true, subject.test_prob, task=task).expected_calibration_error
        dataset = next(iter(subjects.values())).dataset
        binary = dataset.task == "binary"
        event = f"class {style.shortened(dataset.class_names, 30)[-1]}" if binary else "the predicted class"
        return cls(bins=bins, predictions=predictions, event=event, errors=errors)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        below = _under(ax)
        colors = style.class_colors(max(2, len(self.bins)))
        curves = []
        for (name, bins), color in zip(self.bins.items(), colors, strict=False):
            curves.append(_curve(ax, bins, color))
            look: dict[str, Any] = {"histtype": "step" if len(self.bins) > 1 else "stepfilled", "color": color}
            below.hist(self.predictions[name], bins=_HISTOGRAM_BINS, range=(0, 1), **look)
        perfect = ax.plot([0, 1], [0, 1], color="#888888", linestyle=":", linewidth=1.2)[0]
        style.label(ax, self._title(), "", "share that it was", grid=True)
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.tick_params(labelbottom=False)
        below.tick_params(labelsize=ax.yaxis.get_ticklabels()[0].get_fontsize())
        below.set_ylabel("rows", rotation=0, horizontalalignment="right", verticalalignment="center")
        below.locator_params(axis="y", nbins=2, integer=True)
        below.set_xlabel(f"predicted probability of {self.event}", parse_math=False)
        names = [name or "observed, 95 % interval" for name in style.shortened(list(self.bins))]
        style.legend_below(ax, [*curves, perfect], [*names, "perfect"], kept=1)
        return self

    def _title(self) -> str:
        if len(self.bins) > 1:
            best = min(self.errors, key=lambda name: self.errors[name])
            least = f"{style.shortened([best])[0]}, {self.errors[best]:.3f}"
            return f"Calibration on the test part: error least with {least}"
        error = next(iter(self.errors.values()))
        return f"Calibration on the test part: probabilities are off by {error:.3f} on average (ECE)"


def _under(ax: "Axes") -> "Axes":
    """Make axes for a histogram under a panel, far enough away for the numbers between."""
    import matplotlib as mpl
    from matplotlib.transforms import ScaledTranslation

    down = ScaledTranslation(0, -_GAP * mpl.rcParams["font.size"] / 72, ax.figure.dpi_scale_trans)
    return ax.inset_axes((0, -_HEIGHT, 1, _HEIGHT), transform=ax.transAxes + down, sharex=ax)


def _curve(ax: "Axes", bins: Reliability, color: str) -> "ErrorbarContainer":
    look: dict[str, Any] = {"fmt": "o-", "color": color, "markersize": 5, "linewidth": 1.2, "clip_on": False}
    return ax.errorbar(bins.confidence, bins.frequency, yerr=_intervals(bins), **look)


def _intervals(bins: Reliability) -> npt.NDArray[np.float64]:
    """Compute the distances from each bin's observed share to the ends of its 95 % interval, (2, n_bins)."""
    pairs = [
        wilson_interval(round(share * rows), int(rows)) for share, rows in zip(bins.frequency, bins.count, strict=True)
    ]
    low, high = np.array(pairs).T
    return np.asarray(np.clip(np.stack([bins.frequency - low, high - bins.frequency]), 0, None))
