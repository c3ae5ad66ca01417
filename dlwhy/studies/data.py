"""The study of data: what more rows bring, beside simple models, and how far a learning curve can be foreseen."""

import dataclasses
import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlwhy.models.baselines import WORDS
from dlwhy.models.network import NetworkSpec
from dlwhy.studies import analysis, curves, doubling, statistics, wording
from dlwhy.studies.design import Arm, Contrast, Planned, Study, Task, assemble
from dlwhy.studies.request import Request
from dlwhy.studies.results import Results
from dlwhy.studies.verdicts import Finding
from dlwhy.studies.wording import Interval
from dlwhy.training.options import TrainingOptions

_CLAIM = "Deep learning lives on data: a network goes on improving with more of it, where simple models have stopped."
_STEPS = 2000
_EPOCHS = 20  # at least
_OPTIONS = TrainingOptions(batch_size=32, learning_rate=0.003, normalize="never")
_NET = NetworkSpec(layers=(64, 64))
_SMALL_NET = NetworkSpec(layers=(32, 32))
_LEAST_ROWS = 20
_MOST_SIZES = 8
_SHARE = 0.75


def design(request: Request) -> Study:
    """Give arms and predictions: one arm a size."""
    teacher = Task(name="teacher", role="positive", draw="teacher")
    moons = Task(name="moons", role="positive", draw="moons", settings={"noise": 0.2})
    noise = Task(name="linear-noise", role="negative", draw="linear", settings={"features": 20, "noise": 0.5})
    shuffled = Task(name="digits-shuffled", role="negative", draw="digits", settings={"shuffled": True})
    digits = Task(name="digits", role="positive", draw="digits")
    more = request.at_least("default")
    sizes = {
        "teacher": _doubling(64, 8192),
        "moons": _doubling(16, 4096),  # from 32, what rows bring was too near to what a few seeds can tell
        "linear-noise": _doubling(64, 8192),
        "digits-shuffled": (50, 1300),
        "digits": (50, 100, 200, 400, 800, 1300),
    }
    tasks = [teacher, moons, noise, shuffled, *([digits] if more else [])]
    arms = [arm for task in tasks for arm in _arms(task, sizes[task.name], _NET if task is not moons else _SMALL_NET)]
    simple = ["logistic", "svm"] if more else ["logistic"]
    arms += [arm for task in tasks[:3] for arm in _simple(task, sizes[task.name], "logistic")]
    arms += [arm for model in simple if more for arm in _simple(digits, sizes["digits"], model)]
    contrasts = [each for task in tasks for each in _contrasts(task, sizes[task.name])]
    if request.own:
        mine, own = _own(request)
        arms += [*_arms(mine, own, _NET, request=request), *_simple(mine, own, _linear(request), request=request)]
        contrasts += _contrasts(mine, own)
    base = next(arm for arm in arms if arm.task.name == "moons" and arm.settings["n"] == max(sizes["moons"]))
    planned = [Planned(id="P4", task=task) for task in (teacher, noise)]
    return assemble(request, claim=_CLAIM, arms=arms, contrasts=contrasts, a_a=base, planned=planned)


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Give P3, the gap to the training rows shrinks, and P4, the net gains on the simple model, for each task."""
    found: list[Finding] = []
    for name, task in _tasks(study).items():
        nets, simple = _by_size(study, results, name, "net"), _by_size(study, results, name, "")
        overlap = _overlap(study, results, name)
        if len(nets) > 2 and task.role != "negative":
            found.append(_shrinking(study, task, nets, overlap))
        if len(simple) > 2 and set(nets) == set(simple):
            found.append(_gaining(study, task, nets, simple, overlap))
    return found


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Give the curves, their forecasts, and where the net overtakes the simple model."""
    shown: dict[str, Any] = {"curves": {}, "forecasts": {}, "crossings": {}, "lines": []}
    for name, task in _tasks(study).items():
        overlap = _overlap(study, results, name)
        for model in dict.fromkeys(arm.settings["by"] for arm in study.arms.values() if arm.task.name == name):
            cells = _by_size(study, results, name, model)
            if not cells:
                continue
            summaries = [_interval(study, values, overlap) for values, _ in cells.values()]
            shown["curves"].setdefault(name, {})[model] = [
                [n, *summary] for n, summary in zip(cells, summaries, strict=True)
            ]
            if model == "net" and len(cells) > 2:
                shown["forecasts"][name] = _foreseen(study, task, cells, shown["lines"], overlap)
        nets, simple = _by_size(study, results, name, "net"), _by_size(study, results, name, "")
        overtaken = _overtaking(study, task, nets, simple, overlap)
        if overtaken:
            shown["crossings"][name], sentence = overtaken
            shown["lines"].append(sentence)
    return shown


