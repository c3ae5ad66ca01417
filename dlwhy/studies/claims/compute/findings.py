"""What the study of compute finds: whether compute pays, whether wider networks are then best, frontiers."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.studies.claims.compute import throughput
from dlwhy.studies.findings import selecting
from dlwhy.studies.findings.judging import judge
from dlwhy.studies.findings.selecting import Cell, by_task, cells
from dlwhy.studies.findings.statistics import Array
from dlwhy.studies.findings.verdicts import Finding
from dlwhy.studies.plan.study import Outcome, Results, Says, Study, Task, about

_QUARTER_DECADE = 10**0.25
_LEAST_BUDGETS = 6
_LOW = 1e8
_DECADES = 2.25  # from the low budget to the high one, where 10^8 is none
_SMALLEST_SLOPE = 0.05  # a flatter frontier is no law
_UNIT = "decades of loss a decade of compute"
_PAYS = Says(
    yes="On {task}, ten times the compute lowers the loss by {effect}.",
    no="On {task}, more compute brings nothing that matters.",
    worse="On {task}, more compute makes the loss worse, by {effect} for ten times as much.",
    unclear="On {task}, these runs can't tell whether more compute pays.",
)
_WIDER = Says(
    yes="On {task}, the more compute there is, the wider the best network.",
    no="On {task}, the best width does not grow with the budget.",
    unclear="On {task}, it is open whether the best width grows with the budget.",
)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """Cells of widths and durations.

    Parameters
    ----------
    widths, steps, costs
        Of each cell, (n_cells,).
    losses
        Decades of loss, log10, of each seed in each cell, (n_seeds, n_cells).

    """

    widths: Array
    steps: Array
    costs: Array
    losses: Array


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Return P1, compute pays, and P2, the best width grows with the budget, for each task."""
    judged: list[Finding] = []
    for task, grid, overlap in grids(study, results):
        low, high = ends(grid)
        if len(grid.losses) < 2 or low >= high:
            continue
        primary, compared = task.role in ("positive", "own"), f"compute {low:.1e} to {high:.1e}"
        pays = about(task, _PAYS, id="P1", metric=_UNIT, contrast=compared, primary=primary)
        judged.append(judge(study, pays, gains(grid, low, high), overlap=overlap))
        if task.role != "negative":
            trends = width_trends(grid, budgets(low, high))
            wider = about(task, _WIDER, id="P2", metric="rank correlation", contrast="best width by budget")
            judged.append(judge(study, wider, trends, overlap=overlap, bounds=(-1.0, 1.0)))
    return judged


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return all cells and the frontier of each task, its slope and the error of its forecast; and the throughput."""
    shown: dict[str, Any] = {"grids": {}, "frontiers": {}, "lines": []}
    for task, grid, _ in grids(study, results):
        columns = (grid.widths, grid.steps, grid.costs, grid.losses.mean(axis=0))
        shown["grids"][task.name] = [list(map(float, row)) for row in zip(*columns, strict=True)]
        low, high = ends(grid)
        if len(grid.losses) > 1 and low < high:
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
    limits = budgets(*ends(grid))
    losses = np.array([left_out(grid, limit).mean() for limit in limits])
    widths = grid.widths[best_cells(grid.losses.mean(axis=0), grid, limits)]
    slope, error = forecast(limits, losses) or (None, None)
    longest = grid.steps == grid.steps.max()
    parameters = grid.costs[longest] / grid.steps[longest]
    return {
        "points": [list(map(float, row)) for row in zip(limits, losses, widths, strict=True)],
        "slope": slope,
        "forecast_error": error,
        "rank_correlation": rank_correlation(limits, widths),
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


def budgets(low: float, high: float) -> Array:
    """Return budgets about a quarter of a decade apart, both ends among them."""
    count = max(1, round(float(np.log(high / low) / np.log(_QUARTER_DECADE))))
    return np.asarray(np.geomspace(low, high, count + 1))


def left_out(grid: Grid, budget: float) -> Array:
    """Loss of each seed in the cell within the budget that is best for the other seeds, (n_seeds,).

    A minimum over noisy cells flatters itself if it is chosen and scored on the same seeds. There must be two seeds.
    """
    cells = affordable(grid, budget)
    known = grid.losses[:, cells]
    others = (known.sum(axis=0) - known) / (len(grid.losses) - 1)
    return np.asarray(known[np.arange(len(grid.losses)), others.argmin(axis=1)])


def gains(grid: Grid, low: float, high: float) -> Array:
    """Decades of loss that each decade of compute from `low` to `high` brings, by seed, (n_seeds,)."""
    return np.asarray((left_out(grid, low) - left_out(grid, high)) / np.log10(high / low))


def best_cells(losses: Array, grid: Grid, limits: Sequence[float] | Array) -> Array:
    """Return the best cell within each budget, (n_budgets,), by losses of all cells, (n_cells,)."""
    places = [affordable(grid, limit) for limit in limits]
    return np.array([cells[losses[cells].argmin()] for cells in places])


def width_trends(grid: Grid, limits: Array) -> Array:
    """Rank correlation of budget and best width, by seed, (n_seeds,); 0 where the width stays the same."""
    return np.array([rank_correlation(limits, grid.widths[best_cells(row, grid, limits)]) for row in grid.losses])


def rank_correlation(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Spearman's, with ties; 0 where one of them is constant, for then it shows no trend."""
    from scipy import stats

    if np.ptp(np.asarray(x)) == 0 or np.ptp(np.asarray(y)) == 0:
        return 0.0
    return float(stats.spearmanr(x, y).statistic)


def forecast(limits: Array, losses: Array) -> tuple[float, float] | None:
    """Fit a power law to the lower two thirds of a frontier, (n_budgets,) decades, and try it on the upper third.

    Returns
    -------
    slope, error
        Decades of loss that the whole frontier falls by a decade of compute; and how far the loss was off at the
        budgets that the forecast did not know, at most, as a share of what was seen. None if there are too few budgets.

    """
    if len(limits) < _LEAST_BUDGETS:
        return None
    decades = np.log10(limits)
    fitted = round(len(limits) * 2 / 3)
    line = np.polyfit(decades[:fitted], losses[:fitted], 1)
    off = np.polyval(line, decades[fitted:]) - losses[fitted:]
    slope = -float(np.polyfit(decades, losses, 1)[0])
    return slope, float(np.abs(10**off - 1).max())


def affordable(grid: Grid, budget: float) -> Array:
    """Return the cells within a budget, some index each."""
    return np.flatnonzero(grid.costs <= budget * (1 + 1e-9))
