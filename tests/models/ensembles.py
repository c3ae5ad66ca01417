"""Networks with a frozen front, a linear path and several members, built by hand of Keras' layers alone."""

from typing import Any

import numpy as np

from dlwhy.data.dataset import Column
from dlwhy.models.details import Details
from dlwhy.models.trained import Trained

CLASSES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "regression": ()}
_ACTIVATIONS = {"binary": "sigmoid", "multiclass": "softmax", "regression": None}


def build(
    task: str = "binary",
    members: int = 1,
    *,
    n_features: int = 4,
    hidden: tuple[int, ...] = (8, 8),
    bins: int = 6,
    robust: bool = True,
    linear: bool = True,
    batch_norm: bool = False,
    dropout: float = 0.0,
    policy: str = "float32",
    seed: int = 3,
) -> Any:
    """Make the network; every weight has a value of its own."""
    import keras

    inputs = keras.Input((n_features,), name="features")
    encoded = _front(inputs, bins=bins, robust=robust)
    body = {"hidden": hidden, "batch_norm": batch_norm, "dropout": dropout, "policy": policy}
    answers = [
        _member(encoded, task, f"_m{i}" if members > 1 else "", linear=linear, **body) for i in range(1, members + 1)
    ]
    output = keras.layers.Average(name="mean")(answers) if members > 1 else answers[0]
    if task == "regression":
        output = keras.layers.Rescaling(2.0, offset=3.0, name="target_scale")(output)
    model = keras.Model(inputs, output, name="network")
    _fill(model, seed)
    return model


def _front(inputs: Any, *, bins: int, robust: bool) -> Any:
    from keras import layers

    scale = {"mean": [0.25] * inputs.shape[1], "variance": [2.0] * inputs.shape[1]}
    plain = layers.Normalization(**scale, name="normalize")(inputs)
    if robust:
        plain = layers.Rescaling(1 / 3, name="shrink")(plain)
        plain = layers.Activation("tanh", name="clip")(plain)
        plain = layers.Rescaling(3.0, name="stretch")(plain)
    if not bins:
        return plain
    low = layers.Dense(bins, "relu", trainable=False, name="knots_low")(plain)
    high = layers.Dense(bins, "relu", trainable=False, name="knots_high")(plain)
    return layers.Concatenate(name="encoded")([plain, layers.Subtract(name="bins")([low, high])])


def _member(
    encoded: Any,
    task: str,
    suffix: str,
    *,
    hidden: tuple[int, ...],
    linear: bool,
    batch_norm: bool,
    dropout: float,
    policy: str,
) -> Any:
    from keras import layers

    units, activation, tensor = max(1, len(CLASSES[task]) - (task == "binary")), _ACTIVATIONS[task], encoded
    for index, width in enumerate(hidden, start=1):
        tensor = layers.Dense(width, "relu", name=f"dense_{index}{suffix}", dtype=policy)(tensor)
        if batch_norm:
            tensor = layers.BatchNormalization(name=f"batch_norm_{index}{suffix}", dtype=policy)(tensor)
        if dropout:
            tensor = layers.Dropout(dropout, name=f"dropout_{index}{suffix}", dtype=policy, seed=index)(tensor)
    if not linear:
        return layers.Dense(units, activation, name=f"output{suffix}")(tensor)
    output = layers.Dense(units, name=f"output{suffix}")(tensor)
    path = layers.Dense(units, trainable=False, name=f"linear{suffix}")(encoded)
    total = layers.Add(name=f"sum{suffix}")([output, path])
    return layers.Activation(activation, name=f"answer{suffix}")(total) if activation else total


def _fill(model: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        for weight in layer.weights if type(layer).__name__ in ("Dense", "BatchNormalization") else ():
            value = rng.normal(size=weight.shape).astype(np.float32)
            weight.assign(np.exp(0.3 * value) if "variance" in weight.path else value / np.sqrt(len(value)))


def trained(model: Any, task: str) -> Trained:
    """Give the model with details as dlwhy would write them."""
    details = Details(
        task=task,
        columns=tuple(Column(name=f"x{i}") for i in range(model.input_shape[-1])),
        class_names=CLASSES[task],
    )
    return Trained(network=model, history={}, details=details)


def rows(n: int = 300, n_features: int = 4, size: float = 2.0) -> np.ndarray:
    """Give features to predict at."""
    return (np.random.default_rng(8).normal(size=(n, n_features)) * size).astype(np.float32)


def true_logits(model: Any, task: str, X: np.ndarray) -> np.ndarray:
    """Compute the logits of the averaged probabilities in float64, from what Keras gives for each member."""
    import keras

    sums = [layer for layer in model.layers if layer.name.startswith("sum")]
    outputs = keras.Model(model.inputs[0], [layer.output for layer in sums])(X)
    members = np.array([np.asarray(each, np.float64) for each in outputs])
    if task == "binary":
        both = np.concatenate([-np.logaddexp(0, members), -np.logaddexp(0, -members)], axis=2)
    else:
        both = members - np.log(np.exp(members - members.max(2, keepdims=True)).sum(2, keepdims=True))
        both -= members.max(2, keepdims=True)
    logs = np.logaddexp.reduce(both, axis=0) - np.log(len(members))
    return logs[:, 1] - logs[:, 0] if task == "binary" else logs
