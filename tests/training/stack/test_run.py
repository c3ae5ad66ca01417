"""A replica of a stack is the network that a lone training with its seed makes."""

import dataclasses

import numpy as np
import pytest

from dlwhy.models.network import NetworkSpec, predict
from dlwhy.training import TrainingOptions
from tests.training.conftest import fit_once, small, train_stack

SEEDS = (3, 2**32 - 1)
PLAIN = NetworkSpec(layers=(8,))
RECIPE = TrainingOptions(epochs=4, learning_rate=0.02, engine="graph")
ODD = 3  # a size no layout would choose, so that both are tried on few replicas


def logits(y_prob, task):
    y_prob = np.clip(y_prob.astype(np.float64), 1e-12, 1 - 1e-9)
    if task == "regression":
        return y_prob / 20  # in units of the targets' spread
    return np.log(y_prob) if task == "multiclass" else np.log(y_prob / (1 - y_prob))


def check(data, spec=PLAIN, options=RECIPE, *, tolerance=1e-3, places=(1,), **given):
    """Train a stack, and replicas at some places alone; compare predictions and histories."""
    replicas = train_stack(data, spec, options, seeds=SEEDS, **given)
    together = logits(replicas.predict(data.X_test), data.task)
    for place in places:
        # that the engines agree with each other is another test's
        alone = fit_once(data, spec, dataclasses.replace(options, engine="graph", seed=SEEDS[place]))
        np.testing.assert_allclose(
            together[place], logits(predict(alone.model, data.X_test), data.task), atol=tolerance
        )
        unstacked = replicas.unstack(place)
        assert list(unstacked.history) == list(alone.history)
        for column, values in alone.history.items():
            np.testing.assert_allclose(unstacked.history[column], values, rtol=2e-3, atol=2e-3, err_msg=column)
    return replicas


@pytest.mark.parametrize("layout", ["first", "last"])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_task_in_both_layouts(task, layout, monkeypatch):
    monkeypatch.setattr("dlwhy.training.stack.size._suits_last", lambda _: layout == "last")
    monkeypatch.setattr("dlwhy.training.stack.size._LAST_SIZES", (ODD,))
    # the first replica, too, of one task: all tasks treat seeds alike
    replicas = check(small(task), stack_size=ODD, places=(0, 1) if task == "binary" else (1,))
    assert replicas.stack.network.layout.name == layout


@pytest.mark.parametrize("layout", ["first", "last"])
def test_compiled_by_xla(layout, monkeypatch):
    monkeypatch.setattr("dlwhy.training.stack.size._suits_last", lambda _: layout == "last")
    monkeypatch.setattr("dlwhy.training.stack.size._LAST_SIZES", (ODD,))
    check(small(), options=dataclasses.replace(RECIPE, engine="xla", clip_norm=0.5), stack_size=ODD)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_rows_held_out_of_each_replica_with_the_axis_last(task, monkeypatch):
    monkeypatch.setattr("dlwhy.training.stack.size._suits_last", lambda _: True)
    monkeypatch.setattr("dlwhy.training.stack.size._LAST_SIZES", (ODD,))
    options = dataclasses.replace(RECIPE, validation_split=0.4, normalize="always")
    places = (0, 1) if task == "binary" else (1,)
    replicas = check(small(task, scale=30.0), options=options, stack_size=ODD, places=places)
    assert replicas.stack.network.layout.last


@pytest.mark.parametrize(("optimizer", "schedule"), [("momentum", "cosine"), ("adamw", "warm-up"), ("nadam", "step")])
def test_optimizers_keep_more_or_less_and_schedules_plan_with_the_steps_of_a_replica(optimizer, schedule):
    check(small(), options=dataclasses.replace(RECIPE, optimizer=optimizer, schedule=schedule))


@pytest.mark.parametrize(
    ("layout", "spec"),
    [
        ("last", NetworkSpec(layers=())),
        ("first", NetworkSpec(layers=(8,), batch_norm=True)),
        (
            "last",
            NetworkSpec(layers=(8,), layer_norm=True, activation="gelu", l1=0.01, l2=0.02, initializer="orthogonal"),
        ),
        ("first", NetworkSpec(layers=(3, 3, 6, 6), residual=True, activation="tanh")),
        ("last", NetworkSpec(layers=(6, 6), residual=True, batch_norm=True, initializer="he_normal")),
        ("first", NetworkSpec(layers=(40, 40), activation="swish")),
    ],
    ids=["linear", "batch-norm", "layer-norm-penalties", "residual", "residual-batch-norm", "wide"],
)
def test_every_network(spec, layout, monkeypatch):
    monkeypatch.setattr("dlwhy.training.stack.size._suits_last", lambda _: layout == "last")
    monkeypatch.setattr("dlwhy.training.stack.size._LAST_SIZES", (ODD,))
    # adagrad: with Adam's first steps, where a gradient is all rounding, its sign decides a whole step
    options = dataclasses.replace(RECIPE, optimizer="adagrad", learning_rate=0.1)
    if spec.batch_norm:  # a rest of an epoch would be a program of its own
        options = dataclasses.replace(options, batch_size=30)
    check(small(), spec, options, stack_size=ODD)


@pytest.mark.parametrize(
    "options",
    [
        {"class_weight": "balanced", "validation_split": 0.3, "clip_norm": 0.1, "batch_size": 30},
        {"batch_size": 200, "normalize": "always"},
    ],
    ids="-".join,
)
def test_every_recipe(options):
    check(small("multiclass"), options=dataclasses.replace(RECIPE, **options))


def test_unscaled_features_and_held_out_rows_give_each_replica_its_own_scale():
    replicas = check(
        small("regression", scale=100.0), options=dataclasses.replace(RECIPE, validation_split=0.2, normalize="always")
    )
    assert len({front.scale[0][0] for front in replicas.fronts}) == len(SEEDS)
    assert len(set(replicas.target_scales)) == len(SEEDS)


def test_early_stopping_stops_each_replica_at_its_own_epoch_with_its_best_weights():
    data = small(n=60)
    options = TrainingOptions(epochs=60, patience=3, learning_rate=0.05, engine="graph")
    replicas = check(data, NetworkSpec(layers=(16,)), options, tolerance=5e-3, places=(0, 1))
    assert len(set(replicas.epochs.tolist())) > 1
    assert set(replicas.status) == {"stopped"}
    for place, epochs in enumerate(replicas.epochs):
        assert np.isfinite(replicas.history[place, :epochs]).all()
        assert np.isnan(replicas.history[place, epochs:]).all()
