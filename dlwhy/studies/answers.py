"""What the studies say of the user's own data, in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlwhy.studies.findings import wording
from dlwhy.studies.findings.wording import Interval

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


def answers(reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """Answer for the user's own table: is a net worth it, what carries it, what would more rows bring.

    Parameters
    ----------
    reports
        As in ``study.json``; those without findings on the user's own data say nothing.

    """
    by_study = {report["study"]: report for report in reports if report["study"] != "compare"}
    said = [
        *_lines(by_study.get("versatility")),
        *_ingredients([finding for name in _INGREDIENTS for finding in _own(by_study.get(name))]),
        *_lines(by_study.get("data")),
        *_lines(by_study.get("compute")),
    ]
    withheld = [name for name, report in by_study.items() if not report["controls_ok"] and _own(report)]
    if withheld:
        said.append(f"No verdict from {', '.join(withheld)}: a control misbehaved.")
    return said


def _ingredients(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Sort ingredients by what they bring; if none helps, one sentence says that."""
    tried = [finding for finding in findings if finding["effect"] is not None and finding["verdict"] != "withheld"]
    groups = {
        outcome: list(dict.fromkeys(_named(finding) for finding in tried if finding["outcome"] == outcome))
        for outcome in _WORDS
    }
    if tried and not any(groups[outcome] for outcome in _HELP):
        many = "The one change that was tried" if len(tried) == 1 else f"None of the {len(tried)} changes tried"
        shown = "is not shown to help" if len(tried) == 1 else "is shown to help" if groups["open"] else "helps"
        yield f"{many} {shown} on {tried[0]['task']}."
    yield from (f"{words}: {'; '.join(groups[outcome])}." for outcome, words in _WORDS.items() if groups[outcome])


def _own(report: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    return [finding for finding in report["predictions"] if finding["role"] == "own"] if report else []


def _lines(report: Mapping[str, Any] | None) -> list[str]:
    """Return what decides a report's verdict on the user's own task, and the facts beside it."""
    tasks = {finding["task"] for finding in _own(report)}
    lines = report["descriptive"].get("lines", ()) if report else ()
    sentences = [finding["sentence"] for finding in _own(report) if finding["sentence"] and finding["primary"]]
    about = [line for line in lines if any(line.startswith(f"On {task},") for task in tasks)]
    return list(dict.fromkeys([*sentences, *about]))


def _named(finding: Mapping[str, Any]) -> str:
    arm, base = finding["arm"] or finding["contrast"], finding["base"]
    instead = "" if base in ("", "none") else f" instead of {base}"
    low, high = (float("nan") if finding[end] is None else finding[end] for end in ("ci_low", "ci_high"))
    seen = Interval(effect=finding["effect"], low=low, high=high)
    return f"{arm}{instead} ({wording.size(seen, finding['metric'], plus=True)})"
