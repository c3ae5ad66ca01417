"""Arms of the study of algorithms: networks whose gradients before the first step are kept."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.training import shape_for
from dlwhy.studies.plan.study import Outcome, Run, Seeds, Task, training_seed
from dlwhy.studies.tasks.draws import Draw
from dlwhy.studies.tasks.registry import draws_of

Array = npt.NDArray[Any]
_ROWS = 256


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured(Network):
    """Networks that tell the gradient of each kernel before the first step; for classes."""

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train a network a seed, and note its gradients at the start."""
        outcome = super().run(task, seeds, dataset)
        draws = draws_of(task, seeds.report, dataset)
        norms = gradients_at_start(self.network, draws, [training_seed(seed, self.shift) for seed in seeds.report])
        return dataclasses.replace(outcome, runs=tuple(map(_noted, outcome.runs, norms)))


def _noted(run: Run, layers: Array) -> Run:
    metrics = {**run.metrics, "gradient": float(first_over_last(layers))}
    return dataclasses.replace(run, metrics=metrics, extra={"gradients": layers.round(3).tolist()})


def gradients_at_start(network: NetworkSpec, draws: Sequence[Draw], seeds: Sequence[int]) -> Array:
    """Measure gradients before the first step.

    Parameters
    ----------
    network
        The choices; batch normalization uses the statistics of the rows.
    draws, seeds
        Data of classes and seed of each network, R each.

    Returns
    -------
    norms
        log10 of the norm of each kernel's gradient, (R, depth + 1), from the first layer to the output.

    """
    import tensorflow as tf

    shape = shape_for(draws[0], dataclasses.replace(network, dropout=0.0, l1=0.0, l2=0.0))
    rows = min(_ROWS, *(len(draw.X_train) for draw in draws))
    X = tf.constant(np.stack([draw.X_train[:rows] for draw in draws]))
    y = tf.constant(np.stack([draw.y_train[:rows] for draw in draws]))
    weights = [tf.constant(shape.layout.stack(values)) for values in shape.initial(seeds)]
    kernels = [weight for weight, place in zip(weights, shape.weights, strict=True) if place.name == "kernel"]
    with tf.GradientTape() as tape:
        tape.watch(kernels)
        logits, _ = shape.forward(weights, X, real=tf.ones((len(draws), rows)))
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
        total = tf.reduce_sum(tf.reduce_mean(losses, axis=1))
    squares = [tf.reduce_sum(tf.square(gradient), (1, 2)).numpy() for gradient in tape.gradient(total, kernels)]
    return np.asarray(np.log10(np.maximum(np.stack(squares, axis=1), 1e-38)) / 2)


def first_over_last(norms: Sequence[float] | Array) -> float:
    """Compare the first hidden layer with the last one, by log10 norms from the first layer to the output."""
    return norms[0] - norms[-2]
