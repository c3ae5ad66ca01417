"""The ordinary Keras model that a specification makes, and what can be asked of it."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.data.dataset import MAX_COLUMNS, FloatArray, Task
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models.front import CLIP, Front
from dlwhy.models.keras_file import parts
from dlwhy.models.spec import HEADS, MAX_PARAMETERS, MAX_UNITS, NetworkSpec, n_outputs
from dlwhy.text import display

if TYPE_CHECKING:
    import keras  # a name for annotations, nothing is imported

__all__ = ["Front", "NetworkSpec", "build", "multiply_adds", "parameters", "predict"]

_POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
_KERNEL, _DROPOUT = range(2)
_VALUES_A_CHUNK = 1 << 24


def build(
    spec: NetworkSpec,
    *,
    n_features: int,
    task: Task,
    n_classes: int = 0,
    seed: int | Sequence[int],
    front: Front | None = None,
    target_scale: tuple[float, float] | None = None,
    precision: str = "float32",
) -> "keras.Model":
    """Make an ordinary Keras model of stock layers, not compiled; the same arguments give the same weights anywhere.

    Parameters
    ----------
    spec
        The choices.
    n_features
        Number of features, the width of the input.
    task
        Decides the output layer: one sigmoid unit, `n_classes` softmax units, or one linear unit.
    n_classes
        Number of classes, for the task ``multiclass``.
    seed
        Seed of initial weights and dropout. Each layer has its own seed derived from it, so nothing depends on
        what else this process has made. Several seeds make an ensemble: as many networks behind one front, the names
        of their layers ending in ``_m1``, ``_m2`` and so on, whose outputs are averaged.
    front
        What stands in front of the first layer; None for nothing.
    target_scale
        Mean and standard deviation of a regression's targets, for a `Rescaling` behind the output layer, so that the
        model answers in the targets' own units while the network learns standardized ones.
    precision
        ``bfloat16`` computes the hidden layers in bfloat16 and keeps weights in float32.

    Raises
    ------
    UsageError
        If the network would be too large.
    InputRefusedError
        If there are too many features or classes, or `front` is for another number of features.

    """
    import keras

    seeds = list(seed) if isinstance(seed, Sequence) else [seed]
    last = n_outputs(task, n_classes)
    widths = (front.width if front else n_features, *spec.layers, last)
    _check_size(n_features, widths, len(seeds), front)
    scaled = _scaled(target_scale)
    inputs = keras.Input((n_features,), name="features")
    plain = list(_plain(front))
    if not ((front and front.bins) or spec.linear_path or any(spec.skips(widths[0])) or len(seeds) > 1):
        body = itertools.chain(*_blocks(spec, seeds[0], "", precision), _output(spec, last, HEADS[task], seeds[0]))
        return keras.Sequential([inputs, *plain, *body, *scaled], name="network")
    encoded = _encoded(front, _apply(plain, inputs))
    suffixes = [parts.of_member("", place) for place in range(1, len(seeds) + 1)] if len(seeds) > 1 else [""]
    answers = [
        _member(spec, encoded, (last, HEADS[task]), seed=own, suffix=suffix, precision=precision)
        for own, suffix in zip(seeds, suffixes, strict=True)
    ]
    answer = keras.layers.Average(name=parts.MEAN, dtype="float32")(answers) if len(answers) > 1 else answers[0]
    return keras.Model(inputs, _apply(scaled, answer), name="network")


def parameters(model: "keras.Model") -> int:
    """Count the trainable parameters of a model."""
    return sum(math.prod(variable.shape) for variable in model.trainable_variables)


def multiply_adds(model: "keras.Model") -> int:
    """Count the multiply-adds of a model's matrix products for one sample; element-wise work is not counted."""
    import keras

    return sum(math.prod(layer.kernel.shape) for layer in model.layers if isinstance(layer, keras.layers.Dense))


