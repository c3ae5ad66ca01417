"""Intervals round means, as Matplotlib draws them."""

from collections.abc import Mapping, Sequence
from typing import Any


def lengths(summaries: Sequence[Mapping[str, Any]]) -> list[list[float]]:
    """Return how far the interval of each mean reaches down and up, (2, n); nowhere where there is none."""
    return [
        [0.0 if each[end] is None else abs(each["mean"] - each[end]) for each in summaries]
        for end in ("ci_low", "ci_high")
    ]
