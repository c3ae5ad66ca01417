"""dlwhy's stacked replicas, as its users call them."""

import os

from dlwhy.training import NetworkSpec, accelerator
from dlwhy.training.progress import Hooks
from dlwhy.training.stack.fit import Varying, train_replicas
from tests.benchmarks.arrays import Arrays
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import Tick, dlwhy_fit


def prepare(_: Job) -> None:
    # only the import, with what `train_replicas` takes: all cores, and a stack on each
    accelerator.start(at_once=len(os.sched_getaffinity(0)))


def train(job: Job, arrays: Arrays, epochs: int, tick: Tick) -> float:
    replicas = train_replicas(
        dlwhy_fit.dataset(job, arrays),
        NetworkSpec(layers=job.layers),
        dlwhy_fit.options(job, epochs),
        varying=Varying(seeds=range(job.replicas)),
        hooks=Hooks(on_progress=lambda progress: tick(progress.epoch)),
    )
    return float(replicas.history[:, -1, 3].mean())
