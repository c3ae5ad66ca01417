"""Recipes: how an arm is run, as plain data; the code that runs one stands beside its fields, in `arms` or a claim."""

import abc
import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.plan.outcome import Outcome
from dlwhy.studies.plan.seeds import Seeds
from dlwhy.training.options import TrainingOptions

if TYPE_CHECKING:
    from dlwhy.studies.plan.study import Task

# half decades
ADAM_RATES = tuple(float(f"{10**power:.4g}") for power in np.arange(-4.5, -0.4, 0.5))
SGD_RATES = tuple(float(f"{10**power:.4g}") for power in np.arange(-3, 1.1, 0.5))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe(abc.ABC):
    """What an arm does with the data of its task; its fields decide the rows."""

    repeats: int | None = None  # runs on as few of the seeds; None for all
    alone: bool = False  # measures time, with nothing beside it
    shift: int = 0  # trains with other seeds on the same draws: the A/A arm has 1

    @property
    def models(self) -> int:
        """Models that a run trains."""
        return 1

    @abc.abstractmethod
    def run(self, task: "Task", seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Run once a seed on draws of the task; the data set is the user's own, for a task that draws from it."""

    def to_json(self) -> dict[str, Any]:
        """Return everything that decides the rows, JSON-like."""
        return {"recipe": type(self).__name__, **dataclasses.asdict(self)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkRecipe(Recipe):
    """A recipe that trains networks."""

    network: NetworkSpec
    options: TrainingOptions = dataclasses.field(default_factory=lambda: TrainingOptions(normalize="never"))
    steps: int | None = None  # batches of a training, whatever the number of rows
    rates: tuple[float, ...] = ()  # learning rates to choose from, ascending; none leaves the rate of the options
    room: int = 0  # rows of the largest of several sizes, so that all of them have one program
    log_every: int | None = None  # steps that make a row of the history

    @property
    def models(self) -> int:
        """Models that a run trains."""
        return len(self.lengths)

    @property
    def lengths(self) -> tuple[int, ...]:
        """Steps of each training of a run, ascending."""
        return (self.steps or 0,)
