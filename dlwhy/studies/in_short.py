"""What the studies say of the user's own data, in plain words."""

from collections.abc import Mapping, Sequence
from typing import Any


def answers(reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """Answer for the user's own table: is a net worth it, what carries it, what would more rows bring.

    Parameters
    ----------
    reports
        As in ``study.json``; those without findings on the user's own data say nothing.

    """
    by_study = {report["study"]: report for report in reports}
    said = [*_lines(by_study.get("versatility"))]
    carriers = [
        finding
        for name in ("depth", "algorithms", "transfer")
        for finding in _own(by_study.get(name))
        if finding["effect"] is not None
    ]
    for verdict, words in (
        ("supported", "What carries it"),
        ("not supported", "What brings nothing that matters"),
        ("inconclusive", "What these runs leave open"),
    ):
        named = [_named(each) for each in carriers if each["verdict"] == verdict]
        if named:
            said.append(f"{words}: {'; '.join(dict.fromkeys(named))}.")
    said += _lines(by_study.get("data"))
    withheld = [name for name, report in by_study.items() if not report["controls_ok"] and _own(report)]
    if withheld:
        said.append(f"No verdict from {', '.join(withheld)}: a control misbehaved.")
    return said


def _own(report: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    return [each for each in report["predictions"] if each["role"] == "own"] if report else []


def _lines(report: Mapping[str, Any] | None) -> list[str]:
    """Give the sentences of a report that are on the user's own task."""
    tasks = {each["task"] for each in _own(report)}
    lines = report["descriptive"].get("lines", ()) if report else ()
    sentences = [each["sentence"] for each in _own(report) if each["sentence"]]
    about = [line for line in lines if any(line.startswith(f"On {task},") for task in tasks)]
    return list(dict.fromkeys([*sentences, *about]))


def _named(finding: Mapping[str, Any]) -> str:
    interval = f" [{finding['ci_low']:+.3f}, {finding['ci_high']:+.3f}]" if finding["ci_low"] is not None else ""
    return f"{finding['contrast']} ({finding['effect']:+.3f}{interval})"
