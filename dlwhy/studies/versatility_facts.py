"""What the study of versatility says over all data sets: wins, ranks, growth of times, and the best simple model."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlwhy.models.baselines import WORDS
from dlwhy.studies import analysis, statistics, wording
from dlwhy.studies.design import Arm, Study
from dlwhy.studies.results import Outcome, Results
from dlwhy.studies.verdicts import Finding
from dlwhy.studies.wording import Interval

ONE_TEST_SET = "10-10-1, one test set"
SCALING = "scaling"
_EXPONENT = 1.1
_LEAST_SETS = 6
_ALIKE = 1.25  # costs, in the eye of a reader
_NETS, _NET, _LINEAR = "eight nets", "net", "linear"
_NAIVE = "naive-bayes"  # for classes only
# what runs on every data set, and is ranked
_RANKED = (_NETS, _LINEAR, "nearest-neighbours", "svm", "random-forest", "gradient-boosting")
# outcomes and their arms by data set and method
_Table = Mapping[str, Mapping[str, tuple[Arm, Outcome]]]


def findings(study: Study, results: Results) -> list[Finding]:
    """Give P1 and P2 where there are enough data sets, P3, and the user's own data."""
    table = _table(study, results)
    sets = {
        task: methods
        for task, methods in table.items()
        if {*_RANKED, _NET} <= set(methods) and methods[_NET][0].task.role != "own"
    }
    found = []
    if len(sets) >= _LEAST_SETS:
        found += [_wins(study, sets), _ranks(study, sets)]
    growth = _growth(study, results)
    if growth is not None:
        found.append(growth)
    own = [methods for methods in table.values() if _NETS in methods and methods[_NETS][0].task.role == "own"]
    return found + [_own(study, methods) for methods in own if _best_simple(methods)]


def facts(study: Study, results: Results) -> dict[str, Any]:
    """Give scores by data set and method, mean distances to the best, ranks, times, and sentences."""
    table = _table(study, results)
    scores = {task: {method: _mean(*cell) for method, cell in methods.items()} for task, methods in table.items()}
    lines = _one_test_set(results)
    lines += [line for methods in table.values() for line in _lines(study, methods)]
    return {
        "scores": scores,
        "metrics": {task: next(iter(methods.values()))[0].metric for task, methods in table.items()},
        "distances": _distances(table, scores),
        "ranking": _ranking(study, table),
        "times": _times(study, results),
        "lines": lines,
    }


def _table(study: Study, results: Results) -> dict[str, dict[str, tuple[Arm, Outcome]]]:
    table: dict[str, dict[str, tuple[Arm, Outcome]]] = {}
    for key, outcome in results.items():
        arm = study.arms[key]
        if "method" in arm.settings and not arm.shift and np.isfinite(analysis.values(outcome, arm.metric)).any():
            table.setdefault(arm.task.name, {})[arm.settings["method"]] = (arm, outcome)
    return table


def _mean(arm: Arm, outcome: Outcome) -> float:
    return float(np.nanmean(analysis.values(outcome, arm.metric)))


def _difference(study: Study, methods: Mapping[str, tuple[Arm, Outcome]], method: str, base: str) -> Any:
    """Estimate the paired difference of two methods on one data set; None without pairs."""
    arm, outcome = methods[method]
    pairs = analysis.paired(outcome, methods[base][1], arm.metric)
    overlap = analysis.overlap_of(outcome)
    return statistics.paired_effect(pairs, alpha=study.request.alpha, overlap=overlap) if len(pairs) > 1 else None


def _wins(study: Study, sets: _Table) -> Finding:
    """Count the data sets that a net wins and loses against the linear model, by more than what matters."""
    from scipy import stats

    effects = [_difference(study, methods, _NET, _LINEAR) for methods in sets.values()]
    sizes = [each.effect for each in effects if each is not None]
    wins, losses = (sum(sign * size > study.smallest_effect for size in sizes) for sign in (1, -1))
    interval = (-1.0, 1.0)
    if wins + losses:
        exact = stats.binomtest(wins, wins + losses).proportion_ci(1 - study.request.alpha, method="exact")
        interval = (2 * float(exact.low) - 1, 2 * float(exact.high) - 1)
    return Finding(
        id="P1",
        task=f"{len(sizes)} data sets",
        role="real",
        primary=True,
        metric="share won less share lost",
        contrast=f"net - linear: {wins} won, {losses} lost",
        effect=(wins - losses) / (wins + losses) if wins + losses else 0.0,
        ci_low=interval[0],
        ci_high=interval[1],
        p=statistics.sign_test(wins, losses),
        n_seeds=len(sizes),
        verdict="supported" if interval[0] > 0 else "not supported" if interval[1] < 0 else "inconclusive",
        smallest=0.0,
        test="sign",
        outcome="helps" if interval[0] > 0 else "hurts" if interval[1] < 0 else "open",
        cautions=(),
        sentence=f"Of {len(sizes)} data sets, one net beats the linear model on {wins}, and loses on {losses}.",
    )


