"""The simple models that a net must beat, trained on the same training part."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError, display

Predict = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float64]]


def fit_baselines(dataset: Dataset, *, seed: int = 42) -> dict[str, Predict]:
    """Train the baselines on the training part.

    For classes: ``majority class`` (predicts the class frequencies of the training part), ``logistic regression``
    and ``gradient boosting`` (histogram-based trees). For regression: ``mean``, ``linear regression`` and
    ``gradient boosting``. Both regressions see standardised features and carry scikit-learn's default L2 penalty, so
    that they do not fall apart on many or collinear features.

    Parameters
    ----------
    dataset
        The data set; only its training part is used.
    seed
        Seed of the boosting, which sets rows aside for early stopping if there are more than 10,000.

    Returns
    -------
    dict
        By name, a function from (n_samples, n_features) float32 to predictions in the form of
        `dlwhy.models.network.predict`: (n_samples,) for binary and regression, else (n_samples, n_classes); float64.

    Raises
    ------
    InputRefusedError
        If the training part is empty or, for classes, holds one class only.

    """
    X, y = dataset.X_train.astype(np.float64), dataset.y_train
    if not len(y):
        raise InputRefusedError(f"{display(dataset.name)} has no training part to train baselines on")
    if dataset.task == "regression":
        return {name: _number_predictor(model.fit(X, y)) for name, model in _regressors(seed).items()}
    if len(np.unique(y)) < 2:
        raise InputRefusedError(f"the training part of {display(dataset.name)} holds one class; baselines need two")
    return {name: _class_predictor(model.fit(X, y), dataset) for name, model in _classifiers(seed).items()}


def _classifiers(seed: int) -> dict[str, Any]:
    from sklearn.dummy import DummyClassifier
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return {
        "majority class": DummyClassifier(strategy="prior"),
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "gradient boosting": HistGradientBoostingClassifier(random_state=seed),
    }


def _regressors(seed: int) -> dict[str, Any]:
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return {
        "mean": DummyRegressor(),
        "linear regression": make_pipeline(StandardScaler(), Ridge()),
        "gradient boosting": HistGradientBoostingRegressor(random_state=seed),
    }


def _number_predictor(model: Any) -> Predict:
    return lambda X: np.asarray(model.predict(X.astype(np.float64)), dtype=np.float64)


def _class_predictor(model: Any, dataset: Dataset) -> Predict:
    def predict(X: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        # a class may be missing from the training part: it gets its column, of zeros
        y_prob = np.zeros((len(X), max(2, dataset.n_classes)))
        y_prob[:, model.classes_] = model.predict_proba(X.astype(np.float64))
        return y_prob[:, 1] if dataset.task == "binary" else y_prob

    return predict
