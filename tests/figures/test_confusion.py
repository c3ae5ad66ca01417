"""The confusion matrix: counts, names, and colours alone where there are many classes."""

import numpy as np
from sklearn import metrics as sk

from dlwhy.figures.confusion import ConfusionDisplay
from tests.figures.legible import faults


def test_confusion_counts_and_names(subject_of):
    subject = subject_of("multiclass")
    shown = ConfusionDisplay.from_subject(subject).plot()
    y_pred = subject.test_prob.argmax(axis=1)
    expected = sk.confusion_matrix(subject.dataset.y_test, y_pred, labels=range(3))

    assert (shown.counts == expected).all()
    assert [text.get_text() for text in shown.ax_.texts] == [str(count) for count in expected.ravel()]
    assert [label.get_text() for label in shown.ax_.get_xticklabels()] == ["a", "b", "c"]


def test_confusion_of_many_classes_has_colours_only():
    shown = ConfusionDisplay(counts=np.eye(90, dtype=int), class_names=[f"class number {i}" for i in range(90)]).plot()

    assert not shown.ax_.texts
    assert faults(shown.ax_.figure) == []
    assert 5 < sum(label.get_visible() for label in shown.ax_.get_xticklabels()) < 60
