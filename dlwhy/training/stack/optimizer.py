"""Keras' own optimizers as functions from state to state, with a learning rate and a step count for each replica."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlwhy.training.optimizers import make_optimizer, slots
from dlwhy.training.options import TrainingOptions

# what Keras' optimizers do in one way for TensorFlow and in another, which takes tensors, for all other backends
_NEUTRAL = ("assign", "assign_add", "assign_sub", "_var_key", "_apply_weight_decay", "_backend_update_step")


class StatelessOptimizer:
    """An elementwise Keras optimizer whose state is passed in and out.

    Parameters
    ----------
    options
        Which optimizer and schedule; its learning rate and its number of steps are given to `apply`.
    shapes
        Shapes of the weights, with the replica axis.
    counter
        Shape of what there is one of for each replica, as it multiplies weights: (R,) or (R, 1, 1).

    """

    def __init__(self, options: TrainingOptions, shapes: Sequence[tuple[int, ...]], counter: tuple[int, ...]):
        import keras
        import tensorflow as tf

        plain = dataclasses.replace(options, schedule="constant", clip_norm=None)
        self._schedule = options.schedule
        # made outside any program that is being traced, which could not own them
        with tf.init_scope():
            self._weights = [keras.Variable(np.zeros(shape, np.float32)) for shape in shapes]
            self._optimizer = make_optimizer(plain, steps_an_epoch=1)
            self._optimizer.__class__ = _neutral(type(self._optimizer))
            self._optimizer.build(self._weights)
            self._widen(counter)
        self._rate = _Given()
        self._optimizer.learning_rate = self._rate
        self._state = self._own_state()

    def start(self) -> list[Any]:
        """Give the state before the first step; the first array counts the steps."""
        return [variable.numpy() for variable in self._state]

    def apply(self, weights: Sequence[Any], state: Sequence[Any], gradients: Sequence[Any], plan: Any) -> Any:
        """Make one step.

        Parameters
        ----------
        weights, state, gradients
            Tensors.
        plan
            Largest learning rate and number of all steps, for each replica, shaped like the counter.

        Returns
        -------
        weights, state
            The same, a step later.

        """
        import keras
        import tensorflow as tf

        step = tf.cast(state[0], tf.float32)
        self._rate.value = learning_rate(self._schedule, step, *plan)
        mine = [*self._weights, *self._state]
        with keras.StatelessScope(list(zip(mine, [*weights, *state], strict=True))) as scope:
            self._optimizer.apply(list(gradients), self._weights)
        after = [tf.convert_to_tensor(scope.get_current_value(variable)) for variable in mine]
        return after[: len(weights)], after[len(weights) :]

    def copy_to(self, optimizer: Any, values: Sequence[Any]) -> None:
        """Put the state of one replica, arrays in the order of `start`, into a lone optimizer built for its weights."""
        names = iter(values)
        for name, slot in _slots(self._optimizer).items():
            theirs = getattr(optimizer, name)
            for variable in theirs if isinstance(slot, list) else [theirs]:
                variable.assign(np.reshape(next(names), variable.shape))

    def _widen(self, counter: tuple[int, ...]) -> None:
        """Give each replica its own of what an optimizer has one of: the step count, and Nadam's product."""
        import keras

        for name, slot in _slots(self._optimizer).items():
            if not isinstance(slot, list):
                setattr(self._optimizer, name, keras.Variable(np.broadcast_to(slot.numpy(), counter), dtype=slot.dtype))

    def _own_state(self) -> list[Any]:
        found = _slots(self._optimizer).values()
        return [each for slot in found for each in (slot if isinstance(slot, list) else [slot])]


def learning_rate(schedule: str, step: Any, rate: Any, steps: Any) -> Any:
    """Give the learning rates at a step, all of one shape, as the schedules of `make_optimizer` do for one network."""
    import tensorflow as tf

    if schedule == "step":
        lower = tf.where(step <= tf.floor(steps * 0.75), rate / 10, rate / 100)
        return tf.where(step <= tf.floor(steps / 2), rate, lower)
    if schedule == "cosine":
        return _cosine(step, rate, steps)
    if schedule == "warm-up":
        warm_up = tf.maximum(tf.floor(steps / 10), 1.0)
        after = _cosine(step - warm_up, rate, tf.maximum(steps - warm_up, 1.0))
        return tf.where(step < warm_up, rate * step / warm_up, after)
    return rate


def _cosine(step: Any, rate: Any, steps: Any) -> Any:
    import tensorflow as tf

    return rate * 0.5 * (1 + tf.cos(np.float32(np.pi) * tf.minimum(step / steps, 1.0)))


def _Given() -> Any:  # noqa: N802  # a class, made late: Keras is not imported at module level
    """Make a Keras schedule that gives whatever rates were put into its `value`."""
    import keras

    class Given(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # Keras has no types
        value: Any = None

        def __call__(self, step: Any) -> Any:  # noqa: ARG002  # Keras' signature
            return self.value

        def get_config(self) -> dict[str, Any]:
            return {}

    return Given()


def _neutral(kind: type) -> type:
    """Give an optimizer's class with Keras' own backend-neutral methods in place of those for `tf.Variable`."""
    import keras

    for_tensorflow = keras.optimizers.Optimizer.__bases__[0]
    neutral = next(each for each in kind.__mro__ if each.__name__ == "BaseOptimizer")
    between = type("Neutral", (for_tensorflow,), {name: getattr(neutral, name) for name in _NEUTRAL})
    return type(kind.__name__, (kind, between), {})


def _slots(optimizer: Any) -> dict[str, Any]:
    """Give the state of an optimizer but for its learning rate, which is given to each step."""
    return {name: slot for name, slot in slots(optimizer).items() if name != "_learning_rate"}
