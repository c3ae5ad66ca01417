"""Errors along the predictions, with their mean in bins of equal count."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import UsageError
from dlwhy.figures.residuals import ResidualsDisplay


def test_residuals_are_true_less_predicted_and_their_mean_follows_them() -> None:
    predicted = np.arange(100.0)
    shown = ResidualsDisplay(true=predicted + np.where(predicted < 50, 1, 3), predicted=predicted, target_name="y")

    x, y = shown.means()
    assert len(x) == 10
    assert y.tolist() == [1.0] * 5 + [3.0] * 5
    assert shown.residuals.mean() == 2
    shown.plot()
    assert "2 on average, RMSE 2.24" in shown.ax_.get_title(loc="left") + shown.ax_.get_title()


def test_few_rows_are_one_bin() -> None:
    shown = ResidualsDisplay(true=np.array([1.0, 2.0]), predicted=np.array([1.0, 1.0]), target_name="y")

    assert [part.tolist() for part in shown.means()] == [[1.0], [0.5]]


def test_they_are_of_a_regression(subject_of) -> None:
    subject = subject_of("regression")
    exact = dataclasses.replace(subject, name="exact")

    assert np.abs(ResidualsDisplay.from_subject(exact).residuals).max() < 1e-6
    with pytest.raises(UsageError, match="residuals: drawn for a regression only"):
        ResidualsDisplay.from_subject(subject_of("binary"))
