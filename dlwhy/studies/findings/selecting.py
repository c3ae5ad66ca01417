"""Selecting results by where their arms stand in the design, and values of runs from them."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np

from dlwhy.studies.findings import statistics
from dlwhy.studies.findings.statistics import Array
from dlwhy.studies.plan.study import Arm, Outcome, Results, Study
from dlwhy.studies.tasks.fresh import TEST


@dataclasses.dataclass(frozen=True)
class Cell:
    """An arm with its results."""

    arm: Arm
    outcome: Outcome

    def at(self, name: str) -> Any:
        """Say where the arm stands."""
        return self.arm.place[name]

    def values(self, metric: str | None = None) -> Array:
        """Return a metric of each run, by default the arm's value, (n_seeds,)."""
        values = [run.metrics.get(metric or self.arm.metric) for run in self.outcome.runs]
        return np.array(values, float)  # None is not a number

    def mean(self, metric: str | None = None) -> float | None:
        """Return the mean of a metric over the runs that have it; None if there is none."""
        finite = statistics.finite(self.values(metric))
        return float(finite.mean()) if len(finite) else None

    def extras(self, name: str) -> list[Any]:
        """Return what runs keep besides their metrics, of those that keep it."""
        return [run.extra[name] for run in self.outcome.runs if name in run.extra]

    @property
    def seconds(self) -> float:
        """Mean seconds of a run."""
        return float(np.mean([run.seconds for run in self.outcome.runs]))


def cells(study: Study, results: Results, *names: str, task: str | None = None, **where: Any) -> list[Cell]:
    """Select the arms that have results by their place, in the order of the design; the A/A arm has none.

    Parameters
    ----------
    study, results
        The design, and the results by key of the arm.
    names
        What their place must name, whatever its value.
    task
        Name of their task.
    where
        What their place must have: ``model="net"``.

    """
    return [
        Cell(arm, results[key])
        for key, arm in study.arms.items()
        if key in results
        and task in (None, arm.task.name)
        and all(name in arm.place for name in names)
        and all(arm.place.get(name) == value for name, value in where.items())
    ]


def by_task(selected: Iterable[Cell]) -> dict[str, list[Cell]]:
    """Sort cells by the name of their task, in their order."""
    tasks: dict[str, list[Cell]] = {}
    for cell in selected:
        tasks.setdefault(cell.arm.task.name, []).append(cell)
    return tasks


def by(name: str, selected: Iterable[Cell]) -> dict[Any, Cell]:
    """Index cells by one name of their place, ascending."""
    return {cell.at(name): cell for cell in sorted(selected, key=lambda cell: cell.at(name))}


def overlap_of(*outcomes: Outcome) -> float:
    """Return n_test / n_train where all seeds resample one data set, else 0: see `statistics.paired_effect`."""
    return max((run.overlap for outcome in outcomes for run in outcome.runs), default=0.0)


def rows_of(outcome: Outcome, metric: str) -> int | None:
    """Return the rows behind all seeds, where the metric is a share of rows; else None.

    Of one data set that all seeds resample they are its own; of rows that are drawn anew those of one seed count alone.
    """
    if metric != "accuracy":
        return None
    overlap = overlap_of(outcome)
    return round(max(run.n_train for run in outcome.runs) * (1 + overlap)) if overlap else TEST


def paired(arm: Outcome, base: Outcome, metric: str) -> Array:
    """Differences by seed, (n_pairs,), of the runs that both have a result."""
    theirs = {run.seed: run.metrics.get(metric) for run in base.runs}
    pairs = [(run.metrics.get(metric), theirs.get(run.seed)) for run in arm.runs]
    return np.array([a - b for a, b in pairs if a is not None and b is not None])
