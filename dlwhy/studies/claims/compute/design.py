"""The design of the study of compute: tasks, each with networks of several widths and durations."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dlwhy.models.network import NetworkSpec
from dlwhy.studies.claims.compute import throughput
from dlwhy.studies.claims.compute.arms import METRIC, Durations
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import Arm, Role, Study, Task
from dlwhy.studies.request import Budget, Request
from dlwhy.training.options import TrainingOptions

_CAVEATS = (
    "Compute pays as long as fresh, clean data come with it; on 200 noisy points, more of it is spent on their noise.",
    "A frontier describes the range that was measured: forecasts from it were tried, and were off by what is said.",
)
# by the budget from which they count
_WIDTHS: Mapping[int, Budget] = {2: "default", 4: "quick", 8: "quick", 16: "quick", 32: "quick", 64: "quick"}
_FEWER: Mapping[int, Budget] = {**_WIDTHS, 8: "default", 32: "default"}
_DURATIONS: Mapping[int, Budget] = {**dict.fromkeys((30, 100, 300, 1000, 3000), "quick"), 10_000: "default"}
_BATCH = 64
_RATE, _RATE_WIDTH = 0.01, 16
_SMALLEST = 0.05
_FEW = 200
_FEW_NOISE = _LINEAR_NOISE = 0.3


# tasks: since which budget, name, role, and what is not as for a teacher of 4 dimensions with fresh points
_ROWS: Sequence[tuple[Budget, str, Role, Mapping[str, Any]]] = (
    ("quick", "teacher", "positive", {}),
    ("quick", "noise", "negative", {"target": "noise"}),
    ("quick", "linear", "negative", {"target": "linear", "noise": _LINEAR_NOISE}),
    ("quick", f"{_FEW} points", "negative", {"n_train": _FEW, "noise": _FEW_NOISE}),
    ("thorough", "teacher-8", "real", {"d": 8}),
)


def design(request: Request) -> Study:
    """Return one arm a task and width: all durations of all seeds are trained by one program."""
    durations = tuple(steps for steps, since in _DURATIONS.items() if request.includes(since))
    usual = {"d": 4, "n_train": max(durations) * _BATCH}
    tasks = [
        Task(name=name, role=role, draw="smooth-teacher", settings={**usual, **settings})
        for since, name, role, settings in _ROWS
        if request.includes(since)
    ]
    if request.own:
        tasks.append(Task(name=request.own.name, role="own", draw="own"))
    arms = [
        _arm(task, width, durations)
        for task in tasks
        for width, since in (_WIDTHS if task.role == "positive" else _FEWER).items()
        if request.includes(since)
    ]
    if request.includes("default", throughput.NAME):
        arms.append(throughput.arm(threads=request.includes("default")))
    return assemble(
        request,
        arms=arms,
        contrasts=(),
        repeated=next(arm for arm in arms if arm.key == "teacher: width 16"),
        smallest_effect=_SMALLEST,
        caveats=_CAVEATS,
        planned=[task for task in tasks if task.role in ("positive", "own")],
    )


def _arm(task: Task, width: int, durations: tuple[int, ...]) -> Arm:
    rate = round(_RATE * math.sqrt(min(1.0, _RATE_WIDTH / width)), 6)
    return Arm(
        name=f"width {width}",
        task=task,
        recipe=Durations(
            network=NetworkSpec(layers=(width, width), initializer="he_normal"),
            options=TrainingOptions(
                engine="xla", batch_size=_BATCH, learning_rate=rate, schedule="cosine", normalize="never"
            ),
            steps=max(durations),
            durations=durations,
        ),
        metric=METRIC,
        place={"width": width},
    )
