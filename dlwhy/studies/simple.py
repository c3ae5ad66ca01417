"""The simple models that a network is compared with: scikit-learn's, at their defaults, on the same draws."""

import time
import warnings
from typing import Any

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.data.dataset import Task as Kind
from dlwhy.errors import UsageError, display
from dlwhy.studies import networks, scoring
from dlwhy.studies.design import Arm, Seeds, training_seed
from dlwhy.studies.draws import Draw
from dlwhy.studies.results import Outcome, Run

CLASSIFIERS = (
    "majority",
    "logistic",
    "naive-bayes",
    "nearest-neighbours",
    "svm",
    "random-forest",
    "gradient-boosting",
)
REGRESSORS = ("mean", "linear", "nearest-neighbours", "svm", "random-forest", "gradient-boosting")


def run(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Fit the arm's simple model once a seed; its name is in the settings, as ``model``."""
    draws = networks.draws_of(arm, seeds.report, own)
    runs = [_fitted(arm, seed, draw) for seed, draw in zip(seeds.report, draws, strict=True)]
    return Outcome(runs=tuple(runs))


def make(name: str, kind: Kind, *, seed: int) -> Any:
    """Make a scikit-learn estimator; the features are taken to be standardised.

    Raises
    ------
    UsageError
        If there is no such model for the task.

    """
    known = REGRESSORS if kind == "regression" else CLASSIFIERS
    if name not in known:
        raise UsageError(f"baseline:{display(name)}: no such model for {kind}", f"there is {', '.join(known)}")
    return _regressor(name, seed) if kind == "regression" else _classifier(name, seed)


def predict(model: Any, draw: Draw, X: Any) -> Any:
    """Predict in the form of the networks: (n,) probabilities of class 1 or values, or (n, k)."""
    if draw.task == "regression":
        return model.predict(X)
    y_prob = np.zeros((len(X), draw.n_classes))
    y_prob[:, model.classes_.astype(int)] = (
        model.predict_proba(X) if hasattr(model, "predict_proba") else _votes(model.decision_function(X))
    )
    return y_prob[:, 1] if draw.task == "binary" else y_prob


def _fitted(arm: Arm, seed: int, draw: Draw) -> Run:
    model = make(arm.settings["model"], draw.task, seed=training_seed(seed, arm.shift))
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a logistic regression that is not quite at its optimum is good enough here
        model.fit(draw.X_train, draw.y_train)
    seconds = time.perf_counter() - started
    metrics = scoring.metrics(draw, draw.y_test, predict(model, draw, draw.X_test))
    metrics |= scoring.metrics(draw, draw.y_train, predict(model, draw, draw.X_train), prefix="train_")
    return Run(seed=seed, metrics=metrics, n_train=len(draw.X_train), overlap=draw.overlap, seconds=seconds)


def _votes(scores: Any) -> Any:
    """Turn the scores of a classifier without probabilities into numbers of the same order that sum to one."""
    wide = np.column_stack([-scores, scores]) if scores.ndim == 1 else scores
    powers = np.exp(wide - wide.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _classifier(name: str, seed: int) -> Any:
    from sklearn import dummy, ensemble, linear_model, naive_bayes, neighbors, svm

    return {
        "majority": lambda: dummy.DummyClassifier(strategy="prior"),
        "logistic": lambda: linear_model.LogisticRegression(max_iter=1000),
        "naive-bayes": naive_bayes.GaussianNB,
        "nearest-neighbours": neighbors.KNeighborsClassifier,
        "svm": svm.SVC,
        "random-forest": lambda: ensemble.RandomForestClassifier(random_state=seed),
        "gradient-boosting": lambda: ensemble.HistGradientBoostingClassifier(random_state=seed),
    }[name]()


def _regressor(name: str, seed: int) -> Any:
    from sklearn import dummy, ensemble, linear_model, neighbors, svm

    return {
        "mean": dummy.DummyRegressor,
        "linear": linear_model.Ridge,
        "nearest-neighbours": neighbors.KNeighborsRegressor,
        "svm": svm.SVR,
        "random-forest": lambda: ensemble.RandomForestRegressor(random_state=seed),
        "gradient-boosting": lambda: ensemble.HistGradientBoostingRegressor(random_state=seed),
    }[name]()
