"""The study of transfer: what a network has learnt on one task carries over to another one with few labels.

Sources: Yosinski et al. 2014 (how many layers to carry over).
"""

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlwhy import files
from dlwhy.errors import InputUnreadableError, UsageError
from dlwhy.models import archive
from dlwhy.models.checking import MAX_SIZE, MEBIBYTE
from dlwhy.models.network import NetworkSpec
from dlwhy.studies import analysis, statistics
from dlwhy.studies.design import ADAM_RATES, Arm, Contrast, Study, Task, assemble
from dlwhy.studies.request import OwnData, Request
from dlwhy.studies.results import Results
from dlwhy.studies.verdicts import Finding
from dlwhy.training.options import TrainingOptions

_CLAIM = "Pre-trained networks carry over: what was learnt on one task saves labels on another that shares it."
_CAVEAT = (
    "On the digits, every seed draws the labelled images anew from the same 896: intervals are about which few are "
    "labelled, not about other writers."
)
_STEPS = 300
_SOURCE_STEPS = 1500
# chosen on seeds of their own, by the sources' own held-out rows
_SOURCE_RATES = {"trunk": 0.003, "digits-moved": 0.01, "own": 0.003}
_OPTIONS = TrainingOptions(batch_size=32, normalize="never")
_NET = NetworkSpec(layers=(64, 64), initializer="he_uniform")
_FEW = 5
# A few labels of a random target say little of a rate: up to so many, each tuning seed has several targets of its own.
_NOISY, _TUNING_TARGETS = 20, 4
_SHRINKS_FROM = 10  # below, scratch has nothing to learn from yet, and the gain still grows
_SCRATCH, _TUNED, _FROZEN, _SHUFFLED = "scratch", "fine-tuned", "frozen + logistic", "shuffled source"
_RANDOM, _LOGISTIC, _NEAREST = "random + logistic", "logistic on inputs", "nearest neighbour"
_WORDS = {
    _SCRATCH: "training from scratch",
    _TUNED: "fine-tuning",
    _FROZEN: "a logistic head on frozen features",
    _SHUFFLED: "fine-tuning from a source with shuffled labels",
    _RANDOM: "a logistic head on random features",
    _LOGISTIC: "logistic regression on the inputs",
    _NEAREST: "the nearest neighbour",
}
_TRUNK = "trunk-shared"
_OWN_SHARE = 0.75
_QUICK = (_SCRATCH, _TUNED, _FROZEN, _SHUFFLED)
# what an arm starts from, and what learns the target
_PARTS = {
    _SCRATCH: ("nothing", "net"),
    _TUNED: ("source", "net"),
    _FROZEN: ("source", "logistic"),
    _SHUFFLED: ("shuffled", "net"),
    _RANDOM: ("random", "logistic"),
    _LOGISTIC: ("nothing", "logistic"),
    _NEAREST: ("nothing", "nearest-neighbours"),
}
# thorough: hidden layers that are carried over, and whether they are left as they are
_CARRIED = ((1, 0), (1, 1), (2, 2))
_SAMPLES = 999