def predict(model: "keras.Model", X: FloatArray) -> FloatArray:
    """Predict in chunks, so that memory stays bounded.

    Parameters
    ----------
    model
        A network with one sigmoid, one linear, or k softmax units as output.
    X
        Features, (n, n_features).

    Returns
    -------
    y_prob
        The probability of class 1 or the predicted value, (n,), or the probability of each class, (n, k); float32.

    Raises
    ------
    InputRefusedError
        If `X` has not as many features as the model.

    """
    n_features, width = model.input_shape[-1], model.output_shape[-1]
    if X.ndim != 2 or X.shape[1] != n_features:
        raise InputRefusedError(f"the model expects {n_features} features, the data have {X.shape[-1]}")
    # a fixed rule: the size of a chunk can change the last bits of a product
    rows = _VALUES_A_CHUNK // max(n_features, *(layer.output.shape[-1] for layer in model.layers))
    chunks = [np.asarray(model(X[i : i + rows], training=False)) for i in range(0, len(X), rows)]
    y_prob = np.concatenate(chunks) if chunks else np.empty((0, width))
    return np.asarray(y_prob[:, 0] if width == 1 else y_prob, np.float32)


def _check_size(n_features: int, widths: Sequence[int], members: int, front: Front | None) -> None:
    _, *hidden, last = widths
    if n_features > MAX_COLUMNS or last > MAX_UNITS:
        raise InputRefusedError(
            f"{n_features} features and {last} outputs are too many", f"at most {MAX_COLUMNS} and {MAX_UNITS}"
        )
    if front and len(front.scale[0]) != n_features:
        raise InputRefusedError(f"the front is for {len(front.scale[0])} features, there are {n_features}")
    # five more for each unit: bias and batch normalization; a linear path has as many as an output layer
    total = members * sum((a + 5) * b for a, b in itertools.pairwise(widths)) + members * widths[0] * last
    total += 2 * n_features * len(front.bins) if front and front.bins else 0
    if total > MAX_PARAMETERS:
        shown = display(",".join(map(str, hidden)))
        raise UsageError(
            f"--layers {shown} makes about {total} parameters on {n_features} features", f"at most {MAX_PARAMETERS}"
        )


def _plain(front: Front | None) -> "Iterator[keras.Layer]":
    """Make the layers that scale the features and clip them."""
    from keras import layers

    if front is None:
        return
    mean, variance = front.scale
    yield layers.Normalization(mean=mean, variance=variance, name=parts.NORMALIZE, dtype="float32")
    if front.clips:
        yield layers.Rescaling(1 / CLIP, name=parts.SHRINK, dtype="float32")
        yield layers.Activation("tanh", name=parts.CLIP, dtype="float32")
        yield layers.Rescaling(CLIP, name=parts.STRETCH, dtype="float32")


def _encoded(front: Front | None, plain: Any) -> Any:
    """Put the bins beside the scaled features."""
    from keras import layers

    if front is None or front.bins is None:
        return plain
    sides = []
    for name, offsets in ((parts.KNOTS_LOW, front.bins.low), (parts.KNOTS_HIGH, front.bins.high)):
        knots = layers.Dense(len(front.bins), "relu", name=name, trainable=False, dtype="float32")
        sides.append(knots(plain))
        knots.set_weights([front.bins.kernel(len(front.scale[0])), offsets])
    bins = layers.Subtract(name=parts.BINS, dtype="float32")(sides)
    return layers.Concatenate(name=parts.ENCODED, dtype="float32")([plain, bins])


def _member(spec: NetworkSpec, encoded: Any, head: tuple[int, str], *, seed: int, suffix: str, precision: str) -> Any:
    """Chain one network behind what all members of an ensemble share; `head` is the outputs and their activation."""
    from keras import layers

    units, activation = head
    blocks = list(_blocks(spec, seed, suffix, precision))
    hidden = _residual(encoded, blocks, spec.skips(encoded.shape[-1]), suffix, precision)
    if not spec.linear_path:
        return _apply(list(_output(spec, units, activation, seed, suffix)), hidden)
    (output,) = _output(spec, units, "linear", seed, suffix)
    name = f"{parts.LINEAR}{suffix}"
    path = layers.Dense(units, kernel_initializer="zeros", name=name, trainable=False, dtype="float32")
    total = layers.Add(name=f"{parts.SUM}{suffix}", dtype="float32")([output(hidden), path(encoded)])
    if activation == "linear":
        return total
    return layers.Activation(activation, name=f"{parts.ANSWER}{suffix}", dtype="float32")(total)


