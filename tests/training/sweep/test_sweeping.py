"""Training all combinations: as single trainings would, with one stack for what has one shape."""

import numpy as np
import pytest

from dlwhy.training import TrainingOptions
from dlwhy.training.recipe import recipe
from dlwhy.training.sweep import sweeping
from tests.training.conftest import fit_once, small

FIXED = {"layers": (5,), "epochs": 3, "validation_split": 0.3, "engine": "graph"}


@pytest.fixture(scope="module")
def found():
    """Give a sweep of rates and layers on two seeds, and how often its stacks were made."""
    cells = {
        (str(rate), str(units)): recipe({**FIXED, "learning_rate": rate, "layers": (units,)})
        for rate in (0.001, 0.1)
        for units in (3, 5)
    }
    told = []
    return sweeping.sweep(small(), cells, [4, 5], on_progress=told.append), told


def test_a_combination_is_trained_as_a_single_network_would_be(found) -> None:
    trials, told = found
    assert list(trials) == [("0.001", "3"), ("0.001", "5"), ("0.1", "3"), ("0.1", "5")]
    assert len({id(each.replicas) for each in trials.values()}) == 2  # a stack for each shape
    network, options = recipe({**FIXED, "learning_rate": 0.1, "seed": 5})
    assert isinstance(options, TrainingOptions)
    alone = fit_once(small(), network, options)
    assert trials["0.1", "5"].scores[1] == pytest.approx(alone.history["val_accuracy"][-1])
    both = trials["0.1", "5"].replicas.history[trials["0.1", "5"].places.start + 1, :, 2]
    assert both == pytest.approx(np.array(alone.history["val_loss"]), rel=1e-4)
    assert max(told) == pytest.approx(8)


def test_the_curve_is_the_median_and_the_network_that_of_the_median_score(found) -> None:
    trials, _ = found
    each = trials["0.1", "3"]
    losses = each.replicas.history[each.places.start : each.places.stop, :, 2]
    assert each.curve([1, 3]) == pytest.approx(np.median(losses, axis=0)[[0, 2]].tolist())
    chosen = each.median()
    assert chosen.history["val_accuracy"][-1] == pytest.approx(min(each.scores))  # of two, the lower
    assert chosen.details.training["options"]["learning_rate"] == pytest.approx(0.1)


def test_curves_of_long_trainings_are_thinned_out() -> None:
    assert sweeping.epochs_of(3).tolist() == [1, 2, 3]
    found = sweeping.epochs_of(5000)
    assert (found[0], found[-1], len(found)) == (1, 5000, 200)


def test_what_is_not_begun_when_asked_to_stop_is_left_out() -> None:
    assert sweeping.sweep(small(), {("1",): recipe(FIXED)}, [0], should_stop=lambda: True) == {}
