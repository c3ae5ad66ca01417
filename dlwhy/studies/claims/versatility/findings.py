"""What the study of versatility finds over all data sets: wins, ranks, growth of times, and the best simple model."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.models.baselines import WORDS
from dlwhy.studies.claims.versatility.design import LINEAR, N_TEST, NET, NETS, SCALING
from dlwhy.studies.findings import selecting, statistics, wording
from dlwhy.studies.findings.judging import effect_of, judge
from dlwhy.studies.findings.selecting import Cell, by, by_task, cells
from dlwhy.studies.findings.statistics import Array
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.findings.wording import Interval
from dlwhy.studies.plan.study import Prediction, Results, Says, Study, about, contrast

_EXPONENT = 1.1
_LEAST_SETS = 6
_ALIKE = 1.25  # costs, in the eye of a reader
# what runs on every data set, and is ranked
_RANKED = (NETS, LINEAR, "nearest-neighbours", "svm", "random-forest", "gradient-boosting")
_OWN = Says(
    yes="On {task}, eight nets are better than the best simple model, {model}, by {effect}.",
    no="On {task}, eight nets are not better than the best simple model, {model}, by anything that matters.",
    worse="On {task}, eight nets are worse than the best simple model, {model}, by {effect}.",
    unclear="On {task}, these runs can't tell eight nets from the best simple model, {model}.",
)
Methods = Mapping[str, Cell]
# by data set and method
Table = Mapping[str, Methods]


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Return P1 and P2 where there are enough data sets, P3, and the user's own data."""
    table = _table(study, results)
    judged = []
    if len(won := _sets(table, (*_RANKED, NET))) >= _LEAST_SETS:
        judged += [_wins(study, won), _ranks(study, won)]
    growth = _growth(study, results)
    if growth is not None:
        judged.append(growth)
    own = [methods for methods in table.values() if NETS in methods and methods[NETS].arm.task.role == "own"]
    return judged + [_own(study, methods[NETS], best) for methods in own if (best := _best_simple(methods))]


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return scores by data set and method, mean distances to the best, ranks, times, and sentences."""
    table = _table(study, results)
    scores = {task: {method: _mean(cell) for method, cell in methods.items()} for task, methods in table.items()}
    lines = _one_test_set(study, results)
    lines += [line for methods in table.values() for line in _lines(study, methods)]
    return {
        "scores": scores,
        "metrics": {task: next(iter(methods.values())).arm.metric for task, methods in table.items()},
        "distances": _distances(table, scores),
        "ranking": _ranking(study, table),
        "times": _times(study, results),
        "lines": lines,
    }


def _table(study: Study, results: Results) -> dict[str, dict[str, Cell]]:
    whole = [cell for cell in cells(study, results, "method") if cell.mean() is not None]
    return {task: {cell.at("method"): cell for cell in group} for task, group in by_task(whole).items()}


def _sets(table: Table, needed: Sequence[str]) -> Table:
    """Select the data sets on which all needed methods have run, without the user's own."""
    return {
        task: methods
        for task, methods in table.items()
        if {*needed} <= {*methods} and methods[NETS].arm.task.role != "own"
    }


def _mean(cell: Cell) -> float:
    return float(np.nanmean(cell.values()))


def _wins(study: Study, sets: Table) -> Finding:
    """Count the data sets that a net wins and loses against the linear model, by more than what matters."""
    from scipy import stats

    alpha = study.request.alpha
    pairs = [(methods[NET], methods[LINEAR]) for methods in sets.values()]
    effects = [effect_of(net.outcome, linear.outcome, net.arm.metric, alpha=alpha) for net, linear in pairs]
    sizes = [effect.effect for effect in effects if effect is not None]
    wins, losses = (sum(sign * size > study.smallest_effect for size in sizes) for sign in (1, -1))
    low, high = -1.0, 1.0
    if wins + losses:
        exact = stats.binomtest(wins, wins + losses).proportion_ci(1 - alpha, method="exact")
        low, high = (2 * float(end) - 1 for end in exact)
    return Finding(
        id="P1",
        task=f"{len(sizes)} data sets",
        role="real",
        metric="share won less share lost",
        contrast=f"net - linear: {wins} won, {losses} lost",
        smallest=0.0,
        effect=(wins - losses) / (wins + losses) if wins + losses else 0.0,
        ci_low=low,
        ci_high=high,
        p=statistics.sign_test(wins, losses),
        n_seeds=len(sizes),
        verdict="supported" if low > 0 else "not supported" if high < 0 else "inconclusive",
        test="sign",
        outcome="helps" if low > 0 else "hurts" if high < 0 else "open",
        cautions=(),
        sentence=f"Of {len(sizes)} data sets, one net beats the linear model on {wins}, and loses on {losses}.",
    )


def _ranks(study: Study, sets: Table) -> Finding:
    """Compare the rank of eight nets with that of the best alternative, over data sets."""
    scores, ranking = _ranked(study, sets)
    ranks = statistics.ranks(scores)
    best = 1 + int(ranks.mean(axis=0)[1:].argmin())
    name = _RANKED[best]
    words = "the linear model" if name == LINEAR else WORDS[name]
    prediction = Prediction(
        id="P2",
        task=f"{len(scores)} data sets",
        role="real",
        metric="ranks better",
        contrast=f"{NETS} - {name}",
        primary=False,
        smallest=0.0,
        says=Says(
            f"Over all data sets, eight nets rank better than {words}.",
            f"Over all data sets, {words} ranks better than eight nets.",
            f"Over all data sets, no difference in rank between eight nets and {words} was detected.",
        ),
    )
    judged = judge(study, prediction, ranks[:, best] - ranks[:, 0])
    # the best of all is either of the two, and the other one has the p value
    return dataclasses.replace(judged, p=ranking.to_best[0 if ranking.best else best], test="ranks")


