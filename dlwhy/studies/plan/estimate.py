"""How long an arm will take, roughly, before anything runs."""

import itertools
import statistics
from typing import Any

from dlwhy.models.front import bins_of
from dlwhy.studies.plan.study import TUNING_SEEDS, Arm, NetworkRecipe, Study, rows_of

# measured on 2 cores: what making a program takes, a step of a small network in a stack, and an operation
_PROGRAM_SECONDS = 2.5
_STEP_SECONDS = 4e-6
_OPERATION_SECONDS = 1 / 25e9
_SIMPLE_SECONDS = 0.1
# what an arm has, where the design does not say
_ROWS, _STEPS = 1000, 1000


def of(arm: Arm, study: Study, shape: tuple[int, int]) -> dict[str, Any]:
    """Return an arm's runs, trainings, parameters and estimated seconds; its task has features and outputs, `shape`."""
    recipe, runs = arm.recipe, len(study.seeds_of(arm))
    if not isinstance(recipe, NetworkRecipe):
        return {"runs": runs, "trainings": runs, "parameters": None, "seconds": runs * _SIMPLE_SECONDS}
    trainings = runs * recipe.models + len(recipe.rates) * TUNING_SEEDS
    rows = rows_of(arm.task, study.request.own) or _ROWS
    # as if every feature were numeric
    widths = (shape[0] * (1 + bins_of(recipe.network.bins, rows)), *recipe.network.layers, shape[1])
    parameters = sum((a + 1) * b for a, b in itertools.pairwise(widths))
    step = _STEP_SECONDS * len(widths) + 6 * parameters * recipe.options.fitting(_ROWS).batch_size * _OPERATION_SECONDS
    steps = statistics.fmean(recipe.lengths) or recipe.steps_on(rows) or _STEPS
    seconds = _PROGRAM_SECONDS + trainings * steps * step / 2
    return {"runs": runs, "trainings": trainings, "parameters": parameters, "seconds": round(seconds, 2)}
