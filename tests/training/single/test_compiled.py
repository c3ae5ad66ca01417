"""The compiled engines against plain Keras fit: the same numbers, whatever the network, the task and the recipe."""

import numpy as np
import pytest

from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions
from dlwhy.training.choosing import choose, epochs_a_call
from tests.training.conftest import fit_once, small

NETWORK = NetworkSpec(layers=(8,), activation="tanh")
SMOOTHED = {"optimizer": "adamw", "schedule": "warm-up", "beta_2": 0.95, "label_smoothing": 0.1}


def history(dataset, engine, network=NETWORK, **options):
    recipe = TrainingOptions(**{"epochs": 3, "batch_size": 32, "engine": engine} | options)
    return fit_once(dataset, network, recipe)


@pytest.mark.parametrize("engine", ["graph", "xla"])
def test_engines_agree_with_keras_on_every_task(dataset, engine):
    reference, ours = history(dataset, "keras"), history(dataset, engine)
    assert sorted(ours.history) == sorted(reference.history)
    for column, values in reference.history.items():
        np.testing.assert_allclose(ours.history[column], values, rtol=1e-4, atol=1e-4, err_msg=column)
    for mine, theirs in zip(ours.model.get_weights(), reference.model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


@pytest.mark.parametrize(
    "options",
    [
        {"optimizer": "momentum", "schedule": "cosine", "validation_split": 0.3},
        {"optimizer": "nesterov", "clip_norm": 0.1, "batch_size": 1000},
        SMOOTHED,
        pytest.param({"optimizer": "rmsprop", "schedule": "step"}, marks=pytest.mark.slow),
        pytest.param({"optimizer": "adagrad", "class_weight": "balanced"}, marks=pytest.mark.slow),
        pytest.param({"optimizer": "nadam", "batch_size": 7}, marks=pytest.mark.slow),
        pytest.param({"optimizer": "lion", "learning_rate": 0.001, "batch_size": 90}, marks=pytest.mark.slow),
    ],
    ids=lambda options: "-".join(f"{value}" for value in options.values()),
)
def test_graph_agrees_with_keras_on_every_recipe(binary, options):
    reference, ours = history(binary, "keras", **options), history(binary, "graph", **options)
    np.testing.assert_allclose(ours.history["loss"], reference.history["loss"], atol=1e-4)
    np.testing.assert_allclose(ours.history["val_loss"], reference.history["val_loss"], atol=1e-4)


@pytest.mark.parametrize(
    "network",
    [
        NetworkSpec(layers=(8,), batch_norm=True, l1=0.01, l2=0.02),
        NetworkSpec(layers=(8, 8), layer_norm=True, residual=True),
        NetworkSpec(layers=(150, 150), activation="gelu"),  # too wide for one flat variable
        NetworkSpec(layers=(8,), activation="mish", zero_output=True, linear_path=True, l2=0.1),
    ],
    ids=["batch-norm-penalties", "layer-norm-residual", "wide", "mish-linear-path"],
)
def test_graph_agrees_with_keras_on_every_network(binary, network):
    options = {"optimizer": "sgd", "learning_rate": 0.1, "validation_split": 0.3}
    reference, ours = history(binary, "keras", network, **options), history(binary, "graph", network, **options)
    for column, values in reference.history.items():
        np.testing.assert_allclose(ours.history[column], values, atol=1e-4, err_msg=column)


@pytest.mark.parametrize(
    ("task", "options"), [("binary", SMOOTHED), ("multiclass", {"label_smoothing": 0.2})], ids=["binary", "multiclass"]
)
def test_label_smoothing_is_keras_and_for_training_only(task, options):
    data = small(task)
    reference, ours = history(data, "keras", **options), history(data, "graph", **options)
    for column, values in reference.history.items():
        np.testing.assert_allclose(ours.history[column], values, atol=1e-4, err_msg=column)
    p = ours.predict(data.X_test)
    chosen = np.where(data.y_test == 1, p, 1 - p) if p.ndim == 1 else p[np.arange(len(p)), data.y_test]
    assert ours.history["val_loss"][-1] == pytest.approx(-np.log(chosen).mean(), rel=1e-4)


def test_bins_and_the_clip_in_front_are_the_same_for_both():
    data, network = small(n=1050, scale=30.0), NetworkSpec(layers=(8,), bins=5)
    options = {"normalize": "robust", "epochs": 2}
    reference, ours = history(data, "keras", network, **options), history(data, "graph", network, **options)
    for column, values in reference.history.items():
        np.testing.assert_allclose(ours.history[column], values, atol=1e-4, err_msg=column)
    assert ours.model.get_layer("encoded").output.shape[-1] == 3 + 3 * 5


def test_engine_auto_depends_on_the_work_alone():
    tiny, wide = ({"batch_size": 128, "multiply_adds": count} for count in (130, 150_000))
    assert choose("auto", steps=2200, **tiny) == "xla"
    assert choose("auto", steps=800, **tiny) == "graph"
    assert choose("auto", steps=800, **wide) == "xla"
    assert choose("auto", steps=10, **wide) == "graph"
    assert choose("keras", steps=2200, **wide) == "keras"


def test_calls_stay_short_and_within_memory():
    assert epochs_a_call(700, batch_size=32, multiply_adds=130) == 200
    assert epochs_a_call(10_000_000, batch_size=256, multiply_adds=130) == 1
    assert epochs_a_call(100_000, batch_size=128, multiply_adds=200_000) == 1


def test_large_validation_part_goes_through_in_pieces():
    data = small(n=60, n_test=9000)
    reference, ours = history(data, "keras", epochs=2), history(data, "graph", epochs=2)
    np.testing.assert_allclose(ours.history["val_loss"], reference.history["val_loss"], atol=1e-4)
    np.testing.assert_allclose(ours.history["val_accuracy"], reference.history["val_accuracy"], atol=1e-4)


def test_losses_of_confident_predictions_are_not_clipped():
    # a sigmoid that saturates would give log(0), or the clipped 16.1; the loss works on the logits
    data = small(scale=1000.0)
    options = {"normalize": "never", "optimizer": "sgd", "learning_rate": 1e-12, "epochs": 1}
    ours = history(data, "graph", NetworkSpec(layers=(8,)), **options)
    assert ours.history["loss"][0] > 20


def test_bfloat16_learns_too_and_saves_float32(binary):
    ours = history(binary, "graph", precision="bfloat16", epochs=30)
    assert ours.history["loss"][-1] < ours.history["loss"][0]
    assert {weight.dtype for weight in ours.model.get_weights()} == {np.dtype(np.float32)}
    assert ours.model.layers[-1].compute_dtype == "float32"
