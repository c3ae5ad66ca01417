"""What every engine is held against: a small loop that nobody tunes, 112 networks as one program of XLA.

It must stay as it is, or all ratios of `gate.json` change. The replica axis is last, Adam is Keras' own, and nothing of
dlwhy is in it.
"""

import functools
import itertools
from typing import Any

import numpy as np

from tests.benchmarks.arrays import Arrays
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import Tick

_EPOCHS_A_CALL = 10


def prepare(_: Job) -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)


def train(job: Job, arrays: Arrays, epochs: int, tick: Tick) -> float:
    run, rng = _program(job, arrays), np.random.default_rng(0)
    steps = -(-job.rows // job.batch)
    for done in range(_EPOCHS_A_CALL, epochs + 1, _EPOCHS_A_CALL):
        drawn = np.stack([rng.permutation(job.rows) for _ in range(_EPOCHS_A_CALL)])
        # the last batch is filled up with the first rows
        drawn = np.concatenate([drawn, drawn[:, : steps * job.batch - job.rows]], axis=1)
        losses = run(drawn.reshape(_EPOCHS_A_CALL, steps, job.batch).astype(np.int32)).numpy()
        tick(done)
    return float(-losses[-1].mean())  # no accuracy: nothing is validated


def _program(job: Job, arrays: Arrays) -> Any:
    """Make a compiled function from orders, (epochs, steps, batch), to losses, (epochs, replicas)."""
    import keras
    import tensorflow as tf

    X, y = tf.constant(arrays.X_train), tf.constant(arrays.y_train, tf.float32)
    rng = np.random.default_rng(0)
    pairs = list(itertools.pairwise(job.widths))
    kernels = [rng.normal(size=(a, b, job.replicas)) * (2 / a) ** 0.5 for a, b in pairs]
    weights = [keras.Variable(values.astype(np.float32)) for values in kernels]
    weights += [keras.Variable(np.zeros((b, job.replicas), np.float32)) for _, b in pairs]
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(weights)

    def logits(x: Any) -> Any:
        x = tf.broadcast_to(x[:, :, None], (*x.shape, job.replicas))
        for place in range(len(pairs)):
            x = tf.reduce_sum(x[:, :, None, :] * weights[place].value, axis=1) + weights[len(pairs) + place].value
            x = tf.nn.relu(x) if place < len(pairs) - 1 else x
        return tf.squeeze(x, 1)

    def step(rows: Any) -> Any:
        with tf.GradientTape() as tape:
            out = logits(tf.gather(X, rows))
            target = tf.broadcast_to(tf.gather(y, rows)[:, None], out.shape)
            losses = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(target, out), axis=0)
            loss = tf.reduce_sum(losses)
        optimizer.apply(tape.gradient(loss, [each.value for each in weights]), weights)
        return losses

    def epoch(orders: Any) -> Any:
        start = (0, tf.zeros(job.replicas))
        steps = orders.shape[0]
        return tf.while_loop(lambda i, _: i < steps, lambda i, total: (i + 1, total + step(orders[i])), start)[1]

    return tf.function(
        functools.partial(tf.map_fn, epoch, fn_output_signature=tf.float32), jit_compile=True, autograph=False
    )