def design(request: Request) -> Study:
    """Give arms and predictions; `default` adds more labels, all arms and real data, `thorough` the layers carried."""
    tasks = _tasks(request)
    names = tuple(_PARTS) if request.at_least("default") else _QUICK
    arms = [
        _arm(task, name, k)
        for task, counts in tasks
        for k in counts
        for name in names
        if name != _SHUFFLED or task.role == "positive"
    ]
    positive = [task for task, _ in tasks if task.role == "positive"]
    if request.at_least("thorough"):
        arms += [_carrying(task, *each) for task in positive for each in _CARRIED]
    contrasts = [each for task, _ in tasks for each in _contrasts(task)]
    if "source" in request.extra:
        mine, more = _own(request)
        arms, contrasts = [*arms, *mine], [*contrasts, *more]
    base = _arm(tasks[0][0], _SCRATCH, _FEW)
    return assemble(request, claim=_CLAIM, arms=arms, contrasts=contrasts, a_a=base, caveats=(_CAVEAT,))


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Give P2, that the gain shrinks as labels come in, where there are enough sizes beyond the first ones."""
    gains = {
        k: gain
        for k, gain in _gains(study, results, _TRUNK, _TUNED).items()
        if k >= _SHRINKS_FROM and np.isfinite(gain).all()
    }
    if len(gains) < 3:
        return []
    values = np.stack(list(gains.values()), axis=1)
    first, last = min(gains), max(gains)
    found = analysis.finding(
        study,
        values[:, 0] - values[:, -1],
        id="P2",
        task=_TRUNK,
        role="positive",
        metric="accuracy",
        contrast=f"gain at k={first} - gain at k={last}",
        primary=False,
        smallest=study.smallest_effect,
        overlap=0.0,  # the trunk is drawn anew by each seed
        sentences=(
            f"On {_TRUNK}, what fine-tuning gains shrinks by {{effect}} from {first} to {last} labels a class.",
            f"On {_TRUNK}, what fine-tuning gains does not shrink from {first} to {last} labels a class.",
            "",
        ),
    )
    return [dataclasses.replace(found, p=statistics.trend(-values)[1], test="trend") if len(values) > 1 else found]


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Give accuracy by labels, gains on scratch, labels saved, and what it brings to carry fewer layers over."""
    shown: dict[str, Any] = {"curves": {}, "gains": {}, "saved": {}, "lines": []}
    for task, names in _by_task(study, results).items():
        overlap = analysis.overlap_of(*(results[key] for key in results if study.arms[key].settings["of"] == task))
        cells = {name: _by_labels(study, results, task, name) for name in names}
        shown["curves"][task] = {name: _rows(study, own, overlap) for name, own in cells.items()}
        gains = {name: _gains(study, results, task, name) for name in names if name != _SCRATCH}
        shown["gains"][task] = {name: _rows(study, own, overlap) for name, own in gains.items() if own}
        for name in (_TUNED, _FROZEN):
            saved = _saved(cells.get(_SCRATCH, {}), cells.get(name, {}), alpha=study.request.alpha)
            if saved:
                shown["saved"].setdefault(task, {})[name] = saved
                shown["lines"].append(_saying(task, name, saved))
        shown["lines"] += _best(task, cells)
    shown["lines"] += _sources_line(results)
    return shown


def _tasks(request: Request) -> list[tuple[Task, tuple[int, ...]]]:
    """Give the tasks, each with its labels a class."""
    shared = Task(name=_TRUNK, role="positive", draw="trunk", settings={"rho": 1.0})
    shifted = Task(name="digits-shifted", role="positive", draw="digits-moved", settings={"canvas": 12})
    apart = Task(name="trunk-apart", role="negative", draw="trunk", settings={"rho": 0.0})
    centred = Task(name="digits-centred", role="real", draw="digits-moved", settings={"canvas": 8})
    if not request.at_least("default"):
        return [(task, (_FEW,)) for task in (shared, shifted, apart)]
    return [
        (shared, (5, 10, 20, 50, 200, 700)),
        (shifted, (1, 5, 20, 50)),
        (apart, (5, 20, 50)),
        (centred, (1, 5, 20, 50)),
    ]


def _arm(task: Task, name: str, k: int) -> Arm:
    begin, head = _PARTS[name]
    learnt = {"source_steps": _SOURCE_STEPS, "source_rate": _SOURCE_RATES[task.draw]}
    settings = {"by": name, "k": k, "from": begin, "head": head, "of": task.name}
    settings |= learnt if begin in ("source", "shuffled") else {}
    settings |= {"tuning_targets": _TUNING_TARGETS} if head == "net" and task.draw == "trunk" and k <= _NOISY else {}
    # shuffled sources are a negative control of their own
    control = {"name": f"{task.name}-shuffled", "role": "negative"} if name == _SHUFFLED else {}
    placed = dataclasses.replace(task, settings={**task.settings, "k": k}, **control)  # type: ignore[arg-type]
    return _learning(Arm(name=f"{name}, k={k}", task=placed, kind="transfer_arms.run", settings=settings))


def _learning(arm: Arm) -> Arm:
    """Give an arm its network, unless it is a simple model on the inputs, and a training unless its head is simple."""
    if arm.settings["head"] != "net":
        return arm if arm.settings["from"] == "nothing" else dataclasses.replace(arm, network=_NET)
    return dataclasses.replace(arm, network=_NET, options=_OPTIONS, steps=_STEPS, rates=ADAM_RATES)


