"""The rules that turn statistics into verdicts, fixed before any result exists; and what a prediction's result is."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

from dlwhy.studies import statistics
from dlwhy.studies.statistics import Effect

Verdict = Literal["supported", "not supported", "inconclusive", "withheld"]
# an exact sign-flip test of five pairs can't reach 0.05
MIN_SEEDS = 6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """What was seen of one prediction; the fields are those of ``study.json``.

    Parameters
    ----------
    id, task, role
        Which prediction, on which task, and what the task is for.
    primary
        Whether it decides the study's verdict and enters Holm's correction.
    metric, contrast
        What was compared.
    effect, ci_low, ci_high, p, standardized, n_seeds
        See `statistics.Effect`; None where there is nothing.
    p_holm
        p after Holm's correction over the primary predictions.
    verdict, cautions, sentence
        The verdict, what stands beside it, and a sentence for a student.
    smallest
        Smallest effect that matters.

    """

    id: str
    task: str
    role: str
    primary: bool
    metric: str
    contrast: str
    effect: float | None
    ci_low: float | None
    ci_high: float | None
    p: float | None
    p_holm: float | None
    standardized: float | None
    n_seeds: int
    verdict: Verdict
    smallest: float
    cautions: tuple[str, ...] = ()
    sentence: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give it JSON-like; an end of an interval that is infinite is None."""
        values = {**dataclasses.asdict(self), "cautions": list(self.cautions)}
        return {name: None if value in (float("inf"), -float("inf")) else value for name, value in values.items()}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settled:
    """A study's findings with corrections made, and its verdict.

    Parameters
    ----------
    findings
        All of them.
    verdict
        On the claim: ``supported`` where it should hold, and not where it should not.
    controls_ok
        Whether every control behaved.
    reasons
        Why, if it is withheld or inconclusive.

    """

    findings: tuple[Finding, ...]
    verdict: Verdict
    controls_ok: bool
    reasons: tuple[str, ...]


def judge(effect: Effect, *, smallest: float) -> Verdict:
    """Judge by the interval alone: above the smallest effect that matters, below it, or neither."""
    if effect.n_seeds < MIN_SEEDS:
        return "withheld"
    if effect.ci_low > smallest:
        return "supported"
    return "not supported" if effect.ci_high < smallest else "inconclusive"


def without_pairs(
    *,
    id: str,  # noqa: A002  # the field's name in study.json
    task: str,
    role: str,
    metric: str,
    contrast: str,
    primary: bool,
    smallest: float,
) -> Finding:
    """Give the finding of a comparison that has no pair of runs."""
    return Finding(
        id=id,
        task=task,
        role=role,
        primary=primary,
        metric=metric,
        contrast=contrast,
        effect=None,
        ci_low=None,
        ci_high=None,
        p=None,
        p_holm=None,
        standardized=None,
        n_seeds=0,
        verdict="withheld",
        smallest=smallest,
        cautions=("no pair of runs has a result",),
    )


def settle(findings: Sequence[Finding], *, alpha: float = 0.05) -> Settled:
    """Correct for many predictions, look at the controls, and give the study's verdict.

    A negative control misbehaves if its prediction is supported, a positive one if its is not supported. Then the
    verdicts on all else are withheld.
    """
    corrected = _corrected(findings, alpha)
    bad = [each for each in corrected if each.primary and _misbehaves(each)]
    bad += [each for each in corrected if not each.primary and each.role == "negative" and _misbehaves(each)]
    reasons = [f"the {each.role} control {each.task} misbehaves: {each.contrast} is {each.verdict}" for each in bad]
    few = [each for each in corrected if each.primary and each.n_seeds < MIN_SEEDS]
    if few:
        reasons.append(f"no verdict below {MIN_SEEDS} paired seeds")
    settled = tuple(_withheld(each, bad) for each in corrected)
    return Settled(findings=settled, verdict=_of_study(settled, bad), controls_ok=not bad, reasons=tuple(reasons))


def _corrected(findings: Sequence[Finding], alpha: float) -> list[Finding]:
    primary = [place for place, each in enumerate(findings) if each.primary and each.p is not None]
    adjusted = dict(zip(primary, statistics.holm([findings[place].p or 0.0 for place in primary]), strict=True))
    corrected = []
    for place, each in enumerate(findings):
        p_holm = adjusted.get(place)
        changed = dataclasses.replace(each, p_holm=p_holm)
        if changed.verdict == "supported" and p_holm is not None and p_holm >= alpha:
            caution = f"p = {p_holm:.3f} after correction for {len(primary)} predictions"
            changed = dataclasses.replace(changed, verdict="inconclusive", cautions=(*each.cautions, caution))
        corrected.append(changed)
    return corrected


def _misbehaves(finding: Finding) -> bool:
    return finding.verdict == {"positive": "not supported", "negative": "supported"}.get(finding.role)


def _withheld(finding: Finding, bad: Sequence[Finding]) -> Finding:
    if not bad or finding.role in ("positive", "negative"):
        return finding
    caution = f"withheld: the control {bad[0].task} misbehaves"
    return dataclasses.replace(finding, verdict="withheld", cautions=(*finding.cautions, caution), sentence="")


def _of_study(findings: Sequence[Finding], bad: Sequence[Finding]) -> Verdict:
    """Judge by the primary predictions on positive controls, or, if there are none, on whatever there is."""
    primary = [each for each in findings if each.primary]
    decisive = [each for each in primary if each.role == "positive"] or primary
    if bad or not decisive or any(each.verdict == "withheld" for each in decisive):
        return "withheld"
    verdicts = {each.verdict for each in decisive}
    return verdicts.pop() if len(verdicts) == 1 else "inconclusive"
