"""R networks of one shape as one: the forward pass of `network.build`'s model, with a replica axis."""

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray
from dlwhy.models import network
from dlwhy.models.keras_file.parts import LINEAR, OUTPUT
from dlwhy.models.layouts import Layout
from dlwhy.models.spec import NetworkSpec, n_outputs

if TYPE_CHECKING:
    import keras  # a name for annotations, nothing is imported

__all__ = ["Dropping", "StackedNetwork", "Weight", "mixed", "n_outputs"]

# a function from a tensor to the same tensor
Once = Callable[[Any], Any]

# Keras' defaults, which `network.build` keeps
_EPSILON, _MOMENTUM = 1e-3, 0.99


def as_it_is(values: Any) -> Any:
    """Give a tensor, and let XLA compute it where it likes."""
    return values


@dataclasses.dataclass(frozen=True, kw_only=True)
class Weight:
    """One weight of a network, in the order of `keras.Model.variables`."""

    # layer, name: where it belongs: ``dense_1``, ``kernel``
    layer: str
    name: str
    shape: tuple[int, ...]  # its shape in one network
    trainable: bool = True  # whether it is trained; moving statistics are not, nor is what is frozen


@dataclasses.dataclass(frozen=True, kw_only=True)
class Dropping:
    """What decides the dropout masks of a step."""

    rates: Any  # share of units that each replica drops, (R,)
    keys: Any  # what makes the masks of this step, (R,) uint32; they depend on a replica's own seed and step only


