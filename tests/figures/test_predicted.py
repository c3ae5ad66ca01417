"""Predicted against true, and the residuals beside it."""

import dataclasses

import numpy as np
from sklearn import metrics as sk

from dlwhy.figures.predicted import PredictedDisplay
from dlwhy.figures.residuals import ResidualsDisplay
from tests.figures.legible import title_of


def test_predicted_against_true_and_residuals(subject_of):
    subject = subject_of("regression")
    off = dataclasses.replace(subject, predict=lambda X: subject.predict(X) + 0.5)
    shown, residuals = PredictedDisplay.from_subject(off).plot(), ResidualsDisplay.from_subject(off).plot()
    true = subject.dataset.y_test

    assert np.allclose(shown.ax_.collections[0].get_offsets(), np.stack([true, true + 0.5], axis=1))
    assert shown.ax_.get_aspect() == 1
    assert (shown.ax_.get_xlabel(), shown.ax_.get_ylabel()) == ("true height", "predicted height")
    r2 = sk.r2_score(true, true + 0.5)
    assert title_of(shown.ax_) == f"Predicted against true: test RMSE 0.5, R² {r2:.3f}"
    assert np.allclose(residuals.ax_.collections[0].get_offsets(), np.stack([true + 0.5, np.full(30, -0.5)], axis=1))
    assert title_of(residuals.ax_) == "Residuals on the test part: -0.5 on average, RMSE 0.5"
    assert [len(each) for each in residuals.means()] == [3, 3]  # thirty rows, ten in each
