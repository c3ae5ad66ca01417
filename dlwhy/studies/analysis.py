"""From rows to the report of a study, `study.json`: arms, A/A noise floor, predictions and verdicts."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlwhy.studies import claims, headline, statistics, verdicts, wording
from dlwhy.studies.design import TUNING_SEEDS, Arm, Contrast, Study
from dlwhy.studies.results import CENSUS, LOST, Outcome, Results, Run
from dlwhy.studies.statistics import Effect
from dlwhy.studies.verdicts import Finding
from dlwhy.studies.wording import Interval, Sentences

SCHEMA = "dlwhy.study/1"


def report(study: Study, results: Results) -> dict[str, Any]:
    """Give all that a study found, JSON-like, as STUDIES.md describes it; a pure function of design and rows.

    Parameters
    ----------
    study
        The design.
    results
        What there is of results, by key of the arm; arms without any are left out, and so are their predictions.

    """
    claim, request = claims.claim(study.name), study.request
    floor = noise_floor(study, results)
    found = [compared(study, results, each) for each in study.contrasts if each.arm in results and each.base in results]
    found += list(claim.findings(study, results))
    # the user's own question comes first
    found.sort(key=lambda each: each.role != "own")
    settled = verdicts.settle(found, alpha=request.alpha)
    arms = [summary(arm, results[key], alpha=request.alpha) for key, arm in study.arms.items() if key in results]
    runs = [run for outcome in results.values() for run in outcome.runs]
    made = {
        "schema": SCHEMA,
        "study": study.name,
        "claim": study.claim,
        "own": request.own.name if request.own else None,
        "only": list(request.only),
        "budget": request.budget,
        "base_seed": request.base_seed,
        "smallest_effect": study.smallest_effect,
        "alpha": request.alpha,
        "verdict": settled.verdict,
        "verdict_about": settled.about,
        "verdict_tasks": list(dict.fromkeys(each.task for each in settled.decisive)),
        "controls_verdict": settled.controls_verdict,
        "controls_ok": settled.controls_ok,
        "reasons": list(settled.reasons),
        "a_a": floor,
        "predictions": [finding.as_json() for finding in settled.findings],
        "arms": arms,
        "descriptive": claim.descriptive(study, results),
        "caveats": list(study.caveats),
        "failures": sum(run.status in LOST for run in runs),
        "seconds": round(sum(outcome.seconds for outcome in results.values()), 3),
        "trainings": trainings(study, results),
    }
    return {**made, "headline": headline.of(made)}


def trainings(study: Study, results: Results) -> int:
    """Count the models that were trained, those that chose learning rates among them."""
    return sum(
        len(outcome.runs) * study.arms[key].models + TUNING_SEEDS * len(outcome.rates)
        for key, outcome in results.items()
    )


def compared(study: Study, results: Results, contrast: Contrast) -> Finding:
    """Compare two arms by seed."""
    arm, base = study.arms[contrast.arm], study.arms[contrast.base]
    metric = contrast.metric or arm.metric
    pairs = paired(results[contrast.arm], results[contrast.base], metric)
    signed = -pairs if contrast.lower else pairs
    lost = [
        caution
        for each, key in ((arm, contrast.arm), (base, contrast.base))
        for caution in _cautions(each, results[key])
    ]
    return finding(
        study,
        signed,
        id=contrast.id,
        task=arm.task.name,
        role=arm.task.role,
        metric=metric,
        contrast=f"{base.name} - {arm.name}" if contrast.lower else f"{arm.name} - {base.name}",
        primary=contrast.primary,
        smallest=contrast.smallest or study.smallest_effect,
        overlap=overlap_of(results[contrast.arm]),
        cautions=lost,
        sentences=(contrast.yes, contrast.no, contrast.unclear),
        worse=contrast.worse,
        told=contrast.told,
    )


def finding(
    study: Study,
    differences: Any,
    *,
    id: str,  # noqa: A002  # the field's name in study.json
    task: str,
    role: str,
    metric: str,
    contrast: str,
    primary: bool,
    smallest: float,
    overlap: float,
    cautions: Sequence[str] = (),
    sentences: tuple[str, str, str] = ("", "", ""),
    worse: str = "",
    told: bool = True,
) -> Finding:
    """Judge paired differences, (n_seeds,), by the rule that was fixed beforehand; a claim's own findings use it, too.

    Parameters
    ----------
    study
        Gives alpha.
    differences
        One a seed, in the direction of the prediction; those that are not finite are left out.
    id, task, role, metric, contrast, primary, smallest
        See `Finding`.
    overlap
        See `overlap_of`.
    cautions
        What stands beside the number.
    sentences, worse
        For a student: if it helps, does not, or that is open; and if it hurts. See `wording.Sentences`.
    told
        See `Finding`.

    """
    values = np.asarray(differences, float)
    values = values[np.isfinite(values)]
    what = f"On {task}, {contrast}"
    nothing = Finding(
        id=id,
        task=task,
        role=role,
        metric=metric,
        contrast=contrast,
        primary=primary,
        smallest=smallest,
        told=told,
        sentence=f"{what}: no pair of runs has a result.",
    )
    if not len(values):
        return nothing
    effect = statistics.paired_effect(values, alpha=study.request.alpha, overlap=overlap)
    seen = Interval(effect=effect.effect, low=effect.ci_low, high=effect.ci_high)
    outcome = wording.outcome(seen, smallest=smallest)
    needed = verdicts.seeds_to_settle(effect, smallest=smallest, overlap=overlap)
    return dataclasses.replace(
        nothing,
        effect=effect.effect,
        ci_low=effect.ci_low,
        ci_high=effect.ci_high,
        p=effect.p,
        test="corrected t" if overlap else "sign flip",
        standardized=effect.standardized,
        n_seeds=effect.n_seeds,
        verdict=verdicts.judge(effect, smallest=smallest),
        outcome=outcome,
        seeds_needed=needed,
        cautions=tuple(cautions),
        sentence=wording.sentence(
            seen,
            outcome,
            Sentences(*sentences, worse),
            what=what,
            metric=metric,
            then=_then(effect, smallest=smallest, needed=needed, overlap=overlap),
        ),
    )


def _then(effect: Effect, *, smallest: float, needed: int | None, overlap: float) -> str:
    """Say what would settle a prediction that is open, or why it has no verdict."""
    verdict = verdicts.judge(effect, smallest=smallest)
    if verdict == "withheld":
        return verdicts.TOO_FEW
    if verdict != "inconclusive":
        return ""
    if needed:
        return f"about {needed} seeds would settle it"
    return "more seeds of the same rows would not settle it, more rows could" if overlap else ""


def overlap_of(*outcomes: Outcome) -> float:
    """Give n_test / n_train where all seeds resample one data set, else 0: see `statistics.paired_effect`."""
    return max((run.overlap for outcome in outcomes for run in outcome.runs), default=0.0)


def paired(arm: Outcome, base: Outcome, metric: str) -> Any:
    """Differences by seed, (n_pairs,), of the runs that both have a result."""
    theirs = {run.seed: run.metrics.get(metric) for run in base.runs}
    pairs = [(run.metrics.get(metric), theirs.get(run.seed)) for run in arm.runs]
    return np.array([a - b for a, b in pairs if a is not None and b is not None])


def values(outcome: Outcome, metric: str) -> Any:
    """Give the metric of each run, (n_seeds,); not a number where there is none."""
    found = [run.metrics.get(metric) for run in outcome.runs]
    return np.array([np.nan if value is None else value for value in found], float)


def noise_floor(study: Study, results: Results) -> dict[str, Any] | None:
    """Compare the A/A arm with the arm that it repeats; None if there is none."""
    if study.a_a is None or any(key not in results for key in study.a_a):
        return None
    again, base = study.a_a
    arm = study.arms[base]
    pairs = paired(results[again], results[base], arm.metric)
    if len(pairs) < 2:
        return None
    overlap = overlap_of(results[base])
    effect = statistics.paired_effect(pairs, alpha=study.request.alpha, overlap=overlap)
    detectable = statistics.detectable(effect.sd, effect.n_seeds, alpha=study.request.alpha, overlap=overlap)
    caution = verdicts.a_a_caution(effect)
    return {
        "arm": arm.name,
        "task": arm.task.name,
        "metric": arm.metric,
        "effect": effect.effect,
        "ci_low": effect.ci_low,
        "ci_high": effect.ci_high,
        "p": effect.p,
        "n_seeds": effect.n_seeds,
        "detectable": detectable,
        "cautions": [caution] if caution else [],
    }


def summary(arm: Arm, outcome: Outcome, *, alpha: float) -> dict[str, Any]:
    """Give an arm as a line: mean, spread and interval of its value, its size, its rate and how its runs ended."""
    found = values(outcome, arm.metric)
    found = found[np.isfinite(found)]
    training = values(outcome, f"train_{arm.metric}")
    effect = statistics.paired_effect(found, alpha=alpha, overlap=overlap_of(outcome)) if len(found) > 1 else None
    first = outcome.runs[0]
    return {
        "arm": arm.name,
        "task": arm.task.name,
        "role": arm.task.role,
        "metric": arm.metric,
        "mean": float(found.mean()) if len(found) else None,
        "sd": float(found.std(ddof=1)) if len(found) > 1 else None,
        "ci_low": effect.ci_low if effect else None,
        "ci_high": effect.ci_high if effect else None,
        "n_seeds": len(found),
        "train_mean": float(np.nanmean(training)) if np.isfinite(training).any() else None,
        "n_train": first.n_train,
        "parameters": first.parameters,
        "learning_rate": first.learning_rate,
        "at_edge": outcome.at_edge,
        "hopeless": outcome.hopeless,
        "rates": dict(outcome.rates),
        "steps": arm.steps,
        "flops": first.flops,
        "seconds": float(np.mean([run.seconds for run in outcome.runs])),
        "census": census(outcome.runs),
    }


def census(runs: Sequence[Run]) -> dict[str, int]:
    """Count how runs ended."""
    return {kind: sum(run.status == kind for run in runs) for kind in CENSUS}


def _cautions(arm: Arm, outcome: Outcome) -> list[str]:
    """Give what stands beside a number that an arm has part in: lost runs, a rate at the edge, no rate at all."""
    lost = verdicts.failure_cautions(arm.name, census(outcome.runs), lost=LOST)
    if arm.task.settings.get("shuffled"):  # there is nothing to learn, at whatever rate
        return list(lost)
    edge = verdicts.edge_caution(arm.name, at_edge=outcome.at_edge)
    hopeless = f"{arm.name} can't be trained at any rate that was tried" if outcome.hopeless else None
    return [*lost, *(caution for caution in (edge, hopeless) if caution)]
