"""Keras' optimizers from state to state: each replica is stepped as a lone network is."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlwhy.models.layouts import Layout
from dlwhy.training.optimizers import make_optimizer
from dlwhy.training.options import OPTIMIZERS, SCHEDULES, TrainingOptions
from dlwhy.training.stack.optimizer import StatelessOptimizer

SHAPES = ((3, 2), (2,))
RATES = np.array([0.05, 0.01, 0.1], np.float32)
STEPS = np.array([12, 20, 7], np.float32)
RECIPES = [*({"optimizer": name} for name in OPTIMIZERS), *({"schedule": name} for name in SCHEDULES[1:])]
# the layout decides only along which axis a replica's own counter and rate reach its weights
CASES = [
    *((recipe, "last") for recipe in RECIPES),
    ({"optimizer": "nadam"}, "first"),
    ({"schedule": "cosine"}, "first"),
]


def draw(rng):
    return [rng.normal(size=(3, *shape)).astype(np.float32) for shape in SHAPES]


def lone(options, start, replica):
    """A Keras optimizer with its weights, for one replica."""
    weights = [keras.Variable(values[replica]) for values in start]
    own = dataclasses.replace(options, learning_rate=float(RATES[replica]), epochs=int(STEPS[replica]))
    optimizer = make_optimizer(own, steps_an_epoch=1)
    optimizer.build(weights)
    return optimizer, weights


@pytest.mark.parametrize(
    ("recipe", "layout"), CASES, ids=lambda each: each if isinstance(each, str) else "-".join(each.values())
)
def test_replicas_step_as_lone_networks_do(recipe, layout):
    rng, options, axes = np.random.default_rng(0), TrainingOptions(**recipe), Layout(layout)
    stateless = StatelessOptimizer(
        options, [axes.shape(shape, 3) for shape in SHAPES], (3,) if layout == "last" else (3, 1, 1)
    )
    start = draw(rng)
    weights, state = [tf.constant(axes.stack(values)) for values in start], stateless.start()
    alone = [lone(options, start, replica) for replica in range(3)]
    for _ in range(14):
        gradients = draw(rng)
        stacked = [tf.constant(axes.stack(values)) for values in gradients]
        weights, state = stateless.apply(
            weights, state, stacked, [axes.over_units(values) for values in (RATES, STEPS)]
        )
        for replica, (optimizer, own) in enumerate(alone):
            optimizer.apply([tf.constant(values[replica]) for values in gradients], own)
    slots = [np.moveaxis(np.asarray(slot), -1 if axes.last else 0, 0) for slot in state]
    for replica, (optimizer, own) in enumerate(alone):
        for values, shape, variable in zip(weights, SHAPES, own, strict=True):
            np.testing.assert_allclose(axes.unstack(np.asarray(values), shape)[replica], variable, atol=1e-5)
        copy, _ = lone(options, start, replica)
        stateless.copy_to(copy, [slot[replica] for slot in slots])
        for mine, theirs in zip(copy.variables, optimizer.variables, strict=True):
            np.testing.assert_allclose(np.asarray(mine), np.asarray(theirs), rtol=1e-5, atol=1e-6)