@dataclasses.dataclass(frozen=True, kw_only=True)
class StackedNetwork:
    """The shape that R networks have in common, and how they compute."""

    spec: NetworkSpec  # the choices; `dropout`, `l1` and `l2` may differ between replicas and are given to the methods
    # what the first layer takes: features, and bins beside them
    n_inputs: int
    n_outputs: int
    layout: Layout  # order of axes
    frozen: frozenset[str] = frozenset()  # names of layers that are not trained

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each layer, from the inputs to the outputs."""
        return (self.n_inputs, *self.spec.layers, self.n_outputs)

    @functools.cached_property
    def weights(self) -> tuple[Weight, ...]:
        """All weights, in the order of `keras.Model.variables` without states of random generators."""
        return tuple(self._weights())

    @property
    def trained(self) -> list[int]:
        """Places of the trained weights among `weights`."""
        return [place for place, weight in enumerate(self.weights) if weight.trainable]

    def forward(
        self,
        weights: Sequence[Any],
        X: Any,
        *,
        real: Any = None,
        dropping: Dropping | None = None,
        once: Once = as_it_is,
    ) -> tuple[Any, list[Any]]:
        """Compute the outputs before their activation.

        Parameters
        ----------
        weights
            A tensor for each of `self.weights`, in the stack's layout.
        X
            Features, as activations.
        real
            In training, 1 for each sample that counts and 0 for one that fills up; None in prediction.
        dropping
            In training, what to drop; None for nothing.
        once
            What each ReLU goes through, so that XLA computes it once; see `training.stack.fences`.

        Returns
        -------
        logits
            Outputs, as activations.
        weights
            The weights, with moving statistics brought up to date in training.

        """
        named = {(each.layer, each.name): value for each, value in zip(self.weights, weights, strict=True)}
        tensor, skips = X, self.spec.skips(self.n_inputs)
        for index, skip in enumerate(skips, start=1):
            branch = self._block(index, tensor, named, real=real, once=once)
            if dropping is not None:
                branch = self._drop(index, branch, dropping)
            tensor = tensor + branch / math.sqrt(sum(skips)) if skip else branch
        logits = self._dense(OUTPUT, tensor, named)
        if self.spec.linear_path:
            logits = logits + self._dense(LINEAR, X, named)
        return logits, [named[each.layer, each.name] for each in self.weights]

    def penalties(self, weights: Sequence[Any], l1: Any, l2: Any) -> Any:
        """Compute each replica's penalty on its kernels, (R,), from its own factors l1 and l2, (R,)."""
        import tensorflow as tf

        named = zip(self.weights, weights, strict=True)
        kernels = [value for each, value in named if each.name == "kernel" and each.layer != LINEAR]
        axes = self.layout.replica_axes(3)
        sums = [l1 * tf.reduce_sum(tf.abs(k), axes) + l2 * tf.reduce_sum(tf.square(k), axes) for k in kernels]
        return functools.reduce(tf.add, sums)

    def initial(self, seeds: Sequence[int]) -> list[FloatArray]:
        """Return weights, each (R, …), that `network.build` starts with from each of R seeds, without its models."""
        drawn = [weight for weight in self.weights if weight.name == "kernel" and weight.layer not in self._zero]
        shapes = tuple(weight.shape for weight in drawn)
        places = range(1, len(shapes) + 1)
        own = [[network._seed(seed, place, network._KERNEL) for place in places] for seed in seeds]
        # TensorFlow maps no function that draws nothing: without hidden layers the zero output's is the only kernel
        kernels = iter(_draw(self.spec.initializer, shapes)(np.array(own, np.uint32)) if shapes else ())
        arrays = []
        for weight in self.weights:
            if weight in drawn:
                arrays.append(next(kernels).numpy())
            else:
                value = np.float32(weight.name in ("gamma", "moving_variance"))
                arrays.append(np.full((len(seeds), *weight.shape), value))
        return arrays

    def put(self, arrays: Sequence[npt.NDArray[Any]], model: "keras.Model", suffix: str = "") -> None:
        """Put the weights of one network into a Keras model that `network.build` made from the same choices.

        The suffix is that of a member's layers, in an ensemble.
        """
        for weight, values in zip(self.weights, arrays, strict=True):
            getattr(model.get_layer(weight.layer + suffix), weight.name).assign(values)

    def take(self, model: "keras.Model") -> list[FloatArray]:
        """Return the weights of a Keras model that `network.build` made from the same choices."""
        return [np.asarray(getattr(model.get_layer(each.layer), each.name)) for each in self.weights]

    def _weights(self) -> Iterator[Weight]:
        depth = len(self.spec.layers)
        for index, (inputs, units) in enumerate(itertools.pairwise(self.widths), start=1):
            hidden = index <= depth
            shapes: list[tuple[str, str, tuple[int, ...]]] = [
                (f"dense_{index}" if hidden else OUTPUT, "kernel", (inputs, units)),
                (f"dense_{index}" if hidden else OUTPUT, "bias", (units,)),
            ]
            if hidden and self.spec.batch_norm:
                names = ("gamma", "beta", "moving_mean", "moving_variance")
                shapes += [(f"batch_norm_{index}", name, (units,)) for name in names]
            if hidden and self.spec.layer_norm:
                shapes += [(f"layer_norm_{index}", name, (units,)) for name in ("gamma", "beta")]
            for layer, name, shape in shapes:
                trainable = not name.startswith("moving") and layer not in self.frozen
                yield Weight(layer=layer, name=name, shape=shape, trainable=trainable)
        if self.spec.linear_path:
            for name, shape in (("kernel", (self.n_inputs, self.n_outputs)), ("bias", (self.n_outputs,))):
                yield Weight(layer=LINEAR, name=name, shape=shape, trainable=False)

    @property
    def _zero(self) -> tuple[str, ...]:
        """Names of the layers whose kernels start at zeros."""
        return (LINEAR, OUTPUT) if self.spec.zero_output else (LINEAR,)

    def _dense(self, layer: str, tensor: Any, named: dict[tuple[str, str], Any]) -> Any:
        return self.layout.multiply(tensor, named[layer, "kernel"]) + named[layer, "bias"]

    def _block(self, index: int, tensor: Any, named: dict[tuple[str, str], Any], *, real: Any, once: Once) -> Any:
        tensor = self._dense(f"dense_{index}", tensor, named)
        if self.spec.batch_norm:
            tensor = self._batch_norm(f"batch_norm_{index}", tensor, named, real)
        if self.spec.layer_norm:
            tensor = self._layer_norm(f"layer_norm_{index}", tensor, named)
        return _activation(self.spec.activation, self.layout, once)(tensor)

    def _batch_norm(self, layer: str, tensor: Any, named: dict[tuple[str, str], Any], real: Any) -> Any:
        """Normalize by unit and replica; in training by the samples that count, and move the statistics."""
        import tensorflow as tf

        mean, variance = named[layer, "moving_mean"], named[layer, "moving_variance"]
        if real is not None and layer not in self.frozen:
            weight = self.layout.of_samples(real)
            weight /= tf.maximum(tf.reduce_sum(weight, self.layout.batch, keepdims=True), 1)
            now_mean = tf.reduce_sum(tensor * weight, self.layout.batch, keepdims=True)
            now_variance = tf.reduce_sum(tf.square(tensor - now_mean) * weight, self.layout.batch, keepdims=True)
            named[layer, "moving_mean"] = mean * _MOMENTUM + tf.stop_gradient(now_mean) * (1 - _MOMENTUM)
            named[layer, "moving_variance"] = variance * _MOMENTUM + tf.stop_gradient(now_variance) * (1 - _MOMENTUM)
            mean, variance = now_mean, now_variance
        scale = tf.math.rsqrt(variance + _EPSILON) * named[layer, "gamma"]
        return (tensor - mean) * scale + named[layer, "beta"]

    def _layer_norm(self, layer: str, tensor: Any, named: dict[tuple[str, str], Any]) -> Any:
        import tensorflow as tf

        mean = tf.reduce_mean(tensor, self.layout.units, keepdims=True)
        variance = tf.reduce_mean(tf.square(tensor - mean), self.layout.units, keepdims=True)
        return (tensor - mean) * tf.math.rsqrt(variance + _EPSILON) * named[layer, "gamma"] + named[layer, "beta"]

    def _drop(self, index: int, tensor: Any, dropping: Dropping) -> Any:
        """Drop units by a mask that depends on replica, step, layer, sample and unit, not on who else is stacked."""
        import tensorflow as tf

        shape = list(tensor.shape)
        shape[-1 if self.layout.last else 0] = 1
        places = tf.constant(np.arange(math.prod(shape), dtype=np.uint32).reshape(shape))
        keys = self.layout.over_units(mixed(dropping.keys + tf.constant(index, tf.uint32)))
        drawn = tf.cast(_shifted(mixed(mixed(places + keys) ^ keys), 8), tf.float32) * 2.0**-24
        rates = self.layout.over_units(dropping.rates)
        return tf.where(drawn >= rates, tensor / (1 - rates), 0.0)


