"""Gates: what can be one, and when it holds."""

import numpy as np
import pytest

from dlwhy.errors import GateError, UsageError
from dlwhy.evaluation import evaluate
from dlwhy.evaluation.gates import Gate, check_gates, read_gates

RIGHT = evaluate(np.array([0, 1, 1, 0]), np.array([0.1, 0.9, 0.8, 0.2]), task="binary", class_names=("a", "b"))
ONE_CLASS = evaluate(np.array([1, 1]), np.array([0.9, 0.8]), task="binary", class_names=("a", "b"))


@pytest.mark.parametrize(
    ("text", "is_minimum", "message"),
    [
        ("accurracy=0.9", True, "--min accurracy=0.9: no such metric"),
        ("accuracy", True, "--min accuracy: not METRIC=VALUE, such as accuracy=0.9"),
        ("accuracy=nan", True, "must be a finite number"),
        ("loss=inf", False, "--max loss=inf: the bound must be a finite number"),
        ("loss=0.1", True, "a lower loss is better (use --max loss=0.1)"),
        ("rmse_low=0.1", True, "a lower rmse_low is better"),
        ("\x1b[2J=1", False, r"--max \x1b[2J=1: no such metric"),
    ],
)
def test_what_can_not_be_is_refused_with_what_can(text, is_minimum, message):
    with pytest.raises(UsageError) as refused:
        Gate.parse(text, is_minimum=is_minimum)

    assert message in str(refused.value)


def test_the_gates_of_the_options_in_their_order():
    assert read_gates(0.9, ["r2=0.5"], ["loss=1", "ece=0.1"]) == [
        Gate(metric="accuracy", bound=0.9, is_minimum=True),
        Gate(metric="r2", bound=0.5, is_minimum=True),
        Gate(metric="loss", bound=1.0, is_minimum=False),
        Gate(metric="ece", bound=0.1, is_minimum=False),
    ]
    assert read_gates(None, [], []) == []


@pytest.mark.parametrize(("task", "metric"), [("regression", "accuracy"), ("binary", "r2")])
def test_a_metric_of_another_task_is_refused(task, metric):
    with pytest.raises(UsageError, match=f"--min {metric}=0: not a metric of {task} tasks"):
        Gate(metric=metric, bound=0.0, is_minimum=True).check_task(task)


@pytest.mark.parametrize(
    ("metric", "bound", "is_minimum", "said"),
    [
        ("accuracy", 1.0, True, ""),
        ("accuracy", 1.0, False, ""),
        ("accuracy", 1.01, True, "accuracy 1.0000 is below 1.01"),
        ("loss", 0.0, False, "loss 0.1643 is above 0"),
        ("loss", 1.0, False, ""),
    ],
)
def test_a_gate_says_how_it_fails(metric, bound, is_minimum, said):
    assert Gate(metric=metric, bound=bound, is_minimum=is_minimum).failure(RIGHT) == said


def test_every_model_is_held_to_every_gate():
    gates = [Gate(metric="loss", bound=0.0, is_minimum=False), Gate(metric="roc_auc", bound=0.0, is_minimum=True)]

    with pytest.raises(GateError) as failed:
        check_gates(gates, {"a.keras": RIGHT, "b.keras": ONE_CLASS})

    assert str(failed.value) == (
        "a.keras: loss 0.1643 is above 0; b.keras: loss 0.1643 is above 0; b.keras: roc_auc has no value here"
    )
    check_gates(gates[1:], {"a.keras": RIGHT})
