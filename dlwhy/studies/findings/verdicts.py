"""The rules that turn statistics into verdicts, fixed before any result exists; and what a prediction's result is."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Literal

from dlwhy.studies.findings import statistics, wording
from dlwhy.studies.findings.statistics import Effect
from dlwhy.studies.findings.wording import Outcome
from dlwhy.studies.plan.study import Prediction
from dlwhy.text import counted, plain

Verdict = Literal["supported", "not supported", "inconclusive", "withheld"]
# whose data a verdict is on: the user's own before the controls, these before data that are neither
About = Literal["own", "controls", "real", "nothing"]
# how a p value was found; that of sign flips can't be smaller than their number allows
Test = Literal["sign flip", "corrected t", "trend", "sign", "ranks"]
TOO_FEW = "too few seeds for a verdict"
UNFINISHED = "the study has not run to its end"
# an exact sign-flip test of five pairs can't reach 0.05
MIN_SEEDS = 6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding(Prediction):
    """A prediction with what was seen of it, by default nothing; the fields are those of ``study.json``."""

    # see `statistics.Effect`; None where there is nothing
    effect: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: float | None = None
    p_holm: float | None = None  # after Holm's correction over the primary predictions
    standardized: float | None = None
    n_seeds: int = 0
    verdict: Verdict = "withheld"
    cautions: tuple[str, ...] = ("no pair of runs has a result",)
    sentence: str = ""  # for a student, with the effect's size whatever the verdict
    outcome: Outcome = "open"  # what the interval says; see `wording.outcome`
    test: Test = "sign flip"  # what p is of
    seeds_needed: int | None = None  # that would probably settle an open verdict; None if unknown, or too many

    def as_json(self) -> dict[str, Any]:
        """Return it JSON-like; what is not finite, such as the interval of a single pair, is None."""
        values: dict[str, Any] = plain(dataclasses.asdict(self))
        del values["says"]
        return values


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settled:
    """A study's findings with corrections made, and its verdict.

    Parameters
    ----------
    findings
        All of them.
    verdict, about, decisive
        The verdict, whose data it is on, and the predictions that decide it: those on the user's own data if there are
        any, else those on controls where the claim should hold.
    controls_verdict
        On the controls where the claim should hold: whether the lab works; None if there are none.
    controls_ok
        Whether every control behaved.
    reasons
        Why, if it is withheld or inconclusive.

    """

    findings: tuple[Finding, ...]
    verdict: Verdict
    about: About
    decisive: tuple[Finding, ...]
    controls_verdict: Verdict | None
    controls_ok: bool
    reasons: tuple[str, ...]


def verdict_of(effect: Effect, *, smallest: float) -> Verdict:
    """Judge by the interval alone: above the smallest effect that matters, below it, or neither; few seeds not at all.

    An end that touches the smallest effect is neither above nor below. Where no pair differs at all there is no
    interval, and no effect to be above.
    """
    if effect.n_seeds < MIN_SEEDS:
        return "withheld"
    if effect.is_none and smallest > 0:
        return "not supported"
    if effect.ci_low > smallest:
        return "supported"
    return "not supported" if effect.ci_high < smallest else "inconclusive"


def seeds_to_settle(effect: Effect, *, smallest: float, overlap: float = 0.0) -> int | None:
    """Return the number of seeds that would probably settle an open verdict; None if it is settled, or too many.

    Parameters
    ----------
    effect, smallest
        As for `verdict_of`.
    overlap
        See `statistics.paired_effect`.

    """
    if verdict_of(effect, smallest=smallest) in ("supported", "not supported") or not math.isfinite(effect.sd):
        return None
    if not effect.sd:  # what is open is not how much seeds differ, but how few rows there are
        return None
    needed = statistics.seeds_needed(effect.effect, effect.sd, smallest=smallest, alpha=effect.alpha, overlap=overlap)
    return max(needed, MIN_SEEDS) if needed else None


def settle(findings: Sequence[Finding], *, alpha: float = 0.05, complete: bool = True) -> Settled:
    """Correct for many predictions, look at the controls, and give the study's verdict.

    A negative control misbehaves if its prediction is supported, a positive one if its primary prediction is not
    supported. Then the verdicts on all else are withheld.

    Parameters
    ----------
    findings
        As judged one by one.
    alpha
        Error rate of the family of primary predictions (Holm 1979).
    complete
        Whether all arms have run. Before, what is missing may be what speaks against: there is no verdict yet.

    """
    corrected = [_cautioned(finding) for finding in _corrected(findings, alpha)]
    bad = [finding for finding in corrected if _misbehaves(finding)]
    reasons = [
        f"the {finding.role} control {finding.task} misbehaves: {finding.contrast} is {finding.verdict}"
        for finding in bad
    ]
    if any(finding.primary and finding.n_seeds < MIN_SEEDS for finding in corrected):
        reasons.append(f"no verdict below {MIN_SEEDS} paired seeds")
    if not complete:
        reasons.append(UNFINISHED)
    settled = tuple(_withheld(finding, bad) for finding in corrected)
    about, decisive = _decisive(settled)
    if not decisive:
        reasons.append("no primary prediction is left to judge by")
    positive = [finding for finding in settled if finding.primary and finding.role == "positive"]
    return Settled(
        findings=settled,
        verdict=_verdict(decisive, bad, any_will_do=about == "own") if complete else "withheld",
        about=about,
        decisive=tuple(decisive),
        controls_verdict=(_verdict(positive, bad) if complete else "withheld") if positive else None,
        controls_ok=not bad,
        reasons=tuple(reasons),
    )


def _corrected(findings: Sequence[Finding], alpha: float) -> list[Finding]:
    family = [index for index, finding in enumerate(findings) if finding.primary]
    # a prediction that lost all its pairs was made all the same: it stays in the family
    raw = [1.0 if (p := findings[index].p) is None else p for index in family]
    adjusted = dict(zip(family, statistics.holm(raw), strict=True))
    return [_with_holm(finding, adjusted.get(index), len(family), alpha) for index, finding in enumerate(findings)]


def _with_holm(finding: Finding, p_holm: float | None, n_predictions: int, alpha: float) -> Finding:
    changed = dataclasses.replace(finding, p_holm=None if finding.p is None else p_holm)
    if changed.verdict != "supported" or changed.p is None or changed.p_holm is None or changed.p_holm < alpha:
        return changed
    caution = f"p = {changed.p_holm:.3f} after correction for {n_predictions} predictions"
    factor = changed.p_holm / changed.p if changed.p else 1.0
    few = changed.test == "sign flip" and statistics.smallest_p(finding.n_seeds) * factor >= alpha
    if few:
        can = statistics.fewest_seeds(alpha / factor)
        caution += f": {finding.n_seeds} seeds can't reach {alpha:g}" + (f", {can} can" if can else "")
    reason = TOO_FEW if few else f"no verdict after correction for {n_predictions} predictions"
    return dataclasses.replace(
        changed,
        verdict="inconclusive",
        outcome="probably helps",
        cautions=(*finding.cautions, caution),
        sentence=wording.with_reason(finding.sentence, reason),
    )


def _cautioned(finding: Finding) -> Finding:
    """Caution if there are too few pairs for a verdict."""
    if finding.n_seeds >= MIN_SEEDS or finding.effect is None:
        return finding
    caution = f"{counted(finding.n_seeds, 'seed')}: no verdict below {MIN_SEEDS}"
    return dataclasses.replace(finding, cautions=(*finding.cautions, caution))


def _misbehaves(finding: Finding) -> bool:
    if finding.role == "negative":
        return finding.verdict == "supported"
    return finding.role == "positive" and finding.primary and finding.verdict == "not supported"


def _withheld(finding: Finding, bad: Sequence[Finding]) -> Finding:
    if not bad or finding.role in ("positive", "negative"):
        return finding
    names = ", ".join(dict.fromkeys(finding.task for finding in bad))
    caution = f"withheld: the control {names} misbehaves"
    words = wording.with_reason(finding.sentence, f"no verdict, since the control {names} misbehaves")
    cautions = (*finding.cautions, caution)
    return dataclasses.replace(finding, verdict="withheld", outcome="open", cautions=cautions, sentence=words)


def _decisive(findings: Sequence[Finding]) -> tuple[About, list[Finding]]:
    """Choose what the verdict is on: the user's own question first."""
    primary = [finding for finding in findings if finding.primary]
    on_own = [finding for finding in primary if finding.role == "own"]
    if on_own or any(finding.role == "own" for finding in findings):
        return "own", on_own
    positive = [finding for finding in primary if finding.role == "positive"]
    if positive:
        return "controls", positive
    # a negative control shows that the lab works, never that the claim holds
    real = [finding for finding in primary if finding.role == "real"]
    return ("real", real) if real else ("nothing", [])


def _verdict(decisive: Sequence[Finding], bad: Sequence[Finding], *, any_will_do: bool = False) -> Verdict:
    """Join verdicts: controls have to agree, and of the user's own predictions one that holds will do."""
    verdicts = {finding.verdict for finding in decisive}
    if any_will_do and "supported" in verdicts and not bad:
        return "supported"
    if bad or not verdicts or "withheld" in verdicts:
        return "withheld"
    return verdicts.pop() if len(verdicts) == 1 else "inconclusive"