def _carrying(task: Task, carry: int, freeze: int) -> Arm:
    tuned = _arm(task, _TUNED, _FEW)
    name = f"{carry} carried, {'frozen' if freeze else 'fine-tuned'}"
    settings = {**tuned.settings, "by": name, "carry": carry, "freeze": freeze}
    return dataclasses.replace(tuned, name=f"{name}, k={_FEW}", settings=settings)


def _contrasts(task: Task) -> list[Contrast]:
    name, positive = task.name, task.role == "positive"
    shuffled = f"{name}-shuffled"
    found = [
        _compared("P1", name, _TUNED, _SCRATCH, primary=positive),
        _compared("P1", name, _FROZEN, _SCRATCH, primary=False),
    ]
    if positive:
        found += [
            _compared("P1", shuffled, _SHUFFLED, _SCRATCH, base_task=name, primary=False),
            _compared("P3", name, _TUNED, _SHUFFLED, base_task=shuffled, primary=True),
            _compared("P3", name, _FROZEN, _RANDOM, primary=False),
        ]
    return found


def _compared(
    id: str,  # noqa: A002  # the field's name in study.json
    task: str,
    name: str,
    base: str,
    *,
    primary: bool,
    base_task: str | None = None,
    k: int = _FEW,
) -> Contrast:
    few = f"with {k} labels a class"
    return Contrast(
        id=id,
        arm=f"{task}: {name}, k={k}",
        base=f"{base_task or task}: {base}, k={k}",
        primary=primary,
        yes=f"On {task} {few}, {_WORDS[name]} beats {_WORDS[base]}, by {{effect}}.",
        no=f"On {task} {few}, {_WORDS[name]} does not beat {_WORDS[base]}.",
        worse=f"On {task} {few}, {_WORDS[name]} is worse than {_WORDS[base]}, by {{effect}}.",
        unclear=f"On {task} {few}, these runs can't tell {_WORDS[name]} from {_WORDS[base]}.",
    )


def _own(request: Request) -> tuple[list[Arm], list[Contrast]]:
    """Give arms and predictions for a model of the user's, carried over to data of the user's."""
    own = request.own
    if own is None:
        raise UsageError("--source carries a model over to your own data", "name them with --data")
    path = str(request.extra["source"])
    network, identity = _source_file(path)
    task, counts = Task(name=own.name, role="own", draw="own"), _own_labels(own)
    arms = []
    for k in counts:
        for name, begin, normalize in ((_SCRATCH, "nothing", "always"), (_TUNED, "file", "never")):
            plain = _learning(_arm(task, name, k))
            settings = {**plain.settings, "from": begin, **({"file": path, **identity} if begin == "file" else {})}
            options = dataclasses.replace(_OPTIONS, normalize=normalize)
            metric = "accuracy" if own.classes else "r2"
            changed = dataclasses.replace(plain, network=network, settings=settings, options=options, metric=metric)
            arms.append(changed)
    return arms, [_compared("P1", own.name, _TUNED, _SCRATCH, primary=k == counts[0], k=k) for k in counts]


