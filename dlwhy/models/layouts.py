"""Where a stack of networks keeps its replica axis: last, so that loops vectorise over it, or first, for matmul."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

LayoutName = Literal["first", "last"]


@dataclasses.dataclass(frozen=True)
class Layout:
    """The order of axes in a stack of R networks.

    Activations are (batch, units, R) or (R, batch, units), kernels (inputs, units, R) or (R, inputs, units), vectors
    (1, units, R) or (R, 1, units), what there is one of for each sample (batch, R) or (R, batch).
    """

    # ``last`` multiplies and sums, and is quick for layers of up to about 16 units; ``first`` is a batched matmul
    name: LayoutName
    trains: bool = True  # whether what is computed needs a gradient

    @property
    def last(self) -> bool:
        """Whether the replica axis comes last."""
        return self.name == "last"

    @property
    def batch(self) -> int:
        """The axis of samples, in activations and in what there is one of for each sample."""
        return 0 if self.last else 1

    @property
    def units(self) -> int:
        """The axis of units in activations."""
        return 1 if self.last else 2

    def shape(self, shape: tuple[int, ...], replicas: int) -> tuple[int, ...]:
        """Return the shape of a weight in the stack, from its shape in one network."""
        padded = (1, *shape) if len(shape) == 1 else shape
        return (*padded, replicas) if self.last else (replicas, *padded)

    def stack(self, arrays: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(R, …) arrays of one network each -> as they are kept in the stack."""
        padded = arrays[:, None] if arrays.ndim == 2 else arrays
        return np.ascontiguousarray(np.moveaxis(padded, 0, -1) if self.last else padded)

    def unstack(self, stacked: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
        """Undo `stack`: give (R, *shape)."""
        moved = np.moveaxis(stacked, -1, 0) if self.last else stacked
        return np.ascontiguousarray(moved).reshape(-1, *shape)

    def over_units(self, values: Any) -> Any:
        """(R,) -> what multiplies activations and weights."""
        return values if self.last else values[:, None, None]

    def over_samples(self, values: Any) -> Any:
        """(R,) -> what multiplies one value a sample."""
        return values if self.last else values[:, None]

    def samples(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(…, R, batch) -> one value a sample, (…, batch, R) or (…, R, batch), a view; or the other way round."""
        return values.swapaxes(-1, -2) if self.last else values

    def over_rows(self, values: Any) -> Any:
        """(R, features) -> what is taken off or divides rows of features, before `features`."""
        return values if self.last else values[:, None]

    def features(self, values: Any) -> Any:
        """Rows of features by sample, (batch, R, features) or (R, batch, features) -> activations."""
        import tensorflow as tf

        return tf.transpose(values, (0, 2, 1)) if self.last else values

    def of_samples(self, values: Any) -> Any:
        """One value a sample -> what multiplies activations."""
        return values[:, None, :] if self.last else values[:, :, None]

    def replica_axes(self, rank: int) -> Sequence[int]:
        """Return all axes but the replica axis of a tensor."""
        return tuple(range(rank - 1)) if self.last else tuple(range(1, rank))

    def multiply(self, x: Any, kernel: Any) -> Any:
        """Multiply the activations of every replica by its own kernel."""
        import tensorflow as tf

        if not self.last:
            return tf.matmul(x, kernel)
        return _multiply_last()(x, kernel) if self.trains else _predict_last(x, kernel)


def _multiply_last() -> Any:
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def multiply(x: Any, kernel: Any) -> Any:
        # written out: the gradient that TensorFlow derives sums over axes in an order that is twice as slow
        def gradient(upstream: Any) -> tuple[Any, Any]:
            above = tf.expand_dims(upstream, 1)
            return tf.reduce_sum(above * kernel, axis=2), tf.reduce_sum(wide * above, axis=0)

        # not x[:, :, None]: that takes more operations to say the same
        wide = tf.expand_dims(x, 2)
        return tf.reduce_sum(wide * kernel, axis=1), gradient

    return multiply


def _predict_last(x: Any, kernel: Any) -> Any:
    """(batch, inputs, R) times (inputs, units, R), without a gradient.

    Activations that nobody else needs are made within the sum that needs them, if that is for one unit: a loop in a
    loop, which XLA does not vectorise, so there the sum is written out.
    """
    import tensorflow as tf

    if kernel.shape[1] > 1:
        return tf.reduce_sum(tf.expand_dims(x, 2) * kernel, axis=1)
    terms = zip(tf.unstack(x, axis=1), tf.unstack(kernel), strict=True)
    return tf.expand_dims(functools.reduce(tf.add, (values * weights for values, weights in terms)), 1)
