"""The design of the study of data: tasks, each with its sizes, and an arm a size for a net and for simple models."""

import dataclasses
from collections.abc import Mapping, Sequence

from dlwhy.models import baselines
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.nets import NETS
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import Arm, Contrast, Recipe, Says, Study, Task, contrast
from dlwhy.studies.request import Budget, OwnData, Request
from dlwhy.training.options import TrainingOptions

NET = "net"
_STEPS = 2000
_EPOCHS = 20  # at least
_OPTIONS = TrainingOptions(batch_size=32, learning_rate=0.003, normalize="never")
_NET = NetworkSpec(layers=(64, 64))
_SMALL_NET = NetworkSpec(layers=(32, 32))
# an eighth of them is held out by the net of an own table, of each class if it can
_LEAST_ROWS = 20
_MOST_SIZES = 8

_MORE = Says(
    yes="On {task}, {n} rows are better than {first}, by {effect}.",
    no="On {task}, {n} rows are no better than {first}.",
    worse="On {task}, {n} rows are worse than {first}, by {effect}.",
    unclear="On {task}, these runs can't tell {n} rows from {first}.",
)
_DOUBLING = Says(
    yes="On {task}, the last doubling of the rows still brought {effect}.",
    no="On {task}, the last doubling of the rows brought too little to matter.",
    unclear="On {task}, it is open whether the last doubling of the rows brought anything that matters.",
)


# bins stand beside the features from 1000 rows on: with them, a curve would be of two recipes, and no law foresee it
_OWN_NET = dataclasses.replace(NETS["table-one"].network, bins=0)
_ONE_RECIPE = (
    "Your own table: the net is one of the recipe for tables (net:table-one), without bins at any size, so that the"
    " curve is of one recipe; what they bring from 1000 rows on, dlwhy study ingredients says."
)


@dataclasses.dataclass(frozen=True)
class _Row:
    """A task with its sizes."""

    since: Budget
    task: Task
    sizes: tuple[int, ...]
    models: Sequence[str] = ("logistic",)
    network: NetworkSpec = _NET
    metric: str = "accuracy"


def _doubling(first: int, last: int) -> tuple[int, ...]:
    return tuple(first * 2**i for i in range((last // first).bit_length()))


_TEACHER = Task(name="teacher", role="positive", draw="teacher")
_MOONS = Task(name="moons", role="positive", draw="moons", settings={"noise": 0.2})
_NOISE = Task(name="linear-noise", role="negative", draw="linear", settings={"features": 20, "noise": 0.5})
_SHUFFLED = Task(name="digits-shuffled", role="negative", draw="digits", settings={"shuffled": True})
_DIGITS = Task(name="digits", role="positive", draw="digits")
_ROWS = (
    _Row("quick", _TEACHER, _doubling(64, 8192)),
    # from 32, what rows bring was too near to what a few seeds can tell
    _Row("quick", _MOONS, _doubling(16, 4096), network=_SMALL_NET),
    _Row("quick", _NOISE, _doubling(64, 8192)),
    _Row("quick", _SHUFFLED, (50, 1300), ()),
    _Row("default", _DIGITS, (50, 100, 200, 400, 800, 1300), ("logistic", "svm")),
)


def design(request: Request) -> Study:
    """Return arms and predictions: one arm a size."""
    rows = [row for row in _ROWS if request.includes(row.since)]
    caveats = []
    if request.own:
        rows.append(_own(request.own))
        caveats.append(_ONE_RECIPE)
    nets = [{n: _arm(row, n, NET, _net(row, n)) for n in row.sizes} for row in rows]
    arms = [arm for sized in nets for arm in sized.values()]
    arms += [_arm(row, n, model, Simple(model=model)) for row in rows for model in row.models for n in row.sizes]
    return assemble(
        request,
        arms=arms,
        contrasts=[pair for row, sized in zip(rows, nets, strict=True) for pair in _contrasts(row.task, sized)],
        repeated=next(arm for arm in arms if arm.key == f"{_MOONS.name}: {NET}, n=4096"),
        caveats=caveats,
        planned=(_TEACHER, _NOISE),
    )


def _net(row: _Row, n: int) -> Network:
    if row.task.role == "own":
        return Network(network=row.network, options=NETS["table-one"].options, room=max(row.sizes))
    steps = max(_STEPS, _EPOCHS * -(-n // _OPTIONS.batch_size))
    return Network(network=row.network, options=_OPTIONS, steps=steps, room=max(row.sizes))


def _arm(row: _Row, n: int, model: str, recipe: Recipe) -> Arm:
    task = dataclasses.replace(row.task, settings={**row.task.settings, "n_train": n})
    return Arm(name=f"{model}, n={n}", task=task, recipe=recipe, metric=row.metric, place={"n": n, "model": model})


def _own(own: OwnData) -> _Row:
    """Return the task of the user's data, with sizes that double up to the whole training part."""
    # rows come by whole groups: at least two of each class, in case all are as large as the largest
    groups = 2 * max(2, own.classes) * own.largest if own.by == "group" else 0
    least = max(_LEAST_ROWS, 4 * own.classes, groups)
    count = max(2, min(_MOST_SIZES, (own.n_train // least).bit_length()))
    sizes = tuple(max(2, own.n_train >> halvings) for halvings in reversed(range(count)))
    task = Task(name=own.name, role="own", draw="own")
    return _Row("quick", task, sizes, (baselines.linear(own.kind),), _OWN_NET, own.metric)


def _contrasts(task: Task, nets: Mapping[int, Arm]) -> list[Contrast]:
    first, (*_, before, last) = min(nets), sorted(nets)
    more = contrast(nets[last], nets[first], _MORE, id="P1", words={"first": first})
    if task.role == "negative":
        return [more] if task.settings.get("shuffled") else []
    return [more, contrast(nets[last], nets[before], _DOUBLING, id="P2", primary=False)]
