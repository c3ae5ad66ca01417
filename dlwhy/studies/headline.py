"""What stands over and under a study's results, made once for terminal, picture and JSON: the user's own data first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlwhy.studies.claims import registry as claims
from dlwhy.studies.findings import wording
from dlwhy.studies.findings.wording import Interval

_NO_CONTROL = "the lab: no positive control was run, so nothing shows that it works"
_INGREDIENTS = ("depth", "algorithms", "transfer")
_WORDS: Mapping[str, str] = {
    "helps": "What helps",
    "probably helps": "What probably helps",
    "makes no difference": "What makes no difference that matters",
    "does not help": "What does not help, and may hurt",
    "hurts": "What hurts",
    "open": "What these runs leave open",
}
_HELP = ("helps", "probably helps")


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


def answers(reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """Answer for the user's own table: is a net worth it, what carries it, what would more rows bring.

    Parameters
    ----------
    reports
        As in ``study.json``; those without findings on the user's own data say nothing.

    """
    by_study = {report["study"]: report for report in reports if report["study"] != "compare"}
    facts = {name: [*_answers(report), *own_lines(report)] for name, report in by_study.items()}
    tried = [finding for name in _INGREDIENTS if name in by_study for finding in _own(by_study[name])]
    said = [*facts.get("versatility", ()), *_ingredients(tried), *facts.get("data", ()), *facts.get("compute", ())]
    withheld = [name for name, report in by_study.items() if not report["controls_ok"] and _own(report)]
    if withheld:
        said.append(f"No verdict from {', '.join(withheld)}: a control misbehaved.")
    return said


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
    if report["only"]:
        return f"{report['study']}, only {tasks or ', '.join(report['only'])}"
    judged_on = claims.claim(report["study"]).judged_on
    return f"{report['study']} on {judged_on}" if judged_on else str(report["study"])


def own_lines(report: Mapping[str, Any]) -> list[str]:
    """Return those of a report's descriptive lines that are on the user's own data."""
    tasks = {finding["task"] for finding in _own(report)}
    lines = report.get("descriptive", {}).get("lines", ())
    return [line for line in lines if any(line.startswith(f"On {task},") for task in tasks)]


def _own(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [finding for finding in report["predictions"] if finding["role"] == "own"]


def _answers(report: Mapping[str, Any]) -> list[str]:
    """Return what decides the verdict on the user's own data, what holds first: where one will do, it decides."""
    deciding = sorted(_own(report), key=lambda finding: finding["verdict"] != "supported")
    sentences = (finding["sentence"] for finding in deciding if finding["primary"])
    return list(dict.fromkeys(filter(None, sentences)))


def _count(report: Mapping[str, Any]) -> str:
    """Say how many of several predictions hold; of the parts of a net, of which one that helps will do, also which."""
    role = {"own": "own", "controls": "positive", "real": "real"}.get(report["verdict_about"])
    asked = [finding for finding in report["predictions"] if finding["primary"] and finding["role"] == role]
    held = [finding for finding in asked if finding["verdict"] == "supported"]
    if len(asked) < 2:
        return ""
    if not all(finding.get("part") for finding in asked):
        return f", {len(held)} of {len(asked)} predictions hold"
    if not held:
        return f", none of {len(asked)} parts {'helps' if report['verdict'] == 'not supported' else 'is shown to help'}"
    named_ = ", ".join(finding["part"] for finding in held)
    return f", {len(held)} of {len(asked)} parts {'helps' if len(held) == 1 else 'help'}: {named_}"


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


def _ingredients(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Sort ingredients by what they bring; if none helps, one sentence says that."""
    tried = [finding for finding in findings if finding["effect"] is not None and finding["verdict"] != "withheld"]
    groups = {
        outcome: list(dict.fromkeys(named(finding) for finding in tried if finding["outcome"] == outcome))
        for outcome in _WORDS
    }
    if tried and not any(groups[outcome] for outcome in _HELP):
        many = "The one change that was tried" if len(tried) == 1 else f"None of the {len(tried)} changes tried"
        shown = "is not shown to help" if len(tried) == 1 else "is shown to help" if groups["open"] else "helps"
        yield f"{many} {shown} on {tried[0]['task']}."
    yield from (f"{words}: {'; '.join(groups[outcome])}." for outcome, words in _WORDS.items() if groups[outcome])


def named(finding: Mapping[str, Any]) -> str:
    """Name what a finding is about, with its effect."""
    # a report of an earlier version names no part
    part, base = finding.get("part") or "", finding["base"]
    instead = "" if part or base in ("", "none") else f" instead of {base}"
    low, high = (float("nan") if finding[end] is None else finding[end] for end in ("ci_low", "ci_high"))
    seen = Interval(effect=finding["effect"], low=low, high=high)
    return (
        f"{part or finding['arm'] or finding['contrast']}{instead} ({wording.size(seen, finding['metric'], plus=True)})"
    )
