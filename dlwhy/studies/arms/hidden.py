"""What plain networks compute on the way: dense layers with ReLU, without anything between."""

from collections.abc import Iterator, Sequence

import numpy as np

from dlwhy.data.dataset import FloatArray
from dlwhy.models.stacked import StackedNetwork


def layers(shape: StackedNetwork, weights: Sequence[FloatArray], index: int, X: FloatArray) -> Iterator[FloatArray]:
    """Yield the hidden layers of one network of several on rows, (n, width) each, from the first to the last.

    Parameters
    ----------
    shape, weights
        The networks, (R, …) each.
    index
        Which of them.
    X
        Rows, (n, n_features).

    """
    named = {(each.layer, each.name): values[index] for each, values in zip(shape.weights, weights, strict=True)}
    for layer in range(1, len(shape.spec.layers) + 1):
        X = np.maximum(X @ named[f"dense_{layer}", "kernel"] + named[f"dense_{layer}", "bias"], 0)
        yield X
