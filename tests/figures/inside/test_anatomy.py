"""What of a network is a hidden layer, where its units give out what they do, and what the next one is given."""

import dataclasses

import pytest

from dlwhy.errors import UsageError
from dlwhy.figures.inside.anatomy import Anatomy
from dlwhy.figures.subject import Subject
from dlwhy.models.details import Details
from dlwhy.models.network import build
from dlwhy.models.spec import NetworkSpec
from dlwhy.models.trained import Trained
from tests.models import ensembles


def names_at(anatomy: Anatomy, attribute: str) -> list[str]:
    return [anatomy.network.plan.layers[getattr(layer, attribute)].name for layer in anatomy.layers]


def of_model(model, subject: Subject) -> Anatomy:
    trained = Trained(network=model, history={}, details=Details(task="binary", columns=(), class_names=("a", "b")))
    return Anatomy.of(dataclasses.replace(subject, trained=trained), "neurons")


def test_a_plain_network(subject_of) -> None:
    found = Anatomy.of(subject_of("multiclass", 2), "neurons")

    assert [(each.name, each.width, each.activation) for each in found.layers] == [
        ("layer 1", 4, "relu"),
        ("layer 2", 3, "relu"),
        ("output", 3, "softmax"),
    ]
    assert found.entry == 0
    assert found.of_member == ""
    assert [found.kernel(each).shape for each in found.layers] == [(2, 4), (4, 3), (3, 3)]


def test_normalizations_skips_and_dropout(subject_of) -> None:
    spec = NetworkSpec(layers=(6, 6), batch_norm=True, residual=True, dropout=0.1)
    found = of_model(build(spec, n_features=6, task="binary", seed=1), subject_of("binary", 6))

    assert [each.activation for each in found.layers] == ["relu", "relu", "sigmoid"]
    assert names_at(found, "dense") == ["dense_1", "dense_2", "output"]
    assert names_at(found, "units") == ["activation_1", "activation_2", "output"]
    assert names_at(found, "end") == ["add_1", "add_2", "output"]


def test_the_first_member_behind_a_front_with_a_linear_path(subject_of) -> None:
    found = of_model(ensembles.build("binary", 3), subject_of("binary", 4))

    assert found.of_member == "the first of 3 networks"
    assert found.network.plan.layers[found.entry].name == "encoded"
    assert [each.width for each in found.layers] == [8, 8, 1]
    assert names_at(found, "end")[-1] == "answer"


def test_a_subject_without_a_network_is_refused(subject_of) -> None:
    with pytest.raises(UsageError, match="neurons: drawn of a network only"):
        Anatomy.of(dataclasses.replace(subject_of(), trained=None), "neurons")
