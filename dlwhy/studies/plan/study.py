"""What a study is, as plain data: seeds, tasks, recipes, arms and predictions, fixed before any result exists.

And what comes of an arm: its runs. The code that runs a recipe stands beside its fields, in `arms` or a claim.
"""

import abc
import dataclasses
import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.request import OwnData, Request
from dlwhy.training.options import TrainingOptions

Status = Literal["ok", "diverged", "stuck", "unfinished", "failed"]
CENSUS: tuple[Status, ...] = ("ok", "diverged", "stuck", "unfinished", "failed")
# there is no result to compare
LOST = ("diverged", "failed")
Role = Literal["positive", "negative", "real", "own"]
# where an arm stands in its design: ``{"n": 512, "model": "net"}``
Place = Mapping[str, Any]
# draws that split the same rows for all seeds
_RESAMPLED = ("own", "table", "digits", "digits-moved")
# of the settings of a task, where a file lies and what may be read of it: no row depends on them
_PLACES = ("path", "max_size")
# half decades
ADAM_RATES = tuple(float(f"{10**power:.4g}") for power in np.arange(-4.5, -0.4, 0.5))
SGD_RATES = tuple(float(f"{10**power:.4g}") for power in np.arange(-3, 1.1, 0.5))
# of tuning and scoring, and of how recipes are written: a change makes all rows stale
PROTOCOL = 9
TUNING_SEEDS = 4
_PURPOSES = {"report": 1, "tuning": 2}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seeds:
    """Seeds of an arm's runs."""

    report: tuple[int, ...]  # of the runs that are reported
    tuning: tuple[int, ...]  # of those that choose the learning rate


def draw_seeds(base_seed: int, purpose: str, count: int) -> tuple[int, ...]:
    """Derive seeds: more of them begin with the same ones; those of two purposes have nothing in common."""
    state = np.random.SeedSequence(base_seed, spawn_key=(_PURPOSES[purpose],)).generate_state(2 * count)
    # a seed stays below 2**31, so that a shifted one is valid, too
    return tuple(int(value) for value in dict.fromkeys(state >> 1))[:count]


def training_seed(seed: int, shift: int) -> int:
    """Return the seed of initial weights, shuffling and masks: the run's own, or for a shifted arm another one."""
    return seed if not shift else int(np.random.SeedSequence(seed, spawn_key=(9, shift)).generate_state(1)[0])


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
class Run:
    """One run: an arm with one seed.

    Parameters
    ----------
    seed
        What decided the draw, the initial weights, the shuffling and the masks.
    metrics
        Results on held-out rows, by name; those on training rows begin with ``train_``.
    status
        How it ended: ``ok``; ``diverged`` (a loss that is not finite); ``stuck`` (predicts one class only);
        ``unfinished`` (the loss was still falling fast); ``failed`` (an error).
    reason
        Why, if it did not end well.
    n_train, overlap
        Rows to train on, and n_test / n_train where all seeds resample one data set, else 0.
    parameters, epochs, flops
        Size of the model, passes over its rows, and operations of the training, where that can be said.
    seconds
        Its share of the time that training took, without the choice of a learning rate.
    learning_rate
        The rate that was used.
    extra
        What only one study keeps, JSON-like.

    """

    seed: int
    metrics: Mapping[str, float | None]
    status: Status = "ok"
    reason: str = ""
    n_train: int = 0
    overlap: float = 0.0
    parameters: int = 0
    epochs: float = 0.0
    flops: float = 0.0
    seconds: float = 0.0
    learning_rate: float | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """All runs of one arm, in the order of the seeds.

    Parameters
    ----------
    runs
        One a seed.
    rates
        Score of each learning rate that was tried, by rate.
    at_edge
        Whether the best rate is the smallest or the largest that was tried.
    hopeless
        Whether no rate does better than guessing.
    seconds
        What all of it took: drawing the data, choosing the rate, compiling, training and scoring.

    """

    runs: tuple[Run, ...]
    rates: Mapping[str, float] = dataclasses.field(default_factory=dict)
    at_edge: bool = False
    hopeless: bool = False
    seconds: float = 0.0


Results = Mapping[str, Outcome]


