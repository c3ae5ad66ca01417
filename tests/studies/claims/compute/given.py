"""What several tests of the study of compute start from."""

import numpy as np

from dlwhy.studies.claims.compute import throughput
from dlwhy.studies.plan.study import Outcome, Run, Seeds

MEASURED = {
    "cores": 2,
    "batch": [[16, 1e5], [1024, 8e5]],
    "replicas": [[1, 2e5], [16, 5e5]],
    "threads": [[1, 8e5], [2, 9e5]],
    "devices": [["CPU:0", 8e5]],
    "peak": 1e11,
    "share": 0.5,
}


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


SEEDS = Seeds(report=(11, 12), tuning=(1,))
