"""Results by where their arms stand, and values of runs from them."""

import numpy as np
import pytest

from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.findings.selecting import Cell, by, by_task, cells, overlap_of, paired
from dlwhy.studies.plan.study import Arm, Outcome, Run, Study, Task
from dlwhy.studies.request import Request


def arm(task, name, **place) -> Arm:
    return Arm(
        name=name,
        task=Task(name=task, role="positive", draw="moons"),
        recipe=Simple(model="svm"),
        place=place,
    )


def outcome(*values, metric="accuracy", overlap=0.0, first=0) -> Outcome:
    runs = [
        Run(seed=seed, metrics={metric: value}, overlap=overlap, seconds=seed, extra={"curve": [seed]} if seed else {})
        for seed, value in enumerate(values, start=first)
    ]
    return Outcome(runs=tuple(runs))


ARMS = [arm("a", "n=2", n=2, model="net"), arm("a", "n=1", n=1, model="net"), arm("b", "n=1", n=1, model="svm")]
STUDY = Study(request=Request(claim="data"), arms={each.key: each for each in ARMS}, contrasts=(), a_a=None)
RESULTS = {each.key: outcome(0.5, 0.75) for each in ARMS}


@pytest.mark.parametrize(
    ("names", "where", "found"),
    [
        ((), {}, ["a: n=2", "a: n=1", "b: n=1"]),
        (("n",), {"task": "a"}, ["a: n=2", "a: n=1"]),
        ((), {"n": 1}, ["a: n=1", "b: n=1"]),
        ((), {"n": 1, "model": "svm"}, ["b: n=1"]),
        (("depth",), {}, []),
    ],
)
def test_cells_are_chosen_by_their_place(names, where, found) -> None:
    assert [cell.arm.key for cell in cells(STUDY, RESULTS, *names, **where)] == found


def test_arms_without_results_are_left_out() -> None:
    assert [cell.arm.key for cell in cells(STUDY, {"b: n=1": outcome(1.0)})] == ["b: n=1"]


def test_cells_are_grouped_by_task_and_put_in_order() -> None:
    every = cells(STUDY, RESULTS)

    assert {task: len(group) for task, group in by_task(every).items()} == {"a": 2, "b": 1}
    assert list(by("n", cells(STUDY, RESULTS, task="a"))) == [1, 2]


def test_values_means_and_extras_of_a_cell() -> None:
    cell = Cell(ARMS[0], outcome(0.5, None, 1.0))

    np.testing.assert_array_equal(cell.values(), [0.5, np.nan, 1.0])
    assert cell.mean() == 0.75
    assert cell.mean("loss") is None
    assert (cell.at("n"), cell.extras("curve"), cell.seconds) == (2, [[1], [2]], 1.0)


def test_pairs_are_of_one_seed_and_both_have_a_value() -> None:
    pairs = paired(outcome(0.5, 0.75, None, 1.0), outcome(0.25, None, 0.5, 0.75, first=1), "accuracy")

    assert pairs.tolist() == [0.5, 0.5]  # of seeds 1 and 3
    assert len(paired(outcome(0.5), outcome(0.5, first=9), "accuracy")) == 0


def test_the_overlap_is_the_largest() -> None:
    assert overlap_of(outcome(0.5, overlap=0.2), outcome(0.5, overlap=0.4)) == 0.4
    assert overlap_of() == 0
