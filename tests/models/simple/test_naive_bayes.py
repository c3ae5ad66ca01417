"""Naive Bayes of mixed columns: scikit-learn's where all are of one kind, and right where they are not."""

import numpy as np
import pytest
from sklearn.naive_bayes import BernoulliNB, GaussianNB

from dlwhy.models.simple.naive_bayes import NaiveBayes

RNG = np.random.default_rng(0)
Y = np.repeat([0, 1, 2], [60, 30, 10])
NUMBERS = RNG.normal(size=(100, 3)) + Y[:, None]
SWITCHES = (RNG.random((100, 4)) < 0.2 + 0.3 * Y[:, None]).astype(float)


def test_of_numbers_it_is_scikit_learns():
    expected = GaussianNB().fit(NUMBERS, Y).predict_proba(NUMBERS)

    assert NaiveBayes().fit(NUMBERS, Y).predict_proba(NUMBERS) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("scale", "offset"), [(1, 0), (1e-3, 5), (1e6, -1e7)])
def test_of_two_values_whatever_they_are_it_is_scikit_learns(scale, offset):
    expected = BernoulliNB().fit(SWITCHES, Y).predict_proba(SWITCHES)

    found = NaiveBayes().fit(SWITCHES * scale + offset, Y).predict_proba(SWITCHES * scale + offset)

    assert found == pytest.approx(expected, abs=1e-9)


def test_of_both_the_evidence_adds_up_and_the_prior_counts_once():
    X = np.column_stack([SWITCHES, NUMBERS])
    one, other = GaussianNB().fit(NUMBERS, Y).predict_proba(NUMBERS), BernoulliNB().fit(SWITCHES, Y)
    expected = one * other.predict_proba(SWITCHES) / np.bincount(Y)
    expected /= expected.sum(axis=1, keepdims=True)

    assert NaiveBayes().fit(X, Y).predict_proba(X) == pytest.approx(expected, abs=1e-9)


def test_constant_columns_say_nothing():
    X = np.column_stack([NUMBERS, np.full(100, 7.0)])
    alone = NaiveBayes().fit(NUMBERS, Y).predict_proba(NUMBERS)

    assert NaiveBayes().fit(X, Y).predict_proba(X) == pytest.approx(alone)
    assert NaiveBayes().fit(X[:, 3:], Y).predict_proba(X[:2, 3:]) == pytest.approx(np.array([[0.6, 0.3, 0.1]] * 2))


def test_categories_that_one_class_lacks_do_not_decide_alone_and_end_below_the_majority():
    rng = np.random.default_rng(0)
    y = (rng.random(600) < 0.35).astype(int)
    city = np.eye(8)[rng.integers(8, size=600)]
    lacking = ((rng.random(600) < 0.05) & (y == 1)).astype(float)
    seldom = (rng.random((600, 6)) < 0.02 * (1 + y[:, None] * (np.arange(6) > 2))).astype(float)
    grade = np.eye(5)[np.minimum(4, rng.integers(5, size=600) + (y == 1) * rng.integers(0, 2, size=600))]
    X = np.column_stack([city, lacking, seldom, grade])
    train, test = slice(0, 200), slice(200, 600)
    majority = 1 - y[test].mean()

    accuracy = np.mean(NaiveBayes().fit(X[train], y[train]).predict_proba(X[test]).argmax(axis=1) == y[test])

    assert GaussianNB().fit(X[train], y[train]).score(X[test], y[test]) < majority - 0.2
    assert accuracy > majority
