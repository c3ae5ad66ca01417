"""Pictures: a Display a kind, computed by a classmethod and drawn by `plot(ax)`, as scikit-learn's are.

    fig, axes = plt.subplots(1, 2)
    subject = Subject.from_trained(trained, dataset)
    BoundaryDisplay.from_subject(subject).plot(axes[0])
    HistoryDisplay.from_history(trained.history).plot(axes[1])

On axes of yours the legend lies inside them, and `ax_` of a Display is where it was drawn. `draw` puts several side by
side into a figure of ours, which `style.save` lays out and writes.
"""

from typing import TYPE_CHECKING

from dlwhy import lazy

if TYPE_CHECKING:
    from dlwhy.figures.boundary import BoundaryDisplay
    from dlwhy.figures.calibration import CalibrationDisplay
    from dlwhy.figures.confusion import ConfusionDisplay
    from dlwhy.figures.curve import CurveDisplay
    from dlwhy.figures.history import HistoryDisplay
    from dlwhy.figures.kinds import draw
    from dlwhy.figures.predicted import PredictedDisplay
    from dlwhy.figures.residuals import ResidualsDisplay
    from dlwhy.figures.roc import RocDisplay
    from dlwhy.figures.subject import Subject

__all__ = [
    "BoundaryDisplay",
    "CalibrationDisplay",
    "ConfusionDisplay",
    "CurveDisplay",
    "HistoryDisplay",
    "PredictedDisplay",
    "ResidualsDisplay",
    "RocDisplay",
    "Subject",
    "draw",
]

_HOMES = {
    "BoundaryDisplay": "dlwhy.figures.boundary",
    "CalibrationDisplay": "dlwhy.figures.calibration",
    "ConfusionDisplay": "dlwhy.figures.confusion",
    "CurveDisplay": "dlwhy.figures.curve",
    "HistoryDisplay": "dlwhy.figures.history",
    "PredictedDisplay": "dlwhy.figures.predicted",
    "ResidualsDisplay": "dlwhy.figures.residuals",
    "RocDisplay": "dlwhy.figures.roc",
    "Subject": "dlwhy.figures.subject",
    "draw": "dlwhy.figures.kinds",
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy.names(__name__, _HOMES)
