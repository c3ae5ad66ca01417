"""How many seeds a verdict takes, said before anything runs: the sign-flip p of n seeds is 2 / 2^n at the least."""

import dataclasses
from typing import Any

from dlwhy.studies.findings import statistics
from dlwhy.studies.findings.verdicts import MIN_SEEDS
from dlwhy.studies.plan.study import Study
from dlwhy.text import counted


@dataclasses.dataclass(frozen=True, kw_only=True)
class Needs:
    """What a study's verdict takes.

    Parameters
    ----------
    seeds, alpha
        The study's.
    predictions
        Primary ones, which Holm's correction counts.
    by_sign_flips
        Those of them whose data each seed draws anew: only their p has a floor.
    seeds_needed
        Fewest seeds at which all of them can be supported; None if no number of seeds will do.

    """

    seeds: int
    alpha: float
    predictions: int
    by_sign_flips: int
    seeds_needed: int | None

    @property
    def can_be_supported(self) -> bool:
        """Whether all primary predictions can, with as many seeds as there are."""
        # without sign flips, nothing times the p is below any alpha
        return self.seeds >= MIN_SEEDS and statistics.smallest_p(self.seeds) * self.by_sign_flips < self.alpha

    def as_json(self) -> dict[str, Any]:
        """Return it JSON-like."""
        return {**dataclasses.asdict(self), "can_be_supported": self.can_be_supported, "says": self.says()}

    def says(self) -> str:
        """Say what a verdict takes, and what is possible with the seeds there are."""
        if not self.predictions:
            return "no primary prediction is left: effects with intervals, but no verdict on the claim"
        takes = f"{self._takes()} ({counted(self.predictions, 'prediction')}, alpha {self.alpha:g})"
        if self.seeds < MIN_SEEDS:
            return f"{counted(self.seeds, 'seed')}: effects with intervals, but no verdict; {takes}"
        if self.can_be_supported:
            return f"{takes}; this study has {self.seeds}"
        return f"{self._floor()}; {takes}"

    def _takes(self) -> str:
        if self.seeds_needed is None:
            return "no number of seeds is enough for a verdict"
        if self.seeds > self.seeds_needed and not self.can_be_supported:  # beyond, p is drawn, and cruder
            return f"a verdict takes {self.seeds_needed} to {statistics.EXACT} seeds"
        return f"a verdict takes {self.seeds_needed} seeds at least"

    def _floor(self) -> str:
        least = statistics.smallest_p(self.seeds)
        text = f"{counted(self.seeds, 'seed')} can't end in supported, only in not supported or inconclusive"
        if self.by_sign_flips < self.predictions:
            text += ", on data that each seed draws anew"
        corrected = f", times {self.by_sign_flips} predictions {_p(least * self.by_sign_flips)}"
        return f"{text}: their p is {_p(least)} at the least{corrected if self.by_sign_flips > 1 else ''}"


def of(study: Study) -> Needs:
    """Count what a design's verdict takes, at its alpha and with its predictions."""
    tasks, alpha = study.primaries, study.request.alpha
    by_sign_flips = sum(task is not None and not task.resampled for task in tasks)
    fewest = statistics.fewest_seeds(alpha / by_sign_flips) if by_sign_flips else MIN_SEEDS
    return Needs(
        seeds=len(study.seeds),
        alpha=alpha,
        predictions=len(tasks),
        by_sign_flips=by_sign_flips,
        seeds_needed=fewest and max(fewest, MIN_SEEDS),
    )


def _p(value: float) -> str:
    return f"{min(value, 1):.3f}" if value >= 0.001 else f"{value:.1g}"
