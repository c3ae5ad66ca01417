"""Curves: their level, whether they fall, and what they are measured by."""

import numpy as np
import pytest

from dlwhy.data.dataset import Column
from dlwhy.models.details import Details
from dlwhy.models.diagnosis.course import course_of, is_falling, levels
from dlwhy.models.diagnosis.outputs import Outputs

OUTPUTS = Outputs(n_samples=10, spread=0.5, one_class=None, majority=0.5, guess_loss=0.69)


def course(options=None, history=None, **training):
    details = Details(
        task="binary",
        columns=(Column(name="x"),),
        class_names=("a", "b"),
        network={"layers": [4]},
        training={"options": options or {}, **training},
    )
    return course_of(history or {"loss": [0.9, 0.5], "val_loss": [0.8, 0.6]}, details, OUTPUTS)


def test_the_level_is_the_median_of_a_window() -> None:
    assert levels(np.array([1.0, 9.0, 2.0, 3.0]), 3).tolist() == [2.0, 3.0]
    assert levels(np.array([1.0, 9.0, 2.0, 2.0, 4.0]), 4).tolist() == [2.0, 3.0]
    assert is_falling(1 / np.arange(1, 60_001))  # all windows at once are 3 GB


@pytest.mark.parametrize(
    ("values", "falls"),
    [
        (np.geomspace(1, 0.1, 40), True),
        (np.linspace(1, 0.5, 40), True),
        (np.full(40, 0.5), False),
        (np.linspace(0.5, 1, 40), False),
        (0.5 + 1 / np.arange(1, 400.0), False),
        (np.array([0.5]), False),
        (np.empty(0), False),
    ],
)
def test_a_curve_falls_or_does_not(values, falls) -> None:
    assert is_falling(np.asarray(values)) is falls


def test_held_out_rows_are_watched_where_there_are_any() -> None:
    assert course().watched.tolist() == [0.8, 0.6]
    assert course(history={"loss": [0.9]}).watched.tolist() == [0.9]


def test_options_that_are_no_numbers_are_none() -> None:
    seen = course({"patience": "many", "epochs": 5, "clip_norm": -1.0})

    assert (seen.option("patience"), seen.option("epochs"), seen.option("clip_norm")) == (None, 5.0, None)
    assert course({"optimizer": "sgd"}).good_rate > course({"optimizer": "adam"}).good_rate


def test_a_loss_can_be_compared_with_guessing_only_if_it_counts_nothing_else() -> None:
    assert course().is_comparable
    assert not course({"patience": 5}).is_comparable
    assert not course({"class_weight": "balanced"}).is_comparable
    assert course({"class_weight": "balanced"}).guess_loss == pytest.approx(np.log(2))


def test_a_curve_that_is_no_numbers_is_none() -> None:
    assert len(course(history={"loss": [1e308, float("nan")]}).loss) == 0
    assert course(best_epoch=-1).best_epoch is None
