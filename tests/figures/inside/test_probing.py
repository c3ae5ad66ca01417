"""What a linear model reads off a layer: of a network that helps, of one that hides, and of random ones."""

import dataclasses

import numpy as np
import pytest

from dlwhy.figures.inside.anatomy import Anatomy
from dlwhy.figures.inside.probing import _kernel, _plane, views_of
from dlwhy.models.spec import INITIALIZERS
from tests.figures.conftest import trained_on


def probed(subject):
    return views_of(subject, Anatomy.of(subject, "layers"))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_each_layer_has_points_and_a_score(task, subject_of) -> None:
    found = probed(subject_of(task, 3))

    assert [(view.name, view.n_units) for view in found.views] == [
        ("input", 3),
        ("layer 1", 4),
        ("layer 2", 3),
        ("output", 3 if task == "multiclass" else 1),
    ]
    assert {view.points.shape for view in found.views} == {(90, 2)}
    assert len(found.y) == 90
    assert found.n_test == 30
    assert all(view.score <= 1 for view in found.views)
    assert [view.untrained is None for view in found.views] == [True, False, False, True]


def test_what_a_layer_hides_can_not_be_read_off_it(subject_of) -> None:
    subject = subject_of("regression", 2)
    network = subject.trained.network
    weights = [network.weights[0], [np.zeros((2, 4), np.float32), network.weights[1][1]], *network.weights[2:]]
    blind = dataclasses.replace(subject.trained, network=dataclasses.replace(network, weights=weights))
    views = probed(dataclasses.replace(subject, trained=blind)).views

    assert views[0].score == pytest.approx(1, abs=0.01)
    assert views[1].score < 0.1
    assert views[1].untrained > 0.3


def test_without_test_rows_or_training_rows_there_is_no_score(subject_of) -> None:
    assert {view.score for view in probed(subject_of(n_test=0)).views} == {None}


def test_a_network_from_elsewhere_has_no_untrained_twin(subject_of) -> None:
    subject = subject_of()
    foreign = dataclasses.replace(subject.trained, details=dataclasses.replace(subject.trained.details, network=None))
    assert {view.untrained for view in probed(dataclasses.replace(subject, trained=foreign)).views} == {None}


def test_of_many_layers_some_are_probed(subject_of) -> None:
    subject = subject_of()
    found = probed(dataclasses.replace(subject, trained=trained_on(subject.dataset, (3,) * 9)))
    assert len(found.views) == 6
    assert found.n_left_out == 5


def test_two_dimensions_hold_the_most_spread() -> None:
    rng = np.random.default_rng(0)
    values = (rng.normal(size=(200, 4)) * [0.1, 5, 0.2, 2]).astype(np.float32)
    flat = _plane(values)

    assert flat.std(axis=0) == pytest.approx([values[:, 1].std(), values[:, 3].std()], rel=0.02)
    assert np.abs(np.corrcoef(flat[:, 0], values[:, 1])[0, 1]) > 0.99


@pytest.mark.parametrize("name", INITIALIZERS)
def test_random_weights_spread_as_keras_draws_them(name) -> None:
    import keras

    theirs = np.asarray(keras.initializers.get({"class_name": name, "config": {"seed": 1}})((60, 90)))
    ours = _kernel(name, (60, 90), np.random.default_rng(0))

    assert ours.shape == theirs.shape
    assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
