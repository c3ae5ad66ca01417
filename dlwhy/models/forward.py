"""What a network gives out, without TensorFlow: a forward pass in NumPy over its plan and weights."""

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.data.dataset import FloatArray, Task
from dlwhy.models.activations import ACTIVATIONS
from dlwhy.models.keras_file.schema import LayerPlan, PlainNetwork, Plan
from dlwhy.models.scaling import deviation
from dlwhy.models.spec import HEADS

# values of one layer's outputs at a time: a few such arrays stay in the cache of a core
_VALUES_A_CHUNK = 1 << 16
# so few rows would read the weights of a wide layer from memory again and again
_FEWEST_ROWS = 512

Weights = Sequence[FloatArray]


def knows(plan: Plan) -> bool:
    """Return whether every layer of a plan is one of those below, in float32."""
    return all(layer.kind in _LAYERS and layer.settings.get("dtype", "float32") == "float32" for layer in plan.layers)


def outputs(network: PlainNetwork, X: FloatArray) -> FloatArray:
    """Compute a network's outputs, chunk by chunk of rows, so that memory stays bounded.

    Arithmetic is in float32 as Keras' is, so the two differ by rounding only.

    Parameters
    ----------
    network
        A network that `knows` says yes to.
    X
        Features, (n, n_features).

    Returns
    -------
    outputs
        (n, n_outputs), float32.

    """
    widths = [layer.width for layer in network.plan.layers]
    return _in_chunks(functools.partial(_outputs, network), X, widest=max(widths), n_outputs=widths[-1])


def predictions(logits: FloatArray, task: Task) -> FloatArray:
    """Turn outputs before the last activation, as `Trained.logits` gives them, into what the network predicts."""
    if task == "regression":
        return logits
    n_outputs = 1 if logits.ndim == 1 else logits.shape[1]
    rows = logits.reshape(-1, n_outputs)
    return _in_chunks(ACTIVATIONS[HEADS[task]], rows, widest=n_outputs, n_outputs=n_outputs).reshape(logits.shape)


def _in_chunks(compute: Callable[[FloatArray], Any], X: FloatArray, *, widest: int, n_outputs: int) -> FloatArray:
    """Return what a function makes of rows, (n, n_outputs) float32; `widest` is the longest row that it ever holds."""
    found = np.empty((len(X), n_outputs), np.float32)
    # a fixed rule: the size of a chunk can change the last bits of a product
    rows = max(_FEWEST_ROWS, _VALUES_A_CHUNK // widest)

    def fill(start: int) -> None:
        with np.errstate(all="ignore"):
            found[start : start + rows] = compute(np.asarray(X[start : start + rows], np.float32))

    _for_each(fill, range(0, len(X), rows))
    return found


def _for_each(compute: Callable[[int], None], starts: range) -> None:
    """Call a function for each start, in several threads if there are many.

    The threads of BLAS are left out: on chunks of this size they wait for each other longer than they compute.
    """
    threads = min(len(os.sched_getaffinity(0)), len(starts) // 2)
    with _blas().limit(limits=1, user_api="blas"):
        if threads < 2:
            for start in starts:
                compute(start)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(compute, starts):
                pass


@functools.cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _outputs(network: PlainNetwork, X: FloatArray) -> Any:
    """Compute the outputs for one chunk; no layer changes what it is given."""
    layers = network.plan.layers
    last_use = {source: place for place, layer in enumerate(layers) for source in layer.inputs}
    computed = {0: X}
    for place, layer in enumerate(layers[1:], start=1):
        taken = [computed[source] for source in layer.inputs]
        for source in layer.inputs:
            if last_use[source] == place:
                computed.pop(source, None)
        computed[place] = _LAYERS[layer.kind](layer, network.weights[place], *taken)
    return computed[len(layers) - 1]


def _same(layer: LayerPlan, weights: Weights, x: FloatArray) -> Any:  # noqa: ARG001
    return x


def _dense(layer: LayerPlan, weights: Weights, x: FloatArray) -> Any:
    y = x @ weights[0]
    if len(weights) > 1:
        y += weights[1]
    return _activation(layer, weights, y)


def _activation(layer: LayerPlan, weights: Weights, x: FloatArray) -> Any:  # noqa: ARG001
    return ACTIVATIONS[layer.settings.get("activation", "linear")](x)


def _normalization(layer: LayerPlan, weights: Weights, x: FloatArray) -> Any:
    mean, variance = weights or (np.array(layer.settings[key], np.float32) for key in ("mean", "variance"))
    return (x - mean) / deviation(variance)


def _batch_normalization(layer: LayerPlan, weights: Weights, x: FloatArray) -> Any:
    *affine, mean, variance = weights
    scale, offset = _affine(layer, affine)
    factor = scale / np.sqrt(variance + np.float32(layer.settings.get("epsilon", 1e-3)))
    y = x * factor
    y += offset - mean * factor
    return y


def _layer_normalization(layer: LayerPlan, weights: Weights, x: FloatArray) -> Any:
    scale, offset = _affine(layer, weights)
    y = x - x.mean(axis=-1, keepdims=True)
    variance = np.einsum("ij,ij->i", y, y)[:, np.newaxis] / np.float32(x.shape[1])
    y *= 1 / np.sqrt(variance + np.float32(layer.settings.get("epsilon", 1e-3)))
    y *= scale
    y += offset
    return y


def _affine(layer: LayerPlan, weights: Weights) -> tuple[Any, Any]:
    """Return scale and offset of a normalization; either may have been left out."""
    found = iter(weights)
    scale, offset = (next(found) if layer.settings.get(key, True) else None for key in ("scale", "center"))
    return np.float32(1) if scale is None else scale, np.float32(0) if offset is None else offset


def _add(layer: LayerPlan, weights: Weights, *taken: FloatArray) -> Any:  # noqa: ARG001
    y = taken[0] + taken[1]
    for each in taken[2:]:
        y += each
    return y


def _rescaling(layer: LayerPlan, weights: Weights, x: FloatArray) -> Any:  # noqa: ARG001
    y = x * np.float32(layer.settings["scale"])
    y += np.float32(layer.settings.get("offset", 0))
    return y


_LAYERS: Mapping[str, Callable[..., Any]] = {
    "InputLayer": _same,
    "Dropout": _same,
    "Dense": _dense,
    "Activation": _activation,
    "Normalization": _normalization,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
    "Add": _add,
    "Rescaling": _rescaling,
}