def _own_labels(own: OwnData) -> tuple[int, ...]:
    """Give labels a class (rows, for regression): few, more, and all of the training part."""
    most = max(1, int(own.rows * _OWN_SHARE) // max(1, own.classes))
    return *(k for k in ((5, 20) if own.classes else (20, 80)) if k < most), most


def _source_file(path: str) -> tuple[NetworkSpec, dict[str, str]]:
    """Give the network of a model file, and what tells the file from another one of its name.

    A study is shown from its rows alone, when the file may be gone: then there is nothing to tell.
    """
    try:
        content = files.read_bytes(path, limit=MAX_SIZE * MEBIBYTE)
    except InputUnreadableError:
        return _NET, {}
    told = archive.describe(path)
    if told["network"] is not None:
        network = NetworkSpec.from_json(told["network"])
    else:
        dense = [layer for layer in told["layers"] if layer["type"] == "Dense"][:-1]
        network = NetworkSpec(layers=tuple(layer["outputs"] for layer in dense), activation=dense[0]["activation"])
    return network, {"sha256": hashlib.sha256(content).hexdigest()}


def _by_task(study: Study, results: Results) -> dict[str, list[str]]:
    """Names of arms that have results, by task; shuffled sources belong to the task that they are a control of."""
    found: dict[str, list[str]] = {}
    for key, arm in study.arms.items():
        if key in results and not arm.shift:
            names = found.setdefault(arm.settings["of"], [])
            names += [arm.settings["by"]] if arm.settings["by"] not in names else []
    return found


def _by_labels(study: Study, results: Results, task: str, name: str) -> dict[int, Any]:
    """Scores by labels a class, (n_seeds,) each."""
    found = {
        arm.settings["k"]: analysis.values(results[key], arm.metric)
        for key, arm in study.arms.items()
        if key in results and not arm.shift and (arm.settings["of"], arm.settings["by"]) == (task, name)
    }
    return dict(sorted(found.items()))


def _gains(study: Study, results: Results, task: str, name: str) -> dict[int, Any]:
    """Scores less those of scratch, by labels a class."""
    base, own = (_by_labels(study, results, task, each) for each in (_SCRATCH, name))
    return {k: own[k] - base[k] for k in own if k in base}


def _rows(study: Study, cells: dict[int, Any], overlap: float) -> list[list[float | None]]:
    """Give labels a class, mean, and ends of its interval."""
    rows: list[list[float | None]] = []
    for k, values in cells.items():
        finite = values[np.isfinite(values)]
        if len(finite) > 1:
            effect = statistics.paired_effect(finite, alpha=study.request.alpha, overlap=overlap)
            rows.append([k, effect.effect, effect.ci_low, effect.ci_high])
        elif len(finite):
            rows.append([k, float(finite[0]), None, None])
    return rows


def _saved(scratch: dict[int, Any], other: dict[int, Any], *, alpha: float) -> dict[str, Any] | None:
    """Give the labels a class that scratch needs to do what an arm does with few, with an interval over seeds."""
    if len(scratch) < 3 or _FEW not in other:
        return None
    labels = np.array(list(scratch))
    curve, score = np.stack(list(scratch.values()), axis=1), other[_FEW]
    finite = np.isfinite(curve).all(axis=1) & np.isfinite(score)
    if finite.sum() < 2:
        return None
    curve, score = curve[finite], score[finite]
    drawn = np.random.default_rng(0).integers(len(score), size=(_SAMPLES, len(score)))
    needed = [_needed(labels, curve[rows].mean(axis=0), score[rows].mean()) for rows in drawn]
    low, high = np.quantile(needed, (alpha / 2, 1 - alpha / 2))
    found = _needed(labels, curve.mean(axis=0), score.mean())
    return {
        "score": float(score.mean()),
        "labels": found,
        "ci_low": float(low),
        "ci_high": float(high),
        "least": int(labels[0]),
        "most": int(labels[-1]),
    }


def _needed(labels: Any, curve: Any, score: float) -> float:
    """Interpolate between sizes, on a logarithmic axis; beyond the ends it is the end."""
    rising = np.maximum.accumulate(curve)
    if score >= rising[-1]:
        return float(labels[-1])
    return float(np.exp(np.interp(score, rising, np.log(labels))))


def _saying(task: str, name: str, saved: dict[str, Any]) -> str:
    doing = f"On {task}, {_WORDS[name]} with {_FEW} labels a class ({saved['score']:.2f})"
    if saved["labels"] >= saved["most"]:
        return f"{doing} does more than {_WORDS[_SCRATCH]} with {saved['most']}."
    if saved["labels"] <= _FEW:
        return f"{doing} saves no labels: {_WORDS[_SCRATCH]} does as well with as many."
    more = " or more" if saved["ci_high"] >= saved["most"] else ""
    interval = f"[{saved['ci_low']:.0f}, {saved['ci_high']:.0f}{more}]"
    return f"{doing} does what {_WORDS[_SCRATCH]} needs about {saved['labels']:.0f} {interval} for."


def _best(task: str, cells: dict[str, dict[int, Any]]) -> list[str]:
    """Name the best of all arms with few labels."""
    means = {name: float(np.nanmean(own[_FEW])) for name, own in cells.items() if _FEW in own}
    if len(means) <= len(_QUICK):
        return []
    best = max(means, key=lambda name: means[name])
    return [f"On {task}, the best with {_FEW} labels a class is {_WORDS.get(best, best)} ({means[best]:.2f})."]


def _sources_line(results: Results) -> list[str]:
    found = [run.extra["source"] for outcome in results.values() for run in outcome.runs if "source" in run.extra]
    if not found:
        return []
    return [f"The source networks reach {min(found):.2f} to {max(found):.2f} on held-out rows of their own tasks."]
