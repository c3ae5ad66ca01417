"""Train one job with one peer in this process, and print one line of JSON: python -m tests.benchmarks.measure."""

import dataclasses
import importlib
import json
import math
import resource
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks import arrays, jobs
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import PEERS

# epochs behind the first call are timed for at least so long
_STEADY_SECONDS = 1.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """One training: when so many epochs were done, in seconds and in processor time of all cores; seconds in all."""

    ticks: list[tuple[int, float]]
    processor: list[tuple[int, float]]
    seconds: float
    accuracy: float


def measure(peer: str, job: Job, data: arrays.Arrays) -> dict[str, Any]:
    """Train, and train longer if that was too short to time an epoch."""
    module = importlib.import_module(f"tests.benchmarks.peers.{PEERS[peer].module}")
    module.prepare(job)
    run = _train(module, job, data, job.epochs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    steady = _steady(module, job, data, run)
    per_epoch = seconds_an_epoch(steady.ticks)
    epochs, seconds = run.ticks[0]
    return {
        "peer": peer,
        "job": job.name,
        "epochs": job.epochs,
        "first_epoch_seconds": seconds - (epochs - 1) * per_epoch,
        "epoch_seconds": per_epoch,
        "epoch_processor_seconds": seconds_an_epoch(steady.processor),
        "training_seconds": run.seconds,
        "accuracy": run.accuracy,
        "peak_bytes": peak,
    }


def seconds_an_epoch(ticks: list[tuple[int, float]]) -> float:
    """Seconds of an epoch, from the first tick, behind which all is compiled, to the last."""
    (first, started), (last, ended) = ticks[0], ticks[-1]
    return (ended - started) / (last - first)


def _train(module: Any, job: Job, data: arrays.Arrays, epochs: int) -> Run:
    ticks: list[tuple[int, float]] = []
    processor: list[tuple[int, float]] = []
    started = time.perf_counter()

    def tick(done: int) -> None:
        ticks.append((done, time.perf_counter() - started))
        processor.append((done, time.process_time()))

    accuracy = module.train(job, data, epochs, tick)
    return Run(ticks=ticks, processor=processor, seconds=time.perf_counter() - started, accuracy=accuracy)


def _steady(module: Any, job: Job, data: arrays.Arrays, run: Run) -> Run:
    """Give a run that times epochs long enough: the one given, or one of a multiple of its epochs."""
    epochs = job.epochs
    while len(run.ticks) < 2:  # all were made in one call
        epochs *= 5
        run = _train(module, job, data, epochs)
    steady = run.ticks[-1][1] - run.ticks[0][1]
    return run if steady >= _STEADY_SECONDS else _train(module, job, data, epochs * math.ceil(_STEADY_SECONDS / steady))


def main() -> None:
    peer, group, name, path = sys.argv[1:]
    job = next(job for job in jobs.GROUPS[group] if job.name == name)
    sys.stdout.write(json.dumps(measure(peer, job, arrays.read(Path(path)))) + "\n")


if __name__ == "__main__":
    main()
