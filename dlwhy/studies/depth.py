"""The study of depth: hierarchical features. Deeper beats shallower at equal parameters where functions are composed.

Sources: Telgarsky 2016 (tent maps), Alain & Bengio 2016 (linear probes), Cagnetta et al. 2024 (random hierarchies),
Hanin & Rolnick 2019 (linear regions).
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.models.network import NetworkSpec
from dlwhy.studies import analysis, networks, probing, statistics, tasks
from dlwhy.studies.design import ADAM_RATES, Arm, Contrast, Seeds, Study, Task, assemble, matched_width
from dlwhy.studies.request import Request
from dlwhy.studies.results import Outcome, Results, Run
from dlwhy.studies.verdicts import Finding
from dlwhy.training.options import TrainingOptions

_CLAIM = "Deep networks learn hierarchical features: depth pays where what is to be learnt is composed of simple steps."
_CAVEAT = (
    "On the tent map deep beats shallow, and nearest neighbours beat both (about .98): that depth helps a network does "
    "not make a network the best tool."
)
_STEPS = 3000
_OPTIONS = TrainingOptions(batch_size=64, normalize="never")
_SHALLOW, _DEEP = 1, 3
_DEPTHS = (0, 1, 2, 3, 4, 6)
_PARAMETERS, _PARAMETERS_OF_REAL = 300, 6000
_PROBED_WIDTH, _PROBED_WIDTH_OF_REAL = 16, 32
_PROBES = ("trained", "untrained", "shuffled")
_MAPPED = "depth.mapped"


def design(request: Request) -> Study:
    """Give arms and predictions; `default` adds all depths, real data and the dials, `thorough` the hierarchy."""
    rows = {"n_train": 1000}
    rings = Task(name="rings-4", role="positive", draw="rings", settings={"k": 4, **rows})
    tent = Task(name="tent-4", role="positive", draw="tent", settings={"k": 4, **rows})
    plain = [
        Task(name="linear", role="negative", draw="linear", settings={"features": 2, **rows}),
        Task(name="rings-2", role="negative", draw="rings", settings={"k": 2, **rows}),
        Task(name="rings-4-shuffled", role="negative", draw="rings", settings={"k": 4, "shuffled": True, **rows}),
    ]
    depths = _DEPTHS if request.at_least("default") else (_SHALLOW, _DEEP)
    arms = [_arm(task, depth) for task in (rings, tent, *plain) for depth in depths]
    probed = [rings, tent, plain[0]]
    compared = [rings, tent, *plain]
    if request.at_least("default"):
        digits = Task(name="digits", role="real", draw="digits", settings={"n_train": 1000})
        few = Task(name="digits-200", role="real", draw="digits", settings={"n_train": 200})
        dials = [*_dial("rings", (3, 6)), *_dial("tent", (1, 2, 3, 5))]
        arms += [_arm(digits, depth) for depth in _DEPTHS]
        arms += [_arm(task, depth) for task in (few, *dials) for depth in (_SHALLOW, _DEEP)]
        arms += [_nearest(tent)]
        compared += [digits, few, *dials]
        probed.append(digits)
    if request.at_least("thorough") or "hierarchy" in request.only:
        hierarchy = Task(name="hierarchy", role="real", draw="hierarchy", settings={"n_train": 1000})
        arms += [_arm(hierarchy, depth) for depth in (_SHALLOW, _DEEP)]
        compared.append(hierarchy)
    if request.own:
        mine = Task(name=request.own.name, role="own", draw="own")
        arms += [_arm(mine, depth, own=request.own) for depth in (depths if request.at_least("default") else (0, 1, 3))]
        compared.append(mine)
    arms += [_probe(task, what) for task in probed for what in _PROBES]
    contrasts = [_deeper(task) for task in compared] + [each for task in probed for each in _separable(task)]
    return assemble(
        request,
        claim=_CLAIM,
        arms=arms,
        contrasts=contrasts,
        a_a=_arm(rings, _DEEP),
        caveats=(_CAVEAT,),
    )


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Give the trend of the linear probes from layer to layer (Page 1963), for each task."""
    found = []
    for key, arm in study.arms.items():
        if arm.kind != "depth.probes" or arm.settings["what"] != "trained" or key not in results:
            continue
        curves = np.array([run.extra["probes"] for run in results[key].runs if "probes" in run.extra])
        if len(curves) < 2:
            continue
        overlap = analysis.overlap_of(results[key])
        trend = analysis.finding(
            study,
            statistics.slopes(curves),
            id="P2",
            task=arm.task.name,
            role=arm.task.role,
            metric="probe accuracy a layer",
            contrast="trend over layers",
            primary=False,
            smallest=study.smallest_effect,
            overlap=overlap,
            sentences=(
                f"On {arm.task.name}, the classes become easier to separate by a line, layer by layer.",
                f"On {arm.task.name}, the layers do not make the classes easier to separate by a line.",
                "",
            ),
        )
        # the trend's test is of seeds that have no rows in common
        found.append(trend if overlap else dataclasses.replace(trend, p=statistics.trend(curves)[1], test="trend"))
    return found


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Give probe accuracies by layer, and linear regions along lines of untrained networks (Hanin & Rolnick 2019)."""
    probes: dict[str, dict[str, list[float]]] = {}
    for key, outcome in results.items():
        arm = study.arms[key]
        curves = [run.extra["probes"] for run in outcome.runs if "probes" in run.extra]
        if arm.kind == "depth.probes" and curves:
            probes.setdefault(arm.task.name, {})[arm.settings["what"]] = np.mean(curves, axis=0).round(4).tolist()
    regions, tent = probing.regions(alpha=study.request.alpha), probing.tent_pieces()
    found = {"probes": probes, "maps": _maps(study, results), "regions": regions, "tent_pieces": tent}
    return {**found, "lines": [_of_pieces(regions, tent)]}


def mapped(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Do what `networks.run` does, and keep which class the first seed's network gives each cell of a map."""
    trained, tuned = networks.fitted(arm, seeds, own)
    first, *rest = networks.score(arm, trained, seeds.report)
    cells = tasks.scaled_as_rings(first.seed, probing.disc()[0], **arm.task.settings)
    classes = trained.replicas.predict(cells)[0] > 0.5
    return networks.outcome([dataclasses.replace(first, extra={"map": probing.class_map(classes)}), *rest], tuned)


