"""Keras' activations in NumPy, by Keras' names."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dlwhy.data.dataset import FloatArray

Activation = Callable[[FloatArray], Any]

# Klambauer et al. 2017
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _linear(x: FloatArray) -> Any:
    return x


def _relu(x: FloatArray) -> Any:
    return np.maximum(x, 0)


def _leaky_relu(x: FloatArray) -> Any:
    return np.maximum(x, 0.2 * x)


def _elu(x: FloatArray) -> Any:
    return np.maximum(x, 0) + np.expm1(np.minimum(x, 0))


def _selu(x: FloatArray) -> Any:
    return _SELU_SCALE * (np.maximum(x, 0) + _SELU_ALPHA * np.expm1(np.minimum(x, 0)))


def _gelu(x: FloatArray) -> Any:
    from scipy.special import erf

    return 0.5 * x * (1 + erf(x * np.float32(np.sqrt(0.5))))


def _sigmoid(x: FloatArray) -> Any:
    return 1 / (1 + np.exp(-x))


def _silu(x: FloatArray) -> Any:
    return x * _sigmoid(x)


def _softmax(x: FloatArray) -> Any:
    # over the first axis: NumPy is slow to go through many short rows
    columns = np.ascontiguousarray(x.T)
    columns -= columns.max(axis=0)
    np.exp(columns, out=columns)
    columns /= columns.sum(axis=0)
    return columns.T


ACTIVATIONS: Mapping[str, Activation] = {
    "linear": _linear,
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "selu": _selu,
    "gelu": _gelu,
    "sigmoid": _sigmoid,
    "silu": _silu,
    "swish": _silu,
    "tanh": np.tanh,
    "softmax": _softmax,
}
