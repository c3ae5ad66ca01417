"""The study of versatility: one recipe, never tuned, on many data sets and of any size, beside simple models.

Sources: Demsar 2006 (comparing methods over data sets), Grinsztajn et al. 2022 (trees on tables), Lakshminarayanan et
al. 2017 (averaging networks).
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.data.registry import REGISTRY
from dlwhy.models import baselines
from dlwhy.models.network import NetworkSpec
from dlwhy.studies import networks, scoring, simple, tasks, versatility_facts
from dlwhy.studies.design import TEST_SHARE, Arm, Contrast, Planned, Role, Seeds, Study, Task, assemble, training_seed
from dlwhy.studies.draws import Draw
from dlwhy.studies.request import Request
from dlwhy.studies.results import Outcome, Results, Run
from dlwhy.studies.verdicts import Finding
from dlwhy.training.options import TrainingOptions

_CLAIM = "Deep learning is versatile: one recipe, never tuned, serves many problems of any size."
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
NETS = 8
_BATCH, _STEPS, _EPOCHS = 32, 1500, 20
_OPTIONS = TrainingOptions(
    optimizer="adamw", learning_rate=0.003, schedule="cosine", batch_size=_BATCH, normalize="never"
)
_NET = NetworkSpec(layers=(64, 64))
_TOY_ROWS = 700
_SEEN, _MOST_VALUES = 3000, 1 << 26
_WIN = 0.10  # on the positive controls
_ROLES: dict[str, Role] = {
    "moons": "positive",
    "spirals": "positive",
    "circles": "positive",
    "linear-noise": "negative",
    "plane": "negative",
    "blobs": "negative",
    "iris": "negative",
}
# the studies' own tasks: draw, settings, and whether it is a regression
_MORE: dict[str, tuple[str, dict[str, Any], bool]] = {
    "linear-noise": ("linear", {"features": 20, "noise": 0.5}, False),
    "moons-0.3": ("moons", {"noise": 0.3}, False),
    "rings-4": ("rings", {"k": 4}, False),
    "teacher": ("teacher", {}, False),
    "hierarchy": ("hierarchy", {}, False),
    "smooth-teacher": ("smooth-teacher", {"noise": 0.3}, True),
}
_SPLITS = 10  # of a data set that is no control, in the default budget
_DEMONSTRATION, _ONE_TEST_SET = "10-10-1", versatility_facts.ONE_TEST_SET
_SIZES = (1000, 10_000, 100_000)
_REPEATS, _SIMPLE_REPEATS = 6, 3


def design(request: Request) -> Study:
    """Give arms and predictions; `default` adds all data sets, all methods and sizes, `thorough` a million rows."""
    more = request.at_least("default")
    arms: list[Arm] = []
    contrasts: list[Contrast] = []
    planned = [Planned(id="P1")] if more else []
    splits = {"repeats": _SPLITS} if request.budget == "default" and request.n_seeds is None else {}
    for name in dict.fromkeys((*_ROLES, *REGISTRY, *_MORE)):
        task, regression = _task(name)
        if more or task.role != "real":
            made = _arms(task, regression=regression, steps=_steps(task.settings["n_train"]), all_methods=more)
            arms += [_few(arm, splits) for arm in made] if task.role == "real" else made
            contrasts.append(_contrast(task, regression=regression))
    moons = _task("moons")[0]
    arms += _demonstration(moons)
    contrasts.append(_contrast(moons, regression=False, arm=_DEMONSTRATION))
    if request.own:
        taken = request.own.name in {arm.task.name for arm in arms}
        name = f"{request.own.name} (yours)" if taken else request.own.name
        mine, regression = Task(name=name, role="own", draw="own"), not request.own.classes
        planned.append(Planned(id="P2", task=mine))
        steps = _steps(round(request.own.rows * (1 - TEST_SHARE)))
        made = _arms(mine, regression=regression, steps=steps, all_methods=True)
        slow = baselines.too_many_rows("regression" if regression else "binary", request.own.rows)
        arms += [arm for arm in made if arm.name not in slow]
    if more:
        arms += _scaling((*_SIZES, 1_000_000) if request.at_least("thorough") else _SIZES)
    return assemble(
        request,
        claim=_CLAIM,
        arms=arms,
        contrasts=contrasts,
        a_a=next(arm for arm in arms if arm.key == "moons: net"),
        caveats=(*_CAVEATS, *([_OTHER_NETS] if request.own else [])),
        planned=planned,
    )


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Give P1 and P2, over all data sets, P3, the growth of the training time, and the best model on the user's own."""
    return versatility_facts.findings(study, results)


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Give scores by data set and method, ranks, times, and sentences."""
    return versatility_facts.facts(study, results)


def ensemble(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Train eight networks a seed on the same rows, the first of them the one that a single network is, and average."""
    chosen = seeds.report[: arm.settings.get("repeats")]
    draws = networks.draws_of(arm, chosen, own)
    room, size = networks.room_of(draws), networks.stack_size(arm, draws[0], len(draws))
    # seeds at a time: their held-out rows are copied for each network
    together = max(1, min(4 * size // NETS, _MOST_VALUES // (NETS * draws[0].X_test.size)))
    runs: list[Run] = []
    for first in range(0, len(draws), together):
        part = slice(first, first + together)
        runs += _averaged(arm, draws[part], chosen[part], room=room, size=size)
    return Outcome(runs=tuple(runs))


def few(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Do what `networks.run` and `simple.run` do, on few of the seeds."""
    chosen = dataclasses.replace(seeds, report=seeds.report[: arm.settings["repeats"]])
    return networks.run(arm, chosen, own) if arm.network else simple.run(arm, chosen, own)


def on_one_test_set(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Train a network a seed, all of them on the first seed's rows, and test them on the same few."""
    del own
    draw = tasks.draw(arm.task.draw, seeds.report[0], **arm.task.settings)
    held_out = arm.settings["n_test"]
    few = dataclasses.replace(draw, X_test=draw.X_test[:held_out], y_test=draw.y_test[:held_out])
    draws = [few] * len(seeds.report)
    rates = [arm.options.learning_rate] * len(draws)
    trained = networks.train(arm, draws, seeds.report, rates, room=networks.room_of(draws))
    return Outcome(runs=tuple(networks.score(arm, trained, seeds.report)))


def timed(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Train one after the other on few of the seeds; the time that a row tells is the training's alone."""
    chosen = seeds.report[: arm.settings["repeats"]]
    if arm.network is None:
        return few(arm, seeds, own)
    runs: list[Run] = []
    for seed in chosen:
        draws = networks.draws_of(arm, [seed], own)
        given: dict[str, Any] = {"rates": [arm.options.learning_rate], "room": networks.room_of(draws)}
        if not runs:  # makes the program
            networks.train(arm, draws, [seed], **given)
        runs += networks.score(arm, networks.train(arm, draws, [seed], **given), [seed])
    return Outcome(runs=tuple(runs))


def _averaged(arm: Arm, draws: Sequence[Draw], seeds: Sequence[int], *, room: int, size: int) -> list[Run]:
    every = [draw for draw in draws for _ in range(NETS)]
    own = [training_seed(seed, NETS * arm.shift + member) for seed in seeds for member in range(NETS)]
    plain = dataclasses.replace(arm, shift=0)  # the seeds are shifted already
    trained = networks.train(plain, every, own, [arm.options.learning_rate] * len(every), room=room, size=size)
    members = networks.score(plain, trained, own)
    held_out = _means(trained, [draw.X_test for draw in every])
    seen = min([_SEEN, *(len(draw.X_train) for draw in draws)])
    fitted = _means(trained, [draw.X_train[:seen] for draw in every])
    runs = []
    for place, (seed, draw) in enumerate(zip(seeds, draws, strict=True)):
        mine = members[place * NETS : (place + 1) * NETS]
        metrics = scoring.metrics(draw, draw.y_test, held_out[place])
        metrics |= scoring.metrics(draw, draw.y_train[:seen], fitted[place], prefix="train_")
        lost = next((run for run in mine if run.status == "diverged"), None)
        runs.append(
            dataclasses.replace(
                mine[0],
                seed=seed,
                metrics=dict.fromkeys(metrics) if lost else metrics,
                status=lost.status if lost else "ok",
                reason=lost.reason if lost else "",
                parameters=NETS * mine[0].parameters,
                flops=NETS * mine[0].flops,
                seconds=sum(run.seconds for run in mine),
            )
        )
    return runs


def _means(trained: networks.Trained, X: Sequence[Any]) -> Any:
    """Mean predictions over the members, (n_seeds, n) or (n_seeds, n, k)."""
    y_prob = trained.predict(np.stack(X))
    return y_prob.reshape(-1, NETS, *y_prob.shape[1:]).mean(axis=1)


def _task(name: str) -> tuple[Task, bool]:
    """Give a data set as a task, and whether it is a regression."""
    role = _ROLES.get(name, "real")
    if name in _MORE:
        draw, settings, regression = _MORE[name]
        return Task(name=name, role=role, draw=draw, settings={**settings, "n_train": _TOY_ROWS}), regression
    known = REGISTRY[name]
    n_train = _TOY_ROWS if known.draw else known.samples + int(-known.samples * TEST_SHARE // 1)
    return Task(name=name, role=role, draw="bundled", settings={"name": name, "n_train": n_train}), not known.classes


def _steps(n_train: int) -> int:
    return max(_STEPS, _EPOCHS * -(-n_train // _BATCH))


def _arms(task: Task, *, regression: bool, steps: int, all_methods: bool) -> list[Arm]:
    """Give one net, and, for all methods, eight of them and all simple models."""
    metric = "r2" if regression else "accuracy"
    net = Arm(
        name="net",
        task=task,
        network=_NET,
        options=_OPTIONS,
        steps=steps,
        metric=metric,
        settings={"method": "net"},
    )
    together = {"method": "eight nets", "members": NETS}
    eight = dataclasses.replace(net, name="eight nets", kind="versatility.ensemble", settings=together)
    known = baselines.names("regression" if regression else "binary")
    models = known[1:] if all_methods else known[1:2]
    return [net, *([eight] if all_methods else []), *(_simple(task, model, metric) for model in models)]


def _few(arm: Arm, splits: dict[str, Any]) -> Arm:
    """Give an arm that runs on few of the seeds, if there are splits."""
    kind = arm.kind if arm.kind == "versatility.ensemble" else "versatility.few"
    return dataclasses.replace(arm, kind=kind, settings={**arm.settings, **splits}) if splits else arm


def _simple(task: Task, model: str, metric: str) -> Arm:
    method = "linear" if model == "logistic" else model
    return Arm(name=model, task=task, kind="simple.run", metric=metric, settings={"method": method, "model": model})


def _demonstration(moons: Task) -> list[Arm]:
    """Give the essay's own example: its net, and what twenty of them score on one small test set at more noise."""
    options = TrainingOptions(normalize="never")
    net = Arm(
        name=_DEMONSTRATION,
        task=moons,
        network=NetworkSpec(),
        options=options,
        steps=options.epochs * -(-_TOY_ROWS // options.batch_size),
    )
    noisy = dataclasses.replace(moons, draw="moons", settings={"noise": 0.2, "n_train": _TOY_ROWS})
    again = dataclasses.replace(
        net, name=_ONE_TEST_SET, task=noisy, kind="versatility.on_one_test_set", settings={"n_test": 200}
    )
    return [net, again]


def _contrast(task: Task, *, regression: bool, arm: str = "net") -> Contrast:
    base = "linear" if regression else "logistic"
    said = baselines.WORDS[base]
    controls = task.role == "positive"
    made = Contrast(
        id="P1",
        arm=f"{task.name}: {arm}",
        base=f"{task.name}: {base}",
        primary=controls and arm == "net",
        smallest=_WIN if controls else None,
        told=task.role != "real",  # one sentence says how many data sets are won
    )
    return dataclasses.replace(
        made,
        yes=f"On {task.name}, {arm} beats {said}, by {{effect}}.",
        no=f"On {task.name}, {arm} is no better than {said} by anything that matters.",
        worse=f"On {task.name}, {arm} is worse than {said}, by {{effect}}.",
        unclear=f"On {task.name}, these runs can't tell {arm} from {said}.",
    )


def _scaling(sizes: Sequence[int]) -> list[Arm]:
    arms = []
    for n in sizes:
        task = Task(name=versatility_facts.SCALING, role="real", draw="teacher", settings={"n_train": n})
        net = Arm(
            name=f"net, n={n}",
            task=task,
            kind="versatility.timed",
            network=_NET,
            options=_OPTIONS,
            steps=_steps(n),
            settings={"by": "net", "n": n, "repeats": _REPEATS},
        )
        models = ["logistic", "gradient-boosting", *(["svm"] if n <= baselines.MOST_ROWS["svm"] else [])]
        arms += [net, *(_timed_simple(task, model, n) for model in models)]
    return arms


def _timed_simple(task: Task, model: str, n: int) -> Arm:
    return Arm(
        name=f"{model}, n={n}",
        task=task,
        kind="versatility.timed",
        settings={"by": model, "model": model, "n": n, "repeats": _SIMPLE_REPEATS},
    )
