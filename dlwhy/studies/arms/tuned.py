"""An arm of ensembles that chooses a variant of the recipe for tables for each split, by rows of its training part."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.studies.arms.ensemble import Ensemble
from dlwhy.studies.arms.training import train
from dlwhy.studies.plan.study import Outcome, Run, Seeds, Task, training_seed
from dlwhy.studies.tasks.draws import Draw
from dlwhy.studies.tasks.registry import draws_of
from dlwhy.tuning import variants
from dlwhy.tuning.halving import gap
from dlwhy.tuning.variants import REFERENCE, Variant

# seeds of trials, which are none of the networks that score
_TRIALS_FROM = 1000


@dataclasses.dataclass(frozen=True, kw_only=True)
class TunedEnsemble(Ensemble):
    """Networks of the variant that was best on rows held out of a split's own training part, averaged.

    The rows that score have chosen nothing. A variant takes the recipe's place on a split if its networks' held-out
    losses are lower by more than a standard error of the paired difference.
    """

    trials: int = 4  # networks of each variant and split that choose
    tried: tuple[str, ...] = ()  # the variants and their changes, by which rows are keyed

    @property
    def models(self) -> int:
        """Models that a run trains."""
        return self.members + self.trials * len(self.tried)

    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Choose a variant a seed, train the members of every seed, and score the mean of their predictions."""
        draws = draws_of(task, seeds.report, dataset)
        candidates = variants.variants_for(min(len(draw.X_train) for draw in draws))
        losses, seconds = self._trials(candidates, draws, seeds.report)
        chosen = [choose(candidates, losses[:, place], share=self.options.held_out) for place in range(len(draws))]
        runs: dict[int, Run] = {}
        for variant in candidates:
            own = [seed for seed, each in zip(seeds.report, chosen, strict=True) if each is variant]
            if not own:
                continue
            found = self._of(variant).run(task, Seeds(report=tuple(own), tuning=()), dataset)
            runs |= {run.seed: _told(run, variant, seconds / len(draws)) for run in found.runs}
        return Outcome(runs=tuple(runs[seed] for seed in seeds.report))

    def _of(self, variant: Variant) -> Ensemble:
        network, options = variant.recipe
        options = dataclasses.replace(options, normalize=self.options.normalize)
        return Ensemble(network=network, options=options, members=self.members, shift=self.shift)

    def _trials(
        self, candidates: Sequence[Variant], draws: Sequence[Draw], seeds: Sequence[int]
    ) -> tuple[FloatArray, float]:
        """Train networks of all variants on all draws -> held-out losses, (variants, draws, trials), and seconds."""
        every = [draw for draw in draws for _ in range(self.trials)]
        first = _TRIALS_FROM * (1 + self.shift)
        own = [training_seed(seed, first + trial) for seed in seeds for trial in range(self.trials)]
        losses, seconds = [], 0.0
        for variant in candidates:
            trained = train(dataclasses.replace(self._of(variant), shift=0), every, own)
            diverged = np.array([status == "diverged" for status in trained.replicas.status])
            found = np.where(diverged, np.inf, trained.replicas.held_out_losses())
            losses.append(found.reshape(len(draws), self.trials))
            seconds += trained.seconds
        return np.stack(losses), seconds


def tuned(**how: Any) -> TunedEnsemble:
    """Make the recipe of networks that are tuned, with all variants that there are."""
    tried = tuple(f"{each.name}: {_written(each.changes)}" for each in variants.VARIANTS)
    return TunedEnsemble(**how, tried=tried)


def choose(candidates: Sequence[Variant], losses: FloatArray, *, share: float) -> Variant:
    """Return the variant with the least mean loss, if that is below the recipe's by more than a standard error.

    Parameters
    ----------
    candidates
        The recipe first.
    losses
        Held-out loss of each network, (variants, trials), paired by trial.
    share
        Share of the training rows that each network holds out.

    """
    recipe, *others = candidates
    gaps = {place: gap(losses[place], losses[0], share=share) for place in range(1, 1 + len(others))}
    better = {place: found.value for place, found in gaps.items() if found.is_better}
    return candidates[min(better, key=better.__getitem__)] if better else recipe


def _written(changes: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in changes.items()) or REFERENCE


def _told(run: Run, variant: Variant, seconds: float) -> Run:
    """Say which variant it was, and count what the choice of it took."""
    return dataclasses.replace(run, seconds=run.seconds + seconds, extra={**run.extra, "variant": variant.name})
