"""Networks: every option, every head, the same weights everywhere."""

import itertools

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models import front, network, scaling
from dlwhy.models.network import NetworkSpec
from dlwhy.models.spec import ACTIVATIONS, INITIALIZERS

TASKS = ("binary", "multiclass", "regression")


def build(spec: NetworkSpec | None = None, **options):
    return network.build(
        spec or NetworkSpec(), **{"n_features": 2, "task": "binary", "n_classes": 3, "seed": 1, **options}
    )


def kinds(model) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


def some(n: int = 40, n_features: int = 2) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(n, n_features)).astype(np.float32)


def test_the_demonstration_is_three_dense_layers() -> None:
    model = build()

    assert kinds(model) == ["Dense", "Dense", "Dense"]
    assert [layer.name for layer in model.layers] == ["dense_1", "dense_2", "output"]
    assert [layer.get_config()["activation"] for layer in model.layers] == ["relu", "relu", "sigmoid"]
    assert [tuple(weight.shape) for weight in model.weights] == [(2, 10), (10,), (10, 10), (10,), (10, 1), (1,)]
    assert network.parameters(model) == 151
    assert network.multiply_adds(model) == 2 * 10 + 10 * 10 + 10


@pytest.mark.parametrize("task", TASKS)
def test_each_task_has_its_head(task: str) -> None:
    model = build(task=task)

    y_prob = network.predict(model, some())

    output = model.get_layer("output")
    assert output.get_config()["activation"] == {"binary": "sigmoid", "multiclass": "softmax"}.get(task, "linear")
    assert y_prob.dtype == np.float32
    assert y_prob.shape == ((40, 3) if task == "multiclass" else (40,))
    if task == "multiclass":
        np.testing.assert_allclose(y_prob.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["Dense"]),
        ({"dropout": 0.2}, ["Dense", "Dropout"]),
        ({"batch_norm": True, "dropout": 0.2}, ["Dense", "BatchNormalization", "Activation", "Dropout"]),
        ({"layer_norm": True}, ["Dense", "LayerNormalization", "Activation"]),
    ],
    ids=str,
)
def test_what_follows_each_hidden_layer(options: dict, expected: list[str]) -> None:
    model = build(NetworkSpec(layers=(4, 5), **options))

    assert kinds(model) == [*expected, *expected, "Dense"]


def test_no_hidden_layer_makes_a_linear_model() -> None:
    model = build(NetworkSpec(layers=()))

    assert kinds(model) == ["Dense"]
    kernel, bias = (weight.numpy() for weight in model.weights)
    np.testing.assert_allclose(network.predict(model, some()), 1 / (1 + np.exp(-(some() @ kernel + bias)))[:, 0], 1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("normal", [{}, {"batch_norm": True}], ids=["inside", "alone"])
def test_each_activation_is_keras_own(activation: str, normal: dict) -> None:
    import keras

    model = build(NetworkSpec(layers=(3,), activation=activation, **normal))
    layer = model.layers[-2] if normal else model.layers[0]

    assert layer.activation is keras.activations.get(activation)


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_each_initializer_gives_every_layer_its_own_start(initializer: str) -> None:
    first, again = (build(NetworkSpec(layers=(8, 8, 8), initializer=initializer)) for _ in range(2))
    kernels = [layer.kernel.numpy() for layer in first.layers[:-1]]

    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), again.get_weights(), strict=True))
    assert all(np.isfinite(kernel).all() and kernel.std() > 0 for kernel in kernels)
    assert not np.array_equal(kernels[1], kernels[2])


def test_case_96_another_seed_gives_other_weights() -> None:
    for a, b in itertools.combinations([build(seed=seed).get_weights()[0] for seed in range(4)], 2):
        assert not np.array_equal(a, b)


def test_nothing_depends_on_what_was_made_before() -> None:
    import keras

    first = build(NetworkSpec(dropout=0.5))
    keras.utils.set_random_seed(5)
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    second = build(NetworkSpec(dropout=0.5))

    assert first.to_json() == second.to_json()
    for _ in range(2):
        np.testing.assert_array_equal(first(some(), training=True), second(some(), training=True))


def test_dropout_differs_from_layer_to_layer_and_from_step_to_step() -> None:
    model = build(NetworkSpec(layers=(50, 50), dropout=0.5, activation="linear"))
    ones = np.ones((1, 50), np.float32)
    first, second = (layer for layer in model.layers if type(layer).__name__ == "Dropout")

    masks = [np.asarray(layer(ones, training=True)) > 0 for layer in (first, second, first)]

    for a, b in itertools.combinations(masks, 2):
        assert not np.array_equal(a, b)


