"""The studies there are: each claim's file by name, and what it must give."""

import importlib
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Protocol

from dlwhy.errors import UsageError, display
from dlwhy.studies.design import Study
from dlwhy.studies.request import Request
from dlwhy.studies.results import Results
from dlwhy.studies.verdicts import Finding

CLAIMS: MappingProxyType[str, str] = MappingProxyType(
    {
        "depth": "deep networks learn hierarchical features",
        "data": "deep learning grows with the amount of data",
        "compute": "deep learning grows with computing power",
        "algorithms": "better algorithms make deep networks trainable",
        "transfer": "pre-trained models carry over to new tasks",
        "versatility": "one recipe serves many problems, of any size",
    }
)
COMPARE = "compare"
# what a claim asks of the user's own data
QUESTIONS: MappingProxyType[str, str] = MappingProxyType(
    {
        "depth": "do more layers help?",
        "data": "do more rows help?",
        "compute": "does more computing help?",
        "algorithms": "which ingredients help?",
        "transfer": "does a pre-trained model help?",
        "versatility": "is a network worth it beside simple models?",
        COMPARE: "which recipe is better?",
    }
)


class Claim(Protocol):
    """What the file of a claim gives; `findings` and `descriptive` may be empty."""

    def design(self, request: Request) -> Study:
        """Give arms and predictions."""

    def findings(self, study: Study, results: Results) -> Sequence[Finding]:
        """Give the predictions that are no paired differences of two arms; all that has results, nothing else."""

    def descriptive(self, study: Study, results: Results) -> dict[str, Any]:
        """Give what the figure and the page show beside the predictions, JSON-like."""


def claim(name: str) -> Claim:
    """Give a claim by name.

    Raises
    ------
    UsageError
        If there is none.

    """
    if name not in (*CLAIMS, COMPARE):
        raise UsageError(f"no study {display(name)}", f"there is {', '.join(CLAIMS)}, all, {COMPARE}, show")
    module: Claim = importlib.import_module(f"dlwhy.studies.{name}")
    return module
