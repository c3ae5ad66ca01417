"""How layers of a file take from each other."""

from typing import Any

import pytest

from tests.models.refusals import layer, refused, settings_of


def _second_input(config: dict[str, Any]) -> None:
    config["config"]["input_layers"] = [["features", 0, 0], ["dense_1", 0, 0]]


def _node(config: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in config["config"]["layers"] if each["name"] == name)["inbound_nodes"][0]


def _history(node: dict[str, Any]) -> list[Any]:
    return node["args"][0]["config"]["keras_history"]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_second_input, "input_layers must be one"),
        (lambda c: c["config"].update(output_layers=["dense_1", 0, 0]), "output_layers must be one"),
        (lambda c: _node(c, "dense_1")["kwargs"].update(training=True), "always called as in training"),
        (lambda c: _node(c, "dense_1")["kwargs"].update(x=1), "unknown setting"),
        (lambda c: _history(_node(c, "dense_1")).__setitem__(0, "output"), "which is not a layer before it"),
        (lambda c: _history(_node(c, "dense_1")).__setitem__(1, 1), "does not name the layer"),
        (lambda c: _history(_node(c, "output")).__setitem__(0, "dense_1"), "do not lead to its output"),
        (lambda c: _node(c, "add_2").update(args=[]), "does not take one input"),
        (lambda c: _node(c, "add_2")["args"][0].pop(), "does not take one input"),
        (lambda c: _node(c, "dense_1")["args"].append(1), "not a JSON object"),
        (lambda c: layer(c, 2).update(inbound_nodes=[]), "used once"),
        (lambda c: layer(c, 2).update(inbound_nodes=layer(c, 2)["inbound_nodes"] * 2), "used once"),
        (lambda c: layer(c, 2).update(name="other"), "must have one name"),
        (lambda c: settings_of(c, 2).update(units=5), "takes outputs of different widths"),
        (lambda c: settings_of(c, 1).update(mean=[0.0]), "mean and variance are not for 2 features"),
        (lambda c: settings_of(c, 1).update(mean=[], variance=[]), "mean must be a number or a list"),
        (lambda c: settings_of(c, 1).update(mean=[0.0] * 3), "mean and variance are not for 2 features"),
        (lambda c: settings_of(c, 1).update(mean=None), "mean and variance are not for 2 features"),
        (lambda c: settings_of(c, 1).update(variance=[-1.0, 1.0]), "variance must be"),
        (lambda c: settings_of(c, 1).update(invert=True), "invert must be False"),
        (lambda c: settings_of(c, 1).update(axis=0), "axis must be -1"),
    ],
    ids=range(21),
)
def test_a_graph_that_dlwhy_does_not_make_is_refused(edit, message: str, with_config, bases) -> None:
    assert message in refused(with_config(edit, base=bases[True]))
