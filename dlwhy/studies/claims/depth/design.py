"""The design of the study of depth: tasks, each with the depths that are compared on it, and linear probes."""

import bisect
import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from dlwhy.models.front import bins_of
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.nets import NETS
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.depth.arms import Mapped, Probes, Taught
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import ADAM_RATES, Arm, Contrast, Role, Says, Study, Task, contrast
from dlwhy.studies.request import Budget, OwnData, Request
from dlwhy.studies.tasks.registry import shape_of
from dlwhy.training.options import TrainingOptions

_ON_OWN = (
    "Your own table: depth is that of the body of the recipe for tables (net:table-one), with all other parts"
    " of it and its rate; what is left at depth 0 is linear in what the first layer takes, bins among it."
)
_CAVEAT = (
    "On the tent map deep beats shallow, and nearest neighbours beat both (about .98): that depth helps a network does "
    "not make a network the best tool."
)
_DEEPER = Says(
    yes="On {task}, three layers beat one with as many parameters, by {effect}.",
    no="On {task}, one layer is as good as three with as many parameters.",
    worse="On {task}, three layers are worse than one with as many parameters, by {effect}.",
    unclear="On {task}, these runs can't tell three layers from one.",
)
_SEPARABLE = Says(
    yes="On {task}, training makes the classes separable layer by layer, more than {other}.",
    no="On {task}, the layers separate the classes no more than {other}.",
)
_STEPS = 3000
_OPTIONS = TrainingOptions(batch_size=64, normalize="never")
_SHALLOW, _DEEP = 1, 3
# depths by the budget from which they count
_COMPARED: Mapping[int, Budget] = {_SHALLOW: "quick", _DEEP: "quick"}
_ALL: Mapping[int, Budget] = {**dict.fromkeys((0, 1, 2, 3, 4, 6), "default"), **_COMPARED}
_OWN: Mapping[int, Budget] = {**_ALL, 0: "quick"}
_PARAMETERS, _PARAMETERS_OF_REAL = 300, 6000
_PROBED_WIDTH, _PROBED_WIDTH_OF_REAL = 16, 32
_PLANE = 2  # features, up to which a task is small


@dataclasses.dataclass(frozen=True)
class _Row:
    """A task, and what is asked on it."""

    since: Budget
    task: Task
    depths: Mapping[int, Budget]
    probed: bool = False
    by_name: bool = False  # whether `--only` can ask for it below its budget
    nearest: bool = False  # whether nearest neighbours stand beside the networks


def _task(name: str, role: Role, draw: str, n_train: int = 1000, **settings: object) -> Task:
    return Task(name=name, role=role, draw=draw, settings={**settings, "n_train": n_train})


_RINGS = _task("rings-4", "positive", "rings", k=4)
_TENT = _task("tent-4", "positive", "tent", k=4)
_ROWS = (
    _Row("quick", _RINGS, _ALL, probed=True),
    _Row("quick", _TENT, _ALL, probed=True),
    _Row("quick", _task("linear", "negative", "linear", features=2), _ALL, probed=True),
    _Row("quick", _task("rings-2", "negative", "rings", k=2), _ALL),
    _Row("quick", _task("rings-4-shuffled", "negative", "rings", k=4, shuffled=True), _ALL),
    _Row("default", _task("digits", "real", "digits"), dict.fromkeys(_ALL, "quick"), probed=True),
    _Row("default", _task("digits-200", "real", "digits", 200), _COMPARED),
    # the dials of composition
    *(_Row("default", _task(f"rings-{k}", "real", "rings", k=k), _COMPARED) for k in (3, 6)),
    *(_Row("default", _task(f"tent-{k}", "real", "tent", k=k), _COMPARED) for k in (1, 2, 3, 5)),
    _Row("default", _TENT, {}, nearest=True),
    _Row("thorough", _task("hierarchy", "real", "hierarchy"), _COMPARED, by_name=True),
)


