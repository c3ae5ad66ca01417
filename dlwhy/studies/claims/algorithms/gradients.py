"""Gradients of networks that have not been trained yet: how they shrink or grow from layer to layer."""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.models.layouts import Layout
from dlwhy.models.network import NetworkSpec
from dlwhy.models.stacked import StackedNetwork, n_outputs
from dlwhy.studies.tasks.draws import Draw

Array = npt.NDArray[Any]
# what the squared gradient should be multiplied by, a layer backwards: half the units of a ReLU pass it on, and a
# kernel of n inputs and n outputs multiplies it by n times the variance of its entries (He et al. 2015)
PREDICTED: dict[str, float | None] = {"ReLU+He": 1.0, "ReLU+Glorot": 0.5, "tanh+Glorot": None, "sigmoid+Glorot": None}
_WIDTH, _DEPTH, _NETS, _POINTS = 64, 20, 16, 64
_ROWS = 256


def first_over_last(norms: Sequence[float] | Array) -> float:
    """Compare the first hidden layer with the last one, by log10 norms from the first layer to the output."""
    return norms[0] - norms[-2]


def at_start(network: NetworkSpec, draws: Sequence[Draw], seeds: Sequence[int]) -> Array:
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

    first = draws[0]
    shape = StackedNetwork(
        spec=dataclasses.replace(network, dropout=0.0, l1=0.0, l2=0.0),
        n_features=first.X_train.shape[1],
        n_outputs=n_outputs(first.task, first.n_classes),
        layout=Layout("first"),
    )
    rows = min(_ROWS, *(len(draw.X_train) for draw in draws))
    X = tf.constant(np.stack([draw.X_train[:rows] for draw in draws]))
    y = tf.constant(np.stack([draw.y_train[:rows] for draw in draws]))
    weights = [tf.constant(shape.layout.stack(values)) for values in shape.initial(seeds)]
    kernels = [weight for weight, each in zip(weights, shape.weights, strict=True) if each.name == "kernel"]
    with tf.GradientTape() as tape:
        tape.watch(kernels)
        logits, _ = shape.forward(weights, X, real=tf.ones((len(draws), rows)))
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
        total = tf.reduce_sum(tf.reduce_mean(losses, axis=1))
    squares = [tf.reduce_sum(tf.square(gradient), (1, 2)).numpy() for gradient in tape.gradient(total, kernels)]
    return np.stack([_log10(each) / 2 for each in squares], axis=1)


def shrinkage(name: str, *, seed: int = 0) -> float:
    """Measure by how much the squared gradient with respect to activations changes a layer backwards, at the start.

    Parameters
    ----------
    name
        Activation and initializer, one of `PREDICTED`.
    seed
        Seed of the networks, of normal inputs and of normal gradients behind the last layer.

    Returns
    -------
    ratio
        Mean over networks and layers, all of one width.

    """
    rng = np.random.default_rng(seed)
    activation, initializer = name.split("+")
    spread = np.sqrt((2 if initializer == "He" else 1) / _WIDTH)
    ratios = []
    for _ in range(_NETS):
        kernels = rng.standard_normal((_DEPTH, _WIDTH, _WIDTH)) * spread
        slopes, X = [], rng.standard_normal((_POINTS, _WIDTH))
        for kernel in kernels:
            X, slope = _activated(activation, X @ kernel)
            slopes.append(slope)
        gradient = rng.standard_normal(X.shape)
        sizes = [np.square(gradient).sum()]
        for kernel, slope in zip(kernels[::-1], slopes[::-1], strict=True):
            gradient = (gradient * slope) @ kernel.T
            sizes.append(np.square(gradient).sum())
        ratios.append([after / before for before, after in itertools.pairwise(sizes)])
    return float(np.mean(ratios))


def _activated(activation: str, z: Array) -> tuple[Array, Array]:
    """Values and slopes of an activation."""
    from scipy.special import expit

    if activation == "ReLU":
        return np.maximum(z, 0), (z > 0).astype(float)
    if activation == "tanh":
        value = np.tanh(z)
        return value, 1 - value**2
    value = expit(z)
    return value, value * (1 - value)


def _log10(values: Array) -> Array:
    return np.log10(np.maximum(values, 1e-38))
