"""Made facts: a table on which nothing is remarkable, and changes of it."""

import dataclasses
from typing import Any

from dlwhy.studies.answer.facts import Facts, Method
from dlwhy.studies.findings.wording import Interval

PLAIN = Facts(
    task="churn",
    metric="accuracy",
    rows=2000,
    n_train=1500,
    n_seeds=20,
    nets=Method(words="eight nets", score=0.861, seconds=3.4),
    simple=Method(words="random forest", score=0.858, seconds=0.2),
    linear=Method(words="logistic regression", score=0.842, seconds=0.01),
    guess=0.735,
    gain=Interval(0.003, -0.009, 0.015),
    outcome="open",
    over_guess=Interval(0.126, 0.11, 0.142),
    bend=Interval(0.016, 0.004, 0.028),
)


def made(**changes: Any) -> Facts:
    """Return the plain facts with changes."""
    return dataclasses.replace(PLAIN, **changes)
