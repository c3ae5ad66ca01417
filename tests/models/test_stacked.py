"""A stack computes what the Keras models of `network.build` compute, in both layouts."""

import numpy as np
import pytest

from dlwhy.models.layouts import Layout
from dlwhy.models.network import NetworkSpec, build
from dlwhy.models.spec import ACTIVATIONS, INITIALIZERS
from dlwhy.models.stacked import Dropping, StackedNetwork

SEEDS = (1, 7, 2**32 - 1)
LAYOUTS = ("first", "last")
X = np.random.default_rng(0).normal(size=(3, 20, 5)).astype(np.float32)


def stack(spec, layout="first", **given):
    return StackedNetwork(spec=spec, n_inputs=5, n_outputs=3, layout=Layout(layout), **given)


def models(spec):
    return [build(spec, n_features=5, task="multiclass", n_classes=3, seed=seed) for seed in SEEDS]


def as_weights(network, arrays):
    import tensorflow as tf

    return [tf.constant(network.layout.stack(values)) for values in arrays]


def as_activations(network):
    return network.layout.features(X.swapaxes(0, 1) if network.layout.last else X)


def as_replicas(network, activations):
    return np.moveaxis(np.asarray(activations), -1, 0) if network.layout.last else np.asarray(activations)


def scrambled(network, rng):
    """Weights far from where they start, so that no part of the network is at rest."""
    arrays = network.initial(SEEDS)
    return [np.abs(values + rng.normal(size=values.shape) * 0.3).astype(np.float32) for values in arrays]


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_initial_weights_are_those_of_the_keras_models(initializer):
    spec = NetworkSpec(layers=(8, 4), initializer=initializer, batch_norm=True)
    network = stack(spec)
    arrays = network.initial(SEEDS)
    for place, model in enumerate(models(spec)):
        for weight, values, theirs in zip(network.weights, arrays, network.take(model), strict=True):
            np.testing.assert_array_equal(values[place], theirs, err_msg=f"{weight.layer} {weight.name}")
        assert [network.weights[place].shape for place in network.trained] == [
            tuple(variable.shape) for variable in model.trainable_variables
        ]


