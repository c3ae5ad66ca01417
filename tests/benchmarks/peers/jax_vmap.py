"""JAX with `vmap` over replicas, each with weights and batches of its own."""

from typing import Any

import numpy as np

from tests.benchmarks.arrays import Arrays
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import Tick, jax_scan

prepare = jax_scan.prepare
EPOCHS_A_CALL = 10


def train(job: Job, arrays: Arrays, epochs: int, tick: Tick) -> float:
    import jax

    call = jax.jit(jax.vmap(jax_scan.make_epochs(job, arrays)), donate_argnums=0)
    generators = [np.random.default_rng(42 + i) for i in range(job.replicas)]
    state = _stacked([jax_scan.start(job, rng) for rng in generators])
    drawn = _stacked([jax_scan.orders(job, rng, EPOCHS_A_CALL) for rng in generators])
    log: Any = np.zeros((1, 1, 3))
    for done in range(EPOCHS_A_CALL, epochs + 1, EPOCHS_A_CALL):
        state, log = call(state, *drawn)
        drawn = _stacked([jax_scan.orders(job, rng, EPOCHS_A_CALL) for rng in generators])
        log = np.asarray(log)
        tick(done)
    return float(log[:, -1, 2].mean())


def _stacked(trees: list[Any]) -> Any:
    import jax

    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)
