"""The design of the study of versatility: one net, eight of them and simple models, on all data sets there are."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from dlwhy.data.dataset import Task as Kind
from dlwhy.data.toys.registry import REGISTRY
from dlwhy.models import baselines
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.ensemble import Ensemble
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.versatility.arms import OnOneTestSet, Timed
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import Arm, Contrast, Recipe, Role, Says, Study, Task, contrast
from dlwhy.studies.request import Budget, OwnData, Request, kept, score_of
from dlwhy.training.options import TrainingOptions

NET, NETS, LINEAR = "net", "eight nets", "linear"
SCALING = "scaling"
MEMBERS = 8
N_TEST = 200
_CAVEATS = (
    "Each method is at its defaults: tuned, all would be better, trees and nets by more than linear models.",
    "Data sets that are no controls are drawn or split ten times in the default budget.",
    "AdamW decays by Keras' default of .004.",
)
_OTHER_NETS = (
    "dlwhy evaluate asks the same of the one model that you trained, on its one held-out part; here nets of the study's"
    " own learn from many splits, so numbers differ. Your own recipe on these splits: dlwhy study compare --data FILE"
    ' --arm "model:FILE.keras" --arm baseline:gradient-boosting.'
)
_BEATS_LINEAR = Says(
    yes="On {task}, {arm} beats {words}, by {effect}.",
    no="On {task}, {arm} is no better than {words} by anything that matters.",
    worse="On {task}, {arm} is worse than {words}, by {effect}.",
    unclear="On {task}, these runs can't tell {arm} from {words}.",
)
_BATCH, _STEPS, _EPOCHS = 32, 1500, 20
_OPTIONS = TrainingOptions(
    optimizer="adamw", learning_rate=0.003, schedule="cosine", batch_size=_BATCH, normalize="never"
)
_NET = NetworkSpec(layers=(64, 64))
_TOY_ROWS = 700
_WIN = 0.10  # on the positive controls
_ROLES: Mapping[str, Role] = {
    "moons": "positive",
    "spirals": "positive",
    "circles": "positive",
    "linear-noise": "negative",
    "plane": "negative",
    "blobs": "negative",
    "iris": "negative",
}
# the studies' own tasks: draw, settings, and what is to be learnt
_MORE: Mapping[str, tuple[str, Mapping[str, Any], Kind]] = {
    "linear-noise": ("linear", {"features": 20, "noise": 0.5}, "binary"),
    "moons-0.3": ("moons", {"noise": 0.3}, "binary"),
    "rings-4": ("rings", {"k": 4}, "binary"),
    "teacher": ("teacher", {}, "binary"),
    "hierarchy": ("hierarchy", {}, "binary"),
    "smooth-teacher": ("smooth-teacher", {"noise": 0.3}, "regression"),
}
_SPLITS = 10  # of a data set that is no control, in the default budget
_DEMONSTRATION = "10-10-1"
_SIZES: Mapping[int, Budget] = {1000: "default", 10_000: "default", 100_000: "default", 1_000_000: "thorough"}
_REPEATS, _SIMPLE_REPEATS = 6, 3


def design(request: Request) -> Study:
    """Return arms and predictions; `default` adds all data sets, all methods and sizes, `thorough` a million rows."""
    more = request.includes("default")
    sets = {name: _set(name) for name in dict.fromkeys((*_ROLES, *REGISTRY, *_MORE))}
    arms: list[Arm] = []
    contrasts: list[Contrast] = []
    few = request.budget == "default" and request.n_seeds is None
    for task, kind in sets.values():
        if more or task.role != "real":
            repeats = _SPLITS if few and task.role == "real" else None
            methods = _methods(task, kind, task.settings["n_train"], every=more, repeats=repeats)
            arms += methods.values()
            contrasts.append(_contrast(methods[NET], methods[LINEAR]))
    moons = {arm.name: arm for arm in arms if arm.task.name == "moons"}
    demonstration, on_one_test_set = _demonstration(sets["moons"][0])
    arms += [demonstration, on_one_test_set]
    contrasts.append(_contrast(demonstration, moons["logistic"]))
    planned: list[Task | None] = [None] if more else []
    if request.own:
        own = _own(request.own, {arm.task.name for arm in arms})
        arms += own
        planned.append(own[0].task)
    arms += [arm for n, since in _SIZES.items() if request.includes(since) for arm in _scaling(n)]
    return assemble(
        request,
        arms=arms,
        contrasts=contrasts,
        repeated=moons[NET],
        caveats=(*_CAVEATS, *([_OTHER_NETS] if request.own else [])),
        planned=planned,
    )


def _set(name: str) -> tuple[Task, Kind]:
    """Return a data set as a task, and what is to be learnt, as far as it decides which models there are."""
    role = _ROLES.get(name, "real")
    if name in _MORE:
        draw, settings, kind = _MORE[name]
        task = Task(name=name, role=role, draw=draw, settings={**settings, "n_train": _TOY_ROWS})
        return task, kind
    known = REGISTRY[name]
    n_train = _TOY_ROWS if known.draw else kept(known.samples)
    task = Task(name=name, role=role, draw="bundled", settings={"name": name, "n_train": n_train})
    return task, "binary" if known.classes else "regression"


def _own(own: OwnData, taken: set[str]) -> list[Arm]:
    """Return all methods on the user's own data, but for those that would take minutes."""
    name = f"{own.name} (yours)" if own.name in taken else own.name
    slow = baselines.too_many_rows(own.kind, own.rows)
    methods = _methods(Task(name=name, role="own", draw="own"), own.kind, own.n_train, every=True)
    return [arm for arm in methods.values() if arm.name not in slow]


