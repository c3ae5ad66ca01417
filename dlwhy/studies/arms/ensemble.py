"""An arm of ensembles: several networks a seed on the same rows, whose predictions are averaged."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.studies.arms import scoring
from dlwhy.studies.arms.network import Network, predictions, scored
from dlwhy.studies.arms.training import room_of, stack_size, train
from dlwhy.studies.plan.study import Outcome, Run, Seeds, Task, training_seed
from dlwhy.studies.tasks.draws import Draw
from dlwhy.studies.tasks.registry import draws_of

_MOST_VALUES = 1 << 26


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ensemble(Network):
    """Networks on the same rows, the first of them the one that a single network is, whose predictions are averaged."""

    members: int

    @property
    def models(self) -> int:
        """Models that a run trains."""
        return self.members

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Train the members of every seed, and score the mean of their predictions."""
        draws = draws_of(task, seeds.report, dataset)
        room, size = room_of(draws), stack_size(self, draws[0], len(draws) * self.members)
        # seeds at a time, about as many each: their held-out rows are copied for each network
        most = max(1, min(4 * size // self.members, _MOST_VALUES // (self.members * draws[0].X_test.size)))
        together = -(-len(draws) // -(-len(draws) // most))
        size = stack_size(self, draws[0], together * self.members)
        runs: list[Run] = []
        for first in range(0, len(draws), together):
            part = slice(first, first + together)
            runs += self._averaged(draws[part], seeds.report[part], room=room, size=size)
        return Outcome(runs=tuple(runs))

    def _averaged(self, draws: Sequence[Draw], seeds: Sequence[int], *, room: int, size: int) -> list[Run]:
        every = [draw for draw in draws for _ in range(self.members)]
        shifts = [self.members * self.shift + member for member in range(self.members)]
        member_seeds = [training_seed(seed, shift) for seed in seeds for shift in shifts]
        plain = dataclasses.replace(self, shift=0)  # the seeds are shifted already
        trained = train(plain, every, member_seeds, room=room, size=size)
        members = scored(plain, trained, member_seeds)
        held_out, fitted = map(self._means, predictions(trained))
        return [
            self._joined(members[index * self.members :][: self.members], seed, scoring.both(draw, *predicted))
            for index, (seed, draw, *predicted) in enumerate(zip(seeds, draws, held_out, fitted, strict=True))
        ]

    def _means(self, y_prob: FloatArray) -> Any:
        """Mean predictions over the members, (n_seeds, n) or (n_seeds, n, k)."""
        return y_prob.reshape(-1, self.members, *y_prob.shape[1:]).mean(axis=1)

    def _joined(self, members: Sequence[Run], seed: int, metrics: dict[str, float | None]) -> Run:
        """Make one run of the members', which has a result if all of them have."""
        lost = next((run for run in members if run.status == "diverged"), None)
        return dataclasses.replace(
            members[0],
            seed=seed,
            metrics=dict.fromkeys(metrics) if lost else metrics,
            status=lost.status if lost else "ok",
            reason=lost.reason if lost else "",
            parameters=self.members * members[0].parameters,
            flops=self.members * members[0].flops,
            seconds=sum(run.seconds for run in members),
            extra=_mean([run.extra for run in members]),
        )


def averaged(members: int, **how: Any) -> Network:
    """Make the recipe of so many networks a run: one, or several whose predictions are averaged."""
    return Network(**how) if members == 1 else Ensemble(**how, members=members)


def _mean(extras: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the means of what all members keep."""
    shared = [name for name in extras[0] if all(name in extra for extra in extras)]
    return {name: sum(extra[name] for extra in extras) / len(extras) for name in shared}
