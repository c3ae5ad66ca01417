"""The ROC curve is scikit-learn's."""

import dataclasses

import numpy as np
import pytest
from sklearn import metrics as sk

from dlwhy.errors import InputRefusedError
from dlwhy.figures.roc import RocDisplay
from tests.figures.legible import texts, title_of


def test_roc_is_scikit_learns(subject_of):
    subject = subject_of("multiclass")
    noisy = dataclasses.replace(subject, predict=lambda X: 0.5 * subject.predict(X) + 0.5 * subject.predict(X[::-1]))
    shown = RocDisplay.from_subject(noisy).plot()

    for index, name in enumerate("abc"):
        expected = sk.roc_auc_score(subject.dataset.y_test == index, noisy.test_prob[:, index])
        assert shown.areas()[name] == pytest.approx(expected)
    assert "guessing: 0.500" in texts(shown.ax_.figure)


def test_binary_roc_is_of_the_second_class(subject_of):
    shown = RocDisplay.from_subject(subject_of()).plot()

    assert shown.areas() == {"b": 1.0}
    assert shown.ax_.get_ylabel() == "share of class b found"
    assert shown.ax_.get_xlabel() == "share of the others taken for class b"
    assert "a row of class b outranks another 100 times in 100" in title_of(shown.ax_)
    assert "class b: 1.000" in texts(shown.ax_.figure)


def test_roc_of_one_class_is_refused(subject_of):
    subject = subject_of()
    ones = dataclasses.replace(subject.dataset, y_test=np.ones_like(subject.dataset.y_test))

    with pytest.raises(InputRefusedError, match="holds one class"):
        RocDisplay.from_subject(dataclasses.replace(subject, dataset=ones))
