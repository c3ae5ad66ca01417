"""Arms of the study of depth: networks whose map of classes is kept, and linear probes behind each layer."""

import dataclasses
from typing import Literal

from dlwhy.data.dataset import Dataset
from dlwhy.studies.arms.network import Network, outcome, scored
from dlwhy.studies.arms.training import train
from dlwhy.studies.arms.tuning import Tuned, tune
from dlwhy.studies.claims.depth import probing
from dlwhy.studies.findings import statistics
from dlwhy.studies.plan.outcome import Outcome, Run
from dlwhy.studies.plan.seeds import Seeds
from dlwhy.studies.plan.study import Task
from dlwhy.studies.tasks import fresh
from dlwhy.studies.tasks.registry import draws_of

Taught = Literal["trained", "untrained", "shuffled"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mapped(Network):
    """Networks on rings, the first of which tells what class it gives each cell of a map."""

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train a network a seed, and keep the map of the first seed's."""
        trained, tuned = self.fitted(task, seeds, dataset)
        first, *rest = scored(self, trained, seeds.report)
        cells = fresh.scaled_as_rings(first.seed, probing.disc()[0], **task.settings)
        classes = trained.replicas.predict(cells)[0] > 0.5
        return outcome([dataclasses.replace(first, extra={"map": probing.class_map(classes)}), *rest], tuned)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Probes(Network):
    """Linear probes at the input and behind each layer of a network.

    What the probes tell apart are the true classes, whatever the network was taught: its labels, nothing, or shuffled
    labels, at the rate that its own labels deserve.
    """

    taught: Taught

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train a network a seed, and fit the probes to its layers."""
        draws = draws_of(task, seeds.report, dataset)
        untrained = self.taught == "untrained"
        tuned = Tuned(rate=1e-6, scores={}) if untrained else tune(self, task, seeds, dataset)
        brief = dataclasses.replace(self, steps=1) if untrained else self
        lessons = draws
        if self.taught == "shuffled":
            lessons = [fresh.with_shuffled_labels(*pair) for pair in zip(draws, seeds.report, strict=True)]
        trained = train(brief, lessons, seeds.report, [tuned.rate] * len(draws))
        runs = scored(brief, trained, seeds.report)
        curves = [probing.accuracies(trained.replicas, index, draw) for index, draw in enumerate(draws)]
        return outcome([_probed(run, curve) for run, curve in zip(runs, curves, strict=True)], tuned)


def _probed(run: Run, curve: list[float]) -> Run:
    # a network that was not taught, or noise, has no result to be stuck at
    status = "ok" if run.status == "stuck" else run.status
    metrics = {**run.metrics, "probe": curve[-1], "slope": float(statistics.slopes([curve])[0])}
    return dataclasses.replace(run, metrics=metrics, status=status, extra={"probes": curve})
