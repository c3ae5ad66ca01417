"""A simple model as an arm: the same draws for all, a seed of its own where it is shifted."""

import pytest

from dlwhy.errors import UsageError
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.plan.study import Seeds, Task

TASK = Task(name="rings-4", role="positive", draw="rings", settings={"k": 4, "n_train": 120})
SEEDS = Seeds(report=(1, 2), tuning=())


def test_each_seed_is_a_run_with_the_metrics_of_both_parts() -> None:
    outcome = Simple(model="nearest-neighbours").run(TASK, SEEDS, None)

    assert [run.seed for run in outcome.runs] == [1, 2]
    for run in outcome.runs:
        assert set(run.metrics) == {"accuracy", "log_loss", "train_accuracy", "train_log_loss"}
        assert 0.6 < run.metrics["accuracy"] < 1
        assert run.n_train == 120
        assert run.seconds > 0


def test_one_neighbour_knows_the_training_part_by_heart() -> None:
    runs = Simple(model="nearest-neighbours", neighbours=1).run(TASK, SEEDS, None).runs

    assert [run.metrics["train_accuracy"] for run in runs] == [1.0, 1.0]


@pytest.mark.parametrize(("model", "same"), [("logistic", True), ("random-forest", False)])
def test_a_shift_changes_what_is_drawn_in_training_only(model, same) -> None:
    plain, shifted = (Simple(model=model, shift=shift).run(TASK, SEEDS, None).runs for shift in (0, 1))

    assert (plain[0].metrics == shifted[0].metrics) is same


def test_a_model_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="no such model for binary"):
        Simple(model="oracle").run(TASK, SEEDS, None)
