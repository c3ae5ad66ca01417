"""What the study of transfer finds beside paired differences: how gains shrink, labels saved, and the best arm."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.studies.claims.transfer.design import FEW, FROZEN, QUICK, SCRATCH, TRUNK, TUNED, WORDS
from dlwhy.studies.findings import selecting, statistics
from dlwhy.studies.findings.judging import by_trend, judge
from dlwhy.studies.findings.selecting import by, cells
from dlwhy.studies.findings.statistics import Array
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.plan.study import Results, Says, Study, about

_SHRINKS_FROM = 10  # below, scratch has nothing to learn from yet, and the gain still grows
_SHRINKS = Says(
    yes="On {task}, what fine-tuning gains shrinks by {effect} from {first} to {last} labels a class.",
    no="On {task}, what fine-tuning gains does not shrink from {first} to {last} labels a class.",
)
_SAMPLES = 999
# scores or gains by labels a class, (n_seeds,) each
Curve = Mapping[int, Array]


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Return P2, that the gain shrinks as labels come in, where there are enough sizes beyond the first ones."""
    curves = _curves(study, results, TRUNK)
    gains = {
        k: gain
        for k, gain in _gains(curves.get(TUNED, {}), curves.get(SCRATCH, {})).items()
        if k >= _SHRINKS_FROM and np.isfinite(gain).all()
    }
    if len(gains) < 3:
        return []
    table = np.stack(list(gains.values()), axis=1)
    words = {"first": min(gains), "last": max(gains)}
    compared = "gain at k={first} - gain at k={last}".format(**words)
    trunk = cells(study, results, of=TRUNK)[0].arm.task
    prediction = about(trunk, _SHRINKS, id="P2", metric="accuracy", contrast=compared, words=words)
    # without overlap: the trunk is drawn anew by each seed
    found = judge(study, prediction, table[:, 0] - table[:, -1])
    return [by_trend(found, -table, 0.0)]


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return accuracy by labels, gains on scratch, labels saved, and what it brings to carry fewer layers over."""
    alpha = study.request.alpha
    shown: dict[str, Any] = {"curves": {}, "gains": {}, "saved": {}, "lines": []}
    for task in dict.fromkeys(cell.at("of") for cell in cells(study, results, "of")):
        curves = _curves(study, results, task)
        overlap = selecting.overlap_of(*(cell.outcome for cell in cells(study, results, of=task)))
        scratch = curves.get(SCRATCH, {})
        gains = {name: _gains(curve, scratch) for name, curve in curves.items() if name != SCRATCH}
        shown["curves"][task] = {name: _rows(curve, alpha, overlap) for name, curve in curves.items()}
        shown["gains"][task] = {name: _rows(gain, alpha, overlap) for name, gain in gains.items() if gain}
        for name in (TUNED, FROZEN):
            saved = _saved(scratch, curves.get(name, {}), alpha=alpha)
            if saved:
                shown["saved"].setdefault(task, {})[name] = saved
                shown["lines"].append(_saying(task, name, saved))
        shown["lines"] += _best(task, curves)
    shown["lines"] += _sources_line(study, results)
    return shown


def _curves(study: Study, results: Results, task: str) -> dict[str, Curve]:
    """Scores of each arm of a task; shuffled sources belong to the task that they are a control of."""
    names = dict.fromkeys(cell.at("way") for cell in cells(study, results, of=task))
    return {
        name: {k: cell.values() for k, cell in by("k", cells(study, results, of=task, way=name)).items()}
        for name in names
    }


def _gains(curve: Curve, scratch: Curve) -> dict[int, Array]:
    """Scores less those of scratch."""
    return {k: scores - scratch[k] for k, scores in curve.items() if k in scratch}


def _rows(curve: Curve, alpha: float, overlap: float) -> list[list[float | None]]:
    """Return labels a class, mean, and ends of its interval."""
    rows = [[k, *statistics.mean_interval(scores, alpha=alpha, overlap=overlap)] for k, scores in curve.items()]
    return [row for row in rows if row[1] is not None]


def _saved(scratch: Curve, other: Curve, *, alpha: float) -> dict[str, Any] | None:
    """Return the labels a class that scratch needs to do what an arm does with few, with an interval over seeds."""
    if len(scratch) < 3 or FEW not in other:
        return None
    from scipy import stats

    labels = np.array(list(scratch))
    table, score = np.stack(list(scratch.values()), axis=1), other[FEW]
    whole = np.isfinite(table).all(axis=1) & np.isfinite(score)
    if whole.sum() < 2:
        return None
    table, score = table[whole], score[whole]

    def needed(rows: Array) -> float:
        return _needed(labels, table[rows].mean(axis=0), score[rows].mean())

    rows = np.arange(len(score))
    interval = stats.bootstrap(
        (rows,),
        needed,
        n_resamples=_SAMPLES,
        vectorized=False,
        confidence_level=1 - alpha,
        method="percentile",
        random_state=np.random.default_rng(0),
    ).confidence_interval
    return {
        "score": float(score.mean()),
        "labels": needed(rows),
        "ci_low": float(interval.low),
        "ci_high": float(interval.high),
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
    doing = f"On {task}, {WORDS[name]} with {FEW} labels a class ({saved['score']:.2f})"
    if saved["labels"] >= saved["most"]:
        return f"{doing} does more than {WORDS[SCRATCH]} with {saved['most']}."
    if saved["labels"] <= FEW:
        return f"{doing} saves no labels: {WORDS[SCRATCH]} does as well with as many."
    more = " or more" if saved["ci_high"] >= saved["most"] else ""
    interval = f"[{saved['ci_low']:.0f}, {saved['ci_high']:.0f}{more}]"
    return f"{doing} does what {WORDS[SCRATCH]} needs about {saved['labels']:.0f} {interval} for."


def _best(task: str, curves: Mapping[str, Curve]) -> list[str]:
    """Name the best of all arms with few labels."""
    means = {name: float(np.nanmean(curve[FEW])) for name, curve in curves.items() if FEW in curve}
    if len(means) <= len(QUICK):
        return []
    best = max(means, key=lambda name: means[name])
    return [f"On {task}, the best with {FEW} labels a class is {WORDS.get(best, best)} ({means[best]:.2f})."]


def _sources_line(study: Study, results: Results) -> list[str]:
    scores = [score for cell in cells(study, results, "way") for score in cell.extras("source")]
    if not scores:
        return []
    return [f"The source networks reach {min(scores):.2f} to {max(scores):.2f} on held-out rows of their own tasks."]
