"""The linear model that chooses its strength."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from dlwhy.models.simple import linear_cv


def drawn(n, features, informative, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, features))
    y = (X[:, :informative].sum(axis=1) + rng.standard_normal(n) > 0).astype(int)
    return X, y


def test_noise_is_held_down_and_what_is_there_is_not():
    noise = np.random.default_rng(1).integers(2, size=80)
    assert linear_cv.CS[0] == linear_cv.LogisticCV().fit(drawn(80, 30, 1)[0], noise).C_
    X, y = drawn(2000, 3, 3)
    assert linear_cv.LogisticCV().fit(X, y).C_ > 0.05


def test_where_features_are_many_it_beats_the_default():
    X, y = drawn(4000, 60, 2, seed=3)
    train = slice(0, 90)
    ours, plain = (
        model.fit(X[train], y[train]).predict_proba(X[90:])
        for model in (linear_cv.LogisticCV(), LogisticRegression(max_iter=1000))
    )
    losses = [-np.log(y_prob[np.arange(len(y_prob)), y[90:]]).mean() for y_prob in (ours, plain)]
    assert losses[0] < losses[1] - 0.1


@pytest.mark.parametrize("counts", [(20, 20, 1), (2, 2), (1, 1), (30, 1)])
def test_a_class_may_be_rare(counts):
    y = np.repeat(np.arange(len(counts)), counts) * 2  # labels need not follow each other
    X = np.random.default_rng(0).standard_normal((len(y), 3)) + y[:, None]
    model = linear_cv.LogisticCV(seed=1).fit(X, y)
    assert model.classes_.tolist() == sorted(set(y.tolist()))
    assert model.predict_proba(X).sum(axis=1) == pytest.approx(np.ones(len(y)))


def test_the_same_seed_chooses_the_same():
    X, y = drawn(60, 10, 2)
    first, second = (linear_cv.LogisticCV(seed=3).fit(X, y).predict_proba(X) for _ in range(2))
    assert (first == second).all()


def test_ridge_regression_chooses_its_strength():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 40))
    assert linear_cv.ridge().fit(X, rng.standard_normal(60)).alpha_ >= 100
    assert linear_cv.ridge().fit(X, X @ rng.standard_normal(40)).alpha_ == linear_cv.ALPHAS[0]
