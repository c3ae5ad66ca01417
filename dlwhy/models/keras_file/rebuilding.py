"""A plan and its weights become a Keras model again, by our own calls only; and a model a plan and weights."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.data.dataset import FloatArray
from dlwhy.models.keras_file.schema import LayerPlan, PlainNetwork, Plan, plan_of
from dlwhy.models.keras_file.settings import JOINS, Initializer, Penalty

if TYPE_CHECKING:
    import keras  # a name for annotations, nothing is imported


def rebuild(network: PlainNetwork) -> "keras.Model":
    """Make the Keras model, not compiled; written again, it gives the bytes it was read from."""
    plan, weights = network.plan, network.weights
    import keras

    inputs = keras.Input((plan.n_features,), name=plan.layers[0].name)
    layers = [_layer(layer, values) for layer, values in zip(plan.layers[1:], weights[1:], strict=True)]
    if plan.sequential:
        model = keras.Sequential([inputs, *layers], name=plan.name)
    else:
        model = keras.Model(inputs, _connected(plan, inputs, layers), name=plan.name)
    for layer, built, values in zip(plan.layers[1:], layers, weights[1:], strict=True):
        _start(layer, built, values)
    for generator, state in zip(_generators(model), network.dropout_state, strict=False):
        generator.state.assign(state)
    if not plan.trainable:
        model.trainable = False
    return model


def taken_apart(model: "keras.Model") -> PlainNetwork:
    """Return a model's plan and its weights as they are now; `rebuild` makes the same model of them.

    Raises
    ------
    InputRefusedError
        If it has layers that no model file may have.

    """
    plan = plan_of(json.loads(model.to_json()))
    weights = [[np.asarray(variable) for variable in each] for each in variables_of(model, plan)]
    return PlainNetwork(plan=plan, weights=weights, dropout_state=dropout_state(model))


def variables_of(model: "keras.Model", plan: Plan) -> list[list[Any]]:
    """Return the weights of each layer of a model's plan, as they stand in the model."""
    layers = {layer.name: layer for layer in model.layers}
    return [layers[layer.name].weights[: len(layer.weights)] if layer.weights else [] for layer in plan.layers]


def dropout_state(model: "keras.Model") -> list[list[int]]:
    """Return the state of the random generator of each Dropout layer; Keras does not save it."""
    return [[int(number) for number in generator.state.numpy()] for generator in _generators(model)]


def _generators(model: "keras.Model") -> list[Any]:
    return [layer.seed_generator for layer in model.layers if hasattr(layer, "seed_generator")]


def _layer(layer: LayerPlan, values: Sequence[FloatArray]) -> "keras.Layer":
    import keras

    settings = {key: _made(value) for key, value in layer.settings.items()}
    if layer.kind == "Dense":
        # whatever it starts with is replaced: an orthogonal start alone could take minutes
        settings["kernel_initializer"] = "zeros"
    if layer.kind == "Normalization" and values:
        settings |= {"mean": values[0].tolist(), "variance": values[1].tolist()}
    return getattr(keras.layers, layer.kind)(name=layer.name, **settings)


def _made(value: Any) -> Any:
    import keras

    return keras.regularizers.L1L2(l1=value.l1, l2=value.l2) if isinstance(value, Penalty) else value


def _connected(plan: Plan, inputs: Any, layers: "Sequence[keras.Layer]") -> Any:
    """Call each layer on the outputs of those it takes from, and give the last one's output."""
    outputs = [inputs]
    for layer, built in zip(plan.layers[1:], layers, strict=True):
        taken = [outputs[i] for i in layer.inputs]
        outputs.append(built(taken if layer.kind in JOINS else taken[0]))
    return outputs[-1]


def _start(layer: LayerPlan, built: "keras.Layer", values: Sequence[FloatArray]) -> None:
    import keras

    for variable, value in zip(built.weights, values, strict=layer.kind != "Normalization"):
        variable.assign(value)
    start = layer.settings.get("kernel_initializer")
    if isinstance(start, Initializer):
        built.kernel_initializer = getattr(keras.initializers, start.kind)(**start.settings)
