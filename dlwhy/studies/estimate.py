"""How long an arm will take, roughly, before anything runs."""

import itertools
import statistics
from typing import Any

from dlwhy.studies.design import TUNING_SEEDS, Arm, Study

# measured on 2 cores: what making a program takes, a step of a small network in a stack, and an operation
_PROGRAM_SECONDS = 2.5
_STEP_SECONDS = 4e-6
_OPERATION_SECONDS = 1 / 25e9
_SIMPLE_SECONDS = 0.1
# what an arm has, where the design does not say
_ROWS = 1000


def of(arm: Arm, study: Study) -> dict[str, Any]:
    """Give an arm's runs, trainings, hidden parameters and estimated seconds."""
    runs = study.runs_of(arm)
    trainings = runs * arm.models + len(arm.rates) * TUNING_SEEDS
    if arm.network is None:
        return {"runs": runs, "trainings": runs, "parameters": None, "seconds": runs * _SIMPLE_SECONDS}
    features, outputs = _ends(arm, study)
    widths = (features, *arm.network.layers, outputs)
    parameters = sum((a + 1) * b for a, b in itertools.pairwise(widths))
    step = _STEP_SECONDS * len(widths) + 6 * parameters * arm.options.fitting(_ROWS).batch_size * _OPERATION_SECONDS
    steps = statistics.fmean(arm.durations) or 1000
    seconds = _PROGRAM_SECONDS + trainings * steps * step / 2
    return {"runs": runs, "trainings": trainings, "parameters": parameters, "seconds": round(seconds, 2)}


def _ends(arm: Arm, study: Study) -> tuple[int, int]:
    """Features and outputs of an arm's networks, as far as the design says."""
    if arm.task.draw == "own" and study.request.own:
        own = study.request.own
        return own.features, own.classes if own.classes > 2 else 1
    settings = arm.task.settings
    known = {"rings": 2, "moons": 2, "tent": 1, "digits": 64, "teacher": 10, "trunk": 30}
    features = settings.get("features", settings.get("d", known.get(arm.task.draw, 10)))
    return int(features), 10 if arm.task.draw == "digits" else 1