def _steps(n_train: int) -> int:
    return max(_STEPS, _EPOCHS * -(-n_train // _BATCH))


def _methods(task: Task, kind: Kind, n_train: int, *, every: bool, repeats: int | None = None) -> dict[str, Arm]:
    """Return one net and the linear model or, of every method, eight nets and all simple models, too."""
    known = baselines.names(kind)[1:]  # but for guessing
    network: dict[str, Any] = {"network": _NET, "options": _OPTIONS, "steps": _steps(n_train), "repeats": repeats}
    recipes: dict[str, Recipe] = {NET: Network(**network)}
    if every:
        recipes[NETS] = Ensemble(**network, members=MEMBERS)
    linear = baselines.linear(kind)
    recipes |= {model: Simple(model=model, repeats=repeats) for model in (known if every else [linear])}
    return {
        (method := LINEAR if name == linear else name): Arm(
            name=name, task=task, recipe=recipe, metric=score_of(kind), place={"method": method}
        )
        for name, recipe in recipes.items()
    }


def _demonstration(moons: Task) -> tuple[Arm, Arm]:
    """Return the essay's own example: its net, and what twenty of them score on one small test set at more noise."""
    options = TrainingOptions(normalize="never")
    recipe: dict[str, Any] = {
        "network": NetworkSpec(),
        "options": options,
        "steps": options.epochs * -(-_TOY_ROWS // options.batch_size),
    }
    noisy = dataclasses.replace(moons, draw="moons", settings={"noise": 0.2, "n_train": _TOY_ROWS})
    return (
        Arm(name=_DEMONSTRATION, task=moons, recipe=Network(**recipe)),
        Arm(
            name=f"{_DEMONSTRATION}, one test set",
            task=noisy,
            recipe=OnOneTestSet(**recipe, n_test=N_TEST),
            place={"n_test": N_TEST},
        ),
    )


def _contrast(arm: Arm, linear: Arm) -> Contrast:
    positive = arm.task.role == "positive"
    return contrast(
        arm,
        linear,
        _BEATS_LINEAR,
        id="P1",
        words={"words": baselines.WORDS[linear.name]},
        primary=positive and arm.name == NET,
        smallest=_WIN if positive else None,
        told=arm.task.role != "real",  # one sentence says how many data sets are won
    )


def _scaling(n: int) -> list[Arm]:
    """Return the arms whose training is timed on so many rows."""
    task = Task(name=SCALING, role="real", draw="teacher", settings={"n_train": n})
    net = Timed(network=_NET, options=_OPTIONS, steps=_steps(n), repeats=_REPEATS)
    models = ("logistic", "gradient-boosting", *(["svm"] if n <= baselines.MOST_ROWS["svm"] else []))
    recipes: dict[str, Recipe] = {
        NET: net,
        **{model: Simple(model=model, repeats=_SIMPLE_REPEATS, alone=True) for model in models},
    }
    return [
        Arm(name=f"{name}, n={n}", task=task, recipe=recipe, place={"n": n, "model": name})
        for name, recipe in recipes.items()
    ]