def _ranks(study: Study, sets: _Table) -> Finding:
    """Compare the rank of eight nets with that of the best alternative, over data sets."""
    scores, ranking = _ranked(study, sets)
    ranks = _rank(scores)
    best = 1 + int(ranks.mean(axis=0)[1:].argmin())
    name, own = _RANKED[best], ranks[:, 0]
    said = "the linear model" if name == _LINEAR else WORDS[name]
    found = analysis.finding(
        study,
        ranks[:, best] - own,
        id="P2",
        task=f"{len(scores)} data sets",
        role="real",
        metric="ranks better",
        contrast=f"eight nets - {name}",
        primary=False,
        smallest=0.0,
        overlap=0.0,
        sentences=(
            f"Over all data sets, eight nets rank better than {said}.",
            f"Over all data sets, {said} ranks better than eight nets.",
            f"Over all data sets, no difference in rank between eight nets and {said} was detected.",
        ),
    )
    # the best of all is either of the two, and the other one has the p value
    return dataclasses.replace(found, p=ranking.to_best[0 if ranking.best else best], test="ranks")


def _rank(scores: Any) -> Any:
    from scipy import stats

    return stats.rankdata(-scores, axis=1)


def _ranked(study: Study, sets: _Table) -> tuple[Any, statistics.Ranking]:
    scores = np.array([[_mean(*methods[method]) for method in _RANKED] for methods in sets.values()])
    return scores, statistics.rank_comparison(scores, alpha=study.request.alpha)


def _ranking(study: Study, table: _Table) -> dict[str, Any] | None:
    sets = {
        task: methods
        for task, methods in table.items()
        if set(_RANKED) <= set(methods) and methods[_NETS][0].task.role != "own"
    }
    if len(sets) < _LEAST_SETS:
        return None
    return {"methods": list(_RANKED), "sets": len(sets), **dataclasses.asdict(_ranked(study, sets)[1])}


