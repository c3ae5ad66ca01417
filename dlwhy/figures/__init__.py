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
    from dlwhy.figures.boundary import BoundaryDisplay as BoundaryDisplay
    from dlwhy.figures.calibration import CalibrationDisplay as CalibrationDisplay
    from dlwhy.figures.confusion import ConfusionDisplay as ConfusionDisplay
    from dlwhy.figures.curve import CurveDisplay as CurveDisplay
    from dlwhy.figures.history import HistoryDisplay as HistoryDisplay
    from dlwhy.figures.importance import ImportanceDisplay as ImportanceDisplay
    from dlwhy.figures.inside.gradients import GradientsDisplay as GradientsDisplay
    from dlwhy.figures.inside.layers import LayersDisplay as LayersDisplay
    from dlwhy.figures.inside.neurons import NeuronsDisplay as NeuronsDisplay
    from dlwhy.figures.inside.weights import WeightsDisplay as WeightsDisplay
    from dlwhy.figures.kinds import draw as draw
    from dlwhy.figures.predicted import PredictedDisplay as PredictedDisplay
    from dlwhy.figures.residuals import ResidualsDisplay as ResidualsDisplay
    from dlwhy.figures.trainings.replicas import ReplicasDisplay as ReplicasDisplay
    from dlwhy.figures.roc import RocDisplay as RocDisplay
    from dlwhy.figures.slices import SlicesDisplay as SlicesDisplay
    from dlwhy.figures.subject import Subject as Subject
else:
    __getattr__, __dir__, __all__ = lazy.names(__name__, __file__)
