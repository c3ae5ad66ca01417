"""Networks of an arm side by side: one array for all their rows, stacks whose size does not depend on the seeds."""

import dataclasses

import numpy as np
import pytest

from dlwhy.data.splitting import Split
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.training import hidden, joined, room_of, shape_for, stack_size
from dlwhy.studies.tasks import fresh
from dlwhy.training.options import TrainingOptions

DRAWS = [fresh.rings(seed, k=2, n_train=50) for seed in (1, 2)]
RECIPE = Network(network=NetworkSpec(layers=(8, 8)), options=TrainingOptions(normalize="never"))


def test_rows_of_all_draws_lie_in_one_array_and_each_network_has_its_own() -> None:
    dataset, rows = joined([DRAWS[0], DRAWS[1], DRAWS[0]], 128)

    assert len(dataset.X_train) == 128
    for draw, own in zip([DRAWS[0], DRAWS[1], DRAWS[0]], rows, strict=True):
        np.testing.assert_array_equal(dataset.X_train[own], draw.X_train)
        np.testing.assert_array_equal(dataset.y_train[own], draw.y_train)
    assert rows[0].tolist() == rows[2].tolist()  # once in memory
    assert not dataset.X_train[100:].any()


def test_keys_of_a_split_come_along() -> None:
    keys = np.arange(50, dtype=np.int32)
    draw = dataclasses.replace(DRAWS[0], split=Split(by="group", column="who", train=keys, test=keys[:0]))
    dataset, _ = joined([draw], 64)

    assert dataset.split.train.tolist() == [*range(50), *[0] * 14]


def test_room_is_a_power_of_two_that_does_not_shrink_below_the_least() -> None:
    assert room_of(DRAWS) == 4096
    assert room_of(DRAWS, largest=3000) == 8192


@pytest.mark.parametrize(("width", "replicas", "size"), [(8, 12, 6), (8, 64, 16), (1000, 12, 2), (8, 1, 1)])
def test_a_stack_holds_half_of_the_replicas_or_as_many_as_stay_near(width, replicas, size) -> None:
    recipe = dataclasses.replace(RECIPE, network=NetworkSpec(layers=(width, width)))

    assert stack_size(recipe, DRAWS[0], replicas) == size


def test_hidden_activations_are_those_of_the_layers() -> None:
    shape = shape_for(DRAWS[0], RECIPE.network)
    weights = [np.zeros((2, *weight.shape), np.float32) for weight in shape.weights]
    weights[1][1] = 3.0  # the first bias of the second network

    first, second = hidden(shape, weights, 1, DRAWS[0].X_train)
    assert (first == 3).all()
    assert not second.any()