def design(request: Request) -> Study:
    """Return arms and predictions; `default` adds all depths, real data and the dials, `thorough` the hierarchy."""
    rows = [row for row in _ROWS if request.includes(row.since, row.task.name if row.by_name else None)]
    if request.own:
        rows.append(_Row("quick", Task(name=request.own.name, role="own", draw="own"), _OWN))
    arms: list[Arm] = []
    contrasts: list[Contrast] = []
    for row in rows:
        nets = {d: _arm(row.task, d, request.own) for d, since in row.depths.items() if request.includes(since)}
        arms += nets.values()
        if row.nearest:
            arms.append(_nearest(row.task))
        if nets:
            primary = row.task.role in ("positive", "own")
            contrasts.append(contrast(nets[_DEEP], nets[_SHALLOW], _DEEPER, id="P1", primary=primary))
    for row in rows:
        if row.probed:
            probes = [_probe(row.task, taught) for taught in get_args(Taught)]
            arms += probes
            contrasts += _separable(*probes)
    repeated = next(arm for arm in arms if arm.key == f"{_RINGS.name}: depth {_DEEP}")
    caveats = (_ON_OWN, _CAVEAT) if request.own else (_CAVEAT,)
    return assemble(request, arms=arms, contrasts=contrasts, repeated=repeated, caveats=caveats)


def matched_width(*, features: int, depth: int, outputs: int, parameters: int) -> int:
    """Return the width at which `depth` equal hidden layers have a number of parameters as near as can be."""
    widths = range(1, 4097)

    def count(width: int) -> int:
        return _count(features, (width,) * depth, outputs)

    above = bisect.bisect_left(widths, parameters, key=count)
    return min(widths[max(0, above - 1) : above + 1], key=lambda width: abs(count(width) - parameters))


def _count(inputs: int, layers: Sequence[int], outputs: int) -> int:
    return sum((a + 1) * b for a, b in itertools.pairwise((inputs, *layers, outputs)))


def _arm(task: Task, depth: int, own: OwnData | None) -> Arm:
    if own and task.role == "own":
        return _own_arm(task, depth, own)
    features, outputs = shape_of(task, own)
    parameters = _PARAMETERS if features <= _PLANE else _PARAMETERS_OF_REAL
    width = matched_width(features=features, depth=depth, outputs=outputs, parameters=parameters) if depth else 0
    on_dial = "k" in task.settings and not task.settings.get("shuffled")
    kind = Mapped if task.draw == "rings" and task.role == "positive" else Network
    return Arm(
        name=f"depth {depth}",
        task=task,
        recipe=kind(
            network=NetworkSpec(layers=(width,) * depth, initializer="he_uniform"),
            options=_OPTIONS,
            steps=_STEPS,
            rates=ADAM_RATES,
        ),
        place={"depth": depth, **({"k": task.settings["k"], "dial": task.draw} if on_dial else {})},
    )


def _own_arm(task: Task, depth: int, own: OwnData) -> Arm:
    """Return the recipe for tables with a body of another depth, and as many parameters as its own has."""
    recipe = NETS["table-one"]
    features, outputs = shape_of(task, own)
    inputs = features * (1 + bins_of(recipe.network.bins, own.n_train))  # as if every feature were numeric
    parameters = _count(inputs, recipe.network.layers, outputs)
    width = matched_width(features=inputs, depth=depth, outputs=outputs, parameters=parameters) if depth else 0
    network = dataclasses.replace(recipe.network, layers=(width,) * depth)
    net = Network(network=network, options=recipe.options)
    return Arm(name=f"depth {depth}", task=task, recipe=net, metric=own.metric, place={"depth": depth})


def _probe(task: Task, taught: Taught) -> Arm:
    width = _PROBED_WIDTH if shape_of(task, None)[0] <= _PLANE else _PROBED_WIDTH_OF_REAL
    recipe = Probes(
        network=NetworkSpec(layers=(width,) * 4, initializer="he_uniform"),
        options=_OPTIONS,
        steps=_STEPS,
        rates=() if taught == "untrained" else ADAM_RATES,
        taught=taught,
    )
    return Arm(name=f"probes, {taught}", task=task, recipe=recipe, metric="probe", place={"probes": taught})


def _nearest(task: Task) -> Arm:
    model = "nearest-neighbours"
    return Arm(name="nearest neighbours", task=task, recipe=Simple(model=model), place={"model": model})


def _separable(trained: Arm, untrained: Arm, shuffled: Arm) -> list[Contrast]:
    others = {"in an untrained network": untrained}
    # where a line suffices, noise does not fail to separate the classes but spoils what the input had: no control
    if trained.task.role != "negative":
        others["with shuffled labels"] = shuffled
    fields: dict[str, Any] = {"id": "P2", "metric": "slope", "primary": False, "smallest": 0.01}
    return [contrast(trained, other, _SEPARABLE, words={"other": words}, **fields) for words, other in others.items()]
