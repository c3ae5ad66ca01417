"""Keras fit with every setting that makes it faster: compiled by XLA, an epoch a call, validation in one batch."""

from tests.benchmarks.arrays import Arrays
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import Tick, keras_fit

prepare = keras_fit.prepare


def train(job: Job, arrays: Arrays, epochs: int, tick: Tick) -> float:
    steps = -(-job.rows // job.batch)
    return keras_fit.train_with(
        job,
        arrays,
        epochs,
        tick,
        compiling={"jit_compile": True, "steps_per_execution": steps},
        fitting={"validation_batch_size": job.test_rows},
    )
