"""What a network gives out, without TensorFlow: a forward pass in NumPy over its plan and weights."""

import dataclasses
import functools
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.data.dataset import FloatArray, Task
from dlwhy.models.activations import ACTIVATIONS, LOGITS_OF_MEAN
from dlwhy.models.front import deviation
from dlwhy.models.keras_file.schema import LayerPlan, PlainNetwork, Plan
from dlwhy.models.spec import HEADS

# values that are kept at a time: a few such arrays stay in the cache of a core
_VALUES_A_CHUNK = 1 << 17
# so few rows would read the weights of a wide layer from memory again and again
_FEWEST_ROWS = 512
# but a network of any shape takes bounded memory
_MOST_VALUES = 1 << 24

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
    compute, kept = _program(network)
    return _in_chunks(compute, X, kept=kept, n_outputs=network.plan.layers[-1].width)


def inside(network: PlainNetwork, X: FloatArray, places: Sequence[int]) -> list[FloatArray]:
    """Compute what some layers of a network give out.

    Parameters
    ----------
    network
        A network that `knows` says yes to.
    X
        Features, (n, n_features).
    places
        Of the layers in the plan; 0 is the input.

    Returns
    -------
    outputs
        For each of the places (n, width of its layer), float32.

    """
    plan = network.plan
    steps = [
        dataclasses.replace(step, done_with=tuple(place for place in step.done_with if place not in places))
        for step in _steps(plan)
    ]
    widths = [plan.layers[place].width for place in places]

    def compute(rows: FloatArray) -> Any:
        found = _computed(network, steps, rows)
        return np.concatenate([found[place] for place in places], axis=1)

    kept = _most_kept(plan, steps) + 2 * sum(widths)
    side_by_side = _in_chunks(compute, X, kept=kept, n_outputs=sum(widths))
    return np.split(side_by_side, np.cumsum(widths)[:-1], axis=1)


def logits(network: PlainNetwork, X: FloatArray) -> FloatArray:
    """Compute a network's outputs before its last activation, (n, n_outputs), as `outputs` computes them with it.

    Where the probabilities of members are averaged: what gives the average if that activation is applied to it.
    """
    bare = network.without_last_activation()
    if network.averages is None:
        return outputs(bare, X)
    compute, kept = _program(bare)
    # float64 is as much as two, and there are copies of it
    kept += 6 * bare.plan.layers[-1].width
    n_outputs = network.plan.layers[-1].width
    return _in_chunks(lambda rows: joined(compute(rows), network), X, kept=kept, n_outputs=n_outputs)


def joined(side_by_side: FloatArray, network: PlainNetwork) -> FloatArray:
    """Return the logits of an average of probabilities, (n, n_outputs).

    Parameters
    ----------
    side_by_side
        The members' logits, (n, members * n_outputs), as the network without its last activation gives them.
    network
        The network that averages probabilities.

    """
    of_members = side_by_side.reshape(len(side_by_side), -1, network.plan.layers[-1].width)
    found: FloatArray = LOGITS_OF_MEAN[str(network.averages)](of_members.astype(np.float64)).astype(np.float32)
    return found


def predictions(logits: FloatArray, task: Task) -> FloatArray:
    """Turn outputs before the last activation, as `Trained.logits` gives them, into what the network predicts."""
    if task == "regression":
        return logits
    n_outputs = 1 if logits.ndim == 1 else logits.shape[1]
    rows = logits.reshape(-1, n_outputs)
    return _in_chunks(ACTIVATIONS[HEADS[task]], rows, kept=2 * n_outputs, n_outputs=n_outputs).reshape(logits.shape)


def _in_chunks(compute: Callable[[FloatArray], Any], X: FloatArray, *, kept: int, n_outputs: int) -> FloatArray:
    """Return what a function makes of rows, (n, n_outputs) float32; `kept` is the most that it ever holds of a row."""
    found = np.empty((len(X), n_outputs), np.float32)
    # a fixed rule: the size of a chunk can change the last bits of a product
    rows = max(1, min(_MOST_VALUES // kept, max(_FEWEST_ROWS, _VALUES_A_CHUNK // kept)))

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


@dataclasses.dataclass(frozen=True)
class _Step:
    """One layer in the order of computing."""

    place: int  # of the layer
    layer: LayerPlan
    done_with: tuple[int, ...]  # places whose outputs nobody takes after it


def _steps(plan: Plan) -> list[_Step]:
    """Return the layers but the input in an order that keeps few outputs: a member is computed to its end."""
    order: list[int] = []
    waiting, known = [len(plan.layers) - 1], {0}
    while waiting:
        place = waiting[-1]
        missing = [source for source in plan.layers[place].inputs if source not in known]
        if missing:
            waiting += reversed(missing)
            continue
        waiting.pop()
        if place not in known:
            known.add(place)
            order.append(place)
    last_use = {source: place for place in order for source in plan.layers[place].inputs}
    layers = [(place, plan.layers[place]) for place in order]
    return [
        _Step(place, layer, tuple(source for source in set(layer.inputs) if last_use[source] == place))
        for place, layer in layers
    ]


def _most_kept(plan: Plan, steps: Sequence[_Step]) -> int:
    """Return the most values of a row that are kept at the same time; a layer's inputs are, while it computes."""
    kept = most = plan.n_features
    for step in steps:
        kept += step.layer.width
        most = max(most, kept)
        kept -= sum(plan.layers[source].width for source in step.done_with)
    return most


def _program(network: PlainNetwork) -> tuple[Callable[[FloatArray], Any], int]:
    """Return what computes a chunk of rows, and how many values of each row it keeps at most."""
    steps = _steps(network.plan)
    return functools.partial(_outputs, network, steps), _most_kept(network.plan, steps)


def _outputs(network: PlainNetwork, steps: Sequence[_Step], X: FloatArray) -> Any:
    """Compute the outputs for one chunk."""
    return _computed(network, steps, X)[len(network.plan.layers) - 1]


def _computed(network: PlainNetwork, steps: Sequence[_Step], X: FloatArray) -> dict[int, Any]:
    """Compute for one chunk what the layers give out that are not done with; no layer changes what it is given."""
    computed: dict[int, Any] = {0: X}
    for step in steps:
        taken = [computed[source] for source in step.layer.inputs]
        for source in step.done_with:
            del computed[source]
        computed[step.place] = _LAYERS[step.layer.kind](step.layer, network.weights[step.place], *taken)
    return computed


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


def _subtract(layer: LayerPlan, weights: Weights, x: FloatArray, y: FloatArray) -> Any:  # noqa: ARG001
    return x - y


def _average(layer: LayerPlan, weights: Weights, *taken: FloatArray) -> Any:
    y = _add(layer, weights, *taken)
    y /= np.float32(len(taken))
    return y


def _concatenate(layer: LayerPlan, weights: Weights, *taken: FloatArray) -> Any:  # noqa: ARG001
    return np.concatenate(taken, axis=1)


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
    "Subtract": _subtract,
    "Average": _average,
    "Concatenate": _concatenate,
    "Rescaling": _rescaling,
}
