"""What a picture is of: a model, a data set, what the one says of the other."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError, UnusableResultError, UsageError
from dlwhy.figures.kinds import draw


@pytest.mark.parametrize("kind", ["accuracy", "confusion", "roc", "calibration"])
def test_kinds_for_classes_refuse_regression(kind, subject_of):
    subject = subject_of("regression", history={"loss": [1.0]})

    with pytest.raises((UsageError, InputRefusedError), match=r"for classes only|no accuracy history"):
        draw([subject], [kind])


@pytest.mark.parametrize(
    ("kind", "task"),
    [("boundary", "binary"), ("roc", "binary"), ("calibration", "multiclass"), ("predicted", "regression")],
)
def test_predictions_that_are_no_numbers_are_not_drawn(kind, task, subject_of):
    subject = subject_of(task)
    broken = dataclasses.replace(subject, predict=lambda X: np.full_like(subject.predict(X), np.nan))

    with pytest.raises(UnusableResultError, match="not finite numbers"):
        draw([broken], [kind])


@pytest.mark.parametrize("kind", ["confusion", "roc", "calibration"])
def test_kinds_of_the_test_part_need_one(kind, subject_of):
    with pytest.raises(InputRefusedError, match="toy has no test part"):
        draw([subject_of(n_test=0)], [kind])


@pytest.mark.parametrize("kind", ["predicted", "residuals"])
def test_kinds_for_regression_refuse_classes(kind, subject_of):
    with pytest.raises(UsageError, match="for a regression only; toy has classes"):
        draw([subject_of()], [kind])
