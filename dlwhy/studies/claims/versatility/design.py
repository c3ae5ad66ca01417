"""The design of the study of versatility: nets by one recipe and simple models, on all data sets there are."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from dlwhy.data.dataset import Task as Kind
from dlwhy.data.toys.registry import REGISTRY
from dlwhy.models import baselines
from dlwhy.models.network import NetworkSpec
from dlwhy.models.simple.rivals import RIVALS
from dlwhy.studies.arms import nets
from dlwhy.studies.arms.nets import NETS, Net
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.versatility import tables
from dlwhy.studies.claims.versatility.arms import OnOneTestSet, Timed
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import Arm, Contrast, Recipe, Role, Says, Study, Task, contrast
from dlwhy.studies.request import Budget, OwnData, Request, kept, score_of
from dlwhy.training.options import TrainingOptions

# methods by the names that `place` has: several nets, and one, by the recipe for tables, which judge; and plain ones
EIGHT, ONE, PLAIN_EIGHT, PLAIN_ONE = "net:table", "net:table-one", "net:plain", "net:plain-one"
LINEAR, GUESSING = "linear", "guessing"
ABLATION: Mapping[str, str] = {EIGHT: PLAIN_EIGHT, ONE: PLAIN_ONE}
NET_WORDS: Mapping[str, str] = {name: nets.WORDS[name] for name in (EIGHT, ONE, PLAIN_EIGHT, PLAIN_ONE)}
# tuned for each split on its own training rows, if that is asked for
TUNED = "net:tuned"
TUNED_WORDS = nets.WORDS[TUNED]
SCALING = "scaling"
N_TEST = 200
_ON_TOYS = (
    "A verdict on these data sets is one on toys and small tables. On real tables of 1000 rows and more the public"
    " order is another (TabArena 2026, Elo at defaults): TabPFN-3 1650, CatBoost 1351, TabM 1286, RealMLP 1222,"
    " LightGBM 1183, a default MLP 1073, random forest 1000, linear 856."
)
_AT_DEFAULTS = (
    "Each method is at its defaults, but for linear-cv, whose strength is chosen. Tuned, all would be better, trees and"
    " nets by more than linear models. Nets are by the recipe for tables (docs/nets.md), plain ones without its parts."
)
_SPLIT_TEN_TIMES = "Data sets that are no controls are drawn or split ten times in the default budget."
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
_LEVEL = Says(
    yes="On {task}, {arm} beats {base}, by {effect}: a linear target should leave nothing to beat it by.",
    no="On {task}, {base} is level with {arm}.",
    unclear="On {task}, these runs can't tell {arm} from {base}.",
)
_TOY_ROWS = 700
_WIN = 0.10  # on the positive controls
_LINEAR_TARGET, _LEAST = "linear-noise", 0.01
_ROLES: Mapping[str, Role] = {
    "moons": "positive",
    "spirals": "positive",
    "circles": "positive",
    "products": "positive",
    "linear-noise": "negative",
    "noise-labels": "negative",
    "plane": "negative",
    "blobs": "negative",
    "iris": "negative",
}
# the studies' own tasks: draw, settings, and what is to be learnt
_MORE: Mapping[str, tuple[str, Mapping[str, Any], Kind]] = {
    "products": ("products", {}, "binary"),
    "linear-noise": ("linear", {"features": 20, "noise": 0.5}, "binary"),
    "noise-labels": ("linear", {"features": 20, "noise": 0.5, "shuffled": True}, "binary"),
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
    more, everything = request.includes("default"), request.includes("thorough")
    rivals: Mapping[str, str] = request.extra.get("rivals") or {}
    sets = {name: _set(name) for name in dict.fromkeys((*_ROLES, *REGISTRY, *_MORE))}
    arms: list[Arm] = []
    contrasts: list[Contrast] = []
    few = request.budget == "default" and request.n_seeds is None
    for task, kind in sets.values():
        if more or task.role != "real":
            repeats = _SPLITS if few and task.role == "real" else None
            known = _every(kind, task, rivals if everything else {}) if more else (ONE, baselines.linear(kind))
            methods = _methods(task, kind, task.settings["n_train"], known, repeats=repeats)
            arms += methods.values()
            contrasts += _contrasts(methods)
    moons = {arm.name: arm for arm in arms if arm.task.name == "moons"}
    demonstration, on_one_test_set = _demonstration(sets["moons"][0])
    arms += [demonstration, on_one_test_set]
    contrasts.append(_contrast(demonstration, moons["logistic"]))
    planned: list[Task | None] = [None] if more else []
    if request.own:
        taken = {arm.task.name for arm in arms}
        name = f"{request.own.name} (yours)" if request.own.name in taken else request.own.name
        own = Task(name=name, role="own", draw="own")
        arms += _on(own, request.own, rivals, more=[TUNED] if request.extra.get("tune") else [])
        planned.append(own)
    for table in tables.of(request, {arm.task.name for arm in arms}):
        arms += _on(table.task, table.about, rivals)
    arms += [arm for n, since in _SIZES.items() if request.includes(since) for arm in _scaling(n)]
    return assemble(
        request,
        arms=arms,
        contrasts=contrasts,
        repeated=moons[ONE],
        caveats=(
            _ON_TOYS,
            _AT_DEFAULTS,
            *([_SPLIT_TEN_TIMES] if few else []),
            *_not_tried(request),
            *([_OTHER_NETS] if request.own else []),
        ),
        planned=planned,
    )


def not_tried(request: Request) -> list[dict[str, str]]:
    """Say which models were not tried on the user's own data, and why."""
    rivals, missing = (request.extra.get(name) or {} for name in ("rivals", "missing"))
    absent = {name: str(missing.get(name, "not installed")) for name in RIVALS if name not in rivals}
    own = request.own
    every = (*baselines.names(own.kind), *rivals) if own else ()
    slow = {name: f"takes minutes on {own.rows} rows" for name in every if own and _slow(name, own)}
    return [{"model": name, "words": baselines.WORDS[name], "why": why} for name, why in {**absent, **slow}.items()]