def _ranked(study: Study, sets: Table) -> tuple[Array, statistics.Ranking]:
    scores = np.array([[_mean(methods[method]) for method in _RANKED] for methods in sets.values()])
    return scores, statistics.rank_comparison(scores, alpha=study.request.alpha)


def _ranking(study: Study, table: Table) -> dict[str, Any] | None:
    sets = _sets(table, _RANKED)
    if len(sets) < _LEAST_SETS:
        return None
    return {"methods": list(_RANKED), "sets": len(sets), **dataclasses.asdict(_ranked(study, sets)[1])}


def _distances(table: Table, scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Mean distance of each method to the best one, over the classifications that all have seen."""
    most = max(table.values(), key=len, default={})
    tasks = [
        task
        for task, methods in table.items()
        if methods.keys() == most.keys() and len(most) > 2 and methods[next(iter(methods))].arm.metric == "accuracy"
    ]
    if not tasks:
        return {}
    return {
        method: float(np.mean([max(scores[task].values()) - scores[task][method] for task in tasks]))
        for method in scores[tasks[0]]
    }


def _times(study: Study, results: Results) -> dict[str, list[list[float]]]:
    """Seconds of a training by method: number of rows and mean."""
    times: dict[str, list[list[float]]] = {}
    for cell in cells(study, results, "n", task=SCALING):
        times.setdefault(cell.at("model"), []).append([cell.at("n"), cell.seconds])
    return {model: sorted(rows) for model, rows in times.items()}


def _growth(study: Study, results: Results) -> Finding | None:
    """Judge the exponent of a net's training time, from the times that were measured."""
    timed = by("n", cells(study, results, task=SCALING, model=NET))
    if len(timed) < 2:
        return None
    log_n = np.log(list(timed))
    log_seconds = np.log([[run.seconds for run in cell.outcome.runs] for cell in timed.values()])  # (n_sizes, n_seeds)
    exponents = np.polyfit(log_n, log_seconds, 1)[0]
    last = np.diff(log_seconds[-2:], axis=0).mean() / np.diff(log_n[-2:])[0]
    grew = (
        f"From {min(timed)} to {max(timed)} rows, a net's training time grew as n^{exponents.mean():.2f},"
        f" at last as n^{last:.2f}"
    )
    says = Says(
        yes=f"{grew}: slower than n^{_EXPONENT}, by {{effect}}.",
        no=f"{grew}: no slower than n^{_EXPONENT}.",
        worse=f"{grew}: faster than n^{_EXPONENT}, by {{effect}}.",
        unclear=f"{grew}; n^{_EXPONENT} is within its interval",
    )
    task, compared = timed[min(timed)].arm.task, f"{_EXPONENT} - net's exponent"
    prediction = about(task, says, id="P3", metric="exponent of time", contrast=compared, smallest=0.0)
    return judge(study, prediction, _EXPONENT - exponents)


def _best_simple(methods: Methods) -> Cell | None:
    simple = [cell for method, cell in methods.items() if method not in (NET, NETS)]
    return max(simple, key=_mean) if len(simple) > 1 else None


def _own(study: Study, nets: Cell, best: Cell) -> Finding:
    """Compare eight nets with the best simple model on the user's own data."""
    asked = contrast(nets.arm, best.arm, _OWN, id="P2", words={"model": WORDS[best.arm.name]})
    differences = selecting.paired(nets.outcome, best.outcome, nets.arm.metric)
    overlap = selecting.overlap_of(nets.outcome)
    return judge(study, asked.prediction, differences, overlap=overlap)


def _lines(study: Study, methods: Methods) -> list[str]:
    """Say of one data set which simple model is better, or, of the user's own, how all compare and at what cost."""
    best, nets = _best_simple(methods), methods.get(NETS)
    if best is None or nets is None:
        return []
    on, model, metric = f"On {nets.arm.task.name}", WORDS[best.arm.name], nets.arm.metric
    effect = effect_of(nets.outcome, best.outcome, metric, alpha=study.request.alpha)
    if effect is None:
        return []
    if nets.arm.task.role != "own":
        better = Interval.of(effect).turned()
        if better.low <= study.smallest_effect:
            return []
        return [f"{on}, {model} is better here than eight nets, by {wording.size(better, metric)}."]
    line = (
        f"{on}, eight nets score {wording.name_of(metric)} {_mean(nets):.3f}, and the best of"
        f" {len({*methods} - {NET, NETS})} simple models, {model}, {_mean(best):.3f}; the nets cost"
        f" {_times_as_much(nets.seconds, best.seconds)}"
        f" ({nets.seconds:.2g} s against {best.seconds:.2g} s a training)."
    )
    return [line]


def _one_test_set(study: Study, results: Results) -> list[str]:
    """Say how far networks on one small test set lie apart."""
    return [
        f"At noise 0.2, {len(scores)} seeds of the demonstration's net on one test set of {N_TEST} points range from"
        f" {scores.min():.3f} to {scores.max():.3f}: one run proves nothing."
        for scores in (cell.values() for cell in cells(study, results, n_test=N_TEST))
        if len(scores) > 1 and np.isfinite(scores).all()
    ]


def _times_as_much(cost: float, other: float) -> str:
    ratio = cost / other if other > 0 else math.inf
    if 1 / _ALIKE < ratio < _ALIKE:
        return "about as much"
    return f"{ratio:.2g} times as much" if ratio < 100 else f"{round(ratio, -1):.0f} times as much"