def test_a_network_of_which_all_starts_at_zeros_draws_nothing():
    spec = NetworkSpec(layers=(), zero_output=True)
    network = stack(spec)
    arrays = network.initial(SEEDS)
    assert [values.shape for values in arrays] == [(len(SEEDS), *weight.shape) for weight in network.weights]
    assert not any(values.any() for values in arrays)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "spec",
    [
        NetworkSpec(layers=()),
        *(NetworkSpec(layers=(6, 4), activation=activation) for activation in ACTIVATIONS),
        NetworkSpec(layers=(6, 4), batch_norm=True),
        NetworkSpec(layers=(6, 4), layer_norm=True),
        NetworkSpec(layers=(5, 5, 6, 6), residual=True),
        NetworkSpec(layers=(5, 5), residual=True, batch_norm=True, activation="tanh"),
    ],
    ids=lambda spec: "-".join([*map(str, spec.layers), spec.activation, *(["bn"] * spec.batch_norm)]),
)
def test_forward_pass_is_that_of_the_keras_models(spec, layout):
    network = stack(spec, layout)
    arrays = scrambled(network, np.random.default_rng(1))
    logits, _ = network.forward(as_weights(network, arrays), as_activations(network))
    for place, model in enumerate(models(spec)):
        network.put([values[place] for values in arrays], model)
        model.layers[-1].activation = None
        np.testing.assert_allclose(as_replicas(network, logits)[place], model(X[place]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_batch_normalization_in_training_counts_real_samples_only(layout):
    spec = NetworkSpec(layers=(6,), batch_norm=True)
    network = stack(spec, layout)
    arrays = scrambled(network, np.random.default_rng(1))
    real = np.ones((3, 20), np.float32)
    real[1, 13:] = 0
    logits, after = network.forward(
        as_weights(network, arrays), as_activations(network), real=network.layout.samples(real)
    )
    for place, model in enumerate(models(spec)):
        network.put([values[place] for values in arrays], model)
        model.layers[-1].activation = None
        count = int(real[place].sum())
        expected = model(X[place, :count], training=True)
        np.testing.assert_allclose(as_replicas(network, logits)[place, :count], expected, rtol=1e-4, atol=1e-5)
        for weight, stacked, theirs in zip(network.weights, after, network.take(model), strict=True):
            mine = network.layout.unstack(np.asarray(stacked), weight.shape)[place]
            np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6, err_msg=weight.name)


def test_frozen_batch_normalization_uses_what_it_has_seen():
    network = stack(NetworkSpec(layers=(6,), batch_norm=True), frozen=frozenset({"batch_norm_1"}))
    weights = as_weights(network, scrambled(network, np.random.default_rng(1)))
    trained, after = network.forward(weights, X, real=np.ones((3, 20), np.float32))
    predicted, _ = network.forward(weights, X)
    np.testing.assert_array_equal(trained, predicted)
    for before, now in zip(weights, after, strict=True):
        np.testing.assert_array_equal(before, now)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_gradients_are_those_of_the_keras_models(layout):
    import tensorflow as tf

    spec = NetworkSpec(layers=(6, 4), activation="tanh")
    network = stack(spec, layout)
    weights = as_weights(network, scrambled(network, np.random.default_rng(1)))
    with tf.GradientTape() as tape:
        tape.watch(weights)
        loss = tf.reduce_sum(tf.square(network.forward(weights, as_activations(network))[0]))
    gradients = tape.gradient(loss, weights)
    for place, model in enumerate(models(spec)):
        mine = [
            network.layout.unstack(np.asarray(value), weight.shape)[place]
            for weight, value in zip(network.weights, weights, strict=True)
        ]
        network.put(mine, model)
        model.layers[-1].activation = None
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(model(X[place])))
        for weight, gradient, theirs in zip(
            network.weights, gradients, tape.gradient(loss, model.trainable_variables), strict=True
        ):
            stacked = network.layout.unstack(np.asarray(gradient), weight.shape)[place]
            np.testing.assert_allclose(stacked, theirs, rtol=1e-3, atol=1e-4, err_msg=weight.name)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_penalties_are_each_replicas_own(layout):
    network = stack(NetworkSpec(layers=(6,)), layout)
    arrays = scrambled(network, np.random.default_rng(1))
    l1, l2 = np.array([0.0, 0.1, 0.2], np.float32), np.array([0.3, 0.0, 0.1], np.float32)
    kernels = [values for weight, values in zip(network.weights, arrays, strict=True) if weight.name == "kernel"]
    expected = [sum(l1[i] * np.abs(k[i]).sum() + l2[i] * (k[i] ** 2).sum() for k in kernels) for i in range(3)]
    np.testing.assert_allclose(network.penalties(as_weights(network, arrays), l1, l2), expected, rtol=1e-5)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_dropout_drops_the_right_share_of_independent_units(layout):
    import tensorflow as tf

    network = stack(NetworkSpec(layers=(200,)), layout)
    rates = np.array([0.0, 0.25, 0.7], np.float32)
    keys = np.array([1, 2, 3], np.uint32)
    ones = tf.ones((500, 200, 3) if layout == "last" else (3, 500, 200))

    def masks(index=1, keys=keys, rates=rates):
        return as_replicas(network, network._drop(index, ones, Dropping(rates=rates, keys=tf.constant(keys))))

    first = masks()
    n = 500 * 200
    for rate, mask in zip(rates, first, strict=True):
        assert set(np.unique(mask)) <= {np.float32(0), np.float32(1 / (1 - np.float32(rate)))}
        assert (mask == 0).mean() == pytest.approx(rate, abs=4 * float(np.sqrt(rate * (1 - rate) / n)))
    other = np.stack([masks(2)[1], masks(1, keys + np.uint32(7))[1], masks(1, keys, np.full(3, 0.25, np.float32))[0]])
    for mask in other:  # another layer, another step, another replica
        together = np.corrcoef((first[1] == 0).ravel(), (mask == 0).ravel())[0, 1]
        assert abs(together) < 5 / np.sqrt(n)
    neighbours = np.corrcoef((first[1, :-1] == 0).ravel(), (first[1, 1:] == 0).ravel())[0, 1]
    assert abs(neighbours) < 5 / np.sqrt(n)
    np.testing.assert_array_equal(masks(keys=keys[[2, 1, 0]])[1], first[1])  # whoever else is stacked