def _activation(name: str, layout: Layout, once: Once) -> Any:
    import keras

    return _relu(last=layout.last, once=once) if name == "relu" else keras.activations.get(name)


def _relu(*, last: bool, once: Once) -> Any:
    """Return ReLU with the gradient that XLA makes the quickest loop of; which one that is depends on the layout.

    Over a last axis of replicas a choice is vectorised, and four times as quick as a product with a sign. Elsewhere it
    is not: there the processor guesses half of the branches wrong.
    """
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def relu(x: Any) -> Any:
        y = once(tf.maximum(x, 0))

        def gradient(upstream: Any) -> Any:
            # a sign is 0 or 1 here
            return tf.where(y > 0, upstream, 0.0) if last else upstream * tf.sign(y)

        return y, gradient

    return relu


def mixed(values: Any) -> Any:
    """Mix the bits of uint32 values, so that neighbours become independent (Wellons' lowbias32)."""
    import tensorflow as tf

    values = (values ^ _shifted(values, 16)) * tf.constant(0x7FEB352D, tf.uint32)
    values = (values ^ _shifted(values, 15)) * tf.constant(0x846CA68B, tf.uint32)
    return values ^ _shifted(values, 16)


def _shifted(values: Any, bits: int) -> Any:
    import tensorflow as tf

    return tf.bitwise.right_shift(values, tf.constant(bits, tf.uint32))


@functools.lru_cache(maxsize=64)
def _draw(initializer: str, shapes: tuple[tuple[int, ...], ...]) -> Callable[[Any], list[Any]]:
    """Return a function that draws kernels, each (R, *shape), for seeds (R, kernels), as the initializer does.

    All in one function: to trace one a kernel would take as much longer.
    """
    import keras
    import tensorflow as tf

    class Given(keras.random.SeedGenerator):  # type: ignore[misc]  # Keras has no types
        def next(self, ordered: bool = True) -> Any:  # noqa: ARG002  # Keras' signature
            return self.given

    start, generator = keras.initializers.get(initializer), Given(0)
    start.seed = generator

    def one(seeds: Any) -> list[Any]:
        kernels = []
        for seed, shape in zip(tf.unstack(seeds), shapes, strict=True):
            generator.given = tf.stack([seed, tf.zeros((), tf.uint32)])
            kernels.append(start(shape))
        return kernels

    def draw(seeds: Any) -> Any:
        return tf.map_fn(one, seeds, fn_output_signature=[tf.float32] * len(shapes))

    compiled: Callable[[Any], list[Any]] = tf.function(
        draw, autograph=False, input_signature=[tf.TensorSpec((None, len(shapes)), tf.uint32)]
    )
    return compiled
