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
    # gives what draws the panels that a report has data for
    panels: Callable[[Report], Sequence[Panel]] = lambda *_: ()
    forest: bool = True  # whether one forest of all effects is drawn; else the panels have several
