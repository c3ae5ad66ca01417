"""The ordinary Keras model that a specification makes, and what can be asked of it."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.data.dataset import MAX_COLUMNS, FloatArray, Task
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models.spec import HEADS, MAX_PARAMETERS, MAX_UNITS, NetworkSpec, n_outputs
from dlwhy.text import display

if TYPE_CHECKING:
    import keras  # a name for annotations, nothing is imported

__all__ = ["NetworkSpec", "Scale", "build", "multiply_adds", "parameters", "predict", "scale_of"]

Scale = tuple[list[float], list[float]]
_POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
_KERNEL, _DROPOUT = range(2)
_VALUES_A_CHUNK = 1 << 24
_VALUES_A_PIECE = 1 << 20


def build(
    spec: NetworkSpec,
    *,
    n_features: int,
    task: Task,
    n_classes: int = 0,
    seed: int,
    scale: Scale | None = None,
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
        what else this process has made.
    scale
        Mean and variance of each feature, for a `Normalization` layer in front; see `scale_of`.
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
        If there are too many features or classes, or `scale` is for another number of features.

    """
    import keras

    widths = (n_features, *spec.layers, n_outputs(task, n_classes))
    _check_size(widths, scale)
    policy = _POLICIES[precision]
    inputs = keras.Input((n_features,), name="features")
    front = []
    if scale:
        front = [keras.layers.Normalization(mean=scale[0], variance=scale[1], name="normalize", dtype="float32")]
    blocks = [list(_block(spec, index, seed, policy)) for index in range(1, len(spec.layers) + 1)]
    back = list(_head(spec, widths[-1], HEADS[task], seed, target_scale))
    skips = [spec.residual and a == b for a, b in itertools.pairwise(widths[:-1])]
    if not any(skips):
        return keras.Sequential([inputs, *front, *itertools.chain(*blocks), *back], name="network")
    hidden = _residual(_apply(front, inputs), blocks, skips, policy)
    return keras.Model(inputs, _apply(back, hidden), name="network")


def scale_of(X_train: FloatArray, normalize: str = "auto") -> Scale | None:
    """Mean and variance of each feature, for a network that is to scale them; None if none is needed.

    Parameters
    ----------
    X_train
        Training features, (n_train, n_features).
    normalize
        ``always``, ``never``, or ``auto``: unless the features are scaled already, that is every mean within ±1 and
        every standard deviation from 0.1 to 3. A constant feature has none, and gets the variance 1.

    """
    if normalize == "never" or not len(X_train):
        return None
    mean, variance = _moments(X_train)
    # the mean of a float32 constant is off by rounding: what is left of it is no spread
    constant = variance <= (1e-6 * mean) ** 2
    deviation = np.sqrt(variance)
    scaled = (np.abs(mean) <= 1) & (constant | ((deviation >= 0.1) & (deviation <= 3)))
    if normalize == "auto" and scaled.all():
        return None
    return _as_list(mean), _as_list(np.where(constant, 1.0, variance))


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


def _check_size(widths: Sequence[int], scale: Scale | None) -> None:
    n_features, *hidden, last = widths
    if n_features > MAX_COLUMNS or last > MAX_UNITS:
        raise InputRefusedError(
            f"{n_features} features and {last} outputs are too many", f"at most {MAX_COLUMNS} and {MAX_UNITS}"
        )
    if scale and len(scale[0]) != n_features:
        raise InputRefusedError(f"the normalization is for {len(scale[0])} features, there are {n_features}")
    # five more for each unit: bias and batch normalization
    total = sum((a + 5) * b for a, b in itertools.pairwise(widths))
    if total > MAX_PARAMETERS:
        shown = display(",".join(map(str, hidden)))
        raise UsageError(
            f"--layers {shown} makes about {total} parameters on {n_features} features", f"at most {MAX_PARAMETERS}"
        )


def _block(spec: NetworkSpec, index: int, seed: int, policy: str) -> "Iterator[keras.Layer]":
    """Make one hidden layer with what follows it."""
    from keras import layers

    units = spec.layers[index - 1]
    normal = spec.batch_norm or spec.layer_norm
    inside = None if normal else spec.activation
    yield _dense(spec, index, units, seed, activation=inside, name=f"dense_{index}", dtype=policy)
    if spec.batch_norm:
        yield layers.BatchNormalization(name=f"batch_norm_{index}", dtype=policy)
    if spec.layer_norm:
        yield layers.LayerNormalization(name=f"layer_norm_{index}", dtype=policy)
    if normal:
        yield layers.Activation(spec.activation, name=f"activation_{index}", dtype=policy)
    if spec.dropout:
        own = _seed(seed, index, _DROPOUT)
        yield layers.Dropout(spec.dropout, seed=own, name=f"dropout_{index}", dtype=policy)


def _head(
    spec: NetworkSpec, n_outputs: int, activation: str, seed: int, target_scale: tuple[float, float] | None
) -> "Iterator[keras.Layer]":
    """Make the output layer, in float32 whatever the hidden layers compute in, and the rescaling behind it."""
    from keras import layers

    index = len(spec.layers) + 1
    yield _dense(spec, index, n_outputs, seed, activation=activation, name="output", dtype="float32")
    if target_scale:
        yield layers.Rescaling(scale=target_scale[1], offset=target_scale[0], name="target_scale", dtype="float32")


def _dense(spec: NetworkSpec, index: int, units: int, seed: int, **options: Any) -> "keras.layers.Dense":
    import keras

    start = keras.initializers.get({"class_name": spec.initializer, "config": {"seed": _seed(seed, index, _KERNEL)}})
    penalty = keras.regularizers.L1L2(l1=spec.l1, l2=spec.l2) if spec.l1 or spec.l2 else None
    return keras.layers.Dense(units, kernel_initializer=start, kernel_regularizer=penalty, **options)


def _residual(tensor: Any, blocks: "list[list[keras.Layer]]", skips: list[bool], policy: str) -> Any:
    """Chain the blocks; scaled down by 1/sqrt(number of skips), the sum keeps its size however deep the network is."""
    from keras import layers

    for index, (block, skip) in enumerate(zip(blocks, skips, strict=True), start=1):
        branch = _apply(block, tensor)
        if skip:
            branch = layers.Rescaling(1 / math.sqrt(sum(skips)), name=f"rescale_{index}", dtype=policy)(branch)
            branch = layers.Add(name=f"add_{index}", dtype=policy)([tensor, branch])
        tensor = branch
    return tensor


def _apply(layers: "Sequence[keras.Layer]", tensor: Any) -> Any:
    for layer in layers:
        tensor = layer(tensor)
    return tensor


def _seed(seed: int, index: int, purpose: int) -> int:
    # 31 bits: Keras hands seeds to TensorFlow as int32
    return int(np.random.SeedSequence(seed, spawn_key=(index, purpose)).generate_state(1)[0] >> 1)


def _moments(X: FloatArray) -> tuple[Any, Any]:
    """Mean and variance of each feature in float64, without a float64 copy of the data."""
    mean = X.mean(axis=0, dtype=np.float64)
    rows = max(1, _VALUES_A_PIECE // X.shape[1])
    squares = sum(np.square(X[i : i + rows] - mean).sum(axis=0) for i in range(0, len(X), rows))
    return mean, squares / len(X)


def _as_list(values: Any) -> list[float]:
    return [float(value) for value in np.minimum(values, np.finfo(np.float32).max).astype(np.float32)]
