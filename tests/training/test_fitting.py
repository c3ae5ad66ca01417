"""Ensembles, and networks that end with the weights of their best moment."""

import dataclasses
import itertools

import numpy as np
import pytest

from dlwhy.errors import UsageError
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions, fitting
from dlwhy.training.recipe import RECIPES
from dlwhy.training.single import fit as single
from dlwhy.training.stack.fit import Length, Varying, train_replicas
from tests.training.conftest import small

SPEC = NetworkSpec(layers=(8,))
RECIPE = TrainingOptions(epochs=12, learning_rate=0.1, keep_best=12, engine="graph", normalize="never")
TABLE = NetworkSpec(layers=(8, 8), zero_output=True, linear_path=True, bins=4)
HOW = dataclasses.replace(RECIPES["table"][1], epochs=2, min_steps=None, keep_best=8, engine="graph")


def noisy(n: int = 90):
    """Give data whose labels are noise: the best moment comes early."""
    data = small(n=n)
    flipped = np.random.default_rng(1).random(n) < 0.5
    return dataclasses.replace(data, y_train=np.where(flipped, 1 - data.y_train, data.y_train).astype(np.int32))


def test_where_moments_are_epochs_the_best_is_what_a_lone_training_has_after_as_many():
    data = noisy()
    kept = fitting.fit(data, SPEC, RECIPE)
    (best,) = kept.details.training["best_moments"]
    losses = kept.history["val_loss"]
    assert best == 1 + np.argmin(losses) < len(losses)
    plain = {"keep_best": None, "validation_split": RECIPE.held_out}
    alone = single.fit(data, SPEC, dataclasses.replace(RECIPE, epochs=best, **plain))
    np.testing.assert_allclose(kept.predict(data.X_test), alone.predict(data.X_test), atol=1e-4)
    whole = single.fit(data, SPEC, dataclasses.replace(RECIPE, **plain))
    np.testing.assert_allclose(losses, whole.history["val_loss"], atol=1e-4)


def test_moments_may_lie_within_an_epoch():
    data = noisy()
    options = dataclasses.replace(RECIPE, epochs=2, keep_best=10, batch_size=8)
    kept = fitting.fit(data, SPEC, options)
    steps = 2 * -(-(90 - 11) // 8)
    every = -(-steps // 10)
    assert len(kept.history["val_loss"]) == -(-steps // every)
    (best,) = kept.details.training["best_moments"]
    there = train_replicas(
        data,
        SPEC,
        dataclasses.replace(options, keep_best=None, validation_split=0.125),
        varying=Varying(seeds=[options.seed]),
        length=Length(steps=min(steps, best * every), log_every=every),
    )
    np.testing.assert_allclose(kept.predict(data.X_test), there.predict(data.X_test)[0], atol=1e-5)


def test_the_linear_path_alone_is_kept_where_training_only_hurts():
    data = noisy()
    options = dataclasses.replace(RECIPE, learning_rate=10.0, optimizer="sgd", epochs=1, keep_best=2)
    spec = dataclasses.replace(SPEC, linear_path=True, zero_output=True)
    kept = fitting.fit(data, spec, options)
    about = kept.details.training
    assert about["best_moments"] == [0]
    assert about["held_out_loss"] == about["linear_loss"] < min(kept.history["val_loss"])
    layer = kept.model.get_layer("linear")
    logits = data.X_test @ np.asarray(layer.kernel) + np.asarray(layer.bias)
    np.testing.assert_allclose(kept.logits(data.X_test), logits[:, 0], atol=1e-5)


@pytest.mark.parametrize(("task", "members"), [("binary", 3), ("multiclass", 3), ("regression", 3), ("multiclass", 1)])
def test_an_ensemble_predicts_the_mean_of_its_members_and_is_a_file(task, members, tmp_path):
    data = small(task, n=1100, scale=30.0)
    replicas = fitting.train_members(data, TABLE, HOW, members=members)
    together = replicas.predict(data.X_test).mean(axis=0)

    ensemble = replicas.ensemble()
    archive.write(ensemble, tmp_path / "m.keras")
    read = archive.read(tmp_path / "m.keras")

    np.testing.assert_allclose(read.predict(data.X_test), together, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.squeeze(read.model(data.X_test)), together, rtol=1e-4, atol=1e-5)
    assert not read.needs_tensorflow
    assert read.details.training.get("members", 1) == members
    assert [layer.name for layer in ensemble.model.layers if not layer.trainable][:2] == ["knots_low", "knots_high"]
    np.testing.assert_allclose(read.history["val_loss"], replicas.history[:, :, 2].mean(axis=0), rtol=1e-5)


def test_members_share_scales_and_differ_in_rows_and_start():
    data = small("regression", n=1100, scale=30.0)
    replicas = fitting.train_members(data, TABLE, HOW, members=3)
    assert all(standing is replicas.fronts[0] for standing in replicas.fronts)
    assert len(set(replicas.target_scales)) == 1
    assert replicas.seeds == (42, 43, 44)
    kernels = replicas.weights[0]
    for a, b in itertools.combinations(kernels, 2):
        assert np.abs(a - b).max() > 0.1
    assert len({path.strength for path in replicas.paths}) == 1
    assert not np.array_equal(replicas.paths[0].kernel, replicas.paths[1].kernel)


def test_the_recipe_for_tables_sees_what_a_linear_model_can_not():
    data = small(n=600)
    options = dataclasses.replace(RECIPES["table"][1], engine="graph")  # which has nothing to compile
    ensemble = fitting.fit(data, RECIPES["table"][0], options, members=2)
    accuracy = ((ensemble.predict(data.X_test) > 0.5) == data.y_test).mean()
    about = ensemble.details.training
    assert about["held_out_loss"] < about["linear_loss"] - 0.1
    assert accuracy > 0.8
    assert about["options"]["epochs"] >= 1500 // -(-525 // 32)


def test_a_path_and_bins_are_frozen_and_the_output_starts_at_nothing():
    data = small(n=1100)
    before = fitting.fit(data, TABLE, dataclasses.replace(HOW, learning_rate=1e-12))
    linear = before.model.get_layer("linear")
    plain = before.model.get_layer("stretch").output
    import keras

    inputs = keras.Model(before.model.inputs[0], plain)(data.X_test)
    logits = np.asarray(inputs) @ np.asarray(linear.kernel)[:3] + np.asarray(linear.bias)
    np.testing.assert_allclose(before.logits(data.X_test), logits[:, 0], atol=1e-4)
    assert not np.asarray(linear.kernel)[3:].any()  # bins are no part of it


def test_what_does_not_go_together_is_refused():
    with pytest.raises(UsageError, match=r"--patience and --keep-best exclude each other"):
        TrainingOptions(patience=3, keep_best=4)
    with pytest.raises(UsageError, match=r"--memory does not go with --members or --keep-best"):
        fitting.fit(small(), SPEC, RECIPE, memory=1)
    with pytest.raises(UsageError, match=r"--members must be a whole number from 1 to 64"):
        fitting.fit(small(), SPEC, RECIPE, members=65)
    with pytest.raises(UsageError, match=r"--seed 4294967295 leaves no seeds for 2 members"):
        fitting.fit(small(), SPEC, dataclasses.replace(RECIPE, seed=2**32 - 1), members=2)
    with pytest.raises(UsageError, match=r"--checkpoint-every 2 is not for replicas"):
        fitting.fit(small(), SPEC, dataclasses.replace(RECIPE, checkpoint_every=2))
