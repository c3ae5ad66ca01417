"""What a budget of compute buys: the best cell within it, chosen on the other seeds; pure functions of arrays."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
_QUARTER_DECADE = 10**0.25
_LEAST_BUDGETS = 6


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

    @property
    def n_seeds(self) -> int:
        """Seeds."""
        return len(self.losses)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Forecast:
    """A power law, fitted to the cheaper part of a frontier.

    Parameters
    ----------
    slope
        Decades of loss that the whole frontier falls by a decade of compute.
    fitted
        Budgets that the forecast knew.
    error
        How far the loss was off at the others, at most, as a share of what was seen.

    """

    slope: float
    fitted: int
    error: float


def budgets(low: float, high: float) -> Array:
    """Return budgets about a quarter of a decade apart, both ends among them."""
    count = max(1, round(float(np.log(high / low) / np.log(_QUARTER_DECADE))))
    return np.asarray(np.geomspace(low, high, count + 1))


def left_out(grid: Grid, budget: float) -> Array:
    """Loss of each seed in the cell within the budget that is best for the other seeds, (n_seeds,).

    A minimum over noisy cells flatters itself if it is chosen and scored on the same seeds.

    Raises
    ------
    ValueError
        If no cell is within the budget, or there are fewer than two seeds.

    """
    if grid.n_seeds < 2:
        raise ValueError("leaving one seed out needs two")
    cells = affordable(grid, budget)
    known = grid.losses[:, cells]
    others = (known.sum(axis=0) - known) / (grid.n_seeds - 1)
    return np.asarray(known[np.arange(grid.n_seeds), others.argmin(axis=1)])


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


def forecast(limits: Array, losses: Array) -> Forecast | None:
    """Fit a power law to the lower two thirds of a frontier, (n_budgets,) decades, and try it on the upper third.

    None if there are too few budgets.
    """
    if len(limits) < _LEAST_BUDGETS:
        return None
    decades = np.log10(limits)
    fitted = round(len(limits) * 2 / 3)
    line = np.polyfit(decades[:fitted], losses[:fitted], 1)
    off = np.polyval(line, decades[fitted:]) - losses[fitted:]
    slope = -float(np.polyfit(decades, losses, 1)[0])
    return Forecast(slope=slope, fitted=fitted, error=float(np.abs(10**off - 1).max()))


def affordable(grid: Grid, budget: float) -> Array:
    """Return the cells within a budget, some index each.

    Raises
    ------
    ValueError
        If there is none.

    """
    cells = np.flatnonzero(grid.costs <= budget * (1 + 1e-9))
    if not len(cells):
        raise ValueError(f"no cell costs {budget:.3g} or less")
    return cells