def test_residual_connections_add_the_scaled_branch_where_widths_agree() -> None:
    model = build(NetworkSpec(layers=(2, 3, 3), residual=True))
    weights = {layer.name: [w.numpy() for w in layer.weights] for layer in model.layers if layer.weights}

    def branch(index: int, X: np.ndarray) -> np.ndarray:
        kernel, bias = weights[f"dense_{index}"]
        return np.maximum(X @ kernel + bias, 0)

    hidden = some() + branch(1, some()) / np.sqrt(2)
    hidden = branch(2, hidden)
    hidden = hidden + branch(3, hidden) / np.sqrt(2)
    logit = (hidden @ weights["output"][0] + weights["output"][1])[:, 0]

    np.testing.assert_allclose(network.predict(model, some()), 1 / (1 + np.exp(-logit)), rtol=1e-5)
    assert kinds(model).count("Add") == 2


def test_without_equal_widths_there_is_nothing_to_add() -> None:
    assert "Add" not in kinds(build(NetworkSpec(layers=(3, 4), residual=True)))


def test_penalties_are_on_every_kernel() -> None:
    model = build(NetworkSpec(l1=0.1, l2=0.01))
    kernels = [layer.kernel.numpy() for layer in model.layers]
    expected = sum(0.1 * np.abs(kernel).sum() + 0.01 * np.square(kernel).sum() for kernel in kernels)

    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-5)
    assert not build().losses


@pytest.mark.parametrize("residual", [False, True])
def test_a_scale_goes_into_the_model(residual: bool) -> None:
    X = some() * 100 + 50
    spec = NetworkSpec(layers=(2, 2), residual=residual)
    scaled = build(spec, front=front.fitted(X))

    mean, deviation = X.mean(axis=0), X.std(axis=0)
    plain = network.predict(build(spec), ((X - mean) / deviation).astype(np.float32))

    np.testing.assert_allclose(network.predict(scaled, X), plain, rtol=1e-4)
    assert network.parameters(scaled) == network.parameters(build(spec))


def test_a_regression_answers_in_the_units_of_its_targets() -> None:
    plain, scaled = build(task="regression"), build(task="regression", target_scale=(100.0, 20.0))

    np.testing.assert_allclose(network.predict(scaled, some()), network.predict(plain, some()) * 20 + 100, rtol=1e-5)
    assert scaling.target_scale(scaled) == (100.0, 20.0)


def test_bfloat16_keeps_weights_and_output_in_float32() -> None:
    model = build(NetworkSpec(batch_norm=True), precision="bfloat16")

    assert {str(weight.dtype) for weight in model.weights} == {"float32"}
    assert model.get_layer("dense_1").compute_dtype == "bfloat16"
    assert model.get_layer("output").compute_dtype == "float32"
    np.testing.assert_allclose(
        network.predict(model, some()), network.predict(build(NetworkSpec(batch_norm=True)), some()), atol=0.02
    )


def test_predicting_in_chunks_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(task="multiclass")
    whole = network.predict(model, some(101))
    monkeypatch.setattr(network, "_VALUES_A_CHUNK", 70)

    np.testing.assert_allclose(network.predict(model, some(101)), whole, rtol=1e-6)


@pytest.mark.parametrize(("task", "shape"), [("binary", (0,)), ("multiclass", (0, 3)), ("regression", (0,))])
def test_nothing_to_predict(task: str, shape: tuple[int, ...]) -> None:
    y_prob = network.predict(build(task=task), some(0))

    assert y_prob.shape == shape
    assert y_prob.dtype == np.float32


def test_case_36_another_number_of_features_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="the model expects 2 features, the data have 3"):
        network.predict(build(), some(5, 3))


def test_parameters_leave_frozen_layers_out() -> None:
    model = build(NetworkSpec(batch_norm=True))
    everything = network.parameters(model)
    model.get_layer("dense_1").trainable = False

    assert everything == 151 + 2 * 20
    assert network.parameters(model) == everything - 30


@pytest.mark.parametrize(
    ("error", "options"),
    [
        (UsageError, {"spec": NetworkSpec(layers=(16_384, 16_384))}),
        (InputRefusedError, {"n_features": 10_001}),
        (InputRefusedError, {"task": "multiclass", "n_classes": 16_385}),
        (InputRefusedError, {"front": front.Front(scale=([0.0], [1.0]))}),
    ],
    ids=["parameters", "features", "classes", "front"],
)
def test_a_network_too_large_is_refused_before_it_is_made(error: type[Exception], options: dict) -> None:
    with pytest.raises(error):
        build(**options)
