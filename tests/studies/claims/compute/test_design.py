"""Frontiers with a known exponent are found again, nothing flatters itself, and designs are complete plain data."""

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.data.toys.make import make
from dlwhy.figures.drawing import style
from dlwhy.studies import conduct
from dlwhy.studies import report as reporting
from dlwhy.studies.claims.compute import arms, findings, frontier, throughput
from dlwhy.studies.claims.compute import design as compute
from dlwhy.studies.claims.compute import figure as study_compute
from dlwhy.studies.claims.compute.frontier import Grid
from dlwhy.studies.plan.fingerprint import fingerprint
from dlwhy.studies.plan.outcome import Outcome, Run
from dlwhy.studies.plan.seeds import Seeds
from dlwhy.studies.request import Request
from tests.studies import running

MEASURED = {
    "cores": 2,
    "batch": [[16, 1e5], [1024, 8e5]],
    "replicas": [[1, 2e5], [16, 5e5]],
    "threads": [[1, 8e5], [2, 9e5]],
    "devices": [["CPU:0", 8e5]],
    "peak": 1e11,
    "share": 0.5,
}


def grid_of(law, *, n_seeds=8, noise=0.0, seed=0):
    """Cells that cost width times steps and lose what the law says, in decades."""
    cells = np.array([(width, steps) for width in (1, 10, 100, 1000) for steps in (1e3, 1e4, 1e5, 1e6)])
    costs = cells.prod(axis=1)
    losses = np.array([law(*cell) for cell in cells]) + noise * np.random.default_rng(seed).normal(size=(n_seeds, 16))
    return Grid(widths=cells[:, 0], steps=cells[:, 1], costs=costs, losses=losses)


def additive(width, steps):
    """Loss width^-1 + (steps / 1000)^-1: on the frontier both are equal, so it falls as cost^-1/2."""
    return math.log10(1 / width + 1000 / steps)


# --- frontiers


@given(st.floats(0.0, 2.0))
def test_known_exponent(exponent):
    grid = grid_of(lambda width, steps: -exponent * math.log10(width * steps))
    assert frontier.gains(grid, 1e4, 1e9) == pytest.approx(np.full(8, exponent))
    assert frontier.gains(grid, 1e4, 1e8) == pytest.approx(np.full(8, exponent))


def test_the_optimum_is_a_compromise_of_width_and_steps():
    grid = grid_of(additive, noise=1e-3)
    assert frontier.gains(grid, 1e3, 1e9) == pytest.approx(np.full(8, 0.5), abs=0.01)
    best = frontier.best_cells(grid.losses.mean(axis=0), grid, [1e3, 1e5, 1e7, 1e9])
    assert grid.widths[best].tolist() == [1, 10, 100, 1000]


def test_budget_ends_are_inside():
    grid = grid_of(additive)
    assert grid.costs[frontier.affordable(grid, 1e4)].max() == 1e4
    with pytest.raises(ValueError, match="no cell costs 10 or less"):
        frontier.affordable(grid, 10)


def test_a_seed_is_scored_in_the_cell_that_the_others_chose():
    # the first seed's own best cell is the second; the others' is the first
    losses = np.array([[0.0, -5.0], [-1.0, 0.0], [-1.0, 0.0], [-1.0, 0.0], [-1.0, 0.0], [-5.0, 0.0]])
    grid = Grid(widths=np.array([1, 2]), steps=np.array([1, 1]), costs=np.array([1.0, 1.0]), losses=losses)
    # without the last seed the mean of the others prefers the second cell
    assert frontier.left_out(grid, 1).tolist() == [0.0, -1.0, -1.0, -1.0, -1.0, 0.0]


def test_noise_does_not_flatter_itself():
    grids = [grid_of(lambda *_: 0.0, n_seeds=12, noise=0.1, seed=seed) for seed in range(200)]
    honest = np.mean([frontier.gains(grid, 1e3, 1e9).mean() for grid in grids])
    vain = np.mean([-grid.losses.min(axis=1).mean() / 6 for grid in grids])
    assert abs(honest) < 0.002
    assert vain > 0.02


def test_leaving_out_needs_two_seeds():
    with pytest.raises(ValueError, match="two"):
        frontier.left_out(grid_of(additive, n_seeds=1), 1e9)


