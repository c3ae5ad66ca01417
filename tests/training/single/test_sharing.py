"""A training takes the program that an earlier one has made, and gives the numbers that its own would have given."""

import dataclasses

import numpy as np
import pytest

from dlwhy.models import network as networks
from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions, fit
from dlwhy.training.choosing import TrainingData
from dlwhy.training.progress import Hooks
from dlwhy.training.single import session as setup
from dlwhy.training.single import sharing
from dlwhy.training.single.compiled import CompiledEngine
from tests.training.conftest import small

# dropout, batch normalization and patience have states of their own, and so has the optimizer
SPEC = NetworkSpec(layers=(8,), dropout=0.2, batch_norm=True, l2=0.01)
OPTIONS = TrainingOptions(epochs=6, patience=4, optimizer="nadam", batch_size=24, engine="graph")


@pytest.fixture(autouse=True)
def made(monkeypatch):
    """Begin with no engine, and count those that are made."""
    engines, prepare = [], CompiledEngine._prepare
    monkeypatch.setattr(sharing, "_kept", {})
    monkeypatch.setattr(CompiledEngine, "_prepare", lambda self, **how: engines.append(self) or prepare(self, **how))
    return engines


def bits(trained):
    variables = (*trained.model.variables, *trained.model.optimizer.variables)
    return [np.asarray(variable).tobytes() for variable in variables], trained.history


@pytest.mark.parametrize("engine", ["graph", "xla"])
def test_other_seeds_data_and_epochs_share_a_program_and_nothing_else(made, engine):
    options = dataclasses.replace(OPTIONS, engine=engine)
    trainings = [(small(), options), (small(seed=3), dataclasses.replace(options, seed=1, epochs=9))]
    shared = [bits(fit(data, SPEC, each)) for data, each in (*trainings, trainings[0])]
    assert len(made) == 1
    sharing._kept.clear()
    alone = bits(fit(trainings[1][0], SPEC, trainings[1][1]))
    assert shared == [shared[0], alone, shared[0]]


def test_other_numbers_of_rows_have_their_own_sums(made):
    fit(small(), SPEC, OPTIONS)
    shared = bits(fit(small(n=85), SPEC, OPTIONS))
    assert len(made) == 1
    sharing._kept.clear()
    assert bits(fit(small(n=85), SPEC, OPTIONS)) == shared


def built(network=SPEC, *, task="binary", frozen=0):
    """Give what makes a program beside the recipe: the data as an engine has them, and the network."""
    core = networks.build(network, n_features=3, task=task, n_classes=3, seed=1)
    for layer in core.layers[:frozen]:
        layer.trainable = False
    none = np.zeros((0, 3), np.float32)
    data = TrainingData(X=none, y=none[:, 0], X_val=none, y_val=none[:, 0], weights=None, task=task)
    return network, data, core


def kind(options=OPTIONS, how=(), **other):
    network, data, core = built(**other)
    return sharing.kind(network, options, data, core, **dict(how))


@pytest.mark.parametrize(
    "other",
    [
        {"options": dataclasses.replace(OPTIONS, learning_rate=0.5)},
        {"options": dataclasses.replace(OPTIONS, optimizer="adam")},
        {"options": dataclasses.replace(OPTIONS, clip_norm=0.1)},
        {"options": dataclasses.replace(OPTIONS, precision="bfloat16")},
        {"options": dataclasses.replace(OPTIONS, schedule="cosine")},
        {"how": {"compiled": True}},
        {"network": dataclasses.replace(SPEC, l2=0.02)},
        {"task": "regression"},
        {"task": "multiclass"},
        {"frozen": 1},
    ],
    ids=str,
)
def test_another_recipe_network_task_or_choice_of_layers_is_another_kind(other):
    assert kind(**other) != kind() == kind(dataclasses.replace(OPTIONS, seed=3, epochs=9, checkpoint_every=2))


def test_a_schedule_is_planned_for_its_steps():
    cosine = dataclasses.replace(OPTIONS, schedule="cosine")
    assert kind(cosine) != kind(dataclasses.replace(cosine, epochs=9))


def test_a_training_within_a_training_has_a_program_of_its_own(made):
    options = dataclasses.replace(OPTIONS, checkpoint_every=3)
    alone = bits(fit(small(), SPEC, options))
    within = []
    hooks = Hooks(on_checkpoint=lambda _: within.append(bits(fit(small(), SPEC, options))))
    assert bits(fit(small(), SPEC, options, hooks=hooks)) == alone
    assert within == [alone, alone]
    assert len(made) == 2


def test_what_is_kept_holds_no_data_and_is_bounded(monkeypatch):
    monkeypatch.setattr(sharing, "_MOST_KEPT", 1)
    fit(small(), SPEC, OPTIONS)
    fit(small("multiclass"), SPEC, OPTIONS)
    (kept,) = sharing._kept.values()
    assert kept.kind == next(iter(sharing._kept))
    assert not any(hasattr(kept, name) for name in ("_model", "_data", "_samples", "_held_out"))


def test_wide_networks_that_train_their_own_variables_are_not_kept():
    fit(small(), NetworkSpec(layers=(150, 150)), dataclasses.replace(OPTIONS, epochs=1))
    assert not sharing._kept


def test_an_engine_begins_again_with_all_that_a_new_one_has(made):
    new = begun()
    assert len(fit(small(seed=3), SPEC, dataclasses.replace(OPTIONS, seed=1, epochs=90)).history["loss"]) < 90
    again = begun()
    assert len(made) == 2
    for mine, other in zip(again, new, strict=True):
        np.testing.assert_array_equal(mine, other)


def begun():
    """Give the state of an engine before its first epoch."""
    where = {"start": None, "device": "auto", "threads": None, "memory": 1024}
    return setup.new(small(), SPEC, OPTIONS, **where).engine.state()
