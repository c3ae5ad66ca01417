"""What a study is, as plain data: tasks, arms, contrasts and seeds, all fixed before any result exists."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from dlwhy.errors import UsageError, display
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.request import OwnData, Request
from dlwhy.training.options import TrainingOptions


class UnknownNamesError(UsageError):
    """`--only` names what a study has not; `names` are those names."""

    names: tuple[str, ...] = ()


Role = Literal["positive", "negative", "real", "own"]
TUNING_SEEDS = 4
# of rows that are resampled, what is held out
TEST_SHARE = 0.25
# of tuning and scoring: a change makes all rows stale
PROTOCOL = 7
# half decades
ADAM_RATES = tuple(float(f"{10**power:.4g}") for power in np.arange(-4.5, -0.4, 0.5))
SGD_RATES = tuple(float(f"{10**power:.4g}") for power in np.arange(-3, 1.1, 0.5))
_PURPOSES = {"report": 1, "tuning": 2}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be learnt, from a draw of its own for each seed.

    Parameters
    ----------
    name
        As the user sees it: ``rings-4``.
    role
        ``positive`` and ``negative`` controls; ``real`` data that are no control; the user's ``own``.
    draw
        Its name in `tasks`, or ``own``.
    settings
        What `tasks.draw` takes, JSON-like.

    """

    name: str
    role: Role
    draw: str
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def resampled(self) -> bool:
        """Whether all seeds split the same rows, so that p is of a corrected t test, not of sign flips."""
        return self.draw in ("own", "digits", "digits-moved")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arm:
    """One recipe on one task, to be run once for each seed.

    Parameters
    ----------
    name
        As the user sees it: ``depth 3``.
    task
        What it learns.
    kind
        Who runs it: ``MODULE.FUNCTION`` in `dlwhy.studies`.
    network, options, steps
        The recipe of a network; `steps` of its batches, whatever the number of rows.
    rates
        Learning rates to choose from, ascending; none leaves the rate of the options.
    metric
        The metric that is the arm's value.
    settings
        What else its function takes, JSON-like.
    shift
        Trains with other seeds on the same draws: the A/A arm has 1.

    """

    name: str
    task: Task
    kind: str = "networks.run"
    network: NetworkSpec | None = None
    options: TrainingOptions = dataclasses.field(default_factory=lambda: TrainingOptions(normalize="never"))
    steps: int | None = None
    rates: tuple[float, ...] = ()
    metric: str = "accuracy"
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    shift: int = 0

    @property
    def key(self) -> str:
        """Its name among all arms of a study."""
        return f"{self.task.name}: {self.name}"

    @property
    def durations(self) -> list[int]:
        """Steps of each training of a run, ascending: those of its settings, of which `steps` may move the last."""
        given = self.settings.get("durations", ())
        last = self.steps or max(given, default=0)
        return [*(steps for steps in given if steps < last), last]

    @property
    def models(self) -> int:
        """Models that a run trains."""
        return len(self.durations) * int(self.settings.get("members", 1))

    def to_json(self) -> dict[str, Any]:
        """Give everything that decides its results, JSON-like."""
        return {
            **{field.name: getattr(self, field.name) for field in dataclasses.fields(self)},
            "task": dataclasses.asdict(self.task),
            "network": self.network.to_json() if self.network else None,
            "options": self.options.to_json(),
            "rates": list(self.rates),
            "settings": dict(self.settings),
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contrast:
    """A prediction that two arms differ: paired difference, `arm` less `base`, in one metric.

    Parameters
    ----------
    id
        Which of the study's predictions: ``P1``.
    arm, base
        Keys of the arms.
    metric
        Which metric; None for the value of the arms.
    primary
        Whether it decides the verdict and enters Holm's correction.
    lower
        Whether the prediction is that the metric is lower: the difference is then `base` less `arm`.
    smallest
        Smallest effect that matters here; None for the study's.
    yes, no, unclear, worse
        The sentence for a student; see `wording.Sentences`.
    told
        Whether that sentence is shown; one of many alike is told in sum.

    """

    id: str
    arm: str
    base: str
    metric: str | None = None
    primary: bool = True
    lower: bool = False
    smallest: float | None = None
    yes: str = ""
    no: str = ""
    unclear: str = ""
    worse: str = ""
    told: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Planned:
    """A primary prediction that is no paired difference of two arms: the claim's own findings will have it.

    Parameters
    ----------
    id, task
        As in its `Finding`; no task where it is on all data sets together.

    """

    id: str
    task: Task | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Study:
    """A whole study.

    Parameters
    ----------
    request
        What was asked.
    claim
        The essay's claim, in a sentence.
    arms
        All arms, by key.
    contrasts
        The predictions that are paired differences.
    planned
        The other primary ones.
    a_a
        Keys of the A/A arm and of the arm that it repeats.
    smallest_effect
        Smallest effect that matters.
    caveats
        What belongs on the page whatever comes out.

    """

    request: Request
    claim: str
    arms: Mapping[str, Arm]
    contrasts: tuple[Contrast, ...]
    a_a: tuple[str, str] | None
    smallest_effect: float = 0.01
    caveats: tuple[str, ...] = ()
    planned: tuple[Planned, ...] = ()

    @property
    def name(self) -> str:
        """Which study."""
        return self.request.claim

    @functools.cached_property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the runs that are reported."""
        return draw_seeds(self.request.base_seed, "report", self.request.seeds)

    @property
    def primaries(self) -> tuple[Task | None, ...]:
        """Tasks of all primary predictions, which are corrected for their number."""
        compared = [self.arms[each.arm].task for each in self.contrasts if each.primary]
        return (*compared, *(each.task for each in self.planned))

    @property
    def runs(self) -> int:
        """Runs that are reported."""
        return sum(self.runs_of(arm) for arm in self.arms.values())

    def runs_of(self, arm: Arm) -> int:
        """Count an arm's runs: one a seed, or as few as its settings say, as ``repeats``."""
        return len(self.seeds[: arm.settings.get("repeats")])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seeds:
    """Seeds of an arm's runs: those that are reported, and those that choose its learning rate."""

    report: tuple[int, ...]
    tuning: tuple[int, ...]


def draw_seeds(base_seed: int, purpose: str, count: int) -> tuple[int, ...]:
    """Derive seeds: more of them begin with the same ones; those of two purposes have nothing in common."""
    state = np.random.SeedSequence(base_seed, spawn_key=(_PURPOSES[purpose],)).generate_state(2 * count)
    # a seed stays below 2**31, so that a shifted one is valid, too
    return tuple(int(value) for value in dict.fromkeys(state >> 1))[:count]


def training_seed(seed: int, shift: int) -> int:
    """Give the seed of initial weights, shuffling and masks: the run's own, or for a shifted arm another one."""
    return seed if not shift else int(np.random.SeedSequence(seed, spawn_key=(9, shift)).generate_state(1)[0])


def seeds_of(study: Study) -> Seeds:
    """Give the seeds of every arm of a study."""
    return Seeds(report=study.seeds, tuning=draw_seeds(study.request.base_seed, "tuning", TUNING_SEEDS))


def assemble(
    request: Request,
    *,
    claim: str,
    arms: Sequence[Arm],
    contrasts: Sequence[Contrast],
    a_a: Arm | None,
    smallest_effect: float = 0.01,
    caveats: Sequence[str] = (),
    planned: Sequence[Planned] = (),
) -> Study:
    """Put a study together: add the A/A arm, apply `--epochs`, and leave out what `--only` does not name.

    Parameters
    ----------
    request, claim, arms, contrasts, smallest_effect, caveats, planned
        See `Study`; predictions whose arms are not there are left out.
    a_a
        The arm that is repeated with other seeds.

    Raises
    ------
    UnknownNamesError
        If `--only` names what there is not.

    """
    made = [*arms, dataclasses.replace(a_a, name=f"{a_a.name}, A/A", shift=1)] if a_a else list(arms)
    pair = (made[-1].key, a_a.key) if a_a else None
    # the user's own question is asked, run, told and drawn first
    made.sort(key=lambda arm: arm.task.role != "own")
    _check_names(request, made)
    kept = {arm.key: _with_epochs(arm, request) for arm in made if _is_kept(arm, request)}
    return Study(
        request=request,
        claim=claim,
        arms=kept,
        contrasts=tuple(each for each in contrasts if each.arm in kept and each.base in kept),
        a_a=pair if pair and pair[0] in kept and pair[1] in kept else None,
        smallest_effect=request.smallest_effect or smallest_effect,
        caveats=tuple(caveats),
        planned=tuple(each for each in planned if _is_left(each, kept.values(), request)),
    )


def _is_left(planned: Planned, arms: Iterable[Arm], request: Request) -> bool:
    if planned.task is None:
        return not request.only
    return any(arm.task.name == planned.task.name for arm in arms)


def _check_names(request: Request, arms: Sequence[Arm]) -> None:
    known = dict.fromkeys(name for arm in arms for name in (arm.task.name, arm.name, arm.key))
    unknown = tuple(name for name in request.only if name not in known)
    if unknown:
        tasks = ", ".join(dict.fromkeys(arm.task.name for arm in arms))
        shown = ", ".join(map(display, unknown))
        error = UnknownNamesError(f"--only {shown}: no such task or arm in {request.claim}", f"tasks: {tasks}")
        error.names = unknown
        raise error


def _is_kept(arm: Arm, request: Request) -> bool:
    return not request.only or bool(
        {arm.task.name, arm.name, arm.key, arm.name.removesuffix(", A/A")} & {*request.only}
    )


def _with_epochs(arm: Arm, request: Request) -> Arm:
    n_train = arm.task.settings.get("n_train") or (round(request.own.rows * (1 - TEST_SHARE)) if request.own else None)
    if request.epochs is None or arm.steps is None or n_train is None:
        return arm
    return dataclasses.replace(arm, steps=request.epochs * -(-int(n_train) // arm.options.batch_size))


def matched_width(*, features: int, depth: int, outputs: int, parameters: int) -> int:
    """Give the width at which `depth` equal hidden layers have a number of parameters as near as can be.

    Raises
    ------
    UsageError
        If there is no hidden layer to widen.

    """
    if depth < 1:
        raise UsageError("a network without hidden layers has no width")

    def count(width: int) -> int:
        return (features + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * outputs

    return min(range(1, 4097), key=lambda width: abs(count(width) - parameters))


def fingerprint(arm: Arm, seeds: Seeds, *, own: OwnData | None, versions: Mapping[str, str]) -> str:
    """Give the SHA-256 of all that decides an arm's rows; of the user's data, only where the arm learns from them."""
    parts = {
        "protocol": PROTOCOL,
        "arm": arm.to_json(),
        "seeds": dataclasses.asdict(seeds),
        "own": own.fingerprint if own and arm.task.draw == "own" else None,
        "versions": dict(versions),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


Design = Callable[[Request], Study]
