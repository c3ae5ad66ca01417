"""The design of the study of transfer: tasks with few labels, and what learns them from what it starts with."""

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from dlwhy import files
from dlwhy.errors import InputRefusedError, InputUnreadableError, UsageError
from dlwhy.models.keras_file import archive
from dlwhy.models.keras_file.checking import MAX_SIZE, MEBIBYTE
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.transfer.arms import Carried, OnFeatures, Source
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import ADAM_RATES, Arm, Contrast, Recipe, Role, Says, Study, Task, contrast
from dlwhy.studies.request import Budget, OwnData, Request
from dlwhy.training.options import TrainingOptions

FEW = 5
SCRATCH, TUNED, FROZEN, _SHUFFLED = "scratch", "fine-tuned", "frozen + logistic", "shuffled source"
_RANDOM, _LOGISTIC, _NEAREST = "random + logistic", "logistic on inputs", "nearest neighbour"
WORDS = {
    SCRATCH: "training from scratch",
    TUNED: "fine-tuning",
    FROZEN: "a logistic head on frozen features",
    _SHUFFLED: "fine-tuning from a source with shuffled labels",
    _RANDOM: "a logistic head on random features",
    _LOGISTIC: "logistic regression on the inputs",
    _NEAREST: "the nearest neighbour",
}
_BEATS = Says(
    yes="On {task} with {k} labels a class, {words} beats {others}, by {effect}.",
    no="On {task} with {k} labels a class, {words} does not beat {others}.",
    worse="On {task} with {k} labels a class, {words} is worse than {others}, by {effect}.",
    unclear="On {task} with {k} labels a class, these runs can't tell {words} from {others}.",
)
TRUNK = "trunk-shared"
_CAVEAT = (
    "On the digits, every seed draws the labelled images anew from the same 896: intervals are about which few are "
    "labelled, not about other writers."
)
_STEPS = 300
_SOURCE_STEPS = 1500
# chosen on seeds of their own, by the sources' own held-out rows
_SOURCE_RATES = {"trunk": 0.003, "digits-moved": 0.01}
_OPTIONS = TrainingOptions(batch_size=32, normalize="never")
_NET = NetworkSpec(layers=(64, 64), initializer="he_uniform")
# a few labels of a random target say little of a rate: up to so many, each tuning seed has several targets of its own
_NOISY, _TUNING_TARGETS = 20, 4
Start = Literal["nothing", "source", "shuffled", "random"]


@dataclasses.dataclass(frozen=True)
class _Way:
    """What an arm starts from, and the simple model that learns the target; None for a network."""

    since: Budget
    start: Start
    model: str | None = None
    neighbours: int | None = None


_WAYS: Mapping[str, _Way] = {
    SCRATCH: _Way("quick", "nothing"),
    TUNED: _Way("quick", "source"),
    FROZEN: _Way("quick", "source", "logistic"),
    _SHUFFLED: _Way("quick", "shuffled"),
    _RANDOM: _Way("default", "random", "logistic"),
    _LOGISTIC: _Way("default", "nothing", "logistic"),
    # with a few labels a class, five neighbours would be of several classes
    _NEAREST: _Way("default", "nothing", "nearest-neighbours", neighbours=1),
}
QUICK = tuple(name for name, way in _WAYS.items() if way.since == "quick")
# thorough: hidden layers that are carried over, and how many of them are left as they are
_CARRIED = ((1, 0), (1, 1), (2, 2))


def _task(name: str, role: Role, draw: str, **settings: float) -> Task:
    return Task(name=name, role=role, draw=draw, settings=settings)


# tasks, with labels a class
_TASKS = (
    (_task(TRUNK, "positive", "trunk", rho=1.0), (FEW, 10, 20, 50, 200, 700)),
    (_task("digits-shifted", "positive", "digits-moved", canvas=12), (1, FEW, 20, 50)),
    (_task("trunk-apart", "negative", "trunk", rho=0.0), (FEW, 20, 50)),
    (_task("digits-centred", "real", "digits-moved", canvas=8), (1, FEW, 20, 50)),
)


def design(request: Request) -> Study:
    """Return arms and predictions; `default` adds labels, all arms and real data, `thorough` the layers carried."""
    arms: list[Arm] = []
    contrasts: list[Contrast] = []
    carried: list[Arm] = []
    for task, counts in _TASKS:
        of_task = {
            (name, k): _arm(task, name, k)
            for k in counts
            if request.includes("quick" if k == FEW and task.role != "real" else "default")
            for name, way in _WAYS.items()
            if request.includes(way.since) and (name != _SHUFFLED or task.role == "positive")
        }
        arms += of_task.values()
        if of_task:
            contrasts += _contrasts({name: arm for (name, k), arm in of_task.items() if k == FEW})
        if task.role == "positive" and request.includes("thorough"):
            carried += [_carrying(task, *layers) for layers in _CARRIED]
    repeated = next(arm for arm in arms if arm.key == f"{TRUNK}: {SCRATCH}, k={FEW}")
    arms += carried
    if "source" in request.extra:
        own, predicted = _own(request, str(request.extra["source"]))
        arms, contrasts = [*arms, *own], [*contrasts, *predicted]
    return assemble(request, arms=arms, contrasts=contrasts, repeated=repeated, caveats=(_CAVEAT,))