def _distances(table: _Table, scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Mean distance of each method to the best one, over the classifications that all have seen."""
    most = max((len(methods) for methods in table.values()), default=0)
    own = [
        task
        for task, methods in table.items()
        if len(methods) == most and most > 2 and next(iter(methods.values()))[0].metric == "accuracy"
    ]
    if not own:
        return {}
    methods = list(scores[own[0]])
    return {
        method: float(np.mean([max(scores[task].values()) - scores[task][method] for task in own]))
        for method in methods
    }


def _times(study: Study, results: Results) -> dict[str, list[list[float]]]:
    """Seconds of a training by method: number of rows and mean."""
    times: dict[str, list[list[float]]] = {}
    for key, outcome in results.items():
        arm = study.arms[key]
        if arm.task.name == SCALING:
            seconds = float(np.mean([run.seconds for run in outcome.runs]))
            times.setdefault(arm.settings["by"], []).append([arm.settings["n"], seconds])
    return {by: sorted(cells) for by, cells in times.items()}


def _growth(study: Study, results: Results) -> Finding | None:
    """Judge the exponent of a net's training time, from the times that were measured."""
    cells = {
        study.arms[key].settings["n"]: [run.seconds for run in outcome.runs]
        for key, outcome in results.items()
        if study.arms[key].settings.get("by") == _NET
    }
    if len(cells) < 2:
        return None
    sizes = sorted(cells)
    log_n = np.log(sizes)
    log_seconds = np.log(np.array([cells[n] for n in sizes]))  # (n_sizes, n_seeds)
    exponents = (log_n - log_n.mean()) @ log_seconds / np.square(log_n - log_n.mean()).sum()
    last = np.diff(log_seconds[-2:], axis=0).mean() / np.diff(log_n[-2:])[0]
    said = (
        f"From {sizes[0]} to {sizes[-1]} rows, a net's training time grew as n^{exponents.mean():.2f},"
        f" at last as n^{last:.2f}"
    )
    return analysis.finding(
        study,
        _EXPONENT - exponents,
        id="P3",
        task=SCALING,
        role="real",
        metric="exponent of time",
        contrast=f"{_EXPONENT} - net's exponent",
        primary=False,
        smallest=0.0,
        overlap=0.0,
        sentences=(
            f"{said}: slower than n^{_EXPONENT}, by {{effect}}.",
            f"{said}: no slower than n^{_EXPONENT}.",
            f"{said}; n^{_EXPONENT} is within its interval",
        ),
        worse=f"{said}: faster than n^{_EXPONENT}, by {{effect}}.",
    )


def _best_simple(methods: Mapping[str, tuple[Arm, Outcome]]) -> str | None:
    simple = {method: _mean(*cell) for method, cell in methods.items() if method not in (_NET, _NETS)}
    return max(simple, key=lambda method: simple[method]) if len(simple) > 1 else None


def _own(study: Study, methods: Mapping[str, tuple[Arm, Outcome]]) -> Finding:
    """Compare eight nets with the best simple model on the user's own data."""
    arm, outcome = methods[_NETS]
    best = _best_simple(methods) or _LINEAR
    shown, model = arm.task.name.replace("{", "{{").replace("}", "}}"), WORDS[methods[best][0].name]
    return analysis.finding(
        study,
        analysis.paired(outcome, methods[best][1], arm.metric),
        id="P2",
        task=arm.task.name,
        role="own",
        metric=arm.metric,
        contrast=f"eight nets - {methods[best][0].name}",
        primary=True,
        smallest=study.smallest_effect,
        overlap=analysis.overlap_of(outcome),
        sentences=(
            f"On {shown}, eight nets are better than the best simple model, {model}, by {{effect}}.",
            f"On {shown}, eight nets are not better than the best simple model, {model}, by anything that matters.",
            f"On {shown}, these runs can't tell eight nets from the best simple model, {model}.",
        ),
        worse=f"On {shown}, eight nets are worse than the best simple model, {model}, by {{effect}}.",
    )


def _lines(study: Study, methods: Mapping[str, tuple[Arm, Outcome]]) -> list[str]:
    """Say of one data set which simple model is better, or, of the user's own, how all compare and at what cost."""
    best = _best_simple(methods)
    if best is None or _NETS not in methods:
        return []
    arm, outcome = methods[_NETS]
    effect = _difference(study, methods, _NETS, best)
    if effect is None:
        return []
    name, task, metric = WORDS[methods[best][0].name], arm.task.name, arm.metric
    if arm.task.role != "own":
        better = Interval(effect=-effect.effect, low=-effect.ci_high, high=-effect.ci_low)
        if better.low <= study.smallest_effect:
            return []
        return [f"On {task}, {name} is better here than eight nets, by {wording.size(better, metric)}."]
    costs = [float(np.mean([run.seconds for run in each.runs])) for each in (outcome, methods[best][1])]
    line = (
        f"On {task}, eight nets score {wording.name_of(metric)} {_mean(arm, outcome):.3f}, and the best of"
        f" {sum(method not in (_NET, _NETS) for method in methods)} simple models, {name},"
        f" {_mean(*methods[best]):.3f}; the nets cost {_times_as_much(*costs)}"
        f" ({costs[0]:.2g} s against {costs[1]:.2g} s a training)."
    )
    return [line]


def _one_test_set(results: Results) -> list[str]:
    """Say how far networks on one small test set lie apart."""
    found = [
        analysis.values(outcome, "accuracy") for key, outcome in results.items() if key.endswith(f": {ONE_TEST_SET}")
    ]
    if not found or len(found[0]) < 2 or not np.isfinite(found[0]).all():
        return []
    line = (
        f"At noise 0.2, {len(found[0])} seeds of the demonstration's net on one test set of 200 points range from"
        f" {found[0].min():.3f} to {found[0].max():.3f}: one run proves nothing."
    )
    return [line]


def _times_as_much(cost: float, other: float) -> str:
    ratio = cost / other if other > 0 else math.inf
    if 1 / _ALIKE < ratio < _ALIKE:
        return "about as much"
    return f"{ratio:.2g} times as much" if ratio < 100 else f"{round(ratio, -1):.0f} times as much"
