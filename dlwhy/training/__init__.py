"""How a network learns: `from dlwhy.training import fit, NetworkSpec, TrainingOptions`; what is named is imported."""

from typing import TYPE_CHECKING

from dlwhy import lazy

if TYPE_CHECKING:
    from dlwhy.models.spec import NetworkSpec as NetworkSpec
    from dlwhy.training.single.fit import fit as fit
    from dlwhy.training.options import TrainingOptions as TrainingOptions
else:
    __getattr__, __dir__, __all__ = lazy.names(__name__, __file__)
