"""Gates on metrics that the user sets: a model that misses one ends the command with exit code 4."""

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence

from dlwhy.data.dataset import Task
from dlwhy.errors import GateError, UsageError
from dlwhy.evaluation.results import LOWER_IS_BETTER, METRICS, Evaluation
from dlwhy.text import display, number


@dataclasses.dataclass(frozen=True, kw_only=True)
class Gate:
    """A bound on a metric.

    Parameters
    ----------
    metric
        Name of the metric, as in the JSON output.
    bound
        The value that it must reach, or must not exceed.
    is_minimum
        Which of the two.

    Raises
    ------
    UsageError
        If there is no such metric, the bound is not a number, or a minimum is set on what is better when it is lower.

    """

    metric: str
    bound: float
    is_minimum: bool

    def __post_init__(self) -> None:
        known = sorted({name for names in METRICS.values() for name in names})
        if self.metric not in known:
            raise UsageError(f"{self}: no such metric", f"there is {', '.join(known)}")
        if not math.isfinite(self.bound):
            raise UsageError(f"{self}: the bound must be a finite number")
        if self.is_minimum and self.metric.removesuffix("_low").removesuffix("_high") in LOWER_IS_BETTER:
            raise UsageError(f"{self}: a lower {self.metric} is better", f"use --max {self.metric}={self.bound:g}")

    def __str__(self) -> str:
        return f"--{'min' if self.is_minimum else 'max'} {display(self.metric)}={self.bound:g}"

    @classmethod
    def parse(cls, text: str, *, is_minimum: bool) -> "Gate":
        """Read ``METRIC=VALUE``.

        Raises
        ------
        UsageError
            If it is anything else.

        """
        metric, _, bound = text.partition("=")
        try:
            return cls(metric=metric.strip(), bound=float(bound), is_minimum=is_minimum)
        except ValueError as error:
            option = "--min" if is_minimum else "--max"
            raise UsageError(f"{option} {display(text)}: not METRIC=VALUE, such as accuracy=0.9") from error

    def check_task(self, task: Task) -> None:
        """Refuse a metric that the task does not have.

        Raises
        ------
        UsageError
            With the metrics that it has.

        """
        if self.metric not in METRICS[task]:
            raise UsageError(f"{self}: not a metric of {task} tasks", f"there is {', '.join(METRICS[task])}")

    def failure(self, evaluation: Evaluation) -> str:
        """Say how the gate fails, or give an empty text if it holds. A metric that has no value fails."""
        value = evaluation.metrics[self.metric]
        if value is None:
            return f"{self.metric} has no value here"
        holds = value >= self.bound if self.is_minimum else value <= self.bound
        if holds:
            return ""
        # 0.95996 is not 0.9600 beside a bound of 0.96
        shown = number(value) if float(number(value)) != self.bound else repr(value)
        return f"{self.metric} {shown} is {'below' if self.is_minimum else 'above'} {self.bound:g}"


def read_gates(min_accuracy: float | None, minima: Sequence[str], maxima: Sequence[str]) -> list[Gate]:
    """Read the gates from the options."""
    gates = [] if min_accuracy is None else [Gate(metric="accuracy", bound=min_accuracy, is_minimum=True)]
    gates += [Gate.parse(text, is_minimum=True) for text in minima]
    return gates + [Gate.parse(text, is_minimum=False) for text in maxima]


def check_gates(gates: Iterable[Gate], evaluations: Mapping[str, Evaluation]) -> None:
    """Hold every model to every gate.

    Parameters
    ----------
    gates
        The gates.
    evaluations
        By the model's name, as it is to be shown.

    Raises
    ------
    GateError
        If one does not hold.

    """
    failures = [
        f"{name}: {failure}"
        for name, evaluation in evaluations.items()
        for gate in gates
        if (failure := gate.failure(evaluation))
    ]
    if failures:
        raise GateError("; ".join(failures))