def _arm(task: Task, name: str, k: int) -> Arm:
    # shuffled sources are a negative control of their own
    control = dataclasses.replace(task, name=f"{task.name}-shuffled", role="negative") if name == _SHUFFLED else task
    return _placed(control, name, k, _recipe(task, _WAYS[name], k), of=task.name)


def _placed(task: Task, name: str, k: int, recipe: Recipe, *, of: str, metric: str = "accuracy") -> Arm:
    labelled = dataclasses.replace(task, settings={**task.settings, "k": k})
    place = {"of": of, "way": name, "k": k}
    return Arm(name=f"{name}, k={k}", task=labelled, recipe=recipe, metric=metric, place=place)


def _recipe(task: Task, way: _Way, k: int) -> Recipe:
    learnt = way.start in ("source", "shuffled")
    source = _source(task, shuffled=way.start == "shuffled") if learnt else None
    if way.model and way.start == "nothing":
        return Simple(model=way.model, neighbours=way.neighbours)
    if way.model:
        return OnFeatures(network=_NET, model=way.model, source=source)
    return _network(task, k, source=source)


def _source(task: Task, *, shuffled: bool = False) -> Source:
    return Source(rate=_SOURCE_RATES[task.draw], steps=_SOURCE_STEPS, shuffled=shuffled)


def _network(task: Task, k: int, **start: Any) -> Carried:
    targets = _TUNING_TARGETS if task.draw == "trunk" and k <= _NOISY else 1
    common = {"network": _NET, "options": _OPTIONS, "steps": _STEPS, "rates": ADAM_RATES, "tuning_targets": targets}
    return Carried(**{**common, **start})


def _carrying(task: Task, carry: int, freeze: int) -> Arm:
    name = f"{carry} carried, {'frozen' if freeze else 'fine-tuned'}"
    recipe = _network(task, FEW, source=_source(task), carry=carry, freeze=freeze)
    return _placed(task, name, FEW, recipe, of=task.name)


def _contrasts(arms: Mapping[str, Arm]) -> list[Contrast]:
    positive = arms[SCRATCH].task.role == "positive"
    predicted = [
        _compared("P1", arms[TUNED], arms[SCRATCH], primary=positive),
        _compared("P1", arms[FROZEN], arms[SCRATCH]),
    ]
    if positive:
        predicted += [
            _compared("P1", arms[_SHUFFLED], arms[SCRATCH]),
            _compared("P3", arms[TUNED], arms[_SHUFFLED], primary=True),
        ]
        if _RANDOM in arms:
            predicted.append(_compared("P3", arms[FROZEN], arms[_RANDOM]))
    return predicted


def _compared(id: str, arm: Arm, base: Arm, *, primary: bool = False) -> Contrast:  # noqa: A002  # as in study.json
    words = {"words": WORDS[arm.place["way"]], "others": WORDS[base.place["way"]]}
    return contrast(arm, base, _BEATS, id=id, words=words, primary=primary)


def _own(request: Request, path: str) -> tuple[list[Arm], list[Contrast]]:
    """Return arms and predictions for a model of the user's, carried over to data of the user's."""
    own = request.own
    if own is None:
        raise UsageError("--source carries a model over to your own data", "name them with --data")
    network, sha256 = _source_file(path)
    task, counts = Task(name=own.name, role="own", draw="own"), _own_labels(own)
    arms, contrasts = [], []
    for k in counts:
        recipes = {
            SCRATCH: _network(task, k, network=network, options=dataclasses.replace(_OPTIONS, normalize="always")),
            TUNED: _network(task, k, network=network, file=path, sha256=sha256),
        }
        scratch, tuned = (
            _placed(task, name, k, recipe, of=own.name, metric=own.metric) for name, recipe in recipes.items()
        )
        arms += [scratch, tuned]
        contrasts.append(_compared("P1", tuned, scratch, primary=k == counts[0]))
    return arms, contrasts


def _own_labels(own: OwnData) -> tuple[int, ...]:
    """Return labels a class (rows, for regression): few, more, and all of the training part.

    Rows that come by whole groups are never fewer than the largest group, which would all be of one class.
    """
    most = max(1, own.n_train // max(1, own.classes))
    return *(k for k in ((FEW, 20) if own.classes else (20, 80)) if own.largest <= k < most), most


def _source_file(path: str) -> tuple[NetworkSpec, str | None]:
    """Return the network of a model file, and what tells the file from another one of its name.

    A study is shown from its rows alone, when the file may be gone: then there is nothing to tell.
    """
    try:
        content = files.read_bytes(path, limit=MAX_SIZE * MEBIBYTE)
    except InputUnreadableError:
        return _NET, None
    told = archive.describe(path)
    if told["inputs"]:
        raise InputRefusedError(f"{files.shown(path)}: takes hand-made inputs (--inputs): its layers know no features")
    if told["network"] is not None:
        network = NetworkSpec.from_json(told["network"])
    else:
        dense = [layer for layer in told["layers"] if layer["type"] == "Dense"][:-1]
        network = NetworkSpec(layers=tuple(layer["outputs"] for layer in dense), activation=dense[0]["activation"])
    return network, hashlib.sha256(content).hexdigest()
