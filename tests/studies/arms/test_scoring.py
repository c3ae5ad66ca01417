"""What a prediction is worth: scikit-learn's numbers, none where there is none, and answers of one class only."""

import numpy as np
import pytest
from sklearn import metrics as sk

from dlwhy.models.layouts import Layout
from dlwhy.models.network import NetworkSpec
from dlwhy.models.stacked import StackedNetwork
from dlwhy.studies.arms import scoring
from dlwhy.studies.tasks.draws import drawn

RNG = np.random.default_rng(0)
Y = np.arange(60) % 2


def draw(classes=2):
    y = np.arange(60) % classes if classes else RNG.normal(size=60)
    points = (RNG.normal(size=(60, 3)), y)
    return drawn(points, points, classes=classes)


def test_classes_are_scored_as_scikit_learn_does() -> None:
    p = RNG.uniform(0.05, 0.95, 60)

    found = scoring.metrics(draw(), Y, p)
    assert found["accuracy"] == sk.accuracy_score(Y, p > 0.5)
    assert found["log_loss"] == pytest.approx(sk.log_loss(Y, p))


def test_so_are_several_classes_and_numbers() -> None:
    y, p = np.arange(60) % 3, RNG.dirichlet(np.ones(3), 60)
    assert scoring.metrics(draw(3), y, p)["log_loss"] == pytest.approx(sk.log_loss(y, p))

    truth, told = RNG.normal(size=(2, 60))
    found = scoring.metrics(draw(0), truth, told, prefix="train_")
    assert found == {
        "train_r2": pytest.approx(sk.r2_score(truth, told)),
        "train_mse": pytest.approx(sk.mean_squared_error(truth, told)),
    }


def test_a_certain_error_is_no_infinite_loss_and_what_is_not_finite_has_no_score() -> None:
    assert scoring.metrics(draw(), np.ones(4), np.zeros(4))["log_loss"] == pytest.approx(-np.log(1e-7))
    assert scoring.metrics(draw(), np.ones(2), np.array([0.5, np.nan])) == {"accuracy": None, "log_loss": None}
    assert scoring.metrics(draw(0), np.ones(4), np.zeros(4))["r2"] == 0  # a constant has no variance to explain


def test_both_parts_are_scored_with_the_first_rows_of_training() -> None:
    both = scoring.both(draw(), Y.astype(float), Y[:10].astype(float))

    assert (both["accuracy"], both["train_accuracy"]) == (1, 1)


def test_one_class_for_nearly_all_rows_is_one_class() -> None:
    few = np.where(np.arange(1000) < 6, 0.9, 0.1).astype(np.float32)

    assert scoring.predicts_one_class(draw(), np.full(60, 0.2, np.float32))
    assert not scoring.predicts_one_class(draw(), few)
    assert scoring.predicts_one_class(draw(), few[2:])


def test_parameters_are_those_that_are_trained() -> None:
    shape = StackedNetwork(
        spec=NetworkSpec(layers=(4,), batch_norm=True), n_inputs=3, n_outputs=1, layout=Layout("first")
    )

    assert scoring.parameters(shape) == (3 * 4 + 4) + 2 * 4 + (4 + 1)
