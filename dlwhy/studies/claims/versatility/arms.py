"""Arms of the study of versatility: networks on one test set, and networks that are timed."""

import dataclasses

from dlwhy.data.dataset import Dataset
from dlwhy.studies.arms.network import Network, scored
from dlwhy.studies.arms.training import train
from dlwhy.studies.plan.study import Outcome, Run, Seeds, Task
from dlwhy.studies.tasks.registry import draws_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class OnOneTestSet(Network):
    """Networks that all learn the first seed's rows, and are tested on the same few."""

    n_test: int

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train a network a seed."""
        draw = draws_of(task, seeds.report[:1], dataset)[0]
        few = dataclasses.replace(draw, X_test=draw.X_test[: self.n_test], y_test=draw.y_test[: self.n_test])
        trained = train(self, [few] * len(seeds.report), seeds.report)
        return Outcome(runs=tuple(scored(self, trained, seeds.report)))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Timed(Network):
    """Networks that are trained one after the other; the time that a row tells is the training's alone."""

    alone: bool = True

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train a network a seed."""
        runs: list[Run] = []
        for seed in seeds.report:
            draws = draws_of(task, [seed], dataset)
            if not runs:  # makes the program
                train(self, draws, [seed])
            runs += scored(self, train(self, draws, [seed]), [seed])
        return Outcome(runs=tuple(runs))
