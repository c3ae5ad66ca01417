"""What the study of versatility finds over all data sets: wins, ranks, errors, times; and on the user's own."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.models.baselines import WORDS
from dlwhy.studies.claims.versatility import judging
from dlwhy.studies.claims.versatility.design import (
    ABLATION,
    EIGHT,
    LINEAR,
    N_TEST,
    NET_WORDS,
    ONE,
    SCALING,
)
from dlwhy.studies.claims.versatility.methods import (
    Methods,
    Table,
    best_simple,
    errors_of,
    mean,
    sets,
    simple_of,
    table_of,
    whose,
)
from dlwhy.studies.findings import over_sets, statistics, wording
from dlwhy.studies.findings.judging import effect_of, judge
from dlwhy.studies.findings.selecting import by, cells
from dlwhy.studies.findings.statistics import Array
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.findings.wording import Interval
from dlwhy.studies.plan.study import Prediction, Results, Says, Study, about

_EXPONENT = 1.1
_LEAST_SETS = 6
# whose data sets are judged together, and what they are called
_OWNERS = {"ours": "data sets", "table": "tables of yours"}


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Return P1 and P2 where there are enough data sets, P3, and the user's own data and tables."""
    table = table_of(study, results)
    judged: list[Finding] = []
    for owner, name in _OWNERS.items():
        seen = sets(table, (EIGHT, ONE, LINEAR), owner)
        if len(seen) >= _LEAST_SETS:
            judged += [_wins(study, seen, name, primary=owner == "ours"), _ranks(study, seen, name)]
    growth = _growth(study, results)
    own = [judging.finding(study, methods) for methods in table.values() if whose(methods) != "ours"]
    return [*judged, *(found for found in (growth, *own) if found is not None)]


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return scores by data set and method, what all data sets say, times, the user's own, and sentences."""
    table = table_of(study, results)
    scores = {task: {method: mean(cell) for method, cell in methods.items()} for task, methods in table.items()}
    by_owner: dict[str, list[Methods]] = {"ours": [], "table": [], "own": []}
    for methods in table.values():
        by_owner[whose(methods)].append(methods)
    errors = {owner: told for owner in _OWNERS if (told := _errors(study, table, owner))}
    said = {owner: _of_errors(told, _OWNERS[owner]) for owner, told in errors.items()}
    on_tables = [*said.get("table", ()), *(line for each in by_owner["table"] for line in judging.lines(study, each))]
    lines = [*_one_test_set(study, results), *said.get("ours", ())]
    lines += [line for methods in by_owner["ours"] for line in _better_here(study, methods)]
    lines += [*on_tables, *(line for methods in by_owner["own"] for line in judging.lines(study, methods))]
    own = [judging.block(study, methods) for methods in by_owner["own"]]
    return {
        "scores": scores,
        "metrics": {task: next(iter(methods.values())).arm.metric for task, methods in table.items()},
        "distances": _distances(by_owner["ours"]),
        "ranking": _ranking(study, table, "ours"),
        "errors": errors,
        "times": _times(study, results),
        "own": own[0] if own else None,
        "tables": [told for methods in by_owner["table"] if (told := judging.block(study, methods))],
        "lines": lines,
        "on_tables": on_tables,
    }


def _wins(study: Study, seen: Table, name: str, *, primary: bool) -> Finding:
    """Count the data sets that a net wins and loses against the linear model, by more than what matters."""
    from scipy import stats

    alpha = study.request.alpha
    pairs = [(methods[ONE], methods[LINEAR]) for methods in seen.values()]
    effects = [effect_of(net.outcome, linear.outcome, net.arm.metric, alpha=alpha) for net, linear in pairs]
    sizes = [effect.effect for effect in effects if effect is not None]
    wins, losses = (sum(sign * size > study.smallest_effect for size in sizes) for sign in (1, -1))
    low, high = -1.0, 1.0
    if wins + losses:
        exact = stats.binomtest(wins, wins + losses).proportion_ci(1 - alpha, method="exact")
        low, high = (2 * float(end) - 1 for end in exact)
    return Finding(
        id="P1",
        task=f"{len(sizes)} {name}",
        role="real",
        primary=primary,
        metric="share won less share lost",
        contrast=f"{ONE} - linear: {wins} won, {losses} lost",
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
        sentence=f"Of {len(sizes)} {name}, one net beats the linear model on {wins}, and loses on {losses}.",
    )


def _ranks(study: Study, seen: Table, name: str) -> Finding:
    """Compare the rank of eight nets with that of the best alternative, over data sets."""
    methods = _ranked(seen)
    scores = _scores(seen, methods)
    ranking = statistics.rank_comparison(scores, alpha=study.request.alpha)
    ranks = statistics.ranks(scores)
    best = 1 + int(ranks.mean(axis=0)[1:].argmin())
    other = methods[best]
    words = "the linear model" if other == LINEAR else WORDS[other]
    prediction = Prediction(
        id="P2",
        task=f"{len(scores)} {name}",
        role="real",
        metric="ranks better",
        contrast=f"{EIGHT} - {other}",
        primary=False,
        smallest=0.0,
        says=Says(
            f"Over all {name}, eight nets rank better than {words}.",
            f"Over all {name}, {words} ranks better than eight nets.",
            f"Over all {name}, no difference in rank between eight nets and {words} was detected.",
        ),
    )
    most = float(len(methods) - 1)
    judged = judge(study, prediction, ranks[:, best] - ranks[:, 0], bounds=(-most, most))
    # the best of all is either of the two, and the other one has the p value
    return dataclasses.replace(judged, p=ranking.to_best[0 if ranking.best else best], test="ranks")


