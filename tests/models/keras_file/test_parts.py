"""The parts of networks: front, members and what follows them, told from names and from how layers hang together."""

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file import archive, parts
from dlwhy.models.keras_file.rebuilding import rebuild, taken_apart
from tests.models import ensembles
from tests.models.refusals import refused

FRONT = ["normalize", "shrink", "clip", "stretch", "knots_low", "knots_high", "bins", "encoded"]


def _names(plan, places):
    return [plan.layers[place].name for place in places]


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize(
    ("options", "front"),
    [({}, FRONT), ({"bins": 0}, FRONT[:4]), ({"bins": 0, "robust": False}, FRONT[:1])],
    ids=["all", "no bins", "normalize"],
)
def test_the_front_is_all_up_to_what_the_members_take(members, options, front):
    plan = taken_apart(ensembles.build("regression", members, **options)).plan

    assert _names(plan, parts.front_of(plan)) == front
    assert parts.count_members(plan) == members
    assert parts.count_bins(plan) == (6 if "bins" in front else 0)
    assert parts.has_linear_path(plan)


def test_each_layer_of_a_member_belongs_to_it_alone():
    plan = taken_apart(ensembles.build("multiclass", 2, hidden=(3,))).plan

    found = parts.members_of(plan)

    own = ["dense_1", "output", "linear", "sum", "answer"]
    assert sorted(_names(plan, found)) == sorted(f"{name}_m{i}" for name in own for i in (1, 2))
    assert all(plan.layers[place].name.endswith(f"_m{number}") for place, number in found.items())


def test_an_ordinary_network_has_no_such_parts(good):
    plan = archive.check(good, "m")[0].plain().plan

    assert parts.members_of(plan) == {}
    assert parts.front_of(plan) == ()
    assert (parts.count_members(plan), parts.count_bins(plan), parts.has_linear_path(plan)) == (1, 0, False)


@pytest.mark.parametrize("task", ensembles.CLASSES)
def test_a_member_is_a_network_of_its_own(task):
    options = {"hidden": (4,), "dropout": 0.2}
    three = taken_apart(ensembles.build(task, 3, **options))
    alone = taken_apart(ensembles.build(task, 1, **options))
    X = ensembles.rows(20)

    members = [parts.member(three, number) for number in (1, 2, 3)]

    for each in members:
        assert sorted(layer.name for layer in each.plan.layers) == sorted(layer.name for layer in alone.plan.layers)
        assert len(each.dropout_state) == 1
    outputs = [np.asarray(rebuild(each)(X)) for each in members]
    assert not np.allclose(outputs[0], outputs[1])
    np.testing.assert_allclose(np.mean(outputs, axis=0), np.asarray(rebuild(three)(X)), atol=1e-5)


def _averaged(*activations, also=False):
    import keras

    inputs = keras.Input((2,))
    answers = [keras.layers.Dense(1, activation)(inputs) for activation in activations]
    answers += [keras.layers.Dense(1, activations[0])(answers[0])] if also else []
    return keras.Model(inputs, keras.layers.Average()(answers))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: _averaged("sigmoid", "linear"), "the output averages linear and sigmoid units"),
        (lambda: _averaged("sigmoid", "sigmoid", also=True), "an answer that is averaged is used elsewhere"),
        (lambda: _averaged("relu", "relu"), "the output is 1 relu unit, averaged"),
    ],
    ids=["mixed", "also used", "relu"],
)
def test_an_average_that_means_nothing_is_refused(model, message, tmp_path):
    model().save(tmp_path / "m.keras")

    assert message in refused((tmp_path / "m.keras").read_bytes())


def test_it_is_refused_also_where_no_file_is_read():
    with pytest.raises(InputRefusedError, match="averages linear and sigmoid"):
        ensembles.trained(_averaged("sigmoid", None), "binary").predict(ensembles.rows(3, 2))