def _arms(task: Task, sizes: Sequence[int], network: NetworkSpec, request: Request | None = None) -> list[Arm]:
    return [
        Arm(
            name=f"net, n={n}",
            task=_sized(task, n),
            network=network,
            options=_OPTIONS,
            steps=max(_STEPS, _EPOCHS * -(-n // _OPTIONS.batch_size)),
            metric=_metric(request),
            settings={"by": "net", "n": n, "room": max(sizes)},
        )
        for n in sizes
    ]


def _simple(task: Task, sizes: Sequence[int], model: str, request: Request | None = None) -> list[Arm]:
    return [
        Arm(
            name=f"{model}, n={n}",
            task=_sized(task, n),
            kind="simple.run",
            metric=_metric(request),
            settings={"by": model, "model": model, "n": n},
        )
        for n in sizes
    ]


def _sized(task: Task, n: int) -> Task:
    return dataclasses.replace(task, settings={**task.settings, "n_train": n})


def _metric(request: Request | None) -> str:
    return "r2" if request and request.own and not request.own.classes else "accuracy"


def _linear(request: Request) -> str:
    return "logistic" if request.own and request.own.classes else "linear"


def _doubling(first: int, last: int) -> tuple[int, ...]:
    return tuple(first * 2**i for i in range((last // first).bit_length()))


def _own(request: Request) -> tuple[Task, tuple[int, ...]]:
    """Give the task of the user's data, and sizes that double up to the whole training part."""
    own = request.own
    assert own is not None  # noqa: S101  # asked for only where there is one
    largest = int(own.rows * _SHARE)
    least = max(_LEAST_ROWS, 4 * own.classes)
    count = max(2, min(_MOST_SIZES, (largest // least).bit_length()))
    sizes = tuple(max(2, largest >> place) for place in reversed(range(count)))
    return Task(name=own.name, role="own", draw="own"), sizes


def _contrasts(task: Task, sizes: Sequence[int]) -> list[Contrast]:
    smallest, before, largest = (f"{task.name}: net, n={n}" for n in (sizes[0], sizes[-2], sizes[-1]))
    name = task.name
    more = Contrast(
        id="P1",
        arm=largest,
        base=smallest,
        yes=f"On {name}, {sizes[-1]} rows are better than {sizes[0]}, by {{effect}}.",
        no=f"On {name}, {sizes[-1]} rows are no better than {sizes[0]}.",
        worse=f"On {name}, {sizes[-1]} rows are worse than {sizes[0]}, by {{effect}}.",
        unclear=f"On {name}, these runs can't tell {sizes[-1]} rows from {sizes[0]}.",
    )
    doubling = Contrast(
        id="P2",
        arm=largest,
        base=before,
        primary=False,
        yes=f"On {name}, the last doubling of the rows still brought {{effect}}.",
        no=f"On {name}, the last doubling of the rows brought too little to matter.",
        unclear=f"On {name}, it is open whether the last doubling of the rows brought anything that matters.",
    )
    if task.role == "negative":
        return [more] if task.settings.get("shuffled") else []
    return [more, doubling]


def _tasks(study: Study) -> dict[str, Task]:
    return {arm.task.name: arm.task for arm in study.arms.values()}


def _by_size(study: Study, results: Results, task: str, model: str) -> dict[int, tuple[Any, Any]]:
    """Held-out and training scores of a model by size, (n_seeds,) each; by default of the first that is no net."""
    cells: dict[int, tuple[Any, Any]] = {}
    for key, arm in study.arms.items():
        by = arm.settings["by"]
        wanted = by == model if model else by in ("logistic", "linear")
        if arm.task.name == task and wanted and not arm.shift and key in results:
            both = [analysis.values(results[key], prefix + arm.metric) for prefix in ("", "train_")]
            cells[arm.settings["n"]] = (both[0], both[1])
    return dict(sorted(cells.items()))


def _stacked(cells: dict[int, tuple[Any, Any]], which: int) -> Any:
    return np.stack([both[which] for both in cells.values()], axis=1)


def _shrinking(study: Study, task: Task, nets: dict[int, tuple[Any, Any]], overlap: float) -> Finding:
    gaps = _stacked(nets, 1) - _stacked(nets, 0)
    finite = gaps[np.isfinite(gaps).all(axis=1)]
    found = analysis.finding(
        study,
        finite[:, 0] - finite[:, -1],
        id="P3",
        task=task.name,
        role=task.role,
        metric=_metric_of(study, task, "gap to the training rows"),
        contrast=f"n={min(nets)} - n={max(nets)}",
        primary=False,
        smallest=study.smallest_effect,
        overlap=overlap,
        sentences=(
            f"On {task.name}, the gap between training and held-out score shrinks as rows come in, by {{effect}}.",
            f"On {task.name}, the gap between training and held-out score does not shrink.",
            f"On {task.name}, it is open whether the gap between training and held-out score shrinks.",
        ),
    )
    return _by_trend(found, finite, overlap)


def _by_trend(found: Finding, gaps: Any, overlap: float) -> Finding:
    """Judge by Page's test, which is of seeds that have no rows in common."""
    if overlap or len(gaps) < 2:
        return found
    return dataclasses.replace(found, p=statistics.trend(-gaps)[1], test="trend")


def _metric_of(study: Study, task: Task, name: str) -> str:
    """Name a difference of scores by its unit."""
    return name.replace(" ", " in R² ", 1) if _score(study, task) == "r2" else name


def _gaining(study: Study, task: Task, nets: Any, simple: Any, overlap: float) -> Finding:
    """Give the difference of differences: the net's lead at the largest size less that at the smallest."""
    lead = _stacked(nets, 0) - _stacked(simple, 0)
    model = _simple_model(study, task)
    return analysis.finding(
        study,
        lead[:, -1] - lead[:, 0],
        id="P4",
        task=task.name,
        role=task.role,
        metric=_metric_of(study, task, "lead on the simple model"),
        contrast=f"n={max(nets)} - n={min(nets)}",
        primary=task.role == "negative" or task.name == "teacher",
        smallest=study.smallest_effect,
        overlap=overlap,
        sentences=(
            f"On {task.name}, the net gains on {model} as rows come in, by {{effect}}.",
            f"On {task.name}, the net gains nothing on {model} as rows come in.",
            f"On {task.name}, it is open whether the net gains on {model} as rows come in.",
        ),
        worse=f"On {task.name}, the net falls behind {model} as rows come in, by {{effect}}.",
    )


def _overlap(study: Study, results: Results, task: str) -> float:
    return analysis.overlap_of(
        *(results[key] for key, arm in study.arms.items() if arm.task.name == task and key in results)
    )


def _interval(study: Study, values: Any, overlap: float) -> list[float | None]:
    """Mean error and the ends of its interval."""
    finite = 1 - values[np.isfinite(values)]
    if len(finite) < 2:
        return [float(finite.mean()) if len(finite) else None, None, None]
    effect = statistics.paired_effect(finite, alpha=study.request.alpha, overlap=overlap)
    return [effect.effect, effect.ci_low, effect.ci_high]


def _foreseen(
    study: Study, task: Task, cells: dict[int, tuple[Any, Any]], lines: list[str], overlap: float
) -> dict[str, Any]:
    errors = 1 - _stacked(cells, 0)
    found = curves.learning_curve(list(cells), errors, alpha=study.request.alpha, overlap=overlap)
    lines.append(f"On {task.name}, {_promise(found, _score(study, task))}.")
    return found.as_json()


def _promise(found: curves.LearningCurve, metric: str) -> str:
    """Say what doubling the rows would bring, or why nothing is promised."""

    def size(effect: float, low: float = math.inf, high: float = math.inf, *, plus: bool = False) -> str:
        return wording.size(Interval(effect=effect, low=low, high=high), metric, plus=plus)

    last = found.next_doubling
    brought = f"the last step brought {size(last.effect, last.ci_low, last.ci_high, plus=True)}" if last else ""
    if found.forecast_next is None:
        by = f" ({size(found.forecast_miss or 0.0)})" if found.next_refused == doubling.MISSED else ""
        refused = f"no forecast of what twice as many rows would bring: {found.next_refused}{by}"
        return f"{refused}; {brought}" if brought else refused
    low, high = found.forecast_next_low, found.forecast_next_high
    gain = size(found.forecast_next, math.inf if low is None else low, math.inf if high is None else high)
    missed = f"the curve missed the two largest sizes by up to {size(found.forecast_miss or 0.0)}"
    return f"twice as many rows would bring about {gain}; {brought}, and {missed}"


def _overtaking(
    study: Study, task: Task, nets: dict[int, tuple[Any, Any]], simple: dict[int, tuple[Any, Any]], overlap: float
) -> tuple[float, str] | None:
    """Give the rows at which the net overtakes the simple model for good, and a sentence.

    None unless it leads at the largest size, with an interval that excludes 0: a curve that touches another's within
    noise overtakes nothing.
    """
    if not nets or nets.keys() != simple.keys():
        return None
    largest = max(nets)
    pairs = nets[largest][0] - simple[largest][0]
    pairs = pairs[np.isfinite(pairs)]
    if len(pairs) < 2:
        return None
    lead = statistics.paired_effect(pairs, alpha=study.request.alpha, overlap=overlap)
    rows = _crossing({n: float(np.nanmean(nets[n][0]) - np.nanmean(simple[n][0])) for n in nets})
    if rows is None or lead.ci_low <= 0:
        return None
    seen = Interval(effect=lead.effect, low=lead.ci_low, high=lead.ci_high)
    model = _simple_model(study, task)
    return rows, (
        f"On {task.name}, the net overtakes {model} at about {rows:.0f} rows, and leads by"
        f" {wording.size(seen, _score(study, task))} at {largest}."
    )


def _crossing(leads: dict[int, float]) -> float | None:
    """Give the number of rows at which the mean lead becomes positive and stays so, between two sizes."""
    found = None
    for (n, lead), (after, later) in itertools.pairwise(leads.items()):
        if later <= 0:
            found = None
        elif lead <= 0:
            found = float(np.exp(np.interp(0, [lead, later], np.log([n, after]))))
    return found


def _score(study: Study, task: Task) -> str:
    return _metric(study.request) if task.role == "own" else "accuracy"


def _simple_model(study: Study, task: Task) -> str:
    return WORDS[_linear(study.request) if task.role == "own" else "logistic"]
