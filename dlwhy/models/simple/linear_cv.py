"""The linear model whose regularization is chosen by cross-validation."""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
# the regularization of ridge regression and of logistic regression, from which one is chosen
ALPHAS = tuple(10.0**power for power in range(-1, 6))
CS = tuple(10.0**power for power in range(-3, 2))
_FOLDS = 3
_ITERATIONS = 200
# of a class that a fold has not seen: rare, and not impossible
_LEAST = np.exp(-12.0)


class LogisticCV:
    """Logistic regression with the C of least log loss on held-out rows.

    scikit-learn's `LogisticRegressionCV` ends with an error where a class is missing from the training rows of a fold;
    here it has a small probability there. Neighbouring strengths start from each other's weights.

    Parameters
    ----------
    seed
        Of the folds.

    Attributes
    ----------
    C_
        The strength that was chosen; there after `fit`, as `classes_` is.

    """

    classes_: Array
    C_: float

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def fit(self, X: Array, y: Array) -> Self:
        """Choose the strength, and learn from all rows: features, (n, n_features), and two classes at least, (n,)."""
        from sklearn.linear_model import LogisticRegression

        self.classes_, places = np.unique(y, return_inverse=True)
        losses = [self._losses(X, places, *fold) for fold in self._folds(places)]
        self.C_ = CS[int(np.mean(losses, axis=0).argmin())] if losses else 1.0
        self._model = LogisticRegression(C=self.C_, max_iter=1000).fit(X, places)
        return self

    def predict_proba(self, X: Array) -> Array:
        """Compute the probability of each class, (n, n_classes)."""
        return np.asarray(self._model.predict_proba(X))

    def _folds(self, places: Array) -> Iterator[tuple[Array, Array]]:
        """Yield the rows to learn from and those held out, by class where there are enough; none of one class only."""
        from sklearn.model_selection import KFold, StratifiedKFold

        count = min(_FOLDS, len(places))
        kind = StratifiedKFold if np.bincount(places).min() >= count else KFold
        for train, held in kind(count, shuffle=True, random_state=self._seed).split(places, places):
            if len(np.unique(places[train])) > 1:
                yield train, held

    def _losses(self, X: Array, places: Array, train: Array, held: Array) -> list[float]:
        """Return the mean log loss of each strength on held-out rows."""
        from sklearn.linear_model import LogisticRegression

        model, losses = LogisticRegression(warm_start=True, max_iter=_ITERATIONS), []
        for strength in CS:
            model.set_params(C=strength).fit(X[train], places[train])
            y_prob = np.full((len(held), len(self.classes_)), _LEAST)
            y_prob[:, model.classes_] = np.maximum(model.predict_proba(X[held]), _LEAST)
            losses.append(float(-np.log(y_prob[np.arange(len(held)), places[held]]).mean()))
        return losses


def ridge() -> Any:
    """Make a ridge regression whose strength is chosen by leaving out one row at a time, which has a closed form."""
    from sklearn.linear_model import RidgeCV

    return RidgeCV(alphas=ALPHAS)
