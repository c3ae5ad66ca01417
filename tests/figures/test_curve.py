"""The curve over one feature."""

import pytest

from dlwhy.figures.curve import CurveDisplay


def test_a_curve_of_numbers(subject_of):
    subject = subject_of("regression", 1)
    ax = CurveDisplay.from_subject(subject).plot().ax_
    lines = {line.get_label(): line for line in ax.get_lines()}

    assert lines["prediction"].get_ydata() == pytest.approx(2 * lines["prediction"].get_xdata(), abs=1e-6)
    assert (lines["test rows"].get_ydata() == subject.dataset.y_test).all()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x0", "height")


@pytest.mark.parametrize(
    ("task", "names"), [("binary", ["a", "b", "probability of class b"]), ("multiclass", list("abc"))]
)
def test_curves_of_probabilities(task, names, subject_of):
    ax = CurveDisplay.from_subject(subject_of(task, 1)).plot().ax_

    assert [text.get_text() for text in ax.get_legend().get_texts()] == names
    assert [len(points.get_offsets()) for points in ax.collections] == [60, 30]
