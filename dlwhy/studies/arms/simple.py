"""How an arm with a simple model is run: fitted on the same draws as the networks."""

import dataclasses
import time

from dlwhy.data.dataset import Dataset
from dlwhy.models import baselines
from dlwhy.studies.arms import scoring
from dlwhy.studies.plan.study import Outcome, Recipe, Run, Seeds, Task, training_seed
from dlwhy.studies.tasks.draws import Draw
from dlwhy.studies.tasks.registry import draws_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class Simple(Recipe):
    """A simple model, or one that dlwhy does not bring along."""

    model: str  # its name in `baselines`
    version: str = ""  # of what is not dlwhy's own choice to have
    neighbours: int | None = None  # of nearest neighbours, in place of the model's own number

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Fit the model once a seed."""
        draws = draws_of(task, seeds.report, dataset)
        return Outcome(runs=tuple(self.fitted(*pair) for pair in zip(seeds.report, draws, strict=True)))

    def fitted(self, seed: int, draw: Draw) -> Run:
        """Fit the model on a draw, and score it on both of its parts."""
        model = baselines.make(self.model, draw.task, seed=training_seed(seed, self.shift))
        if self.neighbours:
            model.set_params(n_neighbors=self.neighbours)
        started = time.perf_counter()
        baselines.fit(model, draw.X_train, draw.y_train)
        seconds = time.perf_counter() - started
        metrics = scoring.both(
            draw,
            *(
                baselines.predict(model, X, task=draw.task, n_classes=draw.n_classes)
                for X in (draw.X_test, draw.X_train)
            ),
        )
        return Run(seed=seed, metrics=metrics, n_train=len(draw.X_train), overlap=draw.overlap, seconds=seconds)
