"""What several tests of the study of transfer start from."""

import dataclasses

import numpy as np

from tests.studies import running

TARGETS = [("trunk", {"rho": 1.0}), ("digits-moved", {"canvas": 12}), ("digits-moved", {"canvas": 8})]


def by_labels(arm, gain=1.0):
    """Give a mean for each arm: scratch rises with the labels, carried features start high, where it should help."""
    k, by = arm.task.settings["k"], arm.name.split(",")[0]
    scratch = 0.5 + 0.06 * np.log2(k / 5) if k >= 5 else 0.45
    helps = arm.task.role == "positive" and by in ("fine-tuned", "frozen + logistic")
    return scratch + helps * gain * (0.24 if k < 10 else 0.18 - 0.02 * np.log2(k / 10))


def _short(arm):
    recipe, brief = arm.recipe, {}
    if getattr(recipe, "source", None):
        brief["source"] = dataclasses.replace(recipe.source, steps=5)
    if getattr(recipe, "steps", None):
        brief |= {"steps": 5, "rates": recipe.rates[3:5]}
    return running.changed(arm, **brief)
