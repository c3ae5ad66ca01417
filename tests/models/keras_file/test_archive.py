"""Model files: what is written is read back, byte for byte, and by Keras itself."""

import dataclasses
import io
import itertools
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dlwhy.errors import DlwhyWarning, InputRefusedError, OutputBlockedError, UnusableResultError
from dlwhy.models import network
from dlwhy.models.front import Front
from dlwhy.models.keras_file import archive
from dlwhy.models.keras_file.archive import Trained
from dlwhy.models.network import NetworkSpec
from tests.models import ensembles

GOLDEN = Path(__file__).parents[2] / "golden"
NETWORKS = {
    "demonstration": {},
    "linear": {"layers": ()},
    "normalized": {"batch_norm": True, "dropout": 0.2},
    "residual": {
        "layers": (6, 6, 6),
        "layer_norm": True,
        "residual": True,
        "dropout": 0.1,
        "l1": 1e-4,
        "l2": 1e-3,
        "activation": "swish",
        "initializer": "orthogonal",
    },
}
HEADS = {"binary": {}, "multiclass": {}, "regression": {"target_scale": (3.0, 2.0)}}
SCALE = ([0.5, -0.25], [4.0, 0.1])
Make = Callable[..., Trained]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_case_34_a_model_that_could_not_be_read_is_never_written(value: float, make: Make, tmp_path: Path) -> None:
    trained = make(NetworkSpec())
    weights = trained.model.get_weights()
    weights[0][0, 0] = value
    trained.model.set_weights(weights)
    with pytest.raises(UnusableResultError, match=r"m\.keras: .*not a finite number; no model written"):
        archive.write(trained, tmp_path / "m.keras")
    assert not (tmp_path / "m.keras").exists()


def again(content: bytes, tmp_path: Path) -> Trained:
    path = tmp_path / "again.keras"
    path.write_bytes(content)
    return archive.read(path)


