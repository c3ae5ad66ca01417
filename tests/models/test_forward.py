"""The forward pass in NumPy: for every option and every head it gives what Keras gives."""

import dataclasses
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from dlwhy.models import forward, network
from dlwhy.models.activations import LOGITS_OF_MEAN
from dlwhy.models.details import Details
from dlwhy.models.front import Front
from dlwhy.models.keras_file import archive, rebuilding, settings
from dlwhy.models.network import NetworkSpec
from dlwhy.models.spec import ACTIVATIONS
from dlwhy.models.trained import Trained
from tests.models import ensembles

SCALE = ([0.5, -0.25, 3.0], [4.0, 0.1, 0.0])
HEADS = {"binary": {}, "multiclass": {}, "regression": {"target_scale": (3.0, 2.0)}}
OPTIONS = {
    "demonstration": {},
    "linear": {"layers": ()},
    "one unit": {"layers": (1,)},
    "wide": {"layers": (300, 7)},
    "batch norm": {"batch_norm": True, "dropout": 0.2},
    "layer norm": {"layer_norm": True, "activation": "tanh"},
    "residual": {"layers": (6, 6, 6), "residual": True, "dropout": 0.1, "l2": 1e-3},
    "residual and batch norm": {"layers": (3, 6, 6), "residual": True, "batch_norm": True},
    "residual and layer norm": {"layers": (6, 6, 6), "residual": True, "layer_norm": True, "activation": "gelu"},
    "deep": {"layers": (16,) * 12, "initializer": "he_normal"},
    "deep residual": {"layers": (16,) * 8, "residual": True, "layer_norm": True},
    **{activation: {"activation": activation} for activation in ACTIVATIONS},
}


def shaken(model, seed: int = 5):
    """Give every weight a value of its own, as long training would; variances stay positive."""
    rng = np.random.default_rng(seed)
    # a Normalization works with what it made of its weights when it was adapted
    weights = [weight for layer in model.layers if type(layer).__name__ != "Normalization" for weight in layer.weights]
    for variable in weights:
        value = np.asarray(variable)
        noise = rng.normal(size=value.shape).astype(np.float32)
        positive = "variance" in variable.path or "gamma" in variable.path
        variable.assign(np.exp(0.5 * noise) if positive else value + 0.3 * noise)
    return model


def trained_of(model, task: str) -> Trained:
    names = {"binary": ("a", "b"), "multiclass": ("a", "b", "c"), "regression": ()}[task]
    return Trained(network=model, history={}, details=Details(task=task, columns=(), class_names=names))


def logits_by_keras(model, X: np.ndarray) -> np.ndarray:
    """Ask Keras for the outputs before the last activation: its own last layer is told to leave it out."""
    import keras

    layer = next(each for each in reversed(model.layers) if type(each).__name__ != "Rescaling")
    activation, layer.activation = layer.activation, keras.activations.linear
    try:
        return network.predict(model, X)
    finally:
        layer.activation = activation


def assert_like_keras(model, trained: Trained, X: np.ndarray) -> None:
    logits, expected = trained.logits(X), logits_by_keras(model, X)
    assert logits.dtype == np.float32
    assert logits.shape == expected.shape
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    if trained.details.task != "regression":
        np.testing.assert_allclose(trained.predict(X), network.predict(model, X), rtol=0, atol=1e-6)
    else:
        np.testing.assert_array_equal(trained.predict(X), logits)


def rows(n: int = 200, n_features: int = 3) -> np.ndarray:
    return (np.random.default_rng(8).normal(size=(n, n_features)) * 3).astype(np.float32)


@pytest.mark.parametrize("task", HEADS)
@pytest.mark.parametrize("name", OPTIONS)
def test_every_network_gives_what_keras_gives(name: str, task: str) -> None:
    spec = NetworkSpec(**OPTIONS[name])
    model = shaken(
        network.build(spec, n_features=3, task=task, n_classes=3, seed=1, front=Front(scale=SCALE), **HEADS[task])
    )

    assert forward.knows(rebuilding.taken_apart(model).plan)
    assert_like_keras(model, trained_of(model, task), rows())


@pytest.mark.parametrize("task", HEADS)
def test_a_model_from_elsewhere_gives_what_keras_gives(task: str, foreign, tmp_path: Path) -> None:
    model = shaken(foreign(task))
    model.save(tmp_path / "m.keras")

    read, again = (archive.read(tmp_path / "m.keras") for _ in range(2))

    assert_like_keras(again.model, read, rows(n_features=4))
    assert not read.needs_tensorflow


def test_every_layer_that_a_file_may_name_is_known() -> None:
    assert set(forward._LAYERS) == set(settings.SETTINGS)


def test_layers_in_bfloat16_are_left_to_keras(saved) -> None:
    model = network.build(NetworkSpec(), n_features=3, task="binary", seed=1, precision="bfloat16")
    trained = trained_of(model, "binary")

    assert trained.needs_tensorflow
    np.testing.assert_allclose(trained.predict(rows()), network.predict(model, rows()), rtol=0, atol=1e-6)


