"""The study of compute: what larger networks, trained longer, bring on fresh data, and where they bring nothing.

Sources: Kaplan et al. 2020 (compute-efficient frontiers), Sharma & Kaplan 2022 (exponents by dimension).
"""

import dataclasses
import functools
import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.models.network import NetworkSpec
from dlwhy.studies import analysis, frontier, networks, scoring, tasks, throughput
from dlwhy.studies.design import Arm, Planned, Seeds, Study, Task, assemble, training_seed
from dlwhy.studies.draws import Draw, generator
from dlwhy.studies.frontier import Grid
from dlwhy.studies.request import OwnData, Request
from dlwhy.studies.results import Outcome, Results, Run
from dlwhy.studies.verdicts import Finding
from dlwhy.training.options import TrainingOptions
from dlwhy.training.replicas import Length, Replicas, Varying, train_replicas

_CLAIM = "Deep learning grows with computing power: larger networks, trained longer, go on improving by a power law."
_CAVEATS = (
    "Compute pays as long as fresh, clean data come with it; on 200 noisy points, more of it is spent on their noise.",
    "A frontier describes the range that was measured: forecasts from it were tried, and were off by what is said.",
)
_WIDTHS = (2, 4, 8, 16, 32, 64)
_DURATIONS = (30, 100, 300, 1000, 3000, 10_000)
_QUICK_WIDTHS, _QUICK_DURATIONS = _WIDTHS[1:], _DURATIONS[:-1]
_QUICK_NEGATIVE_WIDTHS = _WIDTHS[1::2]
_BATCH = 64
_RATE, _RATE_WIDTH = 0.01, 16
_LOW = 1e8
_DECADES = 2.25  # from the low budget to the high one, where 10^8 is none
_SMALLEST = 0.05
_FEW = 200
_FEW_NOISE = _LINEAR_NOISE = 0.3
_KIND = "compute.run"
_METRIC = "log10_loss"
_UNIT = "decades of loss a decade of compute"
# seeds that are trained in one call, so that memory stays bounded
_MOST_SEEDS = 12
_LEAST_LOSS = 1e-12
_LOG_EVERY = 10
_HELD_OUT_NOISE = 300  # a stream of a seed


def design(request: Request) -> Study:
    """Give one arm a task and width: all durations of all seeds are trained by one program."""
    more = request.at_least("default")
    widths, durations_ = (_WIDTHS, _DURATIONS) if more else (_QUICK_WIDTHS, _QUICK_DURATIONS)
    fresh = max(durations_) * _BATCH
    plain = {"d": 4, "n_train": fresh}
    compared = [
        Task(name="teacher", role="positive", draw="smooth-teacher", settings=plain),
        Task(name="noise", role="negative", draw="smooth-teacher", settings={**plain, "target": "noise"}),
        Task(
            name="linear",
            role="negative",
            draw="smooth-teacher",
            settings={**plain, "target": "linear", "noise": _LINEAR_NOISE},
        ),
        Task(
            name=f"{_FEW} points",
            role="negative",
            draw="smooth-teacher",
            settings={"d": 4, "n_train": _FEW, "noise": _FEW_NOISE},
        ),
    ]
    if request.at_least("thorough"):
        compared.append(Task(name="teacher-8", role="real", draw="smooth-teacher", settings={"d": 8, "n_train": fresh}))
    fewer = widths if more else _QUICK_NEGATIVE_WIDTHS
    arms = [
        _arm(task, width, durations_) for task in compared for width in (fewer if task.role == "negative" else widths)
    ]
    mine = [Task(name=request.own.name, role="own", draw="own")] if request.own else []
    arms += [_arm(task, width, durations_, request.own) for task in mine for width in widths]
    if more or "throughput" in request.only:
        arms.append(throughput.arm(threads=more))
    base = next(arm for arm in arms if arm.key == "teacher: width 16")
    return assemble(
        request,
        claim=_CLAIM,
        arms=arms,
        contrasts=(),
        a_a=base,
        smallest_effect=_SMALLEST,
        caveats=_CAVEATS,
        planned=[Planned(id="P1", task=task) for task in (*compared, *mine) if task.role in ("positive", "own")],
    )


