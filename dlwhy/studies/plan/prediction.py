"""Predictions: what is expected, how it is judged and how it is told, all before any result exists."""

import dataclasses
from typing import Literal

Role = Literal["positive", "negative", "real", "own"]


@dataclasses.dataclass(frozen=True)
class Says:
    """What a student is told of a prediction; ``{effect}`` stands for the effect with its interval."""

    yes: str = ""  # if the arm helps
    no: str = ""  # if it brings nothing that matters
    unclear: str = ""  # if that is open
    worse: str = ""  # if it hurts; by default `no`


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prediction:
    """One prediction on one task."""

    id: str  # which of the study's: ``P1``
    task: str
    role: Role  # what the task is for
    metric: str
    contrast: str  # what is compared: ``depth 3 - depth 1``
    arm: str = ""  # names of the two arms that are compared, where it is two
    base: str = ""
    primary: bool = True  # whether it decides the verdict and enters Holm's correction
    smallest: float | None = None  # smallest effect that matters; None for the study's
    says: Says = Says()
    told: bool = True  # whether its sentence is shown; one of many alike is told in sum
