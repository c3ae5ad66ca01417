"""The design of the study of data: tasks, each with its sizes, and an arm a size for a net and for simple models."""

import dataclasses
from collections.abc import Mapping, Sequence

from dlwhy.models import baselines
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.prediction import Says
from dlwhy.studies.plan.study import Arm, Contrast, Study, Task, contrast
from dlwhy.studies.request import Budget, OwnData, Request
from dlwhy.training.options import TrainingOptions

NET = "net"
_STEPS = 2000
_EPOCHS = 20  # at least
_OPTIONS = TrainingOptions(batch_size=32, learning_rate=0.003, normalize="never")
_NET = NetworkSpec(layers=(64, 64))
_SMALL_NET = NetworkSpec(layers=(32, 32))
_LEAST_ROWS = 20
_MOST_SIZES = 8


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
    nets = {row.task.name: _nets(row) for row in rows}
    arms = [arm for sized in nets.values() for arm in sized.values()]
    arms += [arm for row in rows for arm in _simple(row)]
    if request.own:
        row = _own(request.own)
        rows.append(row)
        nets[row.task.name] = _nets(row)
        arms += [*nets[row.task.name].values(), *_simple(row)]
    return assemble(
        request,
        arms=arms,
        contrasts=[each for row in rows for each in _contrasts(row.task, nets[row.task.name])],
        repeated=nets[_MOONS.name][4096],
        planned=(_TEACHER, _NOISE),
    )


def _nets(row: _Row) -> Mapping[int, Arm]:
    return {
        n: Arm(
            name=f"{NET}, n={n}",
            task=_sized(row.task, n),
            recipe=Network(
                network=row.network,
                options=_OPTIONS,
                steps=max(_STEPS, _EPOCHS * -(-n // _OPTIONS.batch_size)),
                room=max(row.sizes),
            ),
            metric=row.metric,
            place={"n": n, "model": NET},
        )
        for n in row.sizes
    }


def _simple(row: _Row) -> list[Arm]:
    return [
        Arm(
            name=f"{model}, n={n}",
            task=_sized(row.task, n),
            recipe=Simple(model=model),
            metric=row.metric,
            place={"n": n, "model": model},
        )
        for model in row.models
        for n in row.sizes
    ]


def _sized(task: Task, n: int) -> Task:
    return dataclasses.replace(task, settings={**task.settings, "n_train": n})


def _own(own: OwnData) -> _Row:
    """Return the task of the user's data, with sizes that double up to the whole training part."""
    least = max(_LEAST_ROWS, 4 * own.classes)
    count = max(2, min(_MOST_SIZES, (own.n_train // least).bit_length()))
    sizes = tuple(max(2, own.n_train >> halvings) for halvings in reversed(range(count)))
    task = Task(name=own.name, role="own", draw="own")
    return _Row("quick", task, sizes, (baselines.linear(own.kind),), metric=own.metric)


def _contrasts(task: Task, nets: Mapping[int, Arm]) -> list[Contrast]:
    first, (*_, before, last) = min(nets), sorted(nets)
    on = f"On {task.name}"
    more = contrast(
        "P1",
        nets[last],
        nets[first],
        Says(
            yes=f"{on}, {last} rows are better than {first}, by {{effect}}.",
            no=f"{on}, {last} rows are no better than {first}.",
            worse=f"{on}, {last} rows are worse than {first}, by {{effect}}.",
            unclear=f"{on}, these runs can't tell {last} rows from {first}.",
        ),
    )
    doubling = contrast(
        "P2",
        nets[last],
        nets[before],
        Says(
            yes=f"{on}, the last doubling of the rows still brought {{effect}}.",
            no=f"{on}, the last doubling of the rows brought too little to matter.",
            unclear=f"{on}, it is open whether the last doubling of the rows brought anything that matters.",
        ),
        primary=False,
    )
    if task.role == "negative":
        return [more] if task.settings.get("shuffled") else []
    return [more, doubling]
