"""Nets judged on one data set of the user's: beside the best simple model, beside plain nets, and by an early sign."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlwhy.models.baselines import WORDS
from dlwhy.models.diagnosis.rules import GAIN_ON_LINEAR_PART
from dlwhy.studies.claims.versatility.design import (
    ABLATION,
    EIGHT,
    GUESSING,
    LINEAR,
    NET_WORDS,
    TUNED,
    TUNED_WORDS,
    not_tried,
)
from dlwhy.studies.claims.versatility.methods import Best, Methods, best_of, best_simple, errors_of, mean, simple_of
from dlwhy.studies.findings import selecting, statistics, wording
from dlwhy.studies.findings.judging import effect_of, judge
from dlwhy.studies.findings.selecting import Cell
from dlwhy.studies.findings.statistics import Effect
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.findings.wording import Interval
from dlwhy.studies.plan.study import Says, Study, about

# training rows below which none of our nets has beaten the best simple model by a point, on twelve tables
FEW_ROWS = 500
_BETTER = Says(
    yes="On {task}, eight nets are better than the best simple model, {model}, by {effect}.",
    no="On {task}, eight nets are not better than the best simple model, {model}, by anything that matters.",
    worse="On {task}, eight nets are worse than the best simple model, {model}, by {effect}.",
    unclear="On {task}, these runs can't tell eight nets from the best simple model, {model}.",
)
_ANEW = " (chosen anew for each split)"


def finding(study: Study, methods: Methods) -> Finding | None:
    """Compare eight nets with the best simple model; None where they or it are not there."""
    best, nets = best_simple(methods), methods.get(EIGHT)
    if best is None or nets is None:
        return None
    several = len(best.chosen) > 1
    overlap, rows = selecting.overlap_of(nets.outcome), selecting.rows_of(nets.outcome, nets.arm.metric)
    asked = about(
        nets.arm.task,
        _BETTER,
        id="P2",
        words={"model": WORDS[best.cell.arm.name] + (_ANEW if several else "")},
        primary=nets.arm.task.role == "own",
        metric=nets.arm.metric,
        contrast=f"{EIGHT} - {'best simple model' if several else best.cell.arm.name}",
        arm=EIGHT,
        base=best.cell.arm.name,
    )
    return judge(study, asked, best.differences(nets), overlap=overlap, rows=rows)


def block(study: Study, methods: Methods) -> dict[str, Any] | None:
    """Return all that is to be said of the nets on a data set, JSON-like; None where they have not run."""
    best, nets = best_simple(methods), methods.get(EIGHT)
    if best is None or nets is None:
        return None
    found = effect(study, nets, best)
    runs = nets.outcome.runs
    return {
        "task": nets.arm.task.name,
        "metric": nets.arm.metric,
        "n_rows": _rows(study, nets),
        "n_train": max((run.n_train for run in runs), default=0),
        "n_seeds": len(best.differences(nets)),
        "nets": {"method": EIGHT, **_score(nets)},
        "best_simple": {
            "model": best.cell.arm.name,
            "words": WORDS[best.cell.arm.name],
            "mean": best.mean,
            "seconds": best.cell.seconds,
            "chosen": dict(best.chosen),
        },
        "effect": found and found.effect,
        "ci_low": found and found.ci_low,
        "ci_high": found and found.ci_high,
        "linear": _score(methods[LINEAR]) if LINEAR in methods else None,
        "guessing": _score(methods[GUESSING]) if GUESSING in methods else None,
        "over_linear": _lead(study, best, methods.get(LINEAR)),
        "over_guessing": _lead(study, best_of({**simple_of(methods), EIGHT: nets}), methods.get(GUESSING)),
        "scores": {cell.arm.name: _score(cell) for cell in methods.values()},
        "tuned": _tuned(study, nets, methods.get(TUNED)),
        "ablation": {name: told for name in ABLATION if (told := _ablation(study, methods, name))},
        "early_sign": _early_sign(nets),
        "few_rows": _has_few_rows(nets),
        "not_tried": not_tried(study.request),
    }


def lines(study: Study, methods: Methods) -> list[str]:
    """Say how all methods compare and at what cost, what the recipe brings, and what rows and losses forebode."""
    told = block(study, methods)
    if told is None:
        return []
    on, metric = f"On {told['task']}", wording.name_of(told["metric"])
    nets, best = told["nets"], told["best_simple"]
    times = wording.times(nets["seconds"], best["seconds"])
    beside = (
        f"{on}, eight nets score {metric} {nets['mean']:.3f}, and the best of {len(simple_of(methods))} simple models,"
        f" {best['words']}, {best['mean']:.3f}; the nets cost {times} as much"
        f" ({nets['seconds']:.2g} s against {best['seconds']:.2g} s a training)."
    )
    said = [beside]
    if gain := told["ablation"].get(EIGHT):
        said.append(f"{on}, the recipe makes {share(gain)} than plain nets.")
    if tuned := told["tuned"]:
        chosen = ", ".join(f"{name} {count}" for name, count in tuned["chosen"].items())
        gain = Interval(tuned["effect"], tuned["ci_low"], tuned["ci_high"])
        said.append(
            f"{on}, tuned on each split's own training rows the nets score {tuned['mean']:.3f},"
            f" {wording.size(gain, told['metric'], plus=True)} to the recipe's; chosen on splits: {chosen}."
        )
    if (sign := told["early_sign"]) and sign["seen"]:
        said.append(
            f"{on}, nets gain little on their own linear part: held-out loss {sign['held_out_loss']:.3f}, without the"
            f" rest of the net {sign['linear_loss']:.3f}. Of 14 tables where it was so, nets beat a linear model by"
            " more than a point on 2."
        )
    if told["few_rows"]:
        said.append(
            f"{on}, nets learn from {told['n_train']} rows: under {FEW_ROWS} rows no net of ours has beaten the best"
            " simple model by a point, on any of 12 tables."
        )
    return said


def share(gain: Mapping[str, float]) -> str:
    """Return a share of errors in words, with its interval: ``8.1 % fewer errors [5.2, 11.6]``."""
    ends = [100 * gain[name] for name in ("fewer", "ci_low", "ci_high")]
    size, low, high = ends if ends[0] >= 0 else (-ends[0], -ends[2], -ends[1])
    interval = f" [{wording.number(low, 1)}, {wording.number(high, 1)}]" if math.isfinite(low + high) else ""
    return f"{wording.number(size, 1)} % {'fewer' if ends[0] >= 0 else 'more'} errors{interval}"


def effect(study: Study, nets: Cell, best: Best) -> Effect | None:
    """Estimate by how much nets are better than the best simple model; None for fewer than two pairs."""
    differences = best.differences(nets)
    if len(differences) < 2:
        return None
    overlap, rows = selecting.overlap_of(nets.outcome), selecting.rows_of(nets.outcome, nets.arm.metric)
    return statistics.paired_effect(differences, alpha=study.request.alpha, overlap=overlap, rows=rows)


def _rows(study: Study, nets: Cell) -> int | None:
    """Return how many rows there are, as far as the request says."""
    own = study.request.own
    if nets.arm.task.role == "own":
        return own.rows if own else None
    print_ = nets.arm.task.settings.get("fingerprint")
    tables = study.request.extra.get("tables") or ()
    return next((int(table["rows"]) for table in tables if table["fingerprint"] == print_), None)


def _score(cell: Cell) -> dict[str, Any]:
    words = {**WORDS, **NET_WORDS, TUNED: TUNED_WORDS}[cell.arm.name]
    return {"words": words, "mean": mean(cell), "seconds": cell.seconds}


def _tuned(study: Study, nets: Cell, tuned: Cell | None) -> dict[str, Any] | None:
    """Compare nets that were tuned with those of the recipe, and count the variants; None where none were."""
    found = tuned and effect_of(tuned.outcome, nets.outcome, nets.arm.metric, alpha=study.request.alpha)
    if not tuned or not found:
        return None
    variants = Counter(str(run.extra.get("variant")) for run in tuned.outcome.runs)
    interval = {name: getattr(found, name) for name in ("effect", "ci_low", "ci_high")}
    return {**_score(tuned), **interval, "chosen": dict(variants.most_common())}


def _lead(study: Study, best: Best, base: Cell | None) -> dict[str, Any] | None:
    """Compare the best of several methods with one; None where that is it, or has not run."""
    if base is None or {*best.chosen} == {base.arm.name} or len(best.differences(base)) < 2:
        return None
    overlap, rows = selecting.overlap_of(base.outcome), selecting.rows_of(base.outcome, base.arm.metric)
    found = statistics.paired_effect(-best.differences(base), alpha=study.request.alpha, overlap=overlap, rows=rows)
    return {name: getattr(found, name) for name in ("effect", "ci_low", "ci_high")}


def _ablation(study: Study, methods: Methods, name: str) -> dict[str, Any] | None:
    """Compare nets by the recipe with plain ones: difference, and the share of the plain ones' errors avoided."""
    ours, plain = methods.get(name), methods.get(ABLATION[name])
    if ours is None or plain is None:
        return None
    pairs = statistics.finite(errors_of(plain) - errors_of(ours))
    errors = float(np.nanmean(errors_of(plain)))
    if len(pairs) < 2 or not errors:
        return None
    found = statistics.paired_effect(pairs, alpha=study.request.alpha, overlap=selecting.overlap_of(ours.outcome))
    return {
        "plain": plain.arm.name,
        "mean": mean(ours),
        "plain_mean": mean(plain),
        "fewer": found.effect / errors,
        "ci_low": found.ci_low / errors,
        "ci_high": found.ci_high / errors,
    }


def _early_sign(nets: Cell) -> dict[str, Any] | None:
    """Say whether nets gained hardly anything on their own linear part; None where that is not known."""
    kept, linear = nets.extras("held_out_loss"), nets.extras("linear_loss")
    if not kept or not linear:
        return None
    losses = float(np.mean(kept)), float(np.mean(linear))
    return {"held_out_loss": losses[0], "linear_loss": losses[1], "seen": losses[0] >= losses[1] - GAIN_ON_LINEAR_PART}


def _has_few_rows(nets: Cell) -> bool:
    return max((run.n_train for run in nets.outcome.runs), default=0) < FEW_ROWS
