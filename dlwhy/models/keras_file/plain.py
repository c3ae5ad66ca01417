"""A network as plain data: no Keras, no TensorFlow."""

import dataclasses
from collections.abc import Sequence
from typing import Self

from dlwhy.data.dataset import FloatArray
from dlwhy.models.keras_file.schema import Plan


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class PlainNetwork:
    """A plan with its weights."""

    plan: Plan  # the layers
    weights: Sequence[Sequence[FloatArray]]  # for each layer its weights in Keras' order, float32
    # state of the random generator of each Dropout layer, (2,) integers each; empty to start dropout anew
    dropout_state: Sequence[Sequence[int]] = ()

    def without_last_activation(self) -> Self:
        """Return the network that ends before the last layer's activation."""
        *layers, last = self.plan.layers
        if "activation" in last.settings:
            last = dataclasses.replace(last, settings={**last.settings, "activation": "linear"})
        return dataclasses.replace(self, plan=dataclasses.replace(self.plan, layers=(*layers, last)))
