"""A network as an arm: how a training ended, what it cost, and what was told of its rates."""

import dataclasses
import types

import numpy as np
import pytest

from dlwhy.models.layouts import Layout
from dlwhy.models.network import NetworkSpec
from dlwhy.models.stacked import StackedNetwork
from dlwhy.studies.arms.network import Network, outcome, scored
from dlwhy.studies.arms.training import TrainedArm
from dlwhy.studies.arms.tuning import Tuned
from dlwhy.studies.plan.study import Run, Seeds, Task
from dlwhy.studies.tasks import fresh
from dlwhy.training.options import TrainingOptions

DRAW = fresh.rings(1, k=2, n_train=50)
GOOD = np.where(DRAW.y_test == 1, 0.9, 0.1).astype(np.float32)
RECIPE = Network(network=NetworkSpec(layers=(4,)), options=TrainingOptions(batch_size=10, normalize="never"), steps=20)


def trained(losses, status="ok", y_prob=GOOD, options=RECIPE.options) -> TrainedArm:
    """An arm of one network with such a loss curve and predictions."""
    history = np.array(losses, float)[None, :, None]

    def predict(X):
        return y_prob[None] if X.shape[1] == len(DRAW.y_test) else DRAW.y_train[None].astype(np.float32)

    replicas = types.SimpleNamespace(
        shape=StackedNetwork(spec=RECIPE.network, n_inputs=2, n_outputs=1, layout=Layout("first")),
        predict=predict,
        epochs=np.array([len(losses)]),
        status=[status],
        history=history,
        options=options,
        factors=types.SimpleNamespace(rates=[0.01]),
        held_out_losses=lambda: np.array([min(losses)]),
        linear_losses=lambda: np.array([0.5]),
    )
    return TrainedArm(replicas=replicas, draws=[DRAW], seconds=2.0)


@pytest.mark.parametrize(
    ("arm", "status"),
    [
        (trained([0.5, 0.4, 0.39]), "ok"),
        (trained([0.9, 0.7, 0.4]), "unfinished"),
        (trained([0.9, 0.005, 0.001]), "ok"),  # there is nothing left to fall
        (trained([0.7, 0.7, 0.7], y_prob=np.full_like(GOOD, 0.4)), "stuck"),
        (trained([0.9, float("nan")], "diverged"), "diverged"),
    ],
)
def test_how_a_training_ended(arm, status) -> None:
    (run,) = scored(RECIPE, arm, [7])

    assert (run.seed, run.status) == (7, status)
    assert bool(run.reason) == (status != "ok")
    assert (run.metrics["accuracy"] is None) == (status == "diverged")


def test_what_it_cost_is_counted() -> None:
    (run,) = scored(RECIPE, trained([0.5, 0.4, 0.39]), [7])

    assert run.parameters == 2 * 4 + 4 + 4 + 1
    assert run.epochs == 20 * 10 / 50
    assert run.flops == 6 * run.parameters * 200
    assert (run.seconds, run.learning_rate, run.n_train) == (2.0, 0.01, 50)
    assert run.metrics["accuracy"] == run.metrics["train_accuracy"] == 1


def test_a_network_that_keeps_its_best_moment_has_moments_and_is_never_unfinished() -> None:
    options = dataclasses.replace(RECIPE.options, epochs=3, min_steps=20, keep_best=4)
    keeps = dataclasses.replace(RECIPE, options=options, steps=None)
    (run,) = scored(keeps, trained([0.9, 0.7, 0.4], options=options), [7])
    assert run.status == "ok"
    assert run.extra == {"held_out_loss": 0.4, "linear_loss": 0.5}
    # an eighth of 50 rows is held out: 44 in batches of 10 are 5 steps, four passes of them are 20
    assert (run.epochs, run.flops) == (4, 6 * run.parameters * 4 * 44)
    assert keeps.steps_on(50) == 20
    (lost,) = scored(keeps, trained([0.9, float("nan")], "diverged", options=options), [7])
    assert lost.reason == "the loss stopped being finite in moment 3 of 2"


def test_an_outcome_tells_the_rates_that_were_tried() -> None:
    runs = [Run(seed=1, metrics={})]
    found = outcome(runs, Tuned(rate=0.1, scores={0.1: 0.9, 0.01: 0.5, 1.0: 0.4}))

    assert dict(found.rates) == {"0.01": 0.5, "0.1": 0.9, "1": 0.4}
    assert (found.at_edge, found.hopeless) == (False, False)
    assert outcome(runs, Tuned(rate=0.1, scores={}, hopeless=True)).hopeless


def test_it_learns_and_repeats() -> None:
    task = Task(name="linear", role="positive", draw="linear", settings={"features": 2, "n_train": 60})
    recipe = Network(network=NetworkSpec(layers=(4,)), options=TrainingOptions(learning_rate=0.03), steps=200)
    first, second = (recipe.run(task, Seeds(report=(1,), tuning=()), None).runs for _ in range(2))

    assert first[0].metrics == second[0].metrics
    assert first[0].metrics["accuracy"] > 0.9
