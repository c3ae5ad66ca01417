"""From rows to the report of a study, `study.json`: arms, A/A noise floor, predictions and verdicts."""

from typing import Any

from dlwhy.studies import headline
from dlwhy.studies.claims import registry as claims
from dlwhy.studies.findings import judging, selecting, statistics, verdicts
from dlwhy.studies.plan.study import LOST, TUNING_SEEDS, Arm, NetworkRecipe, Outcome, Results, Study, census

SCHEMA = "dlwhy.study/1"


def report(study: Study, results: Results) -> dict[str, Any]:
    """Return all that a study found, JSON-like, as STUDIES.md describes it; a pure function of design and rows.

    Parameters
    ----------
    study
        The design.
    results
        What there is of results, by key of the arm; arms without any are left out, and so are their predictions.

    """
    claim, request = claims.claim(study.name), study.request
    floor = noise_floor(study, results)
    findings = [
        judging.compared(study, results, contrast)
        for contrast in study.contrasts
        if {contrast.arm, contrast.base} <= {*results}
    ]
    findings += claim.findings(study, results)
    # the user's own question comes first
    findings.sort(key=lambda finding: finding.role != "own")
    settled = verdicts.settle(findings, alpha=request.alpha, complete=len(results) == len(study.every))
    arms = [summary(arm, results[key], alpha=request.alpha) for key, arm in study.every.items() if key in results]
    runs = [run for outcome in results.values() for run in outcome.runs]
    content = {
        "schema": SCHEMA,
        "study": study.name,
        "claim": claim.sentence,
        "own": request.own.name if request.own else None,
        "split": (request.own.how_split or None) if request.own else None,
        "cautions": [request.own.caution] if request.own and request.own.caution else [],
        "only": list(request.only),
        "budget": request.budget,
        "base_seed": request.base_seed,
        "smallest_effect": study.smallest_effect,
        "alpha": request.alpha,
        "verdict": settled.verdict,
        "verdict_about": settled.about,
        "verdict_tasks": list(dict.fromkeys(finding.task for finding in settled.decisive)),
        "controls_verdict": settled.controls_verdict,
        "controls_ok": settled.controls_ok,
        "reasons": [*settled.reasons, *_against(study)],
        "a_a": floor,
        "predictions": [finding.as_json() for finding in settled.findings],
        "arms": arms,
        "descriptive": claim.descriptive(study, results),
        "caveats": list(study.caveats),
        "failures": sum(run.status in LOST for run in runs),
        "seconds": round(sum(outcome.seconds for outcome in results.values()), 3),
        "trainings": trainings(study, results),
    }
    return {**content, "headline": headline.of(content)}


def _against(study: Study) -> tuple[str, ...]:
    """Say beside the verdict that the user's own parts were not kept to."""
    own = study.request.own
    return (f'rows split anew, against your column "{own.column}"',) if own and own.caution else ()


def trainings(study: Study, results: Results) -> int:
    """Count the models that were trained, those that chose learning rates among them."""
    return sum(
        len(outcome.runs) * study.every[key].recipe.models + TUNING_SEEDS * len(outcome.rates)
        for key, outcome in results.items()
    )


def noise_floor(study: Study, results: Results) -> dict[str, Any] | None:
    """Compare the A/A arm with the arm that it repeats; None if there is none."""
    if study.a_a is None or not {study.a_a.arm.key, study.a_a.base} <= {*results}:
        return None
    arm, base = study.arms[study.a_a.base], results[study.a_a.base]
    effect = judging.effect_of(results[study.a_a.arm.key], base, arm.metric, alpha=study.request.alpha)
    if effect is None:
        return None
    overlap = selecting.overlap_of(base)
    detectable = statistics.detectable(effect.sd, effect.n_seeds, alpha=study.request.alpha, overlap=overlap)
    unlike_itself = not effect.ci_low <= 0 <= effect.ci_high
    return {
        "arm": arm.name,
        "task": arm.task.name,
        "metric": arm.metric,
        **{name: getattr(effect, name) for name in ("effect", "ci_low", "ci_high", "p", "n_seeds")},
        "detectable": detectable,
        "cautions": [f"the A/A arm differs by {effect.effect:+.2g}: a bug or a fluke"] if unlike_itself else [],
    }


def summary(arm: Arm, outcome: Outcome, *, alpha: float) -> dict[str, Any]:
    """Return an arm as a line: mean, spread and interval of its value, its size, its rate and how its runs ended."""
    cell = selecting.Cell(arm, outcome)
    values = statistics.finite(cell.values())
    mean, low, high = statistics.mean_interval(values, alpha=alpha, overlap=selecting.overlap_of(outcome))
    if low is not None and high is not None and arm.metric == "accuracy":  # of a few seeds it may reach beyond
        low, high = max(0.0, low), min(1.0, high)
    first = outcome.runs[0]
    return {
        "arm": arm.name,
        "task": arm.task.name,
        "role": arm.task.role,
        "metric": arm.metric,
        "place": dict(arm.place),
        "mean": mean,
        "sd": float(values.std(ddof=1)) if len(values) > 1 else None,
        "ci_low": low,
        "ci_high": high,
        "n_seeds": len(values),
        "train_mean": cell.mean(f"train_{arm.metric}"),
        "n_train": first.n_train,
        "parameters": first.parameters,
        "learning_rate": first.learning_rate,
        "at_edge": outcome.at_edge,
        "hopeless": outcome.hopeless,
        "rates": dict(outcome.rates),
        "steps": arm.recipe.steps_on(first.n_train) if isinstance(arm.recipe, NetworkRecipe) else None,
        "recipe": arm.recipe.to_json(),
        "flops": first.flops,
        "seconds": cell.seconds,
        "census": census(outcome.runs),
    }
