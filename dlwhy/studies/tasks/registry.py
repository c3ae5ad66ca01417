"""The tasks of the studies, a row each: how it is drawn, and its features and outputs."""

import dataclasses
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

from dlwhy.data.dataset import Dataset
from dlwhy.data.toys.registry import REGISTRY
from dlwhy.studies.plan.study import Task
from dlwhy.studies.request import OwnData
from dlwhy.studies.tasks import fresh, tables, transfer
from dlwhy.studies.tasks.draws import Draw

Shape = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Registered:
    """A task by name."""

    draw: Callable[..., Draw]  # from a seed and the settings of a task
    shape: Callable[..., Shape]  # from the settings of a task: features and outputs of a network


def draw(name: str, seed: int, /, *, shuffled: bool = False, **settings: Any) -> Draw:
    """Draw a task's data.

    Parameters
    ----------
    name
        Which task.
    seed
        Decides everything random; with more training points a draw begins with the same ones.
    shuffled
        Whether the labels are permuted (`fresh.with_shuffled_labels`): a negative control.
    settings
        What the task takes.
    """
    drawn = TASKS[name].draw(seed, **settings)
    return fresh.with_shuffled_labels(drawn, seed) if shuffled else drawn


def draws_of(task: Task, seeds: Sequence[int], dataset: Dataset | None, **more: Any) -> list[Draw]:
    """Draw a task's data, one draw a seed; the data set is the user's own, for a task that draws from it."""
    settings = {**task.settings, **({"dataset": dataset} if task.draw == "own" else {}), **more}
    return [draw(task.draw, seed, **settings) for seed in seeds]


def shape_of(task: Task, own: OwnData | None) -> Shape:
    """Return the features and outputs of networks for a task, as far as its settings say; (10, 1) if they don't."""
    if task.draw == "own" and own:
        return own.features, _outputs(own.classes)
    if task.draw not in TASKS:
        return 10, 1
    return TASKS[task.draw].shape(**task.settings)


def _outputs(classes: int) -> int:
    return classes if classes > 2 else 1


def _bundled(*, name: str, **_: Any) -> Shape:
    return REGISTRY[name].features, _outputs(REGISTRY[name].classes)


TASKS: MappingProxyType[str, Registered] = MappingProxyType(
    {
        "rings": Registered(fresh.rings, lambda **_: (2, 1)),
        "tent": Registered(fresh.tent, lambda **_: (1, 1)),
        "linear": Registered(fresh.linear, lambda features, **_: (features, 1)),
        "moons": Registered(fresh.moons, lambda **_: (2, 1)),
        "products": Registered(fresh.products, lambda **_: (10, 1)),
        "teacher": Registered(fresh.teacher, lambda **_: (10, 1)),
        "smooth-teacher": Registered(fresh.smooth_teacher, lambda d=4, **_: (d, 1)),
        "hierarchy": Registered(fresh.hierarchy, lambda **_: (48, 6)),
        "digits": Registered(tables.digits, lambda **_: (64, 10)),
        "bundled": Registered(tables.bundled, _bundled),
        "own": Registered(tables.own, lambda **_: (10, 1)),
        "table": Registered(tables.table, lambda features, classes, **_: (features, _outputs(classes))),
        "trunk": Registered(transfer.trunk, lambda **_: (30, 1)),
        "digits-moved": Registered(transfer.digits_moved, lambda canvas, **_: (canvas**2, 5)),
    }
)
