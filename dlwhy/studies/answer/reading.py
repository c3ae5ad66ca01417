"""From reports to facts: what ``study.json`` of several studies says of the user's own table."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dlwhy.studies.answer.facts import Facts, Method
from dlwhy.studies.findings.wording import Interval, Outcome
from dlwhy.studies.headline import named

# the study that compares nets and simple models
JUDGE = "versatility"
# the studies whose findings are about parts of a net
_PARTS = ("algorithms", "depth")
_REST = "settings other than defaults (dlwhy tune)"


def facts_of(reports: Sequence[Mapping[str, Any]]) -> Facts | None:
    """Return what studies found on the user's own table; None unless nets and simple models were compared there.

    Parameters
    ----------
    reports
        As in ``study.json``, all on the same table.

    """
    by_study = {report["study"]: report for report in reports}
    judge = by_study.get(JUDGE)
    told = judge and (judge.get("descriptive") or {}).get("own")
    if not judge or not told:
        return None
    asked = next(finding for finding in _own(judge) if finding["id"] == "P2")
    return Facts(
        task=told["task"],
        metric=told["metric"],
        rows=told["n_rows"],
        n_train=told["n_train"],
        n_seeds=told["n_seeds"],
        few_rows=told["few_rows"],
        smallest=judge["smallest_effect"],
        alpha=judge["alpha"],
        nets=Method.of(told["nets"]),
        simple=Method.of(told["best_simple"]),
        linear=Method.of(told["linear"] or told["best_simple"]),
        guess=(told["guessing"] or {}).get("mean"),
        gain=_interval(told) or Interval(0.0),
        outcome=asked["outcome"],
        over_guess=_interval(told["over_guessing"]),
        bend=_interval(told["over_linear"]),
        tuned=_interval(told.get("tuned")),
        seeds_needed=asked["seeds_needed"],
        linear_is_enough=(told["early_sign"] or {}).get("seen"),
        not_tried=[*_not_tried(told["not_tried"]), *([] if told.get("tuned") else [_REST])],
        bad_controls=_bad_controls(reports),
        caution=" ".join(judge["cautions"]),
        parts=_parts(by_study),
        **_rows(by_study.get("data"), told["task"]),
    )


def _own(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [finding for finding in report["predictions"] if finding["role"] == "own"]


def _interval(found: Mapping[str, Any] | None) -> Interval | None:
    if not found or found.get("effect") is None:
        return None
    low, high = (math.nan if found.get(end) is None else found[end] for end in ("ci_low", "ci_high"))
    return Interval(found["effect"]) if math.isnan(low + high) else Interval(found["effect"], low, high)


def _not_tried(models: Sequence[Mapping[str, str]]) -> list[str]:
    """List models with the reason why, those with the same one together."""
    by_reason: dict[str, list[str]] = {}
    for each in models:
        by_reason.setdefault(each["why"], []).append(each["words"])
    return [f"{', '.join(words)} ({why})" for why, words in by_reason.items()]


def _bad_controls(reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name the controls of the study that judges which misbehave: no others decide what to use."""
    return [
        reason
        for report in reports
        if report["study"] == JUDGE and not report["controls_ok"]
        for reason in report["reasons"][:1]
    ]


def _parts(by_study: Mapping[str, Mapping[str, Any]]) -> dict[Outcome, list[str]]:
    """Sort the parts of a net by what they bring; those whose study's controls misbehaved are not known."""
    parts: dict[Outcome, list[str]] = {}
    for report in (by_study[name] for name in _PARTS if name in by_study):
        for finding in _own(report):
            if finding["effect"] is not None and finding["verdict"] != "withheld":
                parts.setdefault(finding["outcome"], []).append(named(finding))
    return parts


def _rows(report: Mapping[str, Any] | None, task: str) -> dict[str, Any]:
    """Read what rows bring off the report of the study of data."""
    if report is None:
        return {}
    curve = report["descriptive"]["forecasts"].get(task) or {}
    lead = next((finding for finding in _own(report) if finding["id"] == "P4"), None)
    names = {"effect": "forecast_next", "ci_low": "forecast_next_low", "ci_high": "forecast_next_high"}
    return {
        "doubling": _interval({name: curve.get(here) for name, here in names.items()}),
        "no_doubling": curve.get("next_refused") or "",
        "last_doubling": _interval(curve.get("next_doubling")),
        "lead": _interval(lead),
        "lead_outcome": lead and lead["outcome"],
    }
