"""How a network learns: `from dlwhy.training import fit, NetworkSpec, TrainingOptions`."""

from dlwhy.models.network import NetworkSpec
from dlwhy.training.loop import fit
from dlwhy.training.options import TrainingOptions

__all__ = ["NetworkSpec", "TrainingOptions", "fit"]
