"""Arms of the study of algorithms: networks whose gradients before the first step are kept."""

import dataclasses

from dlwhy.data.dataset import Dataset
from dlwhy.studies.arms.network import Network
from dlwhy.studies.claims.algorithms import gradients
from dlwhy.studies.plan.outcome import Outcome, Run
from dlwhy.studies.plan.seeds import Seeds, training_seed
from dlwhy.studies.plan.study import Task
from dlwhy.studies.tasks.registry import draws_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured(Network):
    """Networks that tell the gradient of each kernel before the first step; for classes."""

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train a network a seed, and note its gradients at the start."""
        outcome = super().run(task, seeds, dataset)
        draws = draws_of(task, seeds.report, dataset)
        norms = gradients.at_start(self.network, draws, [training_seed(seed, self.shift) for seed in seeds.report])
        return dataclasses.replace(outcome, runs=tuple(map(_noted, outcome.runs, norms)))


def _noted(run: Run, layers: gradients.Array) -> Run:
    metrics = {**run.metrics, "gradient": float(gradients.first_over_last(layers))}
    return dataclasses.replace(run, metrics=metrics, extra={"gradients": layers.round(3).tolist()})