def test_width_trends():
    limits = frontier.budgets(1e3, 1e9)
    grid = grid_of(additive)
    assert (frontier.width_trends(grid, limits) > 0.9).all()
    flat = grid_of(lambda width, steps: -math.log10(steps) + width)
    assert frontier.width_trends(flat, limits).tolist() == [0.0] * 8
    assert frontier.rank_correlation([1, 2, 3], [4, 5, 6]) == pytest.approx(1)
    assert frontier.rank_correlation([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)


@given(st.floats(0.1, 2), st.floats(-3, 3))
def test_forecast_of_a_power_law_is_exact(slope, height):
    limits = frontier.budgets(1e8, 1.8e10)
    found = frontier.forecast(limits, height - slope * np.log10(limits))
    assert (found.slope, found.fitted) == (pytest.approx(slope), 7)
    assert found.error == pytest.approx(0, abs=1e-6)


def test_forecast_error_by_hand():
    limits = frontier.budgets(1e8, 10**9.25)
    losses = np.array([0.0, 0, 0, 0, math.log10(2), 0])
    assert frontier.forecast(limits, losses).error == pytest.approx(0.5)
    assert frontier.forecast(limits[:5], losses[:5]) is None


def test_budgets():
    found = frontier.budgets(1e8, 1.8e10)
    assert (found[0], found[-1], len(found)) == (1e8, pytest.approx(1.8e10), 10)
    assert len(frontier.budgets(1, 1.01)) == 2


# --- designs


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_design_is_plain_data_and_complete(budget):
    study = compute.design(Request(claim="compute", budget=budget))
    assert study.smallest_effect == 0.05
    assert (study.a_a.arm.key, study.a_a.base) == ("teacher: width 16, A/A", "teacher: width 16")
    roles = {arm.task.name: arm.task.role for arm in study.arms.values() if "width" in arm.place}
    expected = {"teacher": "positive", "noise": "negative", "linear": "negative", "200 points": "negative"}
    assert roles == {**expected, **({"teacher-8": "real"} if budget == "thorough" else {})}
    for task in roles:
        widths = [arm.place["width"] for arm in study.arms.values() if arm.task.name == task]
        quick = [4, 8, 16, 32, 64] if task == "teacher" else [4, 16, 64]
        assert widths == (quick if budget == "quick" else [2, 4, 8, 16, 32, 64])
    assert ("this machine: throughput" in study.arms) == (budget != "quick")
    for arm in study.arms.values():
        json.dumps(arm.to_json())
    prints = [fingerprint(arm, study.all_seeds, own=None, versions={}) for arm in study.arms.values()]
    assert len(set(prints)) == len(prints)


def test_rates_and_rows():
    study = compute.design(Request(claim="compute"))
    rates = [study.arms[f"teacher: width {width}"].recipe.options.learning_rate for width in (2, 16, 32, 64)]
    assert rates == [0.01, 0.01, pytest.approx(0.01 / math.sqrt(2), rel=1e-3), 0.005]
    arm = study.arms["teacher: width 16"]
    assert arm.task.settings["n_train"] == 640_000
    assert arm.recipe.lengths == (30, 100, 300, 1000, 3000, 10_000)
    assert running.changed(arm, steps=500).recipe.lengths == (30, 100, 300, 500)
    assert running.changed(arm, steps=20_000).recipe.lengths[-2:] == (10_000, 20_000)
    assert arms.passes(np.arange(3, dtype=np.int32), 7).tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert arms.passes(np.arange(9, dtype=np.int32), 4).tolist() == [0, 1, 2, 3]


def test_own_data():
    own = conduct.own_data(make("moons", samples=200))
    study = compute.design(Request(claim="compute", budget="quick", own=own))
    mine = [arm for arm in study.arms.values() if arm.task.role == "own"]
    assert [arm.place["width"] for arm in mine] == [4, 8, 16, 32, 64]
    # one more pass over the rows is a duration like any other
    passes = compute.design(Request(claim="compute", budget="quick", own=own, epochs=100))
    arm = next(arm for arm in passes.arms.values() if arm.task.role == "own")
    assert arm.recipe.lengths == (30, 100, arm.recipe.steps)


# --- findings


def results_of(study, slope_of, *, noise=0.01, lost=()):
    """Runs whose loss falls with the cost by a slope a task."""
    results = {}
    for key, arm in study.every.items():
        if arm.name == throughput.NAME:
            results[key] = Outcome(runs=(Run(seed=1, metrics={}, extra={throughput.KEY: MEASURED}),))
            continue
        recipe, runs = arm.recipe, []
        width = recipe.network.layers[0]
        rng = np.random.default_rng([width, recipe.shift])
        for seed in study.seeds:
            steps = np.array(recipe.lengths, float)
            costs = 6.0 * 4 * width**2 * steps * 64
            # too wide for its steps, or too narrow, costs
            off = 0.2 * np.abs(np.log10(steps / 60 / width)) * (slope_of[arm.task.name] > 0)
            loss = -slope_of[arm.task.name] * np.log10(costs) + off + noise * rng.normal(size=len(steps))
            cells = [list(cell) for cell in zip(steps, costs, loss, strict=True)]
            status = "diverged" if (key, seed) in lost else "ok"
            metrics = {"log10_loss": loss[-1] if status == "ok" else None}
            runs.append(Run(seed=seed, metrics=metrics, status=status, extra={"cells": cells}, parameters=4 * width**2))
        results[key] = Outcome(runs=tuple(runs))
    return results


SLOPES = {"teacher": 0.7, "noise": 0.0, "linear": 0.0, "200 points": 0.02, "teacher-8": 0.4}


@pytest.mark.parametrize("budget", ["quick", "default", "thorough"])
def test_report(budget):
    study = compute.design(Request(claim="compute", budget=budget))
    report = reporting.report(study, results_of(study, SLOPES))
    assert (report["verdict"], report["controls_ok"]) == ("supported", True)
    found = {each["task"]: each for each in report["predictions"] if each["id"] == "P1"}
    assert found["teacher"]["effect"] == pytest.approx(0.7, abs=0.08)
    assert found["teacher"]["primary"]
    assert {name: found[name]["verdict"] for name in ("noise", "linear", "200 points")} == dict.fromkeys(
        ("noise", "linear", "200 points"), "not supported"
    )
    assert "ten times the compute lowers the loss by 0." in found["teacher"]["sentence"]
    assert "{" not in found["teacher"]["sentence"]
    widening = [each for each in report["predictions"] if each["id"] == "P2"]
    assert [each["task"] for each in widening] == ["teacher", *(["teacher-8"] if budget == "thorough" else [])]
    assert widening[0]["verdict"] == "supported"
    shown = report["descriptive"]
    assert shown["frontiers"]["teacher"]["slope"] == pytest.approx(0.7, abs=0.1)
    assert ("throughput" in shown) == (budget != "quick")
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_a_frontier_that_does_not_fall_is_a_verdict_too():
    study = compute.design(Request(claim="compute", budget="quick"))
    report = reporting.report(study, results_of(study, dict.fromkeys(SLOPES, 0.0)))
    assert report["verdict"] == "withheld"  # the positive control misbehaves
    report = reporting.report(study, results_of(study, dict.fromkeys(SLOPES, 0.7)))
    assert not report["controls_ok"]


def test_a_seed_that_lost_a_cell_is_left_out_of_its_task():
    study = compute.design(Request(claim="compute", budget="quick"))
    results = results_of(study, SLOPES, lost={("teacher: width 8", study.seeds[2])})
    found = {each.task: each.n_seeds for each in findings.findings(study, results) if each.id == "P1"}
    assert (found["teacher"], found["noise"]) == (11, 12)


def test_findings_of_what_is_there():
    study = compute.design(Request(claim="compute", budget="quick"))
    results = results_of(study, SLOPES)
    assert findings.findings(study, {}) == []
    assert findings.descriptive(study, {})["lines"] == []
    some = {key: outcome for key, outcome in results.items() if "noise" in key}
    assert [each.task for each in findings.findings(study, some)] == ["noise"]
    assert list(findings.descriptive(study, some)["grids"]) == ["noise"]


def test_figure():
    study = compute.design(Request(claim="compute", budget="thorough"))
    report = reporting.report(study, results_of(study, SLOPES))
    panels = study_compute.panels(report)
    figure, places = style.new_figure(len(panels))
    for panel, ax in zip(panels, places, strict=True):
        panel(ax)
    titles = [ax.get_title(loc="left") or ax.get_title() for ax in places]
    assert [title.split(":")[0] for title in titles] == ["teacher", "teacher-8", "Controls", "This machine"]
    first = places[0]
    assert (first.get_xscale(), first.get_yscale()) == ("log", "log")
    assert len(first.lines) == 7  # six widths and the frontier
    assert first.lines[-1].get_xdata()[0] == pytest.approx(1e8)
    assert figure.get_axes() == places


# --- real runs


def tiny(key, **changes):
    study = compute.design(Request(claim="compute", budget="quick"))
    arm = study.arms[key]
    task = dataclasses.replace(arm.task, settings={**arm.task.settings, "n_train": 100 * 64})
    brief = {"steps": 100, "durations": (10, 30, 100), "engine": "graph", **changes}
    return running.changed(dataclasses.replace(arm, task=task), **brief)


SEEDS = Seeds(report=(11, 12), tuning=(1,))


def test_a_real_run():
    arm = tiny("teacher: width 16")
    outcome = running.run(arm, SEEDS)
    run = outcome.runs[0]
    assert [each.seed for each in outcome.runs] == [11, 12]
    assert run.parameters == 4 * 16 + 16 + 16 * 16 + 16 + 17
    assert set(run.metrics) == {"log10_loss", "mse_10", "mse_30", "mse_100"}
    assert run.metrics["mse_10"] > run.metrics["mse_30"] > run.metrics["mse_100"]
    steps, cost, loss = run.extra["cells"][-1]
    assert (steps, cost) == (100, 6.0 * run.parameters * 6400)
    assert 10**loss == pytest.approx(run.metrics["mse_100"])
    assert run.metrics["log10_loss"] == loss < 0
    assert run.flops == 6.0 * run.parameters * 140 * 64
    again = running.run(arm, SEEDS)
    assert [each.metrics for each in again.runs] == [each.metrics for each in outcome.runs]
    other = running.run(running.changed(arm, shift=1), SEEDS)
    assert other.runs[0].metrics != run.metrics


def test_a_prefix_of_the_largest_draw():
    long, short = tiny("teacher: width 16"), tiny("teacher: width 16", steps=30)
    one, other = (running.run(arm, SEEDS).runs[0].metrics for arm in (long, short))
    assert one["mse_30"] == pytest.approx(other["mse_30"], rel=1e-5)


def test_own_classes_have_a_share_of_errors():
    own = make("moons", samples=200)
    study = compute.design(Request(claim="compute", budget="quick", own=conduct.own_data(own)))
    arm = next(arm for arm in study.arms.values() if arm.task.role == "own")
    run = running.run(running.changed(arm, steps=100, durations=(10, 100), engine="graph"), SEEDS, own).runs[0]
    assert 0 < run.metrics["error_100"] < 0.5
    assert run.overlap > 0


# --- the machine


def test_sentences():
    lines = throughput.sentences(MEASURED)
    assert "batches of 1024 train 8.0 times as many samples a second as of 16" in lines[0]
    assert "50%" in lines[0]
    assert "2 threads train 1.1 times" in lines[-1]
    assert "not in a quick study" in throughput.sentences({**MEASURED, "threads": "not in a quick study"})[-1]


def test_clock():
    clock = throughput._Clock(batch=64, replicas=2)
    clock._told = [(1.0, 10), (1.5, 20), (2.0, 30)]
    assert clock.speed == 20 * 16 * 64 * 2
    assert not clock.is_enough()
    clock._told += [(3.0, 40), (4.0, 50)]
    assert clock.is_enough()


def test_measured_is_kept_once():
    outcome = Outcome(runs=(Run(seed=1, metrics={}, extra={throughput.KEY: MEASURED}), Run(seed=2, metrics={})))
    assert throughput.measured({"a": outcome}) == MEASURED
    assert throughput.measured({}) is None


@pytest.mark.slow
def test_a_real_measurement():
    arm = throughput.arm(threads=False)
    runs = running.run(running.changed(arm, batches=(16, 64), replicas=(1,)), SEEDS).runs
    assert [run.seed for run in runs] == [11, 12]
    found = runs[0].extra[throughput.KEY]
    assert found["batch"][1][1] > found["batch"][0][1] > 0
    assert 0 < found["share"] < 2
    assert json.loads(json.dumps(found)) == found