def _blocks(spec: NetworkSpec, seed: int, suffix: str, precision: str) -> "Iterator[list[keras.Layer]]":
    for index in range(1, len(spec.layers) + 1):
        yield list(_block(spec, index, seed, suffix, _POLICIES[precision]))


def _block(spec: NetworkSpec, index: int, seed: int, suffix: str, policy: str) -> "Iterator[keras.Layer]":
    """Make one hidden layer with what follows it."""
    from keras import layers

    end = f"_{index}{suffix}"
    normal = spec.batch_norm or spec.layer_norm
    inside = None if normal else spec.activation
    start = _initializer(spec.initializer, seed, index)
    yield _dense(spec, spec.layers[index - 1], start, activation=inside, name=f"dense{end}", dtype=policy)
    if spec.batch_norm:
        yield layers.BatchNormalization(name=f"batch_norm{end}", dtype=policy)
    if spec.layer_norm:
        yield layers.LayerNormalization(name=f"layer_norm{end}", dtype=policy)
    if normal:
        yield layers.Activation(spec.activation, name=f"activation{end}", dtype=policy)
    if spec.dropout:
        own = _seed(seed, index, _DROPOUT)
        yield layers.Dropout(spec.dropout, seed=own, name=f"dropout{end}", dtype=policy)


def _output(
    spec: NetworkSpec, units: int, activation: str, seed: int, suffix: str = ""
) -> "Iterator[keras.layers.Dense]":
    """Make the output layer, in float32 whatever the hidden layers compute in."""
    start = "zeros" if spec.zero_output else _initializer(spec.initializer, seed, len(spec.layers) + 1)
    yield _dense(spec, units, start, activation=activation, name=f"{parts.OUTPUT}{suffix}", dtype="float32")


def _scaled(target_scale: tuple[float, float] | None) -> "list[keras.Layer]":
    """Make what turns the output of a regression into its targets' own units."""
    from keras import layers

    if target_scale is None:
        return []
    return [layers.Rescaling(scale=target_scale[1], offset=target_scale[0], name=parts.TARGET_SCALE, dtype="float32")]


def _dense(spec: NetworkSpec, units: int, start: Any, **options: Any) -> "keras.layers.Dense":
    import keras

    penalty = keras.regularizers.L1L2(l1=spec.l1, l2=spec.l2) if spec.l1 or spec.l2 else None
    return keras.layers.Dense(units, kernel_initializer=start, kernel_regularizer=penalty, **options)


def _initializer(name: str, seed: int, index: int) -> Any:
    import keras

    return keras.initializers.get({"class_name": name, "config": {"seed": _seed(seed, index, _KERNEL)}})


def _residual(
    tensor: Any, blocks: "list[list[keras.Layer]]", skips: Sequence[bool], suffix: str, precision: str
) -> Any:
    """Chain the blocks; scaled down by 1/sqrt(number of skips), the sum keeps its size however deep the network is."""
    from keras import layers

    policy = _POLICIES[precision]
    for index, (block, skip) in enumerate(zip(blocks, skips, strict=True), start=1):
        branch = _apply(block, tensor)
        if skip:
            end = f"_{index}{suffix}"
            branch = layers.Rescaling(1 / math.sqrt(sum(skips)), name=f"rescale{end}", dtype=policy)(branch)
            branch = layers.Add(name=f"add{end}", dtype=policy)([tensor, branch])
        tensor = branch
    return tensor


def _apply(layers: "Sequence[keras.Layer]", tensor: Any) -> Any:
    for layer in layers:
        tensor = layer(tensor)
    return tensor


def _seed(seed: int, index: int, purpose: int) -> int:
    # 31 bits: Keras hands seeds to TensorFlow as int32
    return int(np.random.SeedSequence(seed, spawn_key=(index, purpose)).generate_state(1)[0] >> 1)
