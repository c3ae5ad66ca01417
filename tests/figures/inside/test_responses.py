"""What units respond to: their maps, which of them are shown, which are dead, and images where features are pixels."""

import dataclasses

import numpy as np
import pytest

from dlwhy.data.dataset import Column
from dlwhy.figures.inside.anatomy import Anatomy
from dlwhy.figures.inside.responses import responses_of
from tests.figures.conftest import trained_on


def asked(subject, *names, **options):
    if options:
        subject = dataclasses.replace(subject, trained=trained_on(subject.dataset, **options))
    return responses_of(subject, Anatomy.of(subject, "neurons"), *names)


def silenced(subject, unit: int):
    """Give a unit of the first layer a bias so low that it is never on."""
    network = subject.trained.network
    kernel, bias = network.weights[1]
    bias = bias.copy()
    bias[unit] = -100
    weights = [network.weights[0], [kernel, bias], *network.weights[2:]]
    trained = dataclasses.replace(subject.trained, network=dataclasses.replace(network, weights=weights))
    return dataclasses.replace(subject, trained=trained)


def test_over_two_features_a_map_is_what_a_unit_gives_out_there(subject_of) -> None:
    subject = subject_of("binary", 2)
    found = asked(subject)
    stages = {stage.name: stage for stage in found.stages}

    assert [*stages] == ["input", "layer 1", "layer 2", "output"]
    assert found.axes == ("x0", "x1")
    across, up = stages["input"].maps
    assert (np.diff(across, axis=1) > 0).all()
    assert (np.diff(up, axis=0) > 0).all()
    kernel, bias = subject.trained.network.weights[1]
    point = np.array([across[3, 5], up[3, 5]])
    expected = np.maximum(point @ kernel + bias, 0)
    assert stages["layer 1"].maps[:, 3, 5] == pytest.approx(expected, abs=1e-5)
    np.testing.assert_array_equal(stages["layer 1"].kernel, kernel)
    assert stages["output"].names == ("probability of b",)


def test_a_dead_unit_is_found_and_counted(subject_of) -> None:
    found = asked(silenced(subject_of("binary", 2), 2))

    assert found.stages[1].dead.tolist() == [False, False, True, False]
    assert found.n_dead >= 1
    assert found.n_rows == 60


def test_of_units_that_are_never_off_those_are_dead_that_never_change(subject_of) -> None:
    subject = subject_of("binary", 2)
    tanh = dataclasses.replace(subject, trained=trained_on(subject.dataset, activation="tanh"))
    assert asked(tanh).n_dead == 0
    assert asked(silenced(tanh, 1)).stages[1].dead.tolist() == [False, True, False, False]


def test_of_more_columns_the_two_of_the_boundary_or_those_named(subject_of) -> None:
    assert asked(subject_of("binary", 5)).axes[0] == "x0"
    found = asked(subject_of("binary", 5), "x3", "x4")
    assert found.axes == ("x3", "x4")
    assert found.n_averaged == 30
    assert found.stages[0].names == ("x0", "x1", "x2", "x3", "x4")


def test_of_many_units_and_layers_some_are_shown(subject_of) -> None:
    found = asked(subject_of("multiclass", 2), hidden=(20,) * 7)

    assert [len(stage.shown) for stage in found.stages] == [2, 12, 12, 12, 12, 3]
    assert found.n_left_out == 3
    # lines only between layers that follow each other
    assert [stage.kernel is not None for stage in found.stages] == [False, True, False, False, False, True]


def test_pixels_are_shown_as_images(subject_of) -> None:
    subject = subject_of("multiclass", 16, names=[f"pixel_{row}_{column}" for row in range(4) for column in range(4)])
    found = asked(subject)
    kernel = subject.trained.network.weights[1][0]

    assert found.images
    assert {stage.maps.shape[1:] for stage in found.stages} == {(4, 4)}
    np.testing.assert_array_equal(found.stages[1].maps[1], kernel[:, 1].reshape(4, 4)[::-1])
    assert not asked(subject, "pixel_0_0").images


def test_other_square_numbers_of_features_are_no_images(subject_of) -> None:
    subject = subject_of("binary", 16)
    assert not asked(subject).images
    columns = tuple(Column(name=f"pixel{index}") for index in range(15))
    assert not asked(subject_of("binary", 15, names=[column.name for column in columns])).images
