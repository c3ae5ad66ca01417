"""What a claim is: the words about it, and what its folder gives."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.plan.study import Results, Study
from dlwhy.studies.request import Request

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Report = Mapping[str, Any]
Panel = Callable[["Axes"], object]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claim:
    """One of the essay's claims as a study."""

    name: str
    in_short: str
    sentence: str
    judged_on: str = ""  # what all its own data sets are, where the verdict on them should say so
    question: str = "does the claim hold?"  # what it asks of the user's own data
    design: Callable[[Request], Study]  # gives arms and predictions
    # gives the predictions that are no paired differences of two arms: those that have results, nothing else
    findings: Callable[[Study, Results], Sequence[Finding]] = lambda *_: ()
    # gives what figure and page show beside the predictions, JSON-like
    descriptive: Callable[[Study, Results], dict[str, Any]] = lambda *_: {}
    # gives what draws the picture that says it all, the user's own data first: one panel or two
    headline: Callable[[Report], Sequence[Panel]] = lambda *_: ()
    # gives what draws the panels that a report has data for
    panels: Callable[[Report], Sequence[Panel]] = lambda *_: ()
    forest: bool = True  # whether one forest of all effects is drawn; else the panels have several


def sentence_on(report: Report, task: str, id_: str) -> str:
    """Return what a report says of a prediction on a task, without its full stop; empty if it says nothing."""
    said = (each["sentence"] for each in report["predictions"] if (each["id"], each["task"]) == (id_, task))
    return next(filter(None, said), "").rstrip(".")


def line_on(report: Report, task: str) -> str:
    """Return the first thing that a report tells of a task beside the predictions, up to its first stop."""
    told = (line for line in report["descriptive"].get("lines", ()) if line.startswith(f"On {task}, "))
    return next(told, "").split(";")[0].rstrip(".")


def own_task(report: Report) -> str | None:
    """Return the task that is the user's own data; None if there is none."""
    return next((arm["task"] for arm in report["arms"] if arm["role"] == "own"), None)
