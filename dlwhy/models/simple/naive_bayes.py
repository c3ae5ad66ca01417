"""Naive Bayes for tables: each column by the distribution that fits it."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt


class NaiveBayes:
    """A normal distribution for numbers, a share for columns of two values, such as switches and one-hot categories.

    A normal distribution has no bound to its density where a class knows only one of two values: such a column then
    decides alone, and scikit-learn's `GaussianNB` can end below the majority class on a table of categories. Naive
    Bayes takes columns as independent, so the log-likelihoods of scikit-learn's classifiers for either kind add up.

    Attributes
    ----------
    classes_
        The classes, sorted; there after `fit`.

    """

    classes_: npt.NDArray[Any]

    def fit(self, X: npt.NDArray[np.floating[Any]], y: npt.NDArray[Any]) -> Self:
        """Learn from features, (n, n_features), and classes, (n,). Constant features say nothing."""
        from sklearn.naive_bayes import BernoulliNB, GaussianNB

        low, high = X.min(axis=0), X.max(axis=0)
        many = ((low < X) & (high > X)).any(axis=0)
        two = (low < high) & ~many
        # moved so that 0 lies between the two values, which is where BernoulliNB tells them apart
        self._middle = low / 2 + high / 2
        kinds = ((many, GaussianNB()), (two, BernoulliNB()))
        self._parts = [(kind, model.fit((X - self._middle)[:, kind], y)) for kind, model in kinds if kind.any()]
        self.classes_, counts = np.unique(y, return_counts=True)
        self._log_prior = np.log(counts / len(y))
        return self

    def predict_proba(self, X: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
        """Compute the probability of each class, (n, n_classes)."""
        from scipy.special import softmax

        joint = np.tile(self._log_prior, (len(X), 1))
        for kind, model in self._parts:
            joint += model.predict_joint_log_proba((X - self._middle)[:, kind]) - self._log_prior
        return np.asarray(softmax(joint, axis=1))
