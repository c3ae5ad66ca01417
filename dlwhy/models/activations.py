"""Keras' activations in NumPy, by Keras' names."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dlwhy.data.dataset import FloatArray

__all__ = ["ACTIVATIONS", "LOGITS_OF_MEAN", "Activation"]

Activation = Callable[[FloatArray], Any]

# Klambauer et al. 2017
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

_LARGEST = float(np.finfo(np.float32).max)


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


def _mish(x: FloatArray) -> Any:
    # x·tanh(softplus(x)) with one exponential, which can't overflow: below, its square is nothing beside it
    small = np.exp(np.minimum(x, 20))
    ratio = small * (small + 2)
    return x * (ratio / (ratio + 2))


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
    "mish": _mish,
    "tanh": np.tanh,
    "softmax": _softmax,
}


def _logit_of_mean(logits: FloatArray) -> Any:
    """(n, members, 1) -> (n, 1)."""
    logits = np.clip(logits, -_LARGEST, _LARGEST)
    # of both classes, as the probability of the likelier one is 1 by rounding long before the other's is 0
    return _log_sum(-np.logaddexp(0, -logits)) - _log_sum(-np.logaddexp(0, logits))


def _log_of_mean(logits: FloatArray) -> Any:
    """(n, members, n_classes) -> (n, n_classes)."""
    moved = logits - logits.max(axis=2, keepdims=True)
    moved -= np.log(np.exp(moved).sum(axis=2, keepdims=True))
    return _log_sum(moved) - np.log(logits.shape[1])


def _log_sum(logs: FloatArray) -> Any:
    """Return the logs of sums over the second axis of (n, members, width)."""
    most = logs.max(axis=1, keepdims=True)
    return most[:, 0] + np.log(np.exp(logs - most).sum(axis=1))


# logits of an average of probabilities, in the precision of the members' logits, which these are made from
LOGITS_OF_MEAN: Mapping[str, Activation] = {"sigmoid": _logit_of_mean, "softmax": _log_of_mean}
