"""Dense layers and losses with their gradients written out, for a program that is being traced.

The layers stay stock Keras, and give the same numbers but for rounding. What TensorFlow derives by itself is more
operations: slower to trace, slower to compile, and more kernels a step.
"""

import contextlib
import functools
import math
from collections.abc import Callable, Iterator
from typing import Any, Literal

from dlwhy.data.dataset import Task

# XLA calls a library for each matrix product, but makes one loop of a sum with what is round it
_SMALL = 128
# a product of matrices; a sum over inputs for each sample and unit; or that with samples last, (units, batch)
Form = Literal["product", "sum", "turned"]


@contextlib.contextmanager
def written_out(model: Any, *, compiled: bool, training: bool) -> Iterator[None]:
    """Have the model's dense layers compute by the formulas here in the block.

    Parameters
    ----------
    model
        A built Keras model.
    compiled
        Whether XLA compiles what is traced; if so, small layers multiply and sum; see `_form`.
    training
        Whether there will be a gradient.

    """
    layers = [layer for layer in model.layers if type(layer).__name__ == "Dense"]
    for layer in layers:
        form = _form(layers, layer, compiled=compiled)
        # past Keras' own setter, which would keep track of it
        object.__setattr__(layer, "call", _call_of(layer, form=form, training=training))
    try:
        yield
    finally:
        for layer in layers:
            object.__delattr__(layer, "call")


def losses(task: Task, smoothing: float = 0.0) -> Callable[[Any, Any], Any]:
    """Give the function from targets and a model's output to the loss of each sample, (batch,) float32, as Keras'.

    Label smoothing spreads that share of a target's weight over all classes.
    """
    if task == "regression":
        return _squared
    return functools.partial({"binary": _binary, "multiclass": _multiclass}[task], smoothing=smoothing)


def smoothed(targets: Any, smoothing: float, classes: int) -> Any:
    """Spread a share of each target's weight over all classes (Szegedy et al. 2016); targets are from 0 to 1."""
    return targets if smoothing == 0 else targets * (1 - smoothing) + smoothing / classes


def _is_small(layer: Any) -> bool:
    return bool(layer.compute_dtype == "float32" and math.prod(layer.kernel.shape) <= _SMALL)


def _form(layers: list[Any], layer: Any, *, compiled: bool) -> Form:
    """Choose how a layer multiplies: sums over samples that lie beside each other pay where no layer is a product."""
    if not (compiled and _is_small(layer)):
        return "product"
    return "turned" if all(map(_is_small, layers)) else "sum"


def _call_of(layer: Any, *, form: Form, training: bool) -> Callable[..., Any]:
    """Give what does `Dense.call`."""
    from keras import activations

    relu = layer.activation is activations.relu
    dense = _with_gradient(relu=relu, form=form) if training else functools.partial(_dense, relu=relu, form=form)

    def call(inputs: Any, training: Any = None) -> Any:  # noqa: ARG001  # Keras' signature
        output = dense(inputs, layer.kernel.value, layer.bias.value)
        return output if relu else layer.activation(output)

    return call


def _dense(x: Any, kernel: Any, bias: Any, *, relu: bool, form: Form) -> Any:
    """Give x, (batch, inputs), times kernel, (inputs, units), plus bias, (units,), and what is positive of it."""
    import tensorflow as tf

    if form == "turned":
        return tf.transpose(_turned(tf.transpose(x), kernel, bias, relu=relu))
    # not x[:, :, None]: that takes more operations to say the same
    product = tf.reduce_sum(tf.expand_dims(x, 2) * kernel, axis=1) if form == "sum" else tf.matmul(x, kernel)
    return tf.maximum(product + bias, 0) if relu else product + bias


def _turned(x: Any, kernel: Any, bias: Any, *, relu: bool) -> Any:
    """Do what `_dense` does with samples last: x is (inputs, batch), what comes out (units, batch)."""
    import tensorflow as tf

    product = tf.reduce_sum(tf.expand_dims(kernel, 2) * tf.expand_dims(x, 1), axis=0)
    output = product + tf.expand_dims(bias, 1)
    return tf.maximum(output, 0) if relu else output


