"""Fences that XLA's loops stop at, so that a tensor that several of them need is computed once, not in each.

XLA puts a cheap formula into every loop that reads what it gives. A sum over the samples of a batch then grows beyond
what the compiler unrolls, which vectorises it over the samples in place of the replicas: up to ten times as slow. An
optimization barrier is no fence, for it is taken away before loops are made; what a choice at run time gives is one.
"""

from typing import Any

from dlwhy.models.stacked import Once


def fence(count: Any) -> Once:
    """Give a fence for what is computed from `count` samples of each replica, (R,): zeros if nobody has one.

    That never happens, but XLA can't know it.
    """
    import tensorflow as tf

    anyone = tf.reduce_max(count) > 0

    def once(values: Any) -> Any:
        return tf.cond(anyone, lambda: tf.identity(values), lambda: tf.zeros_like(values))

    return once


def with_gradient(values: Any, once: Once) -> Any:
    """Give a tensor as it is, with its gradient behind a fence."""
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def same(values: Any) -> Any:
        return tf.identity(values), once

    return same(values)
