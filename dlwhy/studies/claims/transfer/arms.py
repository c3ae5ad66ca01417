"""Arms of the study of transfer: networks that start from a source, and simple models on what a network sees."""

import dataclasses
from collections.abc import Sequence

from dlwhy.data.dataset import Dataset
from dlwhy.models.keras_file import archive
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.transfer.sources import Source, base_of, sources, untrained
from dlwhy.studies.plan.outcome import Outcome
from dlwhy.studies.plan.recipe import NetworkRecipe
from dlwhy.studies.plan.seeds import Seeds
from dlwhy.studies.plan.study import Task
from dlwhy.studies.tasks.draws import Draw
from dlwhy.studies.tasks.registry import draws_of
from dlwhy.training.stack.fit import Start


@dataclasses.dataclass(frozen=True, kw_only=True)
class Carried(Network):
    """Networks that start from a source network's layers, from a model file's, or from nothing.

    The rate is chosen on tuning draws, whose held-out rows validate: a few labels leave nothing to hold out.
    """

    source: Source | None = None
    file: str | None = None
    sha256: str | None = None  # what tells the file from another one of its name
    carry: int | None = None  # hidden layers that are carried over; None for all
    freeze: int = 0  # how many of these are left as they are
    tuning_targets: int = 1  # targets of each tuning seed that choose the rate

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train a network a seed, and note what its source scores on the source's own task."""
        outcome = super().run(task, seeds, dataset)
        if self.source is None or self.source.shuffled:
            return outcome
        trained = sources(self.source, self.network, task, seeds)
        accuracy = dict(zip(trained.seeds, trained.scores, strict=True))
        runs = tuple(dataclasses.replace(run, extra={"source": accuracy[run.seed]}) for run in outcome.runs)
        return dataclasses.replace(outcome, runs=runs)

    def tuning_draws(self, task: Task, seeds: Sequence[int], dataset: Dataset | None) -> list[Draw]:
        """Draw several targets a seed where a few labels of one say little of a rate."""
        several = [{"copy": copy} for copy in range(self.tuning_targets)] if self.tuning_targets > 1 else [{}]
        draws = [draw for more in several for draw in draws_of(task, seeds, dataset, **more)]
        return [dataclasses.replace(draw, overlap=0.0) for draw in draws]

    def start(self, task: Task, seeds: Seeds, wanted: Sequence[int]) -> Start | None:
        """Return the networks to start from, one a wanted seed."""
        if self.file is not None:
            return Start(bases=[archive.read(self.file)] * len(wanted), freeze=self.freeze)
        if self.source is None:
            return None
        trained = sources(self.source, self.network, task, seeds)
        carry = len(self.network.layers) if self.carry is None else self.carry
        return Start(bases=[base_of(trained, seed, carry) for seed in wanted], freeze=self.freeze)


@dataclasses.dataclass(frozen=True, kw_only=True)
class OnFeatures(NetworkRecipe):
    """A simple model on the last hidden layer of a source network, or of an untrained one."""

    model: str
    source: Source | None = None

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Fit the model once a seed."""
        draws = draws_of(task, seeds.report, dataset)
        if self.source:
            trained = sources(self.source, self.network, task, seeds)
        else:
            trained = untrained(self.network, draws[0], seeds.report)
        simple = Simple(model=self.model)
        runs = []
        for seed, draw in zip(seeds.report, draws, strict=True):
            train, test = (trained.hidden(trained.seeds.index(seed), X) for X in (draw.X_train, draw.X_test))
            runs.append(simple.fitted(seed, dataclasses.replace(draw, X_train=train, X_test=test)))
        return Outcome(runs=tuple(runs))
