"""How often each control did what a control must, over base seeds: as Markdown, between two marks of a document."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

Report = Mapping[str, Any]
Key = tuple[str, str, str, str, str]

BEGIN, END = "<!-- calibration: written by `make calibrate` -->", "<!-- end of calibration -->"
# a control that fails more often than once in twenty base seeds is none
_ALLOWED = 0.05
_HEADER = ("study", "prediction", "control", "contrast", "behaved", "median effect", "least to most", "worst interval")


def text(reports: Sequence[Report]) -> str:
    """Give a summary and a table with a line a control.

    Parameters
    ----------
    reports
        What ``study.json`` holds, of all studies and base seeds.

    """
    lines = [_line(key, seen) for key, seen in _controls(reports).items()]
    rows = [_HEADER, ("---",) * len(_HEADER), *lines]
    return "\n".join([*_summary(reports), "", *("| " + " | ".join(row) + " |" for row in rows)])


def holds(reports: Sequence[Report]) -> bool:
    """Say whether each control behaved on 19 of 20 base seeds, and no negative one was ever supported."""
    controls = _controls(reports)
    return bool(controls) and all(_failures(seen) <= _allowed(key, seen) for key, seen in controls.items())


def placed(document: str, content: str) -> str:
    """Put the content between the document's marks, in place of what is there.

    Raises
    ------
    ValueError
        If the marks are not there.

    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no place for the table: the document lacks {BEGIN} and {END}")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def _controls(reports: Sequence[Report]) -> dict[Key, list[Mapping[str, Any]]]:
    """Predictions of all base seeds by control: negative ones, and positive ones that decide a verdict."""
    found: dict[Key, list[Mapping[str, Any]]] = {}
    for report in reports:
        for each in report["predictions"]:
            if each["role"] == "negative" or (each["role"] == "positive" and each["primary"]):
                key = (report["study"], each["id"], each["task"], each["role"], each["contrast"])
                found.setdefault(key, []).append(each)
    return dict(sorted(found.items(), key=lambda item: (item[0][:2], item[0][3] == "negative")))


def _behaves(prediction: Mapping[str, Any]) -> bool:
    """A negative control must not be supported; a positive one must: undecided it leaves its study without verdict."""
    return (prediction["verdict"] == "supported") == (prediction["role"] == "positive")


def _failures(seen: Sequence[Mapping[str, Any]]) -> int:
    return sum(not _behaves(each) for each in seen)


def _allowed(key: Key, seen: Sequence[Mapping[str, Any]]) -> float:
    return 0 if "negative" in key else _ALLOWED * len(seen)


def _summary(reports: Sequence[Report]) -> list[str]:
    seeds = sorted({report["base_seed"] for report in reports})
    controls = _controls(reports)
    always = sum(_failures(seen) == 0 for seen in controls.values())
    wrong = sum(_failures(seen) for key, seen in controls.items() if "negative" in key)
    verdicts = [f"{name} {_supported(reports, name)}" for name in dict.fromkeys(report["study"] for report in reports)]
    behaved = (
        f"of {len(controls)} controls {always} behaved on all of them, and negative ones were *supported* {wrong} times"
    )
    version = reports[0]["versions"]["tensorflow"]
    seen = f"{len(seeds)} base seeds from {seeds[0]} to {seeds[-1]}, TensorFlow {version}"
    return [
        f"{seen}: {behaved}.",
        f"Studies *supported*: {', '.join(verdicts)}.",
    ]


def _supported(reports: Sequence[Report], study: str) -> str:
    verdicts = [report["verdict"] for report in reports if report["study"] == study]
    return f"{verdicts.count('supported')} of {len(verdicts)}"


def _line(key: Key, seen: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    study, prediction, task, role, contrast = key
    known = [each for each in seen if each["effect"] is not None]
    behaved = f"{len(seen) - _failures(seen)} of {len(seen)}"
    if not known:
        return study, prediction, f"{task} ({role})", contrast, behaved, "", "", ""
    effects = [each["effect"] for each in known]
    # nearest to where the control would fail, or farthest beyond
    worst = max(known, key=lambda each: each["ci_low"]) if role == "negative" else min(known, key=_low)
    return (
        study,
        prediction,
        f"{task} ({role})",
        contrast,
        behaved,
        f"{statistics.median(effects):+.3f}",
        f"{min(effects):+.3f} to {max(effects):+.3f}",
        f"[{worst['ci_low']:+.3f}, {worst['ci_high']:+.3f}]",
    )


def _low(prediction: Mapping[str, Any]) -> float:
    return float(prediction["ci_low"])
