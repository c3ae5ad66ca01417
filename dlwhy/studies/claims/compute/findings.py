"""What the study of compute finds: whether compute pays, whether wider networks are then best, frontiers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.studies.claims.compute import frontier, throughput
from dlwhy.studies.claims.compute.frontier import Grid
from dlwhy.studies.findings import selecting
from dlwhy.studies.findings.judging import judge
from dlwhy.studies.findings.selecting import Cell, by_task, cells
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.plan.outcome import Outcome, Results
from dlwhy.studies.plan.prediction import Prediction, Says
from dlwhy.studies.plan.study import Study, Task, about

_LOW = 1e8
_DECADES = 2.25  # from the low budget to the high one, where 10^8 is none
_SMALLEST_SLOPE = 0.05  # a flatter frontier is no law
_UNIT = "decades of loss a decade of compute"


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Return P1, compute pays, and P2, the best width grows with the budget, for each task."""
    judged: list[Finding] = []
    for task, grid, overlap in grids(study, results):
        low, high = ends(grid)
        if grid.n_seeds < 2 or low >= high:
            continue
        judged.append(judge(study, _paying(task, low, high), frontier.gains(grid, low, high), overlap=overlap))
        if task.role != "negative":
            trends = frontier.width_trends(grid, frontier.budgets(low, high))
            judged.append(judge(study, _widening(task), trends, overlap=overlap))
    return judged


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return all cells and the frontier of each task, its slope and the error of its forecast; and the throughput."""
    shown: dict[str, Any] = {"grids": {}, "frontiers": {}, "lines": []}
    for task, grid, _ in grids(study, results):
        columns = (grid.widths, grid.steps, grid.costs, grid.losses.mean(axis=0))
        shown["grids"][task.name] = [list(map(float, row)) for row in zip(*columns, strict=True)]
        low, high = ends(grid)
        if grid.n_seeds > 1 and low < high:
            shown["frontiers"][task.name] = frontier_of(grid)
            shown["lines"] += _sentences(task, shown["frontiers"][task.name])
    if measured := throughput.measured(results):
        shown["throughput"] = measured
        shown["lines"] += throughput.sentences(measured)
    return shown


def grids(study: Study, results: Results) -> list[tuple[Task, Grid, float]]:
    """Put the runs of all widths of each task together, with their overlap; seeds that lost a cell are left out."""
    of_tasks = []
    for group in by_task(cells(study, results, "width")).values():
        seeds = [run.seed for run in group[0].outcome.runs]
        whole = [seed for seed in seeds if all(_is_whole(cell.outcome, seed) for cell in group)]
        if whole:
            overlap = selecting.overlap_of(*(cell.outcome for cell in group))
            of_tasks.append((group[0].arm.task, _grid(group, whole), overlap))
    return of_tasks


def ends(grid: Grid) -> tuple[float, float]:
    """Return the low and the high budget that P1 compares: 10^8, or as many decades below the dearest cell."""
    high = float(grid.costs.max())
    low = _LOW if high > _LOW * 10 else high / 10**_DECADES
    return max(low, float(grid.costs.min())), high


def frontier_of(grid: Grid) -> dict[str, Any]:
    """Describe the frontier: best losses and widths by budget, its law and how far its forecast was off."""
    limits = frontier.budgets(*ends(grid))
    losses = np.array([frontier.left_out(grid, limit).mean() for limit in limits])
    widths = grid.widths[frontier.best_cells(grid.losses.mean(axis=0), grid, limits)]
    law = frontier.forecast(limits, losses)
    longest = grid.steps == grid.steps.max()
    parameters = grid.costs[longest] / grid.steps[longest]
    return {
        "points": [list(map(float, row)) for row in zip(limits, losses, widths, strict=True)],
        "slope": law.slope if law else None,
        "forecast_error": law.error if law else None,
        "rank_correlation": frontier.rank_correlation(limits, widths),
        "by_parameters": -float(np.polyfit(np.log10(parameters), grid.losses.mean(axis=0)[longest], 1)[0]),
    }


def _sentences(task: Task, law: Mapping[str, Any]) -> list[str]:
    if law["slope"] is None or law["slope"] <= _SMALLEST_SLOPE or task.role == "negative":
        return []
    line = (
        f"On {task.name}, the frontier falls by {law['slope']:.2f} decades a decade of compute; from its lower two "
        f"thirds, the upper third was foreseen within {law['forecast_error']:.0%}. Rank correlation of budget and "
        f"best width: {law['rank_correlation']:.2f}. With parameters alone, trained longest, the loss falls as about "
        f"N^-{law['by_parameters']:.2f}."
    )
    return [line]


def _is_whole(outcome: Outcome, seed: int) -> bool:
    return any(run.seed == seed and run.status == "ok" and "cells" in run.extra for run in outcome.runs)


def _grid(group: Sequence[Cell], seeds: Sequence[int]) -> Grid:
    runs = [{run.seed: run.extra["cells"] for run in cell.outcome.runs if "cells" in run.extra} for cell in group]
    # (n_seeds, n_cells, 3): steps, cost, decades of loss
    table = np.array([[row for of_width in runs for row in of_width[seed]] for seed in seeds], np.float64)
    widths = [cell.at("width") for cell, of_width in zip(group, runs, strict=True) for _ in of_width[seeds[0]]]
    return Grid(widths=np.array(widths), steps=table[0, :, 0], costs=table[0, :, 1], losses=table[:, :, 2])


def _paying(task: Task, low: float, high: float) -> Prediction:
    says = Says(
        f"On {task.name}, ten times the compute lowers the loss by {{effect}}.",
        f"On {task.name}, more compute brings nothing that matters.",
        f"On {task.name}, these runs can't tell whether more compute pays.",
        worse=f"On {task.name}, more compute makes the loss worse, by {{effect}} for ten times as much.",
    )
    return about(task, "P1", _UNIT, f"compute {low:.1e} to {high:.1e}", says, primary=task.role in ("positive", "own"))


def _widening(task: Task) -> Prediction:
    says = Says(
        f"On {task.name}, the more compute there is, the wider the best network.",
        f"On {task.name}, the best width does not grow with the budget.",
        f"On {task.name}, it is open whether the best width grows with the budget.",
    )
    return about(task, "P2", "rank correlation", "best width by budget", says)