def census(runs: Sequence[Run]) -> dict[str, int]:
    """Count how runs ended."""
    return {kind: sum(run.status == kind for run in runs) for kind in CENSUS}


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
    def run(self, task: Task, seeds: Seeds, dataset: Dataset | None) -> Outcome:
        """Run once a seed on draws of the task; the data set is the user's own, for a task that draws from it."""

    def to_json(self) -> dict[str, Any]:
        """Return everything that decides the rows, JSON-like."""
        return {"recipe": type(self).__name__, **dataclasses.asdict(self, dict_factory=_with_lists)}


def _with_lists(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a JSON object of the fields of a dataclass: read back it is the same."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in pairs}


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

    def steps_on(self, rows: int) -> int | None:  # noqa: ARG002  # for others
        """Return the steps of a training on so many rows; None if that can't be said."""
        return self.steps


@dataclasses.dataclass(frozen=True)
class Says:
    """What a student is told of a prediction; ``{effect}`` stands for the effect with its interval.

    So do ``{task}``, ``{arm}``, ``{base}`` and words of the prediction's own until `filled` puts them in.
    """

    yes: str = ""  # if the arm helps
    no: str = ""  # if it brings nothing that matters
    unclear: str = ""  # if that is open
    worse: str = ""  # if it hurts; by default `no`
    may_hurt: str = ""  # if it brings nothing that matters, and may hurt; by default `no`

    def filled(self, **words: Any) -> "Says":
        """Put words in their places, but for the effect."""
        return Says(*(text.format(effect="{effect}", **words) for text in dataclasses.astuple(self)))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prediction:
    """One prediction on one task."""

    id: str  # which of the study's: ``P1``
    task: str
    role: Role  # what the task is for
    metric: str
    contrast: str  # what is compared: ``depth 3 - depth 1``
    arm: str = ""  # names of the two arms that are compared, where it is two
    base: str = ""
    part: str = ""  # what the arm has and the base has not, in words, where that is no name of an arm
    primary: bool = True  # whether it decides the verdict and enters Holm's correction
    smallest: float | None = None  # smallest effect that matters; None for the study's
    says: Says = Says()
    told: bool = True  # whether its sentence is shown; one of many alike is told in sum


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
        task["settings"] = {name: value for name, value in self.task.settings.items() if name not in _PLACES}
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
        return (
            *(self.arms[contrast.arm].task for contrast in self.contrasts if contrast.prediction.primary),
            *self.planned,
        )

    @property
    def runs(self) -> int:
        """Runs that are reported."""
        return sum(len(self.seeds_of(arm)) for arm in self.every.values())

    def seeds_of(self, arm: Arm) -> tuple[int, ...]:
        """Return the seeds of an arm's runs: all, or as few as its recipe says."""
        return self.seeds[: arm.recipe.repeats]


def about(
    task: Task, says: Says, *, words: Mapping[str, Any] | None = None, primary: bool = False, **fields: Any
) -> Prediction:
    """Predict something of a task, with words for what is said, and other fields of `Prediction`."""
    told = says.filled(task=task.name, **(words or {}))
    return Prediction(task=task.name, role=task.role, says=told, primary=primary, **fields)


def contrast(
    arm: Arm, base: Arm, says: Says, *, words: Mapping[str, Any] | None = None, primary: bool = True, **fields: Any
) -> Contrast:
    """Predict that an arm is better than another one, on its own task and by default in its own metric.

    Where the arm stands are words for what is said, too; for the rest see `about`.
    """
    names = {"arm": arm.name, "base": base.name}
    fields = {"metric": arm.metric, "contrast": f"{arm.name} - {base.name}", "primary": primary, **names, **fields}
    prediction = about(arm.task, says, words={**arm.place, **names, **(words or {})}, **fields)
    return Contrast(arm=arm.key, base=base.key, prediction=prediction)


def rows_of(task: Task, own: OwnData | None) -> int | None:
    """Return how many rows of a task are trained on; None if its draw decides."""
    n_train = task.settings.get("n_train") or (own.n_train if own else None)
    return None if n_train is None else int(n_train)


def fingerprint(arm: Arm, seeds: Seeds, *, own: OwnData | None, versions: Mapping[str, str]) -> str:
    """Return the SHA-256 of all that decides an arm's rows; of the user's data, only where the arm learns from them."""
    parts = {
        "protocol": PROTOCOL,
        "arm": arm.to_json(),
        "seeds": dataclasses.asdict(seeds),
        "own": own.fingerprint if own and arm.task.draw == "own" else None,
        "versions": dict(versions),
    }
    return digest(parts)


def digest(value: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a JSON object, whatever the order of its keys; 2 and 2.0 differ."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=dict).encode()).hexdigest()
