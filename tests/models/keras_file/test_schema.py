"""Networks and details in a model file that dlwhy does not make: refused in few words."""

import io
import json
import zipfile
from typing import Any

import pytest

from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from tests.models import ensembles
from tests.models.refusals import layer, refused, settings_of


@pytest.mark.parametrize("name", ["\x1b[31mred", "\x9b31m", "a\u202eb", "new\nline", "\ud800"])
@pytest.mark.parametrize("place", ["layer", "model", "kind", "key", "member"])
def test_case_35_control_characters_are_shown_never_sent(name: str, place: str, with_config, changed) -> None:
    edits = {
        "layer": lambda c: settings_of(c).update(name=name),
        "model": lambda c: c["config"].update(name=name),
        "kind": lambda c: layer(c).update(class_name=name),
        "key": lambda c: settings_of(c).update({name: 1}),
    }
    if place == "member":
        name = name.replace("\ud800", "\u200b")  # zipfile can't write a lone surrogate
        text = refused(changed({name: b""}))
    else:
        text = refused(with_config(edits[place]))

    assert name not in text
    assert place in ("model",) or "\\x" in text or "\\u" in text


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: settings_of(c).update(units=0), "units must be a whole number"),
        (lambda c: settings_of(c).update(units=10.0), "units must be a whole number"),
        (lambda c: settings_of(c).update(units=True), "units must be a whole number"),
        (lambda c: settings_of(c).pop("units"), "units must be"),
        (lambda c: settings_of(c).update(activation="exponential"), "activation must be one of"),
        (lambda c: settings_of(c).update(activation={"class_name": "ReLU"}), "activation must be one of"),
        (
            lambda c: settings_of(c).update(kernel_constraint={"class_name": "MaxNorm"}),
            "kernel_constraint must be None",
        ),
        (lambda c: settings_of(c)["kernel_initializer"]["config"].update(x=1), "an initializer with known settings"),
        (lambda c: settings_of(c)["kernel_initializer"].update(config=3), "kernel_initializer must be with settings"),
        (lambda c: settings_of(c)["kernel_initializer"]["config"].update(mode="x"), "one of fan_in, fan_out, fan_avg"),
        (
            lambda c: settings_of(c).update(
                kernel_regularizer={"module": "keras.regularizers", "class_name": "L2", "config": {"x": 1}}
            ),
            "a regularizer with l1 and l2",
        ),
        (lambda c: settings_of(c).update(dtype="float16"), "dtype must be float32"),
        (lambda c: settings_of(c).update(name="a/b"), "name must be a name without slashes"),
        (lambda c: settings_of(c).update(name="output"), "a second of its name"),
        (lambda c: settings_of(c).update(name=7), "name must be a name"),
        (lambda c: settings_of(c, 0).update(batch_shape=[None, 2, 2]), "batch_shape must be [null"),
        (lambda c: settings_of(c, 0).update(batch_shape=[None, 10_001]), "10001 features; at most 10000"),
        (lambda c: settings_of(c, 0).update(sparse=True), "sparse must be False"),
        (lambda c: settings_of(c, 0).update(sparse=0), "sparse must be False"),
        (lambda c: layer(c).update(module="os"), 'the Dense of "os" is not the one'),
        (lambda c: layer(c).update(registered_name="my>Dense"), "is not the one"),
        (lambda c: c.update(class_name="Functional"), "unknown setting"),
        (lambda c: c.update(class_name="Model"), "not a Sequential or functional model"),
        (lambda c: c.update(module="builtins"), "not a Sequential or functional model"),
        (lambda c: c["config"].update(layers=[]), "the model has 0 layers"),
        (lambda c: c["config"].update(layers=None), "the model has no layers"),
        (lambda c: c["config"]["layers"].pop(0), "an input not in the first place"),
        (lambda c: c["config"]["layers"].append(layer(c, 0)), "a second of its name"),
        (lambda c: settings_of(c, 3).update(activation="tanh"), "the output is 1 tanh unit"),
        (lambda c: settings_of(c, 3).update(units=2, activation="softmax"), "the output is 2 softmax units"),
        (lambda c: settings_of(c, 3).update(activation="linear"), "dlwhy.json describes binary"),
    ],
    ids=range(31),
)
def test_a_network_that_dlwhy_does_not_make_is_refused(edit, message: str, with_config) -> None:
    assert message in refused(with_config(edit))


def _node(config: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in config["config"]["layers"] if each["name"] == name)["inbound_nodes"][0]


