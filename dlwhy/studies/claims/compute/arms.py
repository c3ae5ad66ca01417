"""Arms of the study of compute: one width, trained for several durations, each a run of its own."""

import dataclasses
import functools
import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.studies.arms import scoring
from dlwhy.studies.arms.training import joined, prepare
from dlwhy.studies.plan.study import NetworkRecipe, Outcome, Run, Seeds, Task, training_seed
from dlwhy.studies.tasks import registry
from dlwhy.studies.tasks.draws import Draw, generator
from dlwhy.training.stack.fit import Length, Replicas, Varying, train_replicas

METRIC = "log10_loss"
# seeds that are trained in one call, so that memory stays bounded
_MOST_SEEDS = 12
_LEAST_LOSS = 1e-12
_LOG_EVERY = 10
_HELD_OUT_NOISE = 300  # a stream of a seed


@dataclasses.dataclass(frozen=True, kw_only=True)
class Durations(NetworkRecipe):
    """Networks of one width, a training for each duration."""

    durations: tuple[int, ...]  # steps, ascending; `steps` may move the last

    @property
    def lengths(self) -> tuple[int, ...]:
        """Steps of each training of a run, ascending."""
        last = self.steps or max(self.durations)
        return *(steps for steps in self.durations if steps < last), last

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train every duration of every seed, and score it on the seed's held-out rows."""
        runs: list[Run] = []
        parts = _cut(seeds.report)
        for part in parts:
            draws = _draws(task, part, dataset)
            started = time.perf_counter()
            trained = self._trained(draws, part, most=len(parts[0]))
            held_out = np.stack([draw.X_test for draw in draws])
            y_prob = np.stack([replicas.predict(held_out) for replicas in trained], axis=1)
            seconds, parameters = (time.perf_counter() - started) / len(part), scoring.parameters(trained[0].shape)
            runs += [
                self._scored(draw, predicted, seed=seed, parameters=parameters, seconds=seconds)
                for draw, predicted, seed in zip(draws, y_prob, part, strict=True)
            ]
        return Outcome(runs=tuple(runs))

    def _trained(self, draws: Sequence[Draw], seeds: Sequence[int], *, most: int) -> list[Replicas]:
        """Train a replica a seed for each duration; one program for all, and for each part of at most so many seeds."""
        prepare()
        batch = self.options.batch_size
        dataset, rows = joined(draws, room=max(self.durations) * batch * most)
        return [
            train_replicas(
                dataset,
                self.network,
                self.options,
                varying=Varying(
                    seeds=[training_seed(seed, self.shift) for seed in seeds],
                    rows=[passes(of_draw, steps * batch) for of_draw in rows],
                    stack_size=-(-most // 2),
                ),
                length=Length(steps=steps, log_every=min(steps, _LOG_EVERY)),
            )
            for steps in self.lengths
        ]

    def _scored(self, draw: Draw, y_prob: Any, *, seed: int, parameters: int, seconds: float) -> Run:
        """Score a seed's trainings, predictions (n_durations, n, …)."""
        steps = self.lengths
        losses = [_loss(draw, predicted) for predicted in y_prob]
        decades = [None if loss is None else math.log10(loss) for loss in losses]
        costs = [6.0 * parameters * length * self.options.batch_size for length in steps]
        lost = [length for length, loss in zip(steps, losses, strict=True) if loss is None]
        samples = sum(steps) * self.options.batch_size
        name = "mse" if draw.task == "regression" else "error"
        return Run(
            seed=seed,
            metrics={
                METRIC: decades[-1],
                **{f"{name}_{length}": loss for length, loss in zip(steps, losses, strict=True)},
            },
            status="diverged" if lost else "ok",
            reason=f"the loss stopped being finite in the run of {lost[0]} steps" if lost else "",
            n_train=len(draw.X_train),
            overlap=draw.overlap,
            parameters=parameters,
            epochs=samples / len(draw.X_train),
            flops=6.0 * parameters * samples,
            seconds=seconds,
            learning_rate=self.options.learning_rate,
            extra={"cells": [list(cell) for cell in zip(steps, costs, decades, strict=True)]},
        )


def passes(rows: npt.NDArray[np.int32], samples: int) -> npt.NDArray[np.int32]:
    """Return a run's rows: a beginning of the draw, or as many passes over all of it as are needed."""
    return rows[np.arange(samples) % len(rows)]


def _cut(seeds: Sequence[int]) -> list[tuple[int, ...]]:
    """Cut the seeds into parts of about one length, the longest first."""
    parts = np.array_split(np.arange(len(seeds)), -(-len(seeds) // _MOST_SEEDS))
    return [tuple(seeds[index] for index in part) for part in parts]


def _draws(task: Task, seeds: tuple[int, ...], dataset: Dataset | None) -> list[Draw]:
    if task.draw == "own":
        return registry.draws_of(task, seeds, dataset)
    return list(_drawn(task.draw, tuple(sorted(task.settings.items())), seeds))


@functools.lru_cache(maxsize=2)
def _drawn(name: str, settings: tuple[tuple[str, Any], ...], seeds: tuple[int, ...]) -> tuple[Draw, ...]:
    """Draw a task's parts once for all its widths, which come one after another: millions of points take seconds."""
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(lambda seed: _draw(name, seed, dict(settings)), seeds))


def _draw(name: str, seed: int, settings: dict[str, Any]) -> Draw:
    """Draw a task; a linear target is as noisy where it is held out, so that there is a floor to reach."""
    draw = registry.draw(name, seed, **settings)
    if settings.get("target") != "linear":
        return draw
    blur = generator(seed, _HELD_OUT_NOISE).standard_normal(len(draw.y_test)) * settings["noise"]
    return dataclasses.replace(draw, y_test=(draw.y_test + blur).astype(np.float32))


def _loss(draw: Draw, y_prob: Any) -> float | None:
    """Return a mean squared error or a share of errors: of none at all half a row's, so that it has a logarithm."""
    metrics = scoring.metrics(draw, draw.y_test, y_prob)
    if draw.task == "regression":
        mse = metrics["mse"]
        return None if mse is None else max(mse, _LEAST_LOSS)
    accuracy = metrics["accuracy"]
    return None if accuracy is None else max(1 - accuracy, 0.5 / len(draw.y_test))
