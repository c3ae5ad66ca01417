"""The backward pass: the same gradients as Keras', for all layers and activations that a network may have."""

import numpy as np
import pytest

from dlwhy.figures.inside.backpropagation import gradients
from dlwhy.models import network
from dlwhy.models.keras_file.rebuilding import taken_apart
from dlwhy.models.network import NetworkSpec

ACTIVATIONS = ["relu", "tanh", "sigmoid", "gelu", "elu", "selu", "leaky_relu", "silu", "mish"]
CASES = [(activation, "binary", {}) for activation in ACTIVATIONS]
CASES += [
    ("tanh", task, spec)
    for task in ("multiclass", "regression")
    for spec in ({"batch_norm": True, "residual": True}, {"layer_norm": True})
]
CASES += [("tanh", "binary", {"linear_path": True})]


@pytest.mark.parametrize(("activation", "task", "spec"), CASES, ids=str)
def test_the_gradients_are_those_of_keras(activation, task, spec) -> None:
    import tensorflow as tf

    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3)).astype(np.float32)
    n_classes = {"binary": 2, "multiclass": 3, "regression": 0}[task]
    y = rng.integers(n_classes, size=40).astype(np.int32) if n_classes else rng.normal(size=40).astype(np.float32)
    scale = None if n_classes else (3.0, 2.0)
    made = NetworkSpec(layers=(5, 5), activation=activation, **spec)
    model = network.build(made, n_features=3, task=task, n_classes=n_classes, seed=1, target_scale=scale)
    plain = taken_apart(model)

    with tf.GradientTape() as tape:
        loss = _loss(model(X, training=True), y, task)
    kernels = {layer.name: layer.kernel.value for layer in model.layers if hasattr(layer, "kernel")}
    expected = tape.gradient(loss, kernels)

    found = gradients(plain, X, y, task)
    assert len(found) == len(expected)
    for place, gradient in found.items():
        assert np.allclose(gradient, expected[plain.plan.layers[place].name], rtol=1e-3, atol=1e-6)


def _loss(output, y, task):
    import keras

    if task == "binary":
        return keras.ops.mean(keras.losses.binary_crossentropy(y.reshape(-1, 1).astype(np.float32), output))
    if task == "multiclass":
        return keras.ops.mean(keras.losses.sparse_categorical_crossentropy(y, output))
    return keras.ops.mean(((output[:, 0] - y) / 2.0) ** 2)  # in units of the targets' spread
