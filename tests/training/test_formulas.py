"""Layers and losses with their gradients written out, against what Keras and TensorFlow derive."""

import numpy as np
import pytest
import tensorflow as tf

from dlwhy.models import network
from dlwhy.models.network import NetworkSpec
from dlwhy.training import formulas
from dlwhy.training.choosing import objective

TASKS = ("binary", "multiclass", "regression")


# with the first a product between sums, without it samples come last throughout
CHOICES = [{"layers": (10, 40)}, {}, {"activation": "tanh"}, {"residual": True}, {"batch_norm": True}]


def built(task="binary", layers=(10, 10), **choices):
    return network.build(NetworkSpec(layers=layers, **choices), n_features=3, task=task, n_classes=4, seed=1)


def rows(n=32, *, large=False):
    X = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    return X * (1e4 if large else 1.0)


def targets(task, n=32):
    drawn = np.random.default_rng(1).integers(4 if task == "multiclass" else 2, size=n).astype(np.float32)
    return tf.constant(drawn if task == "multiclass" else drawn[:, None])


def outputs_and_gradients(model, X):
    with tf.GradientTape() as tape:
        output = model(tf.constant(X), training=True)
        total = tf.reduce_sum(output * tf.range(1.0, 1.0 + len(X))[:, None])
    return output.numpy(), [each.numpy() for each in tape.gradient(total, model.trainable_variables)]


@pytest.mark.parametrize("choices", CHOICES, ids=str)
@pytest.mark.parametrize("compiled", [True, False])
def test_layers_compute_and_learn_as_stock_ones(choices, compiled):
    model, X = built("multiclass", **choices), rows()
    X[:3] = 0  # units at exactly 0, where what is positive has no slope
    expected, gradients = outputs_and_gradients(model, X)
    with formulas.written_out(model, compiled=compiled, training=True):
        output, ours = outputs_and_gradients(model, X)
    np.testing.assert_allclose(output, expected, atol=1e-5)
    for mine, theirs in zip(ours, gradients, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-4)


def test_layers_are_stock_ones_again_behind_the_block():
    model = built()
    before = model.get_config()
    with formulas.written_out(model, compiled=True, training=True):
        assert "call" in vars(model.layers[0])
    assert not any("call" in vars(layer) for layer in model.layers)
    assert model.get_config() == before


def test_only_small_layers_multiply_and_sum():
    model = network.build(NetworkSpec(layers=(10, 200)), n_features=3, task="binary", seed=1)

    @tf.function
    def forward(X):
        with formulas.written_out(model, compiled=True, training=False):
            return model(X)

    graph = forward.get_concrete_function(tf.TensorSpec((32, 3))).graph
    assert sum(operation.type == "MatMul" for operation in graph.get_operations()) == 2


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("task", TASKS)
def test_losses_and_their_gradients_are_those_of_keras(task, large):
    model, X, y = built(task), rows(large=large), targets(task)
    weights, found = tf.range(1.0, 33.0), []
    for loss in (objective(task)[0], formulas.losses(task)):
        with tf.GradientTape() as tape:
            values = loss(y, model(tf.constant(X), training=True))
            total = tf.reduce_mean(values * weights)
        found.append([values, *tape.gradient(total, model.trainable_variables)])
    for mine, theirs in zip(found[1], found[0], strict=True):
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(mine, theirs, rtol=2e-4, atol=1e-4 * max(1, np.abs(theirs).max()))
