"""What is behind a fence is computed once, and comes out as it is."""

import numpy as np
import pytest
import tensorflow as tf

from dlwhy.models.stacked import as_it_is
from dlwhy.training.stack import fences

_X = np.random.default_rng(0).normal(size=(4, 3, 104)).astype(np.float32)
_COUNT = np.full(104, 4, np.float32)


def _sums(x, count, *, fenced):
    """Two sums over samples that need one ReLU."""
    once = fences.fence(count) if fenced else as_it_is
    y = once(tf.maximum(x, 0))
    return tf.reduce_sum(y * x, axis=0), tf.reduce_sum(y * (x + 1), axis=0)


def _compiled(*, fenced):
    return tf.function(lambda x, count: _sums(x, count, fenced=fenced), jit_compile=True, autograph=False)


@pytest.mark.parametrize(("fenced", "computed"), [(False, 2), (True, 1)])
def test_xla_computes_what_is_behind_a_fence_once(fenced, computed):
    text = _compiled(fenced=fenced).experimental_get_compiler_ir(_X, _COUNT)(stage="optimized_hlo")
    relu = [line for line in text.splitlines() if " maximum(" in line and "4,3,104" in line]
    assert len(relu) == computed


def test_a_fence_changes_no_bit():
    for plain, fenced in zip(_compiled(fenced=False)(_X, _COUNT), _compiled(fenced=True)(_X, _COUNT), strict=True):
        np.testing.assert_array_equal(plain, fenced)


def test_the_gradient_behind_a_fence_is_the_gradient():
    x, once = tf.constant(_X), fences.fence(tf.constant(_COUNT))
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(tf.square(fences.with_gradient(x, once)))
    np.testing.assert_array_equal(tape.gradient(total, x), 2 * _X)
