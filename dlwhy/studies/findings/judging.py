"""Judging a prediction: its differences, one a seed, by the rule that was fixed beforehand."""

import dataclasses

import numpy as np
import numpy.typing as npt

from dlwhy.studies.findings import selecting, statistics, verdicts, wording
from dlwhy.studies.findings.statistics import Effect
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.findings.wording import Interval
from dlwhy.studies.plan.study import LOST, Arm, Contrast, Outcome, Prediction, Results, Study, census

_OF_EFFECT = ("effect", "ci_low", "ci_high", "p", "standardized", "n_seeds")


def judge(
    study: Study,
    prediction: Prediction,
    differences: npt.ArrayLike,
    *,
    overlap: float = 0.0,
    rows: int | None = None,
    bounds: tuple[float, float] | None = None,
    cautions: tuple[str, ...] = (),
) -> Finding:
    """Judge a prediction by paired differences.

    Parameters
    ----------
    study, prediction
        What was predicted, and in which study: it has alpha, and the smallest effect where the prediction has none.
    differences
        One a seed, (n_seeds,), in the direction of the prediction; those that are not finite are left out.
    overlap
        See `selecting.overlap_of`.
    rows, bounds
        See `selecting.rows_of`, and `statistics.paired_effect`.
    cautions
        What stands beside the number.

    """
    values = statistics.finite(differences)
    smallest = study.smallest_effect if prediction.smallest is None else prediction.smallest
    what = f"On {prediction.task}, {prediction.contrast}"
    nothing = Finding(**{**vars(prediction), "smallest": smallest}, sentence=f"{what}: no pair of runs has a result.")
    if not len(values):
        return nothing
    effect = statistics.paired_effect(values, alpha=study.request.alpha, overlap=overlap, rows=rows, bounds=bounds)
    seen = Interval.of(effect)
    outcome = "makes no difference" if effect.is_none and smallest > 0 else wording.outcome(seen, smallest=smallest)
    needed = verdicts.seeds_to_settle(effect, smallest=smallest, overlap=overlap)
    verdict = verdicts.verdict_of(effect, smallest=smallest)
    then = _then(verdict, needed=needed, overlap=overlap)
    if effect.is_none and verdict != "withheld":
        then = f"exactly the same in each of {effect.n_seeds} seeds"
    return dataclasses.replace(
        nothing,
        **{name: getattr(effect, name) for name in _OF_EFFECT},
        test="corrected t" if overlap else "sign flip",
        verdict=verdict,
        outcome=outcome,
        seeds_needed=needed,
        cautions=cautions,
        sentence=wording.sentence(seen, outcome, prediction.says, what=what, metric=prediction.metric, then=then),
    )


def compared(study: Study, results: Results, contrast: Contrast) -> Finding:
    """Compare two arms by seed."""
    pair = [(study.arms[key], results[key]) for key in (contrast.arm, contrast.base)]
    differences = selecting.paired(pair[0][1], pair[1][1], contrast.prediction.metric)
    overlap, rows = selecting.overlap_of(pair[0][1]), selecting.rows_of(pair[0][1], contrast.prediction.metric)
    said = tuple(caution for arm, outcome in pair for caution in cautions(arm, outcome))
    return judge(study, contrast.prediction, differences, overlap=overlap, rows=rows, cautions=said)


def by_trend(finding: Finding, curves: npt.ArrayLike, overlap: float) -> Finding:
    """Put the p of Page's test that curves, (n_seeds, k), rise in place of the mean's.

    The test is of seeds that have no rows in common, two at least.
    """
    curves = np.asarray(curves, float)
    if overlap or len(curves) < 2:
        return finding
    return dataclasses.replace(finding, p=statistics.trend(curves), test="trend")


def effect_of(arm: Outcome, base: Outcome, metric: str, *, alpha: float) -> Effect | None:
    """Estimate the paired difference of two outcomes; None for fewer than two pairs."""
    pairs = selecting.paired(arm, base, metric)
    if len(pairs) < 2:
        return None
    overlap, rows = selecting.overlap_of(arm), selecting.rows_of(arm, metric)
    return statistics.paired_effect(pairs, alpha=alpha, overlap=overlap, rows=rows)


def _then(verdict: verdicts.Verdict, *, needed: int | None, overlap: float) -> str:
    """Say what would settle a prediction that is open, or why it has no verdict."""
    if verdict == "withheld":
        return verdicts.TOO_FEW
    if verdict != "inconclusive":
        return ""
    if needed:
        return f"about {needed} seeds would settle it"
    return "more seeds of the same rows would not settle it, more rows could" if overlap else ""


def cautions(arm: Arm, outcome: Outcome) -> list[str]:
    """Return what stands beside a number that an arm has part in: lost runs, a rate at the edge, no rate at all."""
    ended, total = census(outcome.runs), len(outcome.runs)
    cautions = [
        f"{ended[kind]} of {total} runs of {arm.name} {kind}; their pairs are left out" for kind in LOST if ended[kind]
    ]
    if arm.task.settings.get("shuffled"):  # there is nothing to learn, at whatever rate
        return cautions
    if outcome.at_edge:
        cautions.append(f"the learning rate of {arm.name} lies at the edge of its grid")
    if outcome.hopeless:
        cautions.append(f"{arm.name} can't be trained at any rate that was tried")
    return cautions
