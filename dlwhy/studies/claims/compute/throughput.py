"""What parallel hardware brings here and now: samples a second by batch, replicas, threads and device.

A statement about this machine, no verdict about the world. It is measured once and kept among the rows, under a name
that begins with ``seconds``: what is measured does not repeat bit for bit.
"""

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlwhy import files
from dlwhy.data.dataset import Dataset
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.training import prepare
from dlwhy.studies.plan.study import Arm, Outcome, Recipe, Results, Run, Seeds, Task
from dlwhy.training import accelerator
from dlwhy.training.options import TrainingOptions
from dlwhy.training.progress import Hooks, Progress
from dlwhy.training.stack.fit import Length, Varying, train_replicas

NAME = "throughput"
KEY = f"seconds_{NAME}"
_FEATURES, _WIDTH = 32, 128
_PRODUCTS = _FEATURES * _WIDTH + _WIDTH * _WIDTH + _WIDTH
# a sample's: forwards, and the gradients of the weights and of what goes into each layer but the first
_OPERATIONS = 6 * _PRODUCTS - 2 * _FEATURES * _WIDTH
_ROWS = 1 << 15
_BATCH, _WIDE_BATCH = 64, 1024
_MATRIX, _PEAK_TRIES = 1024, 30
_LEAST_SECONDS = 0.6
_MOST_STEPS = 1 << 16
_STEPS_A_ROUND = 16
_PATIENCE_SECONDS = 120


class _Clock:
    """Times a training from its first call, which makes the program, to a call some time after."""

    def __init__(self, *, batch: int, replicas: int):
        self._samples_a_round, self._replicas = batch * replicas * _STEPS_A_ROUND, replicas
        self._told: list[tuple[float, int]] = []

    def note(self, progress: Progress) -> None:
        self._told.append((time.perf_counter(), progress.epoch))

    def is_enough(self) -> bool:
        # each stack tells of its own calls
        return len(self._told) > 2 * self._replicas and self._told[-1][0] - self._told[0][0] > _LEAST_SECONDS

    @property
    def speed(self) -> float:
        (began, first), (ended, last) = self._told[0], self._told[-1]
        return (last - first) * self._samples_a_round / max(1e-9, ended - began)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Throughput(Recipe):
    """A measurement of this machine, once."""

    batches: tuple[int, ...] = (16, 64, 256, 1024)
    replicas: tuple[int, ...] = (1, 4, 16)
    threads: bool = True  # in processes of their own, since a process has one number of them
    alone: bool = True

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:  # noqa: ARG002  # what every recipe takes
        """Measure once, and keep it with the first seed."""
        first, *others = seeds.report
        rest = [Run(seed=seed, metrics={}) for seed in others]
        return Outcome(runs=(Run(seed=first, metrics={}, extra={KEY: self.measured()}), *rest))

    def measured(self) -> dict[str, Any]:
        """Measure all, JSON-like: pairs of a size and samples a second, and the peak of matrix products, FLOP/s."""
        prepare()
        batches = [[batch, speed(batch=batch)] for batch in self.batches]
        replicas = [[count, speed(batch=_BATCH, replicas=count)] for count in self.replicas]
        threads = _by_threads() if self.threads else "not in a quick study"
        names = accelerator.available(accelerator.load())
        peak, speeds = matrix_peak(), [*batches, *replicas, *([] if isinstance(threads, str) else threads)]
        return {
            "cores": len(os.sched_getaffinity(0)),
            "batch": batches,
            "replicas": replicas,
            "threads": threads,
            "devices": [[name, speed(batch=_WIDE_BATCH, device=name)] for name in names],
            "peak": peak,
            "share": _OPERATIONS * max(rate for _, rate in speeds) / peak,
        }


def arm(*, threads: bool = True) -> Arm:
    """Return the arm that measures."""
    task = Task(name="this machine", role="real", draw="none")
    return Arm(name=NAME, task=task, recipe=Throughput(threads=threads), metric="none")


def measured(results: Results) -> dict[str, Any] | None:
    """Return what was measured, if it was."""
    extras = [run.extra for outcome in results.values() for run in outcome.runs if KEY in run.extra]
    return dict(extras[0][KEY]) if extras else None


def sentences(found: Mapping[str, Any]) -> list[str]:
    """Say what was measured, of this machine only."""
    batches = found["batch"]
    (small, slow), (large, fast) = batches[0], batches[-1]
    machine = f"On this machine ({found['cores']} cores, {found['peak'] / 1e9:.0f} GFLOP/s in matrix products)"
    share = f"the best of all that was measured reaches {found['share']:.0%} of that peak"
    (_, alone), (many, together) = found["replicas"][0], found["replicas"][-1]
    lines = [
        f"{machine}, batches of {large} train {fast / slow:.1f} times as many samples a second as of {small}; {share}.",
        f"On this machine, {many} networks side by side train {together / alone:.1f} times as many samples a second.",
    ]
    threads = found["threads"]
    if isinstance(threads, str):
        lines.append(f"Threads were not measured: {threads}.")
    elif len(threads) > 1:
        gain = threads[-1][1] / threads[0][1]
        lines.append(f"On this machine, {threads[-1][0]} threads train {gain:.1f} times as many samples a second as 1.")
    return lines


def speed(*, batch: int, replicas: int = 1, device: str = "auto") -> float:
    """Return the samples a second that replicas of one network train with, once the program is there."""
    clock = _Clock(batch=batch, replicas=replicas)
    train_replicas(
        _data(),
        NetworkSpec(layers=(_WIDTH, _WIDTH)),
        TrainingOptions(batch_size=batch, learning_rate=0.001, normalize="never", engine="xla"),
        varying=Varying(seeds=range(replicas)),
        length=Length(steps=_MOST_STEPS, log_every=_STEPS_A_ROUND),
        device=device,
        hooks=Hooks(on_progress=clock.note, should_stop=clock.is_enough),
    )
    return clock.speed


def matrix_peak() -> float:
    """Return the FLOP/s of a compiled float32 matrix product on TensorFlow's first device, the best of some."""
    tensorflow = accelerator.load()
    a, b = tensorflow.random.stateless_normal((2, _MATRIX, _MATRIX), seed=(0, 0))
    product = tensorflow.function(tensorflow.matmul, jit_compile=True)
    seconds = []
    for _ in range(_PEAK_TRIES):
        started = time.perf_counter()
        product(a, b)[0, 0].numpy()
        seconds.append(time.perf_counter() - started)
    return 2 * _MATRIX**3 / min(seconds)


def main(threads: int) -> None:
    """Measure with a number of threads, in a process of its own, and write the samples a second."""
    accelerator.start(threads=threads)
    files.write_stdout(json.dumps(speed(batch=_WIDE_BATCH)).encode())


def _by_threads() -> list[list[float]] | str:
    """Measure with 1, 2, 4, … threads, or say why not."""
    cores = len(os.sched_getaffinity(0))
    counts = sorted({1 << power for power in range(cores.bit_length())} | {cores})
    found = []
    for count in counts:
        command = [sys.executable, "-c", f"from {__name__} import main; main({count})"]
        try:
            done = subprocess.run(  # noqa: S603  # our own module
                command, capture_output=True, timeout=_PATIENCE_SECONDS, check=True, text=True
            )
            found.append([count, float(json.loads(done.stdout))])
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            return f"a process with {count} threads failed ({type(error).__name__})"
    return found


def _data() -> Dataset:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((_ROWS, _FEATURES)).astype(np.float32)
    y = X[:, 0]
    return Dataset(X_train=X, y_train=y, X_test=X[:0], y_test=y[:0], name="speed", task="regression", class_names=())