def _with_gradient(*, relu: bool, form: Form) -> Callable[[Any, Any, Any], Any]:
    """Give `_dense` with its gradient."""
    return _turned_with_gradient(relu=relu) if form == "turned" else _straight_with_gradient(relu=relu, form=form)


@functools.cache
def _straight_with_gradient(*, relu: bool, form: Form) -> Callable[[Any, Any, Any], Any]:
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def dense(x: Any, kernel: Any, bias: Any) -> Any:
        output = _dense(x, kernel, bias, relu=relu, form=form)

        def gradient(upstream: Any) -> tuple[Any, Any, Any]:
            upstream = _gated(upstream, output) if relu else upstream
            of_bias = tf.reduce_sum(upstream, axis=0)
            if form == "product":
                of_kernel = tf.matmul(x, upstream, transpose_a=True)
                return tf.matmul(upstream, kernel, transpose_b=True), of_kernel, of_bias
            wide = tf.expand_dims(upstream, 1)
            of_kernel = tf.reduce_sum(tf.expand_dims(x, 2) * wide, axis=0)
            return tf.reduce_sum(wide * kernel, axis=2), of_kernel, of_bias

        return output, gradient

    made: Callable[[Any, Any, Any], Any] = dense
    return made


@functools.cache
def _turned_with_gradient(*, relu: bool) -> Callable[[Any, Any, Any], Any]:
    """Give `_dense` of the form with samples last; XLA takes out what turns activations between two layers."""
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def dense(x: Any, kernel: Any, bias: Any) -> Any:
        x = tf.transpose(x)
        output = _turned(x, kernel, bias, relu=relu)

        def gradient(upstream: Any) -> tuple[Any, Any, Any]:
            upstream = tf.transpose(upstream)
            wide = tf.expand_dims(_gated(upstream, output) if relu else upstream, 0)
            of_x = tf.reduce_sum(tf.expand_dims(kernel, 2) * wide, axis=1)
            of_kernel = tf.reduce_sum(tf.expand_dims(x, 1) * wide, axis=2)
            return tf.transpose(of_x), of_kernel, tf.reduce_sum(wide, axis=(0, 2))

        return tf.transpose(output), gradient

    made: Callable[[Any, Any, Any], Any] = dense
    return made


def _gated(upstream: Any, output: Any) -> Any:
    """Give the gradient before ReLU; a sign is 0 or 1 here: to compare and choose is often guessed wrong."""
    import tensorflow as tf

    return upstream * tf.sign(output)


def _logits(output: Any) -> Any:
    """Give the output before its activation, which Keras leaves on it: large ones lose nothing by that."""
    import tensorflow as tf

    return tf.cast(output._keras_logits, tf.float32)  # Keras' own losses do that


def binary(z: Any, y: Any) -> Any:
    """Give the cross-entropy of each sample, from outputs before their sigmoid, z, and targets 0 or 1, y."""
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def loss(z: Any) -> Any:
        def gradient(upstream: Any) -> Any:
            return upstream * (tf.sigmoid(z) - y)

        return tf.maximum(z, 0) - z * y + tf.math.log1p(tf.exp(-tf.abs(z))), gradient

    return loss(z)


def _binary(y: Any, output: Any, *, smoothing: float) -> Any:
    import tensorflow as tf

    return binary(tf.squeeze(_logits(output), 1), smoothed(tf.squeeze(y, 1), smoothing, 2))


def _multiclass(y: Any, output: Any, *, smoothing: float) -> Any:
    import tensorflow as tf

    classes = output.shape[-1]
    chosen = smoothed(tf.one_hot(tf.cast(y, tf.int32), classes), smoothing, classes)

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def loss(logits: Any) -> Any:
        shifted = logits - tf.reduce_max(logits, axis=1, keepdims=True)
        exponential = tf.exp(shifted)
        total = tf.reduce_sum(exponential, axis=1, keepdims=True)

        def gradient(upstream: Any) -> Any:
            return tf.expand_dims(upstream, 1) * (exponential / total - chosen)

        return tf.math.log(tf.squeeze(total, 1)) - tf.reduce_sum(chosen * shifted, axis=1), gradient

    return loss(_logits(output))


def _squared(y: Any, output: Any) -> Any:
    import tensorflow as tf

    return tf.squeeze(tf.square(tf.cast(output, tf.float32) - y), 1)