def _not_tried(request: Request) -> list[str]:
    named = [f"{each['words']} ({each['why']})" for each in not_tried(request)]
    return [f"Not tried: {'; '.join(named)}."] if named else []


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


def _every(kind: Kind, task: Task, rivals: Mapping[str, str]) -> tuple[str, ...]:
    """Name all methods: the nets, plain ones where it is not a control, the simple models but for guessing, rivals."""
    nets = (EIGHT, ONE) if task.role in ("positive", "negative") else tuple(NET_WORDS)
    return (*nets, *baselines.names(kind)[1:], *rivals)


def _on(task: Task, data: OwnData, rivals: Mapping[str, str], *, more: Sequence[str] = ()) -> list[Arm]:
    """Return all methods on data of the user's and guessing, but for those that would take minutes."""
    guess, *_ = baselines.names(data.kind)
    known = [guess, *more, *(name for name in _every(data.kind, task, rivals) if not _slow(name, data))]
    return [*_methods(task, data.kind, data.n_train, known, rivals=rivals).values()]


def _slow(name: str, data: OwnData) -> bool:
    return baselines.takes_minutes(name, data.rows)


def _methods(
    task: Task,
    kind: Kind,
    n_train: int,
    known: Sequence[str],
    *,
    repeats: int | None = None,
    rivals: Mapping[str, str] | None = None,
) -> dict[str, Arm]:
    """Return arms of methods by their names, the linear model's being `LINEAR`, and that of guessing `GUESSING`."""

    def recipe(name: str) -> Recipe:
        if name in (*NET_WORDS, TUNED):
            return _net(name).recipe(n_train, repeats=repeats)
        return Simple(model=name, version=(rivals or {}).get(name, ""), repeats=repeats)

    called = {baselines.linear(kind): LINEAR, baselines.names(kind)[0]: GUESSING}
    methods = {called.get(name, name): name for name in known}
    return {
        method: Arm(name=name, task=task, recipe=recipe(name), metric=score_of(kind), place={"method": method})
        for method, name in methods.items()
    }


def _net(name: str) -> Net:
    return NETS[name.removeprefix("net:")]


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


def _contrasts(methods: Mapping[str, Arm]) -> list[Contrast]:
    """Predict that one net beats the linear model; and, where the target is linear, that it is not beaten either."""
    net, linear = methods[ONE], methods[LINEAR]
    found = [_contrast(net, linear)]
    if net.task.name == _LINEAR_TARGET:
        words = {"arm": baselines.WORDS[linear.name], "base": NET_WORDS[ONE]}
        found.append(contrast(linear, net, _LEVEL, id="P1", words=words, primary=False, smallest=_LEAST))
    return found


def _contrast(arm: Arm, linear: Arm) -> Contrast:
    positive = arm.task.role == "positive"
    return contrast(
        arm,
        linear,
        _BEATS_LINEAR,
        id="P1",
        words={"arm": NET_WORDS.get(arm.name, arm.name), "words": baselines.WORDS[linear.name]},
        primary=positive and arm.name == ONE,
        smallest=_WIN if positive else _LEAST if arm.task.name == _LINEAR_TARGET else None,
        told=arm.task.role != "real",  # one sentence says how many data sets are won
    )


def _scaling(n: int) -> list[Arm]:
    """Return the arms whose training is timed on so many rows."""
    task = Task(name=SCALING, role="real", draw="teacher", settings={"n_train": n})
    made = _net(ONE)
    net = Timed(network=made.network, options=made.options, repeats=_REPEATS)
    models = ("logistic", "gradient-boosting", *(["svm"] if n <= baselines.MOST_ROWS["svm"] else []))
    recipes: dict[str, Recipe] = {
        ONE: net,
        **{model: Simple(model=model, repeats=_SIMPLE_REPEATS, alone=True) for model in models},
    }
    return [
        Arm(name=f"{name}, n={n}", task=task, recipe=recipe, place={"n": n, "model": name})
        for name, recipe in recipes.items()
    ]
