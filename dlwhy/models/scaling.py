"""The scales inside a model: how features become what its first layer sees, and its output a target."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.data.dataset import SMALLEST_DEVIATION, FloatArray

if TYPE_CHECKING:
    import keras  # a name for annotations, nothing is imported

_ROWS_A_CHUNK = 1 << 18


def deviation(variance: FloatArray) -> FloatArray:
    """Return what Keras' Normalization divides by, for float32 variances of any shape."""
    return np.maximum(np.sqrt(variance), np.float32(SMALLEST_DEVIATION))


def feature_scale(model: "keras.Model") -> tuple[list[float], list[float]] | None:
    """Return the mean and variance that a model normalizes its features with, or None."""
    layer = _layer(model, "Normalization")
    if layer is None:
        return None
    mean, variance = (np.ravel(np.asarray(value)).tolist() for value in (layer.mean, layer.variance))
    return mean, variance


def target_scale(model: "keras.Model") -> tuple[float, float] | None:
    """Return the mean and standard deviation that turn a model's output into the target, or None."""
    last = model.layers[-1]
    return (float(last.offset), float(last.scale)) if type(last).__name__ == "Rescaling" else None


def core(model: "keras.Model") -> "keras.Model":
    """Return the part of a model between the scales, sharing its layers: what is to be trained."""
    import keras

    layer = _layer(model, "Normalization")
    if layer is None and target_scale(model) is None:
        return model
    output = next(each for each in reversed(model.layers) if type(each).__name__ != "Rescaling")
    return keras.Model(model.inputs[0] if layer is None else layer.output, output.output)


def normalized(model: "keras.Model", X: FloatArray) -> FloatArray:
    """Scale features, (n, n_features), as the model does: what `core` takes."""
    layer = _layer(model, "Normalization")
    if layer is None or not len(X):
        return X
    return np.concatenate([np.asarray(layer(X[i : i + _ROWS_A_CHUNK])) for i in range(0, len(X), _ROWS_A_CHUNK)])


def _layer(model: "keras.Model", kind: str) -> Any:
    return next((layer for layer in model.layers if type(layer).__name__ == kind), None)
