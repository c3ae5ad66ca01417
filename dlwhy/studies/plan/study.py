"""What a study is, as plain data: tasks, arms, contrasts and seeds, all fixed before any result exists."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from dlwhy.studies.plan.prediction import Prediction, Role, Says
from dlwhy.studies.plan.recipe import Recipe
from dlwhy.studies.plan.seeds import TUNING_SEEDS, Seeds, draw_seeds
from dlwhy.studies.request import Request

# where an arm stands in its design: ``{"n": 512, "model": "net"}``
Place = Mapping[str, Any]
# draws that split the same rows for all seeds
_RESAMPLED = ("own", "digits", "digits-moved")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be learnt, from a draw of its own for each seed."""

    name: str  # as the user sees it: ``rings-4``
    role: Role  # ``positive`` and ``negative`` controls; ``real`` data that are no control; the user's ``own``
    draw: str  # its name in `tasks.registry`
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # what the draw takes, JSON-like

    @property
    def resampled(self) -> bool:
        """Whether all seeds split the same rows, so that p is of a corrected t test, not of sign flips."""
        return self.draw in _RESAMPLED


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arm:
    """One recipe on one task, to be run once for each seed."""

    name: str  # as the user sees it: ``depth 3``
    task: Task
    recipe: Recipe
    metric: str = "accuracy"  # the metric that is the arm's value
    place: Place = dataclasses.field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name among all arms of a study."""
        return f"{self.task.name}: {self.name}"

    def to_json(self) -> dict[str, Any]:
        """Return everything that decides its results, JSON-like; where it stands does not."""
        task, recipe = dataclasses.asdict(self.task), self.recipe.to_json()
        return {"name": self.name, "task": task, "recipe": recipe, "metric": self.metric}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contrast:
    """A prediction that is the paired difference of two arms, by their keys: `arm` less `base`."""

    arm: str
    base: str
    prediction: Prediction


@dataclasses.dataclass(frozen=True, kw_only=True)
class Repeated:
    """The A/A arm: an arm of the study once more, with other seeds; it stands beside the arms, not among them."""

    arm: Arm
    base: str  # key of the arm that it repeats


@dataclasses.dataclass(frozen=True, kw_only=True)
class Study:
    """A whole study."""

    request: Request
    arms: Mapping[str, Arm]  # by key, but for the A/A arm
    contrasts: tuple[Contrast, ...]  # the predictions that are paired differences
    a_a: Repeated | None
    smallest_effect: float = 0.01  # smallest effect that matters
    caveats: tuple[str, ...] = ()  # what belongs on the page whatever comes out
    planned: tuple[Task | None, ...] = ()  # tasks of the other primary predictions; None for all tasks together

    @property
    def name(self) -> str:
        """Which study."""
        return self.request.claim

    @functools.cached_property
    def every(self) -> Mapping[str, Arm]:
        """All arms that are run, by key: the A/A arm behind the others."""
        return {**self.arms, **({self.a_a.arm.key: self.a_a.arm} if self.a_a else {})}

    @functools.cached_property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the runs that are reported."""
        return draw_seeds(self.request.base_seed, "report", self.request.seeds)

    @property
    def all_seeds(self) -> Seeds:
        """Seeds of every arm, those that choose learning rates among them."""
        return Seeds(report=self.seeds, tuning=draw_seeds(self.request.base_seed, "tuning", TUNING_SEEDS))

    @property
    def primaries(self) -> tuple[Task | None, ...]:
        """Tasks of all primary predictions, which are corrected for their number."""
        return (*(self.arms[each.arm].task for each in self.contrasts if each.prediction.primary), *self.planned)

    @property
    def runs(self) -> int:
        """Runs that are reported."""
        return sum(len(self.seeds_of(arm)) for arm in self.every.values())

    def seeds_of(self, arm: Arm) -> tuple[int, ...]:
        """Return the seeds of an arm's runs: all, or as few as its recipe says."""
        return self.seeds[: arm.recipe.repeats]


def about(
    task: Task,
    id: str,  # noqa: A002  # the field's name in study.json
    metric: str,
    contrast: str,
    says: Says,
    *,
    primary: bool = False,
    **more: Any,
) -> Prediction:
    """Predict something of a task; `more` are other fields of `Prediction`."""
    of_task: dict[str, Any] = {"task": task.name, "role": task.role, **more}
    return Prediction(id=id, metric=metric, contrast=contrast, says=says, primary=primary, **of_task)


def contrast(
    id: str,  # noqa: A002
    arm: Arm,
    base: Arm,
    says: Says,
    *,
    primary: bool = True,
    metric: str | None = None,
    **more: Any,
) -> Contrast:
    """Predict that an arm is better than another one, on its own task and by default in its own metric."""
    names = {"arm": arm.name, "base": base.name}
    compared = f"{arm.name} - {base.name}"
    prediction = about(arm.task, id, metric or arm.metric, compared, says, primary=primary, **names, **more)
    return Contrast(arm=arm.key, base=base.key, prediction=prediction)
