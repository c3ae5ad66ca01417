"""How strongly the loss pulls at each layer of a network: a backward pass in NumPy over its plan and weights."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.models import activations
from dlwhy.models.front import deviation
from dlwhy.models.keras_file.schema import LayerPlan, PlainNetwork

Array = npt.NDArray[np.float64]
# from the gradient of what a layer gives out to those of what it takes
Back = Callable[[Array], Sequence[Array]]

# in float64 here
_ACTIVATIONS: Mapping[str, Callable[[Any], Any]] = activations.ACTIVATIONS
# of a central difference: so near that only its own rounding, of 1e-11, is left
_STEP = 1e-5


def gradients(network: PlainNetwork, X: npt.NDArray[Any], y: npt.NDArray[Any], task: Task) -> dict[int, Array]:
    """Compute the gradients of the mean loss on some rows by the kernels of all Dense layers, in float64.

    As in training, batch normalization takes the statistics of these rows, and the targets of a regression are
    standardized; unlike there nothing is dropped, and penalties on weights are left out.

    Parameters
    ----------
    network
        A network that `forward.knows`, of one member.
    X
        Features, (n, n_features).
    y
        Targets, (n,): class indices or values.
    task
        Decides the loss.

    Returns
    -------
    gradients
        By the layer's place in the plan, each as the kernel, (n_inputs, n_units).

    """
    bare = network.without_last_activation()
    layers = bare.plan.layers
    outputs: list[Array] = [np.asarray(X, np.float64)]
    backs: list[Back] = [lambda _: ()]
    for place, layer in enumerate(layers[1:], start=1):
        weights = [np.asarray(weight, np.float64) for weight in bare.weights[place]]
        output, back = _LAYERS[layer.kind](layer, weights, *(outputs[source] for source in layer.inputs))
        outputs.append(output)
        backs.append(back)
    last = layers[-1]
    pulls: dict[int, Array] = {len(layers) - 1: _of_loss(outputs[-1], y, task, _spread(last))}
    found = {}
    for place in range(len(layers) - 1, 0, -1):
        layer, pull = layers[place], pulls.pop(place)
        taken = backs[place](pull)
        if layer.kind == "Dense":
            *taken, found[place] = taken
        for source, each in zip(layer.inputs, taken, strict=True):
            pulls[source] = pulls[source] + each if source in pulls else each
    return found


def _spread(last: LayerPlan) -> float:
    """Return what a network's answers are multiplied by at its end: the spread of a regression's targets."""
    return float(np.ravel(last.settings["scale"])[0]) if last.kind == "Rescaling" else 1.0


def _of_loss(outputs: Array, y: npt.NDArray[Any], task: Task, spread: float) -> Array:
    """Return the gradient of the mean loss by the outputs before the last activation, (n, n_outputs)."""
    if task == "regression":
        return np.asarray(2 * (outputs - y.reshape(-1, 1)) / (spread**2 * len(y)))
    if task == "binary":
        return np.asarray((_ACTIVATIONS["sigmoid"](outputs) - y.reshape(-1, 1)) / len(y))
    expected = np.eye(outputs.shape[1])[y]
    return np.asarray((_ACTIVATIONS["softmax"](outputs) - expected) / len(y))


def _same(layer: LayerPlan, weights: Sequence[Array], x: Array) -> tuple[Array, Back]:  # noqa: ARG001
    return x, lambda pull: (pull,)


def _dense(layer: LayerPlan, weights: Sequence[Array], x: Array) -> tuple[Array, Back]:
    sums = x @ weights[0] + (weights[1] if len(weights) > 1 else 0)
    output, through = _activation(layer, weights, sums)

    def back(pull: Array) -> Sequence[Array]:
        (of_sums,) = through(pull)
        return of_sums @ weights[0].T, x.T @ of_sums

    return output, back


def _activation(layer: LayerPlan, weights: Sequence[Array], x: Array) -> tuple[Array, Back]:  # noqa: ARG001
    function = _ACTIVATIONS[layer.settings.get("activation", "linear")]
    # one rule for all of them; right at a kink it gives the mean of both slopes
    slopes = (function(x + _STEP) - function(x - _STEP)) / (2 * _STEP)
    return np.asarray(function(x)), lambda pull: (pull * slopes,)


def _normalization(layer: LayerPlan, weights: Sequence[Array], x: Array) -> tuple[Array, Back]:
    mean, variance = weights or (np.array(layer.settings[key], np.float32) for key in ("mean", "variance"))
    spread = deviation(np.asarray(variance, np.float32))
    return (x - mean) / spread, lambda pull: (pull / spread,)


def _batch_normalization(layer: LayerPlan, weights: Sequence[Array], x: Array) -> tuple[Array, Back]:
    return _standardized(layer, weights, x, axis=0)


def _layer_normalization(layer: LayerPlan, weights: Sequence[Array], x: Array) -> tuple[Array, Back]:
    return _standardized(layer, weights, x, axis=1)


def _standardized(layer: LayerPlan, weights: Sequence[Array], x: Array, axis: int) -> tuple[Array, Back]:
    """Centre and scale over an axis; the statistics depend on what they are of, and so do gradients."""
    scale: Any = weights[0] if layer.settings.get("scale", True) else 1.0
    offset: Any = weights[layer.settings.get("scale", True)] if layer.settings.get("center", True) else 0.0
    spread = np.sqrt(x.var(axis=axis, keepdims=True) + float(layer.settings.get("epsilon", 1e-3)))
    z = (x - x.mean(axis=axis, keepdims=True)) / spread

    def back(pull: Array) -> Sequence[Array]:
        own = pull * scale
        along = z * (own * z).mean(axis=axis, keepdims=True)
        return ((own - own.mean(axis=axis, keepdims=True) - along) / spread,)

    return z * scale + offset, back


def _add(layer: LayerPlan, weights: Sequence[Array], *taken: Array) -> tuple[Array, Back]:  # noqa: ARG001
    return np.sum(taken, axis=0), lambda pull: [pull] * len(taken)


def _subtract(layer: LayerPlan, weights: Sequence[Array], x: Array, y: Array) -> tuple[Array, Back]:  # noqa: ARG001
    return x - y, lambda pull: (pull, -pull)


def _average(layer: LayerPlan, weights: Sequence[Array], *taken: Array) -> tuple[Array, Back]:  # noqa: ARG001
    return np.mean(taken, axis=0), lambda pull: [pull / len(taken)] * len(taken)


def _concatenate(layer: LayerPlan, weights: Sequence[Array], *taken: Array) -> tuple[Array, Back]:  # noqa: ARG001
    edges = np.cumsum([each.shape[1] for each in taken])[:-1]
    return np.concatenate(taken, axis=1), lambda pull: np.split(pull, edges, axis=1)


def _rescaling(layer: LayerPlan, weights: Sequence[Array], x: Array) -> tuple[Array, Back]:  # noqa: ARG001
    scale = np.asarray(layer.settings["scale"], np.float64)
    return x * scale + np.asarray(layer.settings.get("offset", 0), np.float64), lambda pull: (pull * scale,)


_LAYERS: Mapping[str, Callable[..., tuple[Array, Back]]] = {
    "Dropout": _same,
    "Dense": _dense,
    "Activation": _activation,
    "Normalization": _normalization,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
    "Add": _add,
    "Subtract": _subtract,
    "Average": _average,
    "Concatenate": _concatenate,
    "Rescaling": _rescaling,
}