def test_a_million_rows_take_bounded_memory_and_each_row_its_own_outputs() -> None:
    model = network.build(NetworkSpec(batch_norm=True), n_features=2, task="binary", seed=1)
    trained, X = trained_of(model, "binary"), np.tile(rows(1000, 2), (1000, 1))

    tracemalloc.start()
    y_prob = trained.predict(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 3 * y_prob.nbytes + 8_000_000
    # the rows at the end of a block go through another kernel on some processors
    np.testing.assert_allclose(
        y_prob.reshape(1000, 1000), np.tile(y_prob[:1000], (1000, 1)).reshape(1000, 1000), rtol=1e-6
    )


@pytest.mark.parametrize("size", [1, 2, 7, 333, 6000])
def test_how_rows_are_cut_changes_at_most_the_last_bits(trained: Trained, size: int) -> None:
    X = rows(20_000, 2)

    whole = trained.logits(X)

    cut = np.concatenate([trained.logits(X[i : i + size]) for i in range(0, 20 * size, size)])
    np.testing.assert_allclose(cut, whole[: len(cut)], rtol=0, atol=1e-6 * np.abs(whole).max())


def test_without_the_last_activation_nothing_else_changes() -> None:
    plain = rebuilding.taken_apart(network.build(NetworkSpec(), n_features=3, task="binary", seed=1))

    bare = plain.without_last_activation()

    assert bare.plan.layers[:-1] == plain.plan.layers[:-1]
    assert dataclasses.replace(bare.plan.layers[-1], settings=plain.plan.layers[-1].settings) == plain.plan.layers[-1]
    assert bare.plan.layers[-1].settings["activation"] == "linear"


@pytest.mark.parametrize("members", [1, 8])
@pytest.mark.parametrize("task", HEADS)
@pytest.mark.parametrize("options", [{}, {"bins": 0, "linear": False, "batch_norm": True}], ids=["recipe", "plain"])
def test_an_ensemble_gives_what_keras_gives(task: str, members: int, options: dict) -> None:
    model, X = ensembles.build(task, members, **options), ensembles.rows()

    found, expected = ensembles.trained(model, task).predict(X), network.predict(model, X)

    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [1.0, 100.0], ids=["ordinary", "saturated"])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_the_logits_of_an_ensemble_are_those_of_its_averaged_probabilities(task: str, size: float) -> None:
    model, X = ensembles.build(task, 8), ensembles.rows()
    first = model.get_layer("linear_m1").kernel * size
    for layer in model.layers:
        if layer.name.startswith("linear") and size > 1:
            layer.kernel.assign(first)  # what all agree on, lest the average is never sure

    logits, expected = ensembles.trained(model, task).logits(X), ensembles.true_logits(model, task, X)

    assert np.abs(expected).max() < 20 or size > 1
    assert np.isfinite(logits).all()
    if size > 1:
        # so sure that the probability is 1 in float32
        assert (np.abs(expected) > 30).any()
    np.testing.assert_allclose(logits, expected, rtol=2e-5, atol=2e-6 * np.abs(expected).max())


def test_infinite_logits_of_members_are_sure_answers() -> None:
    sigmoid = LOGITS_OF_MEAN["sigmoid"]

    found = sigmoid(np.array([[[np.inf], [np.inf]], [[-np.inf], [-np.inf]], [[np.inf], [-np.inf]]]))

    np.testing.assert_array_equal(found > 0, [[True], [False], [False]])
    assert found[2] == 0


def test_an_ensemble_with_layers_in_bfloat16_is_left_to_keras() -> None:
    model = ensembles.build("binary", 2, policy="mixed_bfloat16")
    trained = ensembles.trained(model, "binary")

    assert trained.needs_tensorflow
    np.testing.assert_allclose(
        trained.predict(ensembles.rows()), network.predict(model, ensembles.rows()), rtol=0, atol=1e-6
    )


def test_many_wide_members_take_bounded_memory() -> None:
    model = ensembles.build("multiclass", 8, hidden=(512, 512))
    trained, X = ensembles.trained(model, "multiclass"), ensembles.rows(20_000)
    plain = rebuilding.taken_apart(model)

    tracemalloc.start()
    forward.logits(plain, X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    # the members are computed one after another: all side by side would be 16 MB in each of two threads
    assert peak < 12_000_000
    assert trained.predict(X[:0]).shape == (0, 3)


def test_what_is_kept_is_what_later_layers_take() -> None:
    plan = rebuilding.taken_apart(ensembles.build("binary", 3)).plan

    kept = forward._most_kept(plan, forward._steps(plan))

    # what the members take, a layer and the next of one, and the answers of the others
    assert 10 + 8 + 8 <= kept <= 10 + 8 + 8 + 4


def test_what_the_layers_inside_give_out() -> None:
    model = shaken(network.build(NetworkSpec(layers=(5, 4)), n_features=3, task="binary", seed=1))
    plain = trained_of(model, "binary").plain()
    X = np.random.default_rng(0).normal(size=(2000, 3)).astype(np.float32)

    given, first, second, last = forward.inside(plain, X, [0, 1, 2, 3])

    np.testing.assert_array_equal(given, X)
    kernel, bias = plain.weights[1]
    np.testing.assert_allclose(first, np.maximum(X @ kernel + bias, 0), atol=1e-6)
    assert second.shape == (2000, 4)
    np.testing.assert_array_equal(last, forward.outputs(plain, X))
