"""Frontiers: the best error for a budget, its exponent, and the forecast."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.studies.claims.compute import findings
from dlwhy.studies.claims.compute.findings import Grid


def grid_of(law, *, n_seeds=8, noise=0.0, seed=0):
    """Cells that cost width times steps and lose what the law says, in decades."""
    cells = np.array([(width, steps) for width in (1, 10, 100, 1000) for steps in (1e3, 1e4, 1e5, 1e6)])
    costs = cells.prod(axis=1)
    losses = np.array([law(*cell) for cell in cells]) + noise * np.random.default_rng(seed).normal(size=(n_seeds, 16))
    return Grid(widths=cells[:, 0], steps=cells[:, 1], costs=costs, losses=losses)


def additive(width, steps):
    """Loss width^-1 + (steps / 1000)^-1: on the frontier both are equal, so it falls as cost^-1/2."""
    return math.log10(1 / width + 1000 / steps)


@given(st.floats(0.0, 2.0))
def test_known_exponent(exponent):
    grid = grid_of(lambda width, steps: -exponent * math.log10(width * steps))
    assert findings.gains(grid, 1e4, 1e9) == pytest.approx(np.full(8, exponent))
    assert findings.gains(grid, 1e4, 1e8) == pytest.approx(np.full(8, exponent))


def test_the_optimum_is_a_compromise_of_width_and_steps():
    grid = grid_of(additive, noise=1e-3)
    assert findings.gains(grid, 1e3, 1e9) == pytest.approx(np.full(8, 0.5), abs=0.01)
    best = findings.best_cells(grid.losses.mean(axis=0), grid, [1e3, 1e5, 1e7, 1e9])
    assert grid.widths[best].tolist() == [1, 10, 100, 1000]


def test_budget_ends_are_inside():
    grid = grid_of(additive)
    assert grid.costs[findings.affordable(grid, 1e4)].max() == 1e4
    assert not len(findings.affordable(grid, 10))


def test_a_seed_is_scored_in_the_cell_that_the_others_chose():
    # the first seed's own best cell is the second; the others' is the first
    losses = np.array([[0.0, -5.0], [-1.0, 0.0], [-1.0, 0.0], [-1.0, 0.0], [-1.0, 0.0], [-5.0, 0.0]])
    grid = Grid(widths=np.array([1, 2]), steps=np.array([1, 1]), costs=np.array([1.0, 1.0]), losses=losses)
    # without the last seed the mean of the others prefers the second cell
    assert findings.left_out(grid, 1).tolist() == [0.0, -1.0, -1.0, -1.0, -1.0, 0.0]


def test_noise_does_not_flatter_itself():
    grids = [grid_of(lambda *_: 0.0, n_seeds=12, noise=0.1, seed=seed) for seed in range(200)]
    honest = np.mean([findings.gains(grid, 1e3, 1e9).mean() for grid in grids])
    vain = np.mean([-grid.losses.min(axis=1).mean() / 6 for grid in grids])
    assert abs(honest) < 0.002
    assert vain > 0.02


def test_width_trends():
    limits = findings.budgets(1e3, 1e9)
    grid = grid_of(additive)
    assert (findings.width_trends(grid, limits) > 0.9).all()
    flat = grid_of(lambda width, steps: -math.log10(steps) + width)
    assert findings.width_trends(flat, limits).tolist() == [0.0] * 8
    assert findings.rank_correlation([1, 2, 3], [4, 5, 6]) == pytest.approx(1)
    assert findings.rank_correlation([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)


@given(st.floats(0.1, 2), st.floats(-3, 3))
def test_forecast_of_a_power_law_is_exact(slope, height):
    limits = findings.budgets(1e8, 1.8e10)
    found, error = findings.forecast(limits, height - slope * np.log10(limits))
    assert found == pytest.approx(slope)
    assert error == pytest.approx(0, abs=1e-6)


def test_forecast_error_by_hand():
    limits = findings.budgets(1e8, 10**9.25)
    losses = np.array([0.0, 0, 0, 0, math.log10(2), 0])
    assert findings.forecast(limits, losses)[1] == pytest.approx(0.5)
    assert findings.forecast(limits[:5], losses[:5]) is None


def test_budgets():
    found = findings.budgets(1e8, 1.8e10)
    assert (found[0], found[-1], len(found)) == (1e8, pytest.approx(1.8e10), 10)
    assert len(findings.budgets(1, 1.01)) == 2