@pytest.mark.parametrize("task", HEADS)
@pytest.mark.parametrize("name", NETWORKS)
def test_case_22_a_model_read_back_predicts_the_same_bits(
    name: str, task: str, make: Make, tmp_path: Path, points: np.ndarray
) -> None:
    trained = make(NetworkSpec(**NETWORKS[name]), task=task, front=Front(scale=SCALE), **HEADS[task])
    before, by_keras = trained.predict(points), network.predict(trained.model, points)

    read = again(archive.to_bytes(trained), tmp_path)

    assert read.predict(points).tobytes() == before.tobytes()
    assert network.predict(read.model, points).tobytes() == by_keras.tobytes()
    assert trained.predict(points).tobytes() == before.tobytes()
    assert read.history == trained.history
    assert read.details == trained.details


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", NETWORKS)
def test_keras_opens_the_file_unchanged(
    name: str, precision: str, make: Make, tmp_path: Path, points: np.ndarray
) -> None:
    import keras

    trained = make(NetworkSpec(**NETWORKS[name]), front=Front(scale=SCALE), precision=precision)
    path = tmp_path / "m.keras"
    archive.write(trained, path)

    model = keras.saving.load_model(path)

    np.testing.assert_array_equal(model(points), trained.model(points))
    for mine, theirs in zip(trained.model.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_read_gives_the_same_bytes_when_written(name: str, make: Make, tmp_path: Path) -> None:
    import keras

    trained = make(NetworkSpec(**NETWORKS[name]), front=Front(scale=SCALE))
    content = archive.to_bytes(trained)

    read = again(content, tmp_path)
    read.model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
    read.model.optimizer.build(read.model.trainable_variables)
    for variable, value in zip(read.model.optimizer.variables, read.optimizer, strict=True):
        variable.assign(value)

    assert archive.to_bytes(read) == content


def test_dropout_goes_on_where_it_was(make: Make, tmp_path: Path, points: np.ndarray) -> None:
    trained = make(NetworkSpec(dropout=0.5))

    read = again(archive.to_bytes(trained), tmp_path)

    np.testing.assert_array_equal(read.model(points, training=True), trained.model(points, training=True))


def test_a_model_without_an_optimizer_has_no_state_to_resume_from(make: Make, tmp_path: Path) -> None:
    trained = make()
    bare = network.build(NetworkSpec(), n_features=2, task="binary", seed=1)

    assert again(archive.to_bytes(trained), tmp_path).optimizer is not None
    assert again(archive.to_bytes(dataclasses.replace(trained, network=bare)), tmp_path).optimizer is None


def test_frozen_layers_stay_frozen(make: Make, tmp_path: Path) -> None:
    trained = make(NetworkSpec(batch_norm=True))
    trained.model.layers[0].trainable = False
    trained.model.layers[1].trainable = False

    read = again(archive.to_bytes(trained), tmp_path)

    frozen = [not layer.trainable for layer in read.model.layers]
    assert frozen == [True, True, *[False] * (len(frozen) - 2)]
    assert network.parameters(read.model) == network.parameters(trained.model)
    trained.model.trainable = False
    assert network.parameters(again(archive.to_bytes(trained), tmp_path).model) == 0


def test_no_clock_and_no_address_is_in_a_file(good: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert file.namelist() == ["metadata.json", "config.json", "model.weights.h5", "dlwhy.json", "history.csv"]
        assert json.loads(file.read("metadata.json")).keys() == {"keras_version"}
        assert b"shared_object_id" not in file.read("config.json")


def test_the_history_is_a_csv_in_the_file(good: bytes, trained: Trained) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as file:
        text = file.read("history.csv").decode()

    assert text == "epoch,accuracy,loss\n1,0.5,0.7\n2,0.75,0.3333333333333333\n"
    assert text == archive.history_csv(trained.history)


def test_writing_leaves_the_model_as_it_was(trained: Trained) -> None:
    name, config = trained.model.optimizer.name, trained.model.to_json()

    archive.to_bytes(trained)

    assert (trained.model.optimizer.name, trained.model.to_json()) == (name, config)


def test_an_existing_file_is_kept_if_asked(tmp_path: Path, trained: Trained) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(b"old")

    with pytest.raises(OutputBlockedError):
        archive.write(trained, path, no_clobber=True)
    assert path.read_bytes() == b"old"
    archive.write(trained, path)
    assert archive.describe(path)["epochs"] == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.keras"]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("model-*.keras")), ids=lambda path: path.stem)
def test_files_of_earlier_versions_are_read(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())

    read = archive.read(path)

    y_prob = network.predict(read.model, np.array(expected["X"], np.float32))
    np.testing.assert_allclose(y_prob, expected["y_prob"], atol=1e-6)
    assert read.history["loss"][-1] == expected["loss"]
    assert read.details.class_names == ("upper", "lower")
    assert read.optimizer is not None


def test_a_description_needs_no_tensorflow(good: bytes, saved, trained: Trained) -> None:
    script = (
        "import json, sys; from dlwhy.models.keras_file import archive; about = archive.describe(sys.argv[1]);"
        "assert not {'tensorflow', 'keras'} & set(sys.modules); print(json.dumps(about))"
    )
    done = subprocess.run([sys.executable, "-c", script, saved(good)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    about = json.loads(done.stdout)
    assert about["kind"] == "model"
    assert about["task"] == "binary"
    assert about["parameters"] == network.parameters(trained.model) == 151
    assert about["multiply_adds"] == network.multiply_adds(trained.model)
    assert [layer["outputs"] for layer in about["layers"]] == [2, 10, 10, 1]
    assert about["layers"][1] == {
        "name": "dense_1",
        "type": "Dense",
        "outputs": 10,
        "parameters": 30,
        "activation": "relu",
    }
    assert about["features"] == ["x0", "x1"]
    assert about["classes"] == ["no", "yes"]
    assert about["network"]["layers"] == [10, 10]
    assert about["epochs"] == 2
    assert about["metrics"] == {"accuracy": 0.75, "loss": 1 / 3}
    assert about["can_resume"] is True
    assert about["bytes"] == len(good)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("task", HEADS)
def test_a_description_counts_as_the_model_does(name: str, task: str, make: Make, saved) -> None:
    trained = make(NetworkSpec(**NETWORKS[name]), task=task, front=Front(scale=SCALE), **HEADS[task])

    about = archive.describe(saved(archive.to_bytes(trained)))

    assert about["parameters"] == network.parameters(trained.model)
    assert about["multiply_adds"] == network.multiply_adds(trained.model)
    assert about["task"] == task


@pytest.mark.parametrize(
    ("kind", "classes"), [("binary", ("0", "1")), ("multiclass", ("0", "1", "2")), ("regression", ())]
)
@pytest.mark.parametrize("compiled", [False, True])
def test_a_model_from_elsewhere_is_welcome(
    kind: str, classes: tuple[str, ...], compiled: bool, tmp_path: Path, foreign
) -> None:
    import keras

    model = foreign(kind)
    X = np.random.default_rng(2).normal(3, 2, size=(20, 4)).astype(np.float32)
    if compiled:
        model.compile("nadam", "mse")
        model.optimizer.build(model.trainable_variables)
    path = tmp_path / "foreign.keras"
    model.save(path)

    read = archive.read(path)

    expected = np.asarray(keras.tree.flatten(model([X] if kind == "regression" else X))[0])
    np.testing.assert_array_equal(network.predict(read.model, X), expected if kind == "multiclass" else expected[:, 0])
    assert read.details.task == kind
    assert read.details.class_names == classes
    assert read.details.feature_names == ("x0", "x1", "x2", "x3")
    assert read.details.network is None
    assert read.history == {}
    assert read.optimizer is None
    assert archive.describe(path)["epochs"] == 0


def test_case_34_a_newer_keras_is_a_warning(changed, saved, points: np.ndarray, trained: Trained) -> None:
    path = saved(changed({"metadata.json": b'{"keras_version": "99.1.0", "later": 1}'}))

    with pytest.warns(DlwhyWarning, match=r"m\.keras: written by Keras 99\.1\.0, newer than"):
        read = archive.read(path)

    np.testing.assert_array_equal(network.predict(read.model, points), network.predict(trained.model, points))


def test_a_compressed_archive_is_read(changed, saved) -> None:
    assert archive.read(saved(changed({}, method=zipfile.ZIP_DEFLATED))).details.task == "binary"


def test_a_limit_can_be_set(good: bytes, saved) -> None:
    path = saved(good + bytes(1 << 20))

    with pytest.raises(InputRefusedError, match="larger than 1 MiB"):
        archive.read(path, max_size=1)


@pytest.mark.parametrize("members", [1, 8])
@pytest.mark.parametrize("task", ensembles.CLASSES)
def test_an_ensemble_is_written_and_read_back(task: str, members: int, tmp_path: Path) -> None:
    trained, X = ensembles.trained(ensembles.build(task, members), task), ensembles.rows(40)
    content = archive.to_bytes(trained)

    read = again(content, tmp_path)

    assert read.predict(X).tobytes() == trained.predict(X).tobytes()
    frozen = {layer.name for layer in read.model.layers if layer.weights and not layer.trainable}
    assert {name.split("_m")[0] for name in frozen} == {"knots_low", "knots_high", "linear"}
    assert network.parameters(read.model) == network.parameters(trained.model)
    assert archive.to_bytes(read) == content


# for another process, which is told a folder: Keras alone, then dlwhy beside it
BLOCKED = """
import pathlib, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "dlwhy":
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
sys.modules.update(sklearn=None, matplotlib=None)  # Keras would take a second for them
import gc; gc.disable()
import keras, numpy as np
folder = pathlib.Path(sys.argv[1])
X = np.load(folder / "X.npy")
for path in folder.glob("*.keras"):
    np.save(path.with_suffix(".npy"), keras.models.load_model(path)(X))
assert "dlwhy" not in sys.modules
del sys.meta_path[0]
"""
CONTENT = """
import sys, keras
from dlwhy.data.dataset import Column
from dlwhy.models import network; from dlwhy.models.keras_file import archive
from dlwhy.models.details import Details
from dlwhy.models.network import NetworkSpec

def content():
    spec = NetworkSpec(batch_norm=True, dropout=0.1)
    model = network.build(spec, n_features=2, task="binary", seed=7)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy")
    model.optimizer.build(model.trainable_variables)
    columns = (Column(name="x0"), Column(name="x1"))
    details = Details(task="binary", columns=columns, class_names=("a", "b"), training={})
    return archive.to_bytes(archive.Trained(network=model, history={"loss": [0.1]}, details=details))
"""


def test_keras_opens_ensembles_without_dlwhy_and_case_94_another_past_writes_the_same_bytes(tmp_path: Path) -> None:
    """In one process, for it has to import Keras."""
    expected, X = {}, ensembles.rows(40)
    for task, members in itertools.product(ensembles.CLASSES, (1, 8)):
        trained = ensembles.trained(ensembles.build(task, members, bins=6 * (members > 1)), task)
        archive.write(trained, tmp_path / f"{task}{members}.keras")
        expected[f"{task}{members}"] = trained.predict(X)
    np.save(tmp_path / "X.npy", X)
    here: dict = {}
    exec(CONTENT, here)
    first, second = here["content"](), here["content"]()
    script = BLOCKED + CONTENT + "\ncontent()\nsys.stdout.buffer.write(content())"

    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, check=False, cwd=tmp_path)

    assert done.returncode == 0, done.stderr.decode()
    assert len(expected) == 6
    for name, ours in expected.items():
        theirs = np.load(tmp_path / f"{name}.npy").reshape(ours.shape)
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6, err_msg=name)
    assert first == second
    assert done.stdout == first, done.stderr.decode()


def test_an_ensemble_predicts_without_tensorflow(tmp_path: Path) -> None:
    archive.write(ensembles.trained(ensembles.build("multiclass", 2), "multiclass"), tmp_path / "m.keras")
    script = (
        "import sys; import numpy as np; from dlwhy.models.keras_file import archive;"
        "print(archive.read(sys.argv[1]).predict(np.zeros((2, 4), np.float32)).sum());"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "m.keras")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(2, abs=1e-6)


def test_the_state_of_an_optimizer_is_of_what_is_trained(tmp_path: Path) -> None:
    import keras

    model = ensembles.build("binary", 1)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy")
    model.optimizer.build(model.trainable_variables)
    trained = ensembles.trained(model, "binary")
    details = dataclasses.replace(trained.details, training={})

    read = again(archive.to_bytes(dataclasses.replace(trained, details=details)), tmp_path)

    # counter and rate, then two moments of the kernel and bias of three layers that are not frozen
    assert len(read.optimizer or ()) == 2 + 2 * 6
    assert len(read.model.trainable_variables) == 6
