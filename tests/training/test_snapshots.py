"""Snapshots of a training: they are the weights of then, and change nothing else."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import UsageError
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions, fit, snapshots
from dlwhy.training.progress import Hooks
from dlwhy.training.single.fit import resume
from tests.training.conftest import fit_once, small

NETWORK = NetworkSpec(layers=(8, 8))
STATEFUL = NetworkSpec(layers=(8,), dropout=0.3, batch_norm=True)
RECIPE = TrainingOptions(epochs=6, engine="graph")
WHOLE_BATCHES = TrainingOptions(batch_size=30, epochs=6, engine="graph")


def values(trained):
    return np.concatenate([np.ravel(each) for layer in trained.plain().weights for each in layer])


@pytest.mark.parametrize("network", [NETWORK, STATEFUL], ids=["plain", "stateful"])
def test_a_training_ends_with_the_same_bits_and_each_snapshot_is_a_shorter_training(network):
    data = small()
    plain = fit_once(data, network, WHOLE_BATCHES)
    kept = fit(data, network, WHOLE_BATCHES, snapshots=4)

    assert np.array_equal(values(kept), values(plain))
    assert kept.history == plain.history
    models = kept.at_snapshots()
    assert list(models) == [0, 1, 2, 6]
    shorter = fit(data, network, dataclasses.replace(WHOLE_BATCHES, epochs=2))
    assert np.array_equal(values(models[2]), values(shorter))
    assert np.array_equal(values(models[6]), values(kept))
    assert np.allclose(models[2].predict(data.X_test), shorter.predict(data.X_test), atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("how", [{"engine": "xla"}, {"engine": "keras"}, {"precision": "bfloat16"}, {"memory": 0}])
def test_every_engine_keeps_them(how):
    how = dict(how)
    where = {"memory": how.pop("memory")} if "memory" in how else {}
    recipe = dataclasses.replace(RECIPE, **how)
    plain, kept = fit(small(), NETWORK, recipe, **where), fit(small(), NETWORK, recipe, snapshots=3, **where)
    assert np.array_equal(values(kept), values(plain))
    assert np.array_equal(values(kept.at_snapshots()[6]), values(plain))
    assert not np.array_equal(values(kept.at_snapshots()[0]), values(plain))


def test_a_training_that_ends_early_has_the_snapshots_up_to_its_end():
    recipe = dataclasses.replace(RECIPE, epochs=200, patience=2, learning_rate=0.05)
    kept = fit(small(), NETWORK, recipe, snapshots=5)
    ended, best = len(kept.history["loss"]), kept.details.training["best_epoch"]
    assert best < ended < 200
    assert max(kept.at_snapshots()) == ended
    assert not np.array_equal(values(kept.at_snapshots()[ended]), values(kept))


def _read(trained):
    return archive.check(archive.to_bytes(trained), "m.keras")[0]


def test_a_training_that_goes_on_from_a_checkpoint_has_the_same_snapshots():
    data, saved = small(), []
    recipe = dataclasses.replace(RECIPE, checkpoint_every=3)
    hooks = Hooks(on_checkpoint=lambda trained: saved.append(_read(trained)))
    whole = fit(data, NETWORK, recipe, snapshots=4, hooks=hooks)
    assert saved[0].snapshots.epochs == (0, 1, 2)

    again = resume(saved[0], data, epochs=6)

    assert again.snapshots.epochs == whole.snapshots.epochs == (0, 1, 2, 6)
    assert np.array_equal(again.snapshots.weights, whole.snapshots.weights)


def test_a_longer_training_has_as_many_snapshots():
    longer = resume(_read(fit(small(), NETWORK, RECIPE, snapshots=4)), small(), epochs=50)
    assert longer.snapshots.epochs == (0, 1, 7, 50)


def test_snapshots_are_bounded_before_the_training(monkeypatch):
    monkeypatch.setattr("dlwhy.models.snapshots.MAX_BYTES", 1000)
    with pytest.raises(UsageError, match=r"--snapshots 5: of 113 weights at most 2 are kept"):
        fit(small(), NETWORK, RECIPE, snapshots=5)
    with pytest.raises(UsageError, match=r"--snapshots must be a whole number from 2 to 1000"):
        snapshots.check(1001)
