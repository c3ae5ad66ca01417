"""JAX: whole epochs as a scan of steps, several epochs a call, Adam by hand, donated buffers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.arrays import Arrays
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import Tick


def prepare(_: Job) -> None:
    import jax

    jax.devices()


def train(job: Job, arrays: Arrays, epochs: int, tick: Tick) -> float:
    import jax

    call = jax.jit(make_epochs(job, arrays), donate_argnums=0)
    rng = np.random.default_rng(42)
    state = start(job, rng)
    size = epochs_a_call(job)
    drawn = orders(job, rng, size)
    log: Any = np.zeros((1, 3))
    for done in range(size, epochs + 1, size):
        state, log = call(state, *drawn)
        # drawn while the device works
        drawn = orders(job, rng, size)
        log = np.asarray(log)
        tick(done)
    return float(log[-1, 2])


def epochs_a_call(job: Job) -> int:
    """About a tenth of a second; it divides the job's epochs, so that one program does."""
    seconds = job.rows / job.batch * 2e-5 + job.operations / 5e10
    return max(size for size in range(1, job.epochs + 1) if job.epochs % size == 0 and size <= max(1, 0.1 / seconds))


def orders(job: Job, rng: np.random.Generator, size: int) -> tuple[Any, Any]:
    """Row indices of `size` epochs: full batches (size, steps, batch) and the rest (size, rest)."""
    drawn = np.array([rng.permutation(job.rows) for _ in range(size)], np.int32)
    full = job.rows // job.batch * job.batch
    return drawn[:, :full].reshape(size, -1, job.batch), drawn[:, full:]


def start(job: Job, rng: np.random.Generator) -> Any:
    """Glorot's initial weights, and Adam's state."""
    weights = []
    for before, after in zip(job.widths, job.widths[1:], strict=False):
        limit = (6 / (before + after)) ** 0.5
        kernel = rng.uniform(-limit, limit, (before, after)).astype(np.float32)
        weights.append((kernel, np.zeros(after, np.float32)))
    zeros = [(np.zeros_like(kernel), np.zeros_like(bias)) for kernel, bias in weights]
    return weights, zeros, [(np.zeros_like(kernel), np.zeros_like(bias)) for kernel, bias in weights], np.float32(0)


def make_epochs(job: Job, arrays: Arrays) -> Callable[..., Any]:
    """Give (state, batches, rests) -> (state, (epochs, 3) of loss, validation loss, validation accuracy)."""
    import jax
    import jax.numpy as jnp

    X, y, X_test, y_test = (jnp.asarray(part) for part in vars(arrays).values())
    binary = job.classes == 2

    def output(weights: Any, inputs: Any) -> Any:
        for kernel, bias in weights[:-1]:
            inputs = jax.nn.relu(inputs @ kernel + bias)
        return inputs @ weights[-1][0] + weights[-1][1]

    def loss_of(weights: Any, inputs: Any, targets: Any) -> Any:
        logits = output(weights, inputs)
        if binary:
            return (jax.nn.softplus(logits[:, 0]) - targets * logits[:, 0]).mean()
        chosen = jnp.take_along_axis(logits, targets[:, None], 1)[:, 0]
        return (jax.nn.logsumexp(logits, 1) - chosen).mean()

    def step(state: Any, rows: Any) -> Any:
        weights, mean, square, count = state
        loss, gradient = jax.value_and_grad(loss_of)(weights, X[rows], y[rows])
        count += 1
        mean = jax.tree.map(lambda m, g: m + 0.1 * (g - m), mean, gradient)
        square = jax.tree.map(lambda s, g: s + 0.001 * (g * g - s), square, gradient)
        rate = 0.01 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        weights = jax.tree.map(lambda w, m, s: w - rate * m / (jnp.sqrt(s) + 1e-7), weights, mean, square)
        return (weights, mean, square, count), loss

    def epoch(state: Any, rows: Any) -> Any:
        batches, rest = rows
        state, losses = jax.lax.scan(step, state, batches)
        total = losses.sum() * job.batch
        if rest.shape[0]:
            state, loss = step(state, rest)
            total += loss * rest.shape[0]
        logits = output(state[0], X_test)
        hits = (logits[:, 0] > 0) == (y_test > 0) if binary else logits.argmax(1) == y_test
        return state, jnp.stack([total / job.rows, loss_of(state[0], X_test, y_test), hits.mean()])

    return lambda state, batches, rests: jax.lax.scan(epoch, state, (batches, rests))
