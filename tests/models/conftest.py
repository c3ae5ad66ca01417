"""Models to write and to read, and ways to spoil their files."""

import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from dlwhy.data.dataset import Column
from dlwhy.models import network
from dlwhy.models.details import Details
from dlwhy.models.front import Front
from dlwhy.models.keras_file import archive, checking
from dlwhy.models.network import NetworkSpec
from dlwhy.models.trained import Trained
from tests.models import ensembles

_CLASSES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "regression": ()}


def _make_trained(
    spec: NetworkSpec | None = None, *, task: str = "binary", n_features: int = 2, seed: int = 42, **options: Any
) -> Trained:
    """Make a model that has taken a few steps with Adam, as `dlwhy train` leaves one behind."""
    import keras

    spec = spec or NetworkSpec()
    model = network.build(spec, n_features=n_features, task=task, n_classes=len(_CLASSES[task]), seed=seed, **options)
    loss = {"binary": "binary_crossentropy", "multiclass": "sparse_categorical_crossentropy", "regression": "mse"}
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss[task], metrics=["accuracy"])
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(64, n_features)).astype(np.float32)
    y = rng.integers(max(2, len(_CLASSES[task])), size=(64, 1)).astype(np.float32)
    _step(model, X, y)
    details = Details(
        task=task,
        columns=tuple(Column(name=f"x{i}") for i in range(n_features)),
        class_names=_CLASSES[task],
        network=spec.to_json(),
        training={"options": {"epochs": 1}},
        dataset={"name": "noise", "fingerprint": "0" * 64, "n_train": 64, "n_test": 0},
        seed=seed,
        engine="keras",
        threads=1,
        versions={"keras": keras.__version__},
    )
    return Trained(network=model, history={"loss": [0.7, 1 / 3], "accuracy": [0.5, 0.75]}, details=details)


def _step(model: Any, X: np.ndarray, y: np.ndarray) -> None:
    """Take one step by hand: `fit` would trace a program for each model."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(X, training=True) - y))
    model.optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)


@pytest.fixture(scope="session")
def make() -> Callable[..., Trained]:
    """Make a trained model: make(NetworkSpec(...), task="regression", n_features=3)."""
    return _make_trained


def _foreign(kind: str):
    """Make a model that Keras alone has made, with its own names and starts."""
    import keras
    from keras import layers

    normalization = layers.Normalization()
    normalization.adapt(np.random.default_rng(1).normal(3, 2, size=(100, 4)).astype(np.float32))
    if kind == "binary":
        return keras.Sequential(
            [
                keras.Input((4,)),
                normalization,
                layers.Dense(
                    5, activation="tanh", use_bias=False, kernel_initializer=keras.initializers.VarianceScaling()
                ),
                layers.BatchNormalization(scale=False, momentum=0.9),
                layers.Dropout(0.3),
                layers.Dropout(0),
                layers.Dense(1),
                layers.Activation("sigmoid"),
            ]
        )
    inputs = keras.Input((4,))
    hidden = layers.Dense(4, activation="silu", kernel_regularizer="l2", bias_regularizer="l1")(inputs)
    hidden = layers.LayerNormalization(center=False)(hidden)
    total = layers.Add()([inputs, hidden, layers.Rescaling(0.5, offset=1.0)(inputs)])
    if kind == "multiclass":
        return keras.Model(inputs, layers.Dense(3, activation="softmax")(total))
    return keras.Model([inputs], [layers.Rescaling(2.0)(layers.Dense(1, kernel_initializer="he_normal")(total))])


@pytest.fixture(scope="session")
def foreign() -> Callable[[str], Any]:
    """Make a Keras model from elsewhere for a task, not trained: foreign("binary")."""
    return _foreign


@pytest.fixture(scope="session")
def trained() -> Trained:
    """Give the demonstration's network with a little training behind it."""
    return _make_trained()


@pytest.fixture(scope="session")
def good(trained: Trained) -> bytes:
    """Give the bytes of its file."""
    return archive.to_bytes(trained)


@pytest.fixture
def points() -> np.ndarray:
    """Give points to predict at, (50, 2)."""
    return np.random.default_rng(7).normal(size=(50, 2)).astype(np.float32)


Changed = Callable[..., bytes]


@pytest.fixture(scope="session")
def changed(good: bytes) -> Changed:
    """Give the file with some members replaced, or left out (None), or added: changed({"config.json": b"..."})."""

    def change(members: dict[str, bytes | None], *, base: bytes = good, method: int = zipfile.ZIP_STORED) -> bytes:
        with zipfile.ZipFile(io.BytesIO(base)) as old:
            all_members = {name: old.read(name) for name in old.namelist()} | members
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", method) as new:
            for name, content in all_members.items():
                if content is not None:
                    new.writestr(name, content)
        return memory.getvalue()

    return change


@pytest.fixture(scope="session")
def with_config(changed: Changed, good: bytes) -> Changed:
    """Give the file with its config.json changed in place by a function."""

    def change(edit: Callable[[dict[str, Any]], object], *, base: bytes = good) -> bytes:
        with zipfile.ZipFile(io.BytesIO(base)) as old:
            config = json.loads(old.read("config.json"))
        edit(config)
        return changed({"config.json": json.dumps(config).encode()}, base=base)

    return change


@pytest.fixture(scope="session")
def with_weights(changed: Changed, good: bytes) -> Changed:
    """Give the file with its model.weights.h5 changed in place by a function that takes the open HDF5 file."""

    def change(edit: Callable[[h5py.File], object], *, base: bytes = good) -> bytes:
        with zipfile.ZipFile(io.BytesIO(base)) as old:
            memory = io.BytesIO(old.read("model.weights.h5"))
        with h5py.File(memory, "r+") as file:
            edit(file)
        return changed({"model.weights.h5": memory.getvalue()}, base=base)

    return change


_listening: list[list[tuple[str, str]]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    # wrapping a descriptor that is open already is an "open" of a number
    opens = event == "open" and not isinstance(arguments[0], int)
    if _listening and (opens or event.startswith(("socket.", "subprocess.", "os.system", "os.exec"))):
        _listening[-1].append((event, str(arguments[0]) if arguments else ""))


sys.addaudithook(_hear)


@pytest.fixture
def audited() -> Callable[[Callable[[], object]], list[tuple[str, str]]]:
    """Run something and tell every file it opened, every socket, every process."""

    checking._installed_keras()  # looked up once, in the packages' own files

    def listen(action: Callable[[], object]) -> list[tuple[str, str]]:
        _listening.append([])
        try:
            action()
        finally:
            heard = _listening.pop()
        return heard

    return listen


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[bytes], Path]:
    """Put bytes into a file."""

    def save(content: bytes, name: str = "m.keras") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return save


@pytest.fixture(scope="session")
def bases(make, good: bytes) -> dict[bool | str, bytes]:
    """Give a Sequential model, a functional one, and an ensemble: together with every kind of layer."""
    spec = NetworkSpec(layers=(4, 4), residual=True, layer_norm=True, dropout=0.1, l2=0.1)
    ensemble = ensembles.trained(ensembles.build("multiclass", 2, hidden=(4,)), "multiclass")
    return {
        False: good,
        True: archive.to_bytes(make(spec, front=Front(scale=([0.0, 0.0], [1.0, 1.0])))),
        "ensemble": archive.to_bytes(ensemble),
    }