def run(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Train every duration of every seed, each a run of its own, and score it on the seed's held-out rows."""
    runs: list[Run] = []
    parts = _cut(seeds.report)
    for part in parts:
        draws = _draws(arm, part, own)
        started = time.perf_counter()
        trained = _trained(arm, draws, part, most=len(parts[0]))
        held_out = np.stack([draw.X_test for draw in draws])
        y_prob = np.stack([replicas.predict(held_out) for replicas in trained], axis=1)
        seconds, parameters = (time.perf_counter() - started) / len(part), scoring.parameters(trained[0])
        runs += [
            _scored(arm, draw, own, seed=seed, parameters=parameters, seconds=seconds)
            for draw, own, seed in zip(draws, y_prob, part, strict=True)
        ]
    return Outcome(runs=tuple(runs))


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Give P1, compute pays, and P2, the best width grows with the budget, for each task."""
    found: list[Finding] = []
    for task, grid in grids(study, results):
        low, high = ends(grid)
        if grid.n_seeds < 2 or low >= high:
            continue
        overlap = analysis.overlap_of(*(results[key] for key in _keys(study, results, task)))
        found.append(_paying(study, task, grid, overlap))
        if task.role != "negative":
            found.append(_widening(study, task, grid, overlap))
    return found


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Give all cells and the frontier of each task, its slope and the error of its forecast; and the throughput."""
    shown: dict[str, Any] = {"grids": {}, "frontiers": {}, "lines": []}
    for task, grid in grids(study, results):
        shown["grids"][task.name] = _cells(grid)
        low, high = ends(grid)
        if grid.n_seeds > 1 and low < high:
            shown["frontiers"][task.name] = _described(task, grid, shown["lines"])
    measured = throughput.measured(results)
    if measured:
        shown["throughput"] = measured
        shown["lines"] += throughput.sentences(measured)
    return shown


def grids(study: Study, results: Results) -> list[tuple[Task, Grid]]:
    """Put the runs of all widths of each task together; seeds that lost a cell are left out."""
    made = []
    for task in {arm.task.name: arm.task for arm in study.arms.values() if arm.kind == _KIND}.values():
        outcomes = [results[key] for key in _keys(study, results, task)]
        widths = [study.arms[key].settings["width"] for key in _keys(study, results, task)]
        seeds = [run.seed for run in outcomes[0].runs] if outcomes else []
        kept = [seed for seed in seeds if all(_is_whole(outcome, seed) for outcome in outcomes)]
        if kept:
            made.append((task, _grid(widths, outcomes, kept)))
    return made


def ends(grid: Grid) -> tuple[float, float]:
    """Give the low and the high budget that P1 compares: 10^8, or as many decades below the dearest cell."""
    high = float(grid.costs.max())
    low = _LOW if high > _LOW * 10 else high / 10**_DECADES
    return max(low, float(grid.costs.min())), high


def _arm(task: Task, width: int, lengths: Sequence[int], own: OwnData | None = None) -> Arm:
    rate = _RATE * math.sqrt(min(1.0, _RATE_WIDTH / width))
    return Arm(
        name=f"width {width}",
        task=task,
        kind=_KIND,
        network=NetworkSpec(layers=(width, width), initializer="he_normal"),
        options=TrainingOptions(
            engine="xla", batch_size=_BATCH, learning_rate=round(rate, 6), schedule="cosine", normalize="never"
        ),
        steps=max(lengths),
        metric=_METRIC,
        settings={"width": width, "durations": list(lengths), "loss": "mse" if _is_regression(own) else "error"},
    )


def _is_regression(own: OwnData | None) -> bool:
    return own is None or not own.classes


def _cut(seeds: Sequence[int]) -> list[tuple[int, ...]]:
    """Cut the seeds into parts of about one length, the longest first."""
    parts = np.array_split(np.arange(len(seeds)), -(-len(seeds) // _MOST_SEEDS))
    return [tuple(seeds[place] for place in part) for part in parts]


def _draws(arm: Arm, seeds: tuple[int, ...], own: Dataset | None) -> list[Draw]:
    if arm.task.draw == "own":
        return networks.draws_of(arm, seeds, own)
    return list(_drawn(tuple(sorted(arm.task.settings.items())), seeds))


@functools.lru_cache(maxsize=2)
def _drawn(settings: tuple[tuple[str, Any], ...], seeds: tuple[int, ...]) -> tuple[Draw, ...]:
    """Draw a task's parts once for all its widths, which come one after another: millions of points take seconds."""
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(lambda seed: _draw(seed, dict(settings)), seeds))


def _draw(seed: int, settings: dict[str, Any]) -> Draw:
    """Draw a task; a linear target is as noisy where it is held out, so that there is a floor to reach."""
    draw = tasks.draw("smooth-teacher", seed, **settings)
    if settings.get("target") != "linear":
        return draw
    blur = generator(seed, _HELD_OUT_NOISE).standard_normal(len(draw.y_test)) * settings["noise"]
    return dataclasses.replace(draw, y_test=(draw.y_test + blur).astype(np.float32))


def _trained(arm: Arm, draws: Sequence[Draw], seeds: Sequence[int], *, most: int) -> list[Replicas]:
    """Train a replica a seed for each duration; one program for all, and for each part of at most so many seeds."""
    networks.prepare()
    dataset, places = networks.joined(draws, room=max(arm.settings["durations"]) * _BATCH * most)
    return [
        train_replicas(
            dataset,
            arm.network,
            arm.options,
            varying=Varying(
                seeds=[training_seed(seed, arm.shift) for seed in seeds],
                rows=[_rows(own, steps * _BATCH) for own in places],
                stack_size=-(-most // 2),
            ),
            length=Length(steps=steps, log_every=min(steps, _LOG_EVERY)),
        )
        for steps in arm.durations
    ]


def _rows(own: npt.NDArray[np.int32], samples: int) -> npt.NDArray[np.int32]:
    """Give a run's rows: a beginning of the draw, or as many passes over all of it as are needed."""
    return own[np.arange(samples) % len(own)]


def _scored(arm: Arm, draw: Draw, y_prob: Any, *, seed: int, parameters: int, seconds: float) -> Run:
    """Score a seed's runs, predictions (n_durations, n, …)."""
    steps = arm.durations
    losses = [_loss(draw, own) for own in y_prob]
    decades = [None if loss is None else math.log10(loss) for loss in losses]
    costs = [6.0 * parameters * each * _BATCH for each in steps]
    lost = [each for each, loss in zip(steps, losses, strict=True) if loss is None]
    samples = sum(steps) * _BATCH
    return Run(
        seed=seed,
        metrics={
            _METRIC: decades[-1],
            **{f"{arm.settings['loss']}_{each}": loss for each, loss in zip(steps, losses, strict=True)},
        },
        status="diverged" if lost else "ok",
        reason=f"the loss stopped being finite in the run of {lost[0]} steps" if lost else "",
        n_train=len(draw.X_train),
        overlap=draw.overlap,
        parameters=parameters,
        epochs=samples / len(draw.X_train),
        flops=6.0 * parameters * samples,
        seconds=seconds,
        learning_rate=arm.options.learning_rate,
        extra={"cells": [list(cell) for cell in zip(steps, costs, decades, strict=True)]},
    )


def _loss(draw: Draw, y_prob: Any) -> float | None:
    """Give a mean squared error or a share of errors: of none at all half a row's, so that it has a logarithm."""
    metrics = scoring.metrics(draw, draw.y_test, y_prob)
    if draw.task == "regression":
        mse = metrics["mse"]
        return None if mse is None else max(mse, _LEAST_LOSS)
    accuracy = metrics["accuracy"]
    return None if accuracy is None else max(1 - accuracy, 0.5 / len(draw.y_test))


def _keys(study: Study, results: Results, task: Task) -> list[str]:
    """Give the arms of a task that have results, narrow first, without the A/A arm."""
    return [
        key
        for key, arm in study.arms.items()
        if arm.kind == _KIND and arm.task.name == task.name and not arm.shift and key in results
    ]


def _is_whole(outcome: Outcome, seed: int) -> bool:
    return any(run.seed == seed and run.status == "ok" and "cells" in run.extra for run in outcome.runs)


def _grid(widths: Sequence[int], outcomes: Sequence[Outcome], seeds: Sequence[int]) -> Grid:
    runs = [{run.seed: run.extra["cells"] for run in outcome.runs if "cells" in run.extra} for outcome in outcomes]
    # (n_seeds, n_cells, 3): steps, cost, decades of loss
    cells = np.array([[cell for own in runs for cell in own[seed]] for seed in seeds], np.float64)
    every_width = [width for width, own in zip(widths, runs, strict=True) for _ in own[seeds[0]]]
    return Grid(widths=np.array(every_width), steps=cells[0, :, 0], costs=cells[0, :, 1], losses=cells[:, :, 2])


def _paying(study: Study, task: Task, grid: Grid, overlap: float) -> Finding:
    low, high = ends(grid)
    return analysis.finding(
        study,
        frontier.gains(grid, low, high),
        id="P1",
        task=task.name,
        role=task.role,
        metric=_UNIT,
        contrast=f"compute {low:.1e} to {high:.1e}",
        primary=task.role in ("positive", "own"),
        smallest=study.smallest_effect,
        overlap=overlap,
        sentences=(
            f"On {task.name}, ten times the compute lowers the loss by {{effect}}.",
            f"On {task.name}, more compute brings nothing that matters.",
            f"On {task.name}, these runs can't tell whether more compute pays.",
        ),
        worse=f"On {task.name}, more compute makes the loss worse, by {{effect}} for ten times as much.",
    )


def _widening(study: Study, task: Task, grid: Grid, overlap: float) -> Finding:
    limits = frontier.budgets(*ends(grid))
    return analysis.finding(
        study,
        frontier.width_trends(grid, limits),
        id="P2",
        task=task.name,
        role=task.role,
        metric="rank correlation",
        contrast="best width by budget",
        primary=False,
        smallest=study.smallest_effect,
        overlap=overlap,
        sentences=(
            f"On {task.name}, the more compute there is, the wider the best network.",
            f"On {task.name}, the best width does not grow with the budget.",
            f"On {task.name}, it is open whether the best width grows with the budget.",
        ),
    )


def _cells(grid: Grid) -> list[list[float]]:
    """Width, steps, cost and mean decades of loss of each cell."""
    columns = (grid.widths, grid.steps, grid.costs, grid.losses.mean(axis=0))
    return [list(map(float, row)) for row in zip(*columns, strict=True)]


def _described(task: Task, grid: Grid, lines: list[str]) -> dict[str, Any]:
    limits = frontier.budgets(*ends(grid))
    losses = np.array([frontier.left_out(grid, limit).mean() for limit in limits])
    widths = grid.widths[frontier.best_cells(grid.losses.mean(axis=0), grid, limits)]
    law = frontier.forecast(limits, losses)
    trend = frontier.rank_correlation(limits, widths)
    longest = grid.steps == grid.steps.max()
    parameters = grid.costs[longest] / grid.steps[longest]
    exponent = -float(np.polyfit(np.log10(parameters), grid.losses.mean(axis=0)[longest], 1)[0])
    if law and law.slope > _SMALLEST and task.role != "negative":  # a flat one is no law
        lines.append(
            f"On {task.name}, the frontier falls by {law.slope:.2f} decades a decade of compute; from its lower two "
            f"thirds, the upper third was foreseen within {law.error:.0%}. Rank correlation of budget and best width: "
            f"{trend:.2f}. With parameters alone, trained longest, the loss falls as about N^-{exponent:.2f}."
        )
    return {
        "points": [list(map(float, row)) for row in zip(limits, losses, widths, strict=True)],
        "slope": law.slope if law else None,
        "forecast_error": law.error if law else None,
        "rank_correlation": trend,
        "by_parameters": exponent,
    }