def _ranked(seen: Table) -> list[str]:
    """Name what is ranked: eight nets, and the simple models that all of the data sets have."""
    first, *others = seen.values()
    return [EIGHT, *(name for name in simple_of(first) if all(name in methods for methods in others))]


def _scores(seen: Table, methods: Sequence[str]) -> Array:
    return np.array([[mean(cells[method]) for method in methods] for cells in seen.values()])


def _ranking(study: Study, table: Table, owner: str) -> dict[str, Any] | None:
    seen = sets(table, (EIGHT, ONE, LINEAR), owner)
    if len(seen) < _LEAST_SETS:
        return None
    methods = _ranked(seen)
    found = statistics.rank_comparison(_scores(seen, methods), alpha=study.request.alpha)
    return {"methods": methods, "sets": len(seen), **dataclasses.asdict(found)}


def _errors(study: Study, table: Table, owner: str) -> dict[str, Any] | None:
    """Compare the errors of methods over the data sets on which plain nets have run, too."""
    seen = sets(table, (*NET_WORDS, LINEAR), owner)
    if len(seen) < _LEAST_SETS:
        return None
    methods = [*NET_WORDS, *_ranked(seen)[1:]]
    errors = np.array([[np.nanmean(errors_of(cells[method])) for method in methods] for cells in seen.values()])
    gaps, means = over_sets.improvability(errors), over_sets.shifted_mean(errors)
    ours = errors[:, methods.index(EIGHT)]
    told = {
        name: {
            "error": float(means[place]),
            "improvability": float(gaps[place]),
            "nets_make_fewer": dataclasses.asdict(_fewer(study, ours, errors[:, place])) if name != EIGHT else None,
        }
        for place, name in enumerate(methods)
    }
    recipe = {
        name: dataclasses.asdict(_fewer(study, errors[:, methods.index(name)], errors[:, methods.index(plain)]))
        for name, plain in ABLATION.items()
    }
    return {"sets": len(seen), "tasks": list(seen), "methods": told, "recipe": recipe}


def _fewer(study: Study, ours: Array, theirs: Array) -> over_sets.Fewer:
    return over_sets.fewer(ours, theirs, alpha=study.request.alpha)


def _of_errors(told: Mapping[str, Any], name: str) -> list[str]:
    """Say over data sets what the recipe brings, and how the errors of eight nets compare with the simple models'."""
    methods = told["methods"]
    simple = {method: values for method, values in methods.items() if method not in NET_WORDS}
    best = min(simple, key=lambda method: simple[method]["error"])
    words = "the linear model" if best == LINEAR else WORDS[best]
    over = f"Over {told['sets']} {name}"
    eight, one = (judging.share(told["recipe"][method]) for method in (EIGHT, ONE))
    fewer = judging.share(simple[best]["nets_make_fewer"])
    ours, theirs = (100 * methods[method]["improvability"] for method in (EIGHT, best))
    recipe = f"{over}, the recipe makes {eight} than plain nets where eight are averaged, {one} where it is one."
    beside = (
        f"{over}, eight nets make {fewer} than {words}, the simple model with the fewest; the best method of each"
        f" would make {ours:.0f} % fewer than eight nets, and {theirs:.0f} % fewer than {words}."
    )
    return [recipe, f"{beside} Intervals are of a bootstrap over data sets."]


def _distances(ours: Sequence[Methods]) -> dict[str, float]:
    """Mean distance of each method to the best one, over the classifications that all have seen."""
    most = max(ours, key=len, default={})
    whole = [
        {method: mean(cell) for method, cell in methods.items()}
        for methods in ours
        if methods.keys() == most.keys() and len(most) > 2 and methods[LINEAR].arm.metric == "accuracy"
    ]
    if not whole:
        return {}
    return {method: float(np.mean([max(means.values()) - means[method] for means in whole])) for method in whole[0]}


def _better_here(study: Study, methods: Methods) -> list[str]:
    """Say of a data set that a simple model is better, if it is."""
    best, nets = best_simple(methods), methods.get(EIGHT)
    effect = judging.effect(study, nets, best) if best and nets else None
    if best is None or nets is None or effect is None:
        return []
    better, metric = Interval.of(effect).turned(), nets.arm.metric
    if better.low <= study.smallest_effect:
        return []
    model = WORDS[best.cell.arm.name]
    return [f"On {nets.arm.task.name}, {model} is better here than eight nets, by {wording.size(better, metric)}."]


def _times(study: Study, results: Results) -> dict[str, list[list[float]]]:
    """Seconds of a training by method: number of rows and mean."""
    times: dict[str, list[list[float]]] = {}
    for cell in cells(study, results, "n", task=SCALING):
        times.setdefault(cell.at("model"), []).append([cell.at("n"), cell.seconds])
    return {model: sorted(rows) for model, rows in times.items()}


def _growth(study: Study, results: Results) -> Finding | None:
    """Judge the exponent of a net's training time, from the times that were measured."""
    timed = by("n", cells(study, results, task=SCALING, model=ONE))
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


def _one_test_set(study: Study, results: Results) -> list[str]:
    """Say how far networks on one small test set lie apart."""
    return [
        f"At noise 0.2, {len(scores)} seeds of the demonstration's net on one test set of {N_TEST} points range from"
        f" {scores.min():.3f} to {scores.max():.3f}: one run proves nothing."
        for scores in (cell.values() for cell in cells(study, results, n_test=N_TEST))
        if len(scores) > 1 and np.isfinite(scores).all()
    ]