def probes(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Train a network of four layers a seed, and fit a linear probe at its input and behind each layer.

    What the probes tell apart are the true classes, whatever the network was taught: its labels, nothing, or shuffled
    labels, at the rate that its own labels deserve.
    """
    draws = networks.draws_of(arm, seeds.report, own)
    what = arm.settings["what"]
    untrained = what == "untrained"
    tuned = networks.Tuned(rate=1e-6, scores={}) if untrained else networks.tune(arm, seeds, own)
    brief = dataclasses.replace(arm, steps=1) if untrained else arm
    taught = (
        [tasks.with_shuffled_labels(*pair) for pair in zip(draws, seeds.report, strict=True)]
        if what == "shuffled"
        else draws
    )
    trained = networks.train(brief, taught, seeds.report, [tuned.rate] * len(draws), room=networks.room_of(draws))
    runs = networks.score(brief, trained, seeds.report)
    curves = [probing.accuracies(trained.replicas, place, drawn) for place, drawn in enumerate(draws)]
    return networks.outcome([_probed(run, curve) for run, curve in zip(runs, curves, strict=True)], tuned)


def _maps(study: Study, results: Results) -> dict[str, dict[str, list[str]]]:
    """Give what is to be learnt, and what one network of each depth has learnt, by task and arm: maps of classes."""
    maps: dict[str, dict[str, list[str]]] = {}
    cells, _ = probing.disc()
    for key, outcome in results.items():
        arm, drawn = study.arms[key], outcome.runs[0].extra.get("map")
        if arm.kind == _MAPPED and drawn and not arm.shift:
            truth = np.floor(arm.task.settings["k"] * np.square(cells).sum(axis=1)) % 2
            maps.setdefault(arm.task.name, {"the task": probing.class_map(truth)})[arm.name] = drawn
    return maps


def _of_pieces(regions: Mapping[str, Any], tent: Sequence[Sequence[int]]) -> str:
    means = [mean for _, mean, *_ in regions["random"]]
    deepest = regions["random"][-1][0]
    layers, pieces = tent[-1]
    return (
        "Depth alone makes no more pieces: "
        f"untrained networks of {regions['units']} units in 1 to {deepest:.0f} layers have {min(means):.0f} to "
        f"{max(means):.0f} linear pieces along a line; a tent network built by hand, {layers} layers of two units, "
        f"has {pieces}."
    )


def _probed(run: Run, curve: list[float]) -> Run:
    # a network that was not taught, or noise, has no result to be stuck at
    status = "ok" if run.status == "stuck" else run.status
    metrics = {**run.metrics, "probe": curve[-1], "slope": float(statistics.slopes(np.array([curve]))[0])}
    return dataclasses.replace(run, metrics=metrics, status=status, extra={"probes": curve})


def _arm(task: Task, depth: int, own: Any = None) -> Arm:
    features, outputs = _shape(task, own)
    parameters = _PARAMETERS if features <= 2 else _PARAMETERS_OF_REAL
    width = matched_width(features=features, depth=depth, outputs=outputs, parameters=parameters) if depth else 0
    return Arm(
        name=f"depth {depth}",
        task=task,
        kind=_MAPPED if task.draw == "rings" and task.role == "positive" else "networks.run",
        network=NetworkSpec(layers=(width,) * depth, initializer="he_uniform"),
        options=_OPTIONS,
        steps=_STEPS,
        rates=ADAM_RATES,
        metric="r2" if own and not own.classes else "accuracy",
    )


def _shape(task: Task, own: Any) -> tuple[int, int]:
    """Features and outputs of a task."""
    if own:
        return own.features, own.classes if own.classes > 2 else 1
    known = {"rings": (2, 1), "tent": (1, 1), "linear": (2, 1), "digits": (64, 10), "hierarchy": (48, 6)}
    return known[task.draw]


def _probe(task: Task, what: str) -> Arm:
    width = _PROBED_WIDTH if _shape(task, None)[0] <= 2 else _PROBED_WIDTH_OF_REAL
    return Arm(
        name=f"probes, {what}",
        task=task,
        kind="depth.probes",
        network=NetworkSpec(layers=(width,) * 4, initializer="he_uniform"),
        options=_OPTIONS,
        steps=_STEPS,
        rates=() if what == "untrained" else ADAM_RATES,
        metric="probe",
        settings={"what": what},
    )


def _nearest(task: Task) -> Arm:
    return Arm(name="nearest neighbours", task=task, kind="simple.run", settings={"model": "nearest-neighbours"})


def _dial(draw: str, steps: tuple[int, ...]) -> list[Task]:
    return [Task(name=f"{draw}-{k}", role="real", draw=draw, settings={"k": k, "n_train": 1000}) for k in steps]


def _deeper(task: Task) -> Contrast:
    primary = task.role in ("positive", "own")
    return Contrast(
        id="P1",
        arm=f"{task.name}: depth {_DEEP}",
        base=f"{task.name}: depth {_SHALLOW}",
        primary=primary,
        yes=f"On {task.name}, three layers beat one with as many parameters, by {{effect}}.",
        no=f"On {task.name}, one layer is as good as three with as many parameters.",
        worse=f"On {task.name}, three layers are worse than one with as many parameters, by {{effect}}.",
        unclear=f"On {task.name}, these runs can't tell three layers from one.",
    )


def _separable(task: Task) -> list[Contrast]:
    # where a line suffices, noise does not fail to separate the classes but spoils what the input had: no control
    spoilt = task.role == "negative"
    others = {"untrained": "in an untrained network", **({} if spoilt else {"shuffled": "with shuffled labels"})}
    return [
        Contrast(
            id="P2",
            arm=f"{task.name}: probes, trained",
            base=f"{task.name}: probes, {other}",
            metric="slope",
            primary=False,
            smallest=0.01,
            yes=f"On {task.name}, training makes the classes separable layer by layer, more than {words}.",
            no=f"On {task.name}, the layers separate the classes no more than {words}.",
        )
        for other, words in others.items()
    ]