@pytest.mark.parametrize(
    ("member", "content", "message"),
    [
        ("config.json", b'{"module": "keras", "module": "keras"}', "a key occurs twice"),
        ("config.json", b'{"module": NaN}', "not a finite number"),
        ("config.json", b"{", "not JSON"),
        ("config.json", b"\xff", "not JSON"),
        ("config.json", b"[]", "not a JSON object"),
        ("config.json", b"9" * 5000, "not JSON"),
        ("metadata.json", b"[]", "no version of Keras"),
        ("metadata.json", b'{"keras_version": 3}', "no version of Keras"),
        ("metadata.json", b" " * 70_000, "at most 65536"),
        ("model.weights.h5", b"", "damaged"),
        ("model.weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(500), "damaged"),
        ("dlwhy.json", b"[]", "not a JSON object"),
        ("dlwhy.json", b"{}", "has format None; this dlwhy reads 1"),
        ("history.csv", b"\xff", "damaged model file"),
        ("history.csv", b"epoch,loss\n1,x\n", "history.csv"),
    ],
    ids=range(15),
)
def test_a_damaged_member_is_refused(member: str, content: bytes, message: str, changed) -> None:
    assert message in refused(changed({member: content}))


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d.update(dropout_state=[[1, 2]]),
        lambda d: d.pop("dropout_state"),
        lambda d: d.update(columns=[{"name": "x0"}]),
        lambda d: d.update(class_names=["a", "b", "c"], task="multiclass"),
        lambda d: d.update(format=2),
        lambda d: d.update(later=1),
        lambda d: d.update(network={"layers": [0]}),
    ],
    ids=range(7),
)
def test_details_that_do_not_fit_are_refused(edit, changed, good: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as file:
        details = json.loads(file.read("dlwhy.json"))
    edit(details)

    refused(changed({"dlwhy.json": json.dumps(details).encode()}))


@pytest.mark.parametrize("state", [[[1, 2]], [[1, 2], [3]], [[1, 2], [3, -4]], [[1, 2], [3, True]], 5, [[1, 2], "ab"]])
def test_a_damaged_state_of_dropout_is_refused(state: Any, make, changed) -> None:
    base = archive.to_bytes(make(NetworkSpec(dropout=0.5)))
    with zipfile.ZipFile(io.BytesIO(base)) as file:
        details = json.loads(file.read("dlwhy.json"))
    details["dropout_state"] = state

    content = changed({"dlwhy.json": json.dumps(details).encode()}, base=base)

    assert "the state of dropout is damaged" in refused(content)


def _inputs(config: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return _node(config, name)["args"][0]


def _settings(config: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in config["config"]["layers"] if each["name"] == name)["config"]


def _doubled(config: dict[str, Any]) -> None:
    """Put layer after layer behind the front, each twice as wide as the one before."""
    layers, name = config["config"]["layers"], "encoded"
    for index in range(12):
        twice = json.loads(json.dumps(next(each for each in layers if each["name"] == "encoded")))
        twice["name"] = twice["config"]["name"] = f"twice_{index}"
        for tensor in twice["inbound_nodes"][0]["args"][0]:
            tensor["config"]["keras_history"][0] = name
        name = f"twice_{index}"
        layers.insert(-1, twice)


def _wide(config: dict[str, Any]) -> None:
    """Put so many wide layers without weights in a row that they would take hours."""
    _settings(config, "dense_1_m1")["units"] = 16_384
    layers, name = config["config"]["layers"], "dense_1_m1"
    for index in range(1100):
        layer = json.loads(json.dumps(next(each for each in layers if each["name"] == "clip")))
        layer["name"] = layer["config"]["name"] = f"wide_{index}"
        layer["inbound_nodes"][0]["args"][0]["config"]["keras_history"][0] = name
        name = f"wide_{index}"
        layers.insert(-1, layer)
    _node(config, "dense_2_m1")["args"][0]["config"]["keras_history"][0] = name
    place = next(place for place, layer in enumerate(layers) if layer["name"] == "dense_2_m1")
    layers[place:] = [
        *(each for each in layers[place:] if each["name"].startswith("wide")),
        *(each for each in layers[place:] if not each["name"].startswith("wide")),
    ]


@pytest.fixture(scope="module")
def ensemble() -> bytes:
    return archive.to_bytes(ensembles.trained(ensembles.build("binary", 3), "binary"))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: _inputs(c, "bins").pop(), 'Subtract "bins"): does not take one input, or several'),
        (lambda c: _inputs(c, "bins").append(_inputs(c, "bins")[0]), "takes 3 inputs, not 2"),
        (lambda c: _node(c, "bins").update(args=[_inputs(c, "bins")[0]]), "does not take one input, or several"),
        (lambda c: _settings(c, "knots_low").update(units=5), 'Subtract "bins"): takes outputs of different widths'),
        (lambda c: _node(c, "encoded").update(args=[[]]), "does not take one input, or several"),
        (lambda c: _inputs(c, "encoded").pop(), "does not take one input, or several"),
        (lambda c: _settings(c, "encoded").update(axis=0), "axis must be -1"),
        (lambda c: _settings(c, "encoded").update(axis=2), "axis must be -1"),
        (lambda c: _settings(c, "encoded").update(axis=None), "axis must be -1"),
        (lambda c: _settings(c, "encoded").update(axis=True), "axis must be -1"),
        (lambda c: _settings(c, "mean").update(axis=-1), 'unknown setting "axis"'),
        (lambda c: _node(c, "mean").update(args=[_inputs(c, "mean")[0]]), "does not take one input, or several"),
        (lambda c: _settings(c, "knots_low").update(trainable="no"), "trainable must be true or false"),
        (lambda c: _settings(c, "knots_low").update(units=10**9), "units must be a whole number from 1 to 16384"),
        (lambda c: _inputs(c, "mean")[0]["config"].update(keras_history=["encoded", 0, 0]), "different widths"),
        (lambda c: _inputs(c, "mean")[0]["config"].update(keras_history=["mean", 0, 0]), "not a layer before it"),
        (lambda c: _inputs(c, "mean")[0]["config"].update(keras_history=["answer_m1", 0, 1]), "does not name the"),
        (lambda c: _inputs(c, "mean").pop(), "do not lead to its output"),
        (lambda c: _inputs(c, "sum_m1")[0]["config"].update(keras_history=["sum_m2", 0, 0]), "not a layer before"),
        (lambda c: _settings(c, "answer_m1").update(activation="tanh"), "averages sigmoid and tanh units"),
        (_doubled, "values side by side; at most 26384"),
        (_wide, "values a row; at most 33554432"),
    ],
    ids=range(22),
)
def test_an_ensemble_that_dlwhy_does_not_make_is_refused(edit, message: str, with_config, ensemble) -> None:
    assert message in refused(with_config(edit, base=ensemble))
