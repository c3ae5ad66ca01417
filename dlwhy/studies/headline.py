"""What stands over and under a study's results, made once for terminal, picture and JSON: the user's own data first."""

from collections.abc import Mapping
from typing import Any

from dlwhy.studies.claims import registry as claims

_NO_CONTROL = "the lab: no positive control was run, so nothing shows that it works"


def of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the title, the sentences that answer it, the verdict and whose it is, and whether the lab works.

    Parameters
    ----------
    report
        As in ``study.json``, without its headline.

    Returns
    -------
    headline
        ``title``, ``answers`` (sentences on the user's own data, or none), ``verdict`` and ``lab`` (None where the
        verdict is the controls' own).

    """
    on_own = report["verdict_about"] == "own"
    reasons = f" ({'; '.join(report['reasons'])})" if report["reasons"] else ""
    return {
        "title": _title(report),
        "answers": _answers(report) if on_own else [],
        "verdict": f"verdict on {_subject(report)}: {report['verdict']}{_count(report)}{reasons}",
        "lab": _lab(report) if on_own else None,
    }


def _title(report: Mapping[str, Any]) -> str:
    name, only = report["study"], f" (only {', '.join(report['only'])})" if report["only"] else ""
    if report["verdict_about"] == "own":
        question = claims.claim(name).question
        split = f" ({report['split']})" if report["split"] else ""
        return f"{name} on {report['own'] or 'the demonstration'}: {question}{only}{split}"
    return f"{name}: {report['claim']}{only}"


def _subject(report: Mapping[str, Any]) -> str:
    tasks = ", ".join(report["verdict_tasks"])
    if report["verdict_about"] == "own":
        return f"your data ({report['own']})" if report["own"] else report["study"]
    # what is left of a study is not the study
    return f"{report['study']}, only {tasks or ', '.join(report['only'])}" if report["only"] else str(report["study"])


def _answers(report: Mapping[str, Any]) -> list[str]:
    on_own = [finding for finding in report["predictions"] if finding["role"] == "own" and finding["primary"]]
    return list(dict.fromkeys(finding["sentence"] for finding in on_own if finding["sentence"]))


def _count(report: Mapping[str, Any]) -> str:
    """Say how many of several predictions hold."""
    role = {"own": "own", "controls": "positive", "real": "real"}.get(report["verdict_about"])
    verdicts = [
        finding["verdict"] for finding in report["predictions"] if finding["primary"] and finding["role"] == role
    ]
    return f", {verdicts.count('supported')} of {len(verdicts)} predictions hold" if len(verdicts) > 1 else ""


def _lab(report: Mapping[str, Any]) -> str | None:
    if report["own"] is None:  # a comparison on the demonstration has no controls
        return None
    positive = _tasks(report, "positive")
    negative = [task for task in _tasks(report, "negative") if task not in positive]
    if not report["controls_ok"]:
        return "the lab does not work here: a control misbehaves, so nothing is said of your data"
    if report["controls_verdict"] is None:
        return _NO_CONTROL if report["study"] != claims.COMPARE else None
    if report["controls_verdict"] != "supported":
        return f"the lab: {report['controls_verdict']} on {', '.join(positive)}, where the claim should hold"
    text = f"the lab works: the claim holds on {', '.join(positive)}, where it should"
    return f"{text}, and is not seen on {', '.join(negative)}" if negative else text


def _tasks(report: Mapping[str, Any], role: str) -> list[str]:
    of_role = [finding for finding in report["predictions"] if finding["role"] == role]
    return list(dict.fromkeys(finding["task"] for finding in of_role if finding["primary"] or role == "negative"))
