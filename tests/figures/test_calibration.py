"""Calibration: bins of equal count, and how many rows lie where."""

import numpy as np
import pytest

from dlwhy.evaluation.calibration import reliability
from dlwhy.figures.calibration import CalibrationDisplay
from tests.figures.legible import title_of


def test_calibration_has_bins_of_equal_count_and_a_histogram(subject_of):
    subject = subject_of(n_test=205)
    shown = CalibrationDisplay.from_subject(subject).plot()
    bins, order = shown.bins[""], np.argsort(subject.test_prob)
    points, below = shown.ax_.containers[0].lines[0], shown.ax_.child_axes[0]

    assert bins.count.min() >= 10
    assert bins.count.tolist() == [21] * 9 + [16]
    assert points.get_xdata()[0] == pytest.approx(subject.test_prob[order[:21]].mean())
    assert points.get_ydata()[0] == pytest.approx((subject.dataset.y_test[order[:21]] == 1).mean())
    heights = np.histogram(subject.test_prob, 30, (0, 1))[0]
    assert below.patches[0].get_xy()[:, 1].max() == heights.max()
    assert below.get_xlabel() == "predicted probability of class b"
    expected = reliability(subject.dataset.y_test, subject.test_prob, task="binary").expected_calibration_error
    assert f"off by {expected:.3f} on average" in title_of(shown.ax_)
