"""The simple models that a network is compared with, at their defaults; all who compare use these."""

import contextlib
import dataclasses
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, Task
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models.simple import linear_cv, rivals
from dlwhy.models.simple.naive_bayes import NaiveBayes
from dlwhy.text import display

Predict = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float64]]

LINEAR_CV = "linear-cv"
_NON_LINEAR = ("nearest-neighbours", "svm", "random-forest", "gradient-boosting")
CLASSIFIERS = ("majority", "logistic", LINEAR_CV, "naive-bayes", *_NON_LINEAR)
REGRESSORS = ("mean", "linear", LINEAR_CV, *_NON_LINEAR)
WORDS: Mapping[str, str] = {
    "majority": "majority class",
    "mean": "mean",
    "logistic": "logistic regression",
    "linear": "linear regression",
    LINEAR_CV: "tuned linear model",
    "naive-bayes": "naive Bayes",
    "nearest-neighbours": "nearest neighbours",
    "svm": "SVM",
    "random-forest": "random forest",
    "gradient-boosting": "gradient boosting",
    **rivals.RIVALS,
}
# of training rows, from which on several threads are of use: below they wait for each other, twenty times as long on a
# machine that is busy
_FOR_THREADS = 20_000
# beyond so many training rows these take minutes
MOST_ROWS: Mapping[str, int] = {
    "svm": 20_000,
    "nearest-neighbours": 50_000,
    "random-forest": 50_000,
    LINEAR_CV: 200_000,
    "tabpfn": 1000,  # without a GPU it takes no more
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Baseline:
    """A simple model, fitted."""

    # from (n_samples, n_features) float32 to predictions in the form of `dlwhy.models.trained.Trained.predict`:
    # (n_samples,) for binary and regression, else (n_samples, n_classes); float64
    predict: Predict
    # whether what it predicts for classes are probabilities; an SVM's are only in the same order
    has_probabilities: bool = True


def names(task: Task) -> tuple[str, ...]:
    """Name the simple models that there always are for a task, guessing first; `WORDS` has each for people."""
    return REGRESSORS if task == "regression" else CLASSIFIERS


def known(task: Task) -> tuple[str, ...]:
    """Name all models for a task, those among them that may not be installed."""
    return (*names(task), *rivals.RIVALS)


def installed(task: Task) -> tuple[str, ...]:
    """Name all models for a task that can be tried here."""
    return (*names(task), *rivals.versions())


def linear(task: Task) -> str:
    """Name the linear model."""
    return "linear" if task == "regression" else "logistic"


def too_many_rows(task: Task, n_train: int) -> tuple[str, ...]:
    """Name those that would take minutes on so many training rows."""
    return tuple(name for name in installed(task) if takes_minutes(name, n_train))


def takes_minutes(name: str, n_train: int) -> bool:
    """Say whether one would take minutes on so many training rows, or not take them at all."""
    return n_train > MOST_ROWS.get(name, n_train)


def make(name: str, task: Task, *, seed: int) -> Any:
    """Make an estimator with scikit-learn's interface; the features are taken to be standardised.

    Raises
    ------
    UsageError
        If there is no such model for the task, or it is not installed.

    """
    if name in rivals.RIVALS:
        return rivals.make(name, task, seed=seed)
    if name not in names(task):
        raise UsageError(f"baseline:{display(name)}: no such model for {task}", f"there is {', '.join(names(task))}")
    return _regressor(name, seed) if task == "regression" else _classifier(name, seed)


def predict(model: Any, X: npt.NDArray[Any], *, task: Task, n_classes: int) -> npt.NDArray[np.float64]:
    """Predict with a fitted estimator in the form of the networks; see `Baseline`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # LightGBM misses names of columns
        return _predicted(model, X, task=task, n_classes=n_classes)


def _predicted(model: Any, X: npt.NDArray[Any], *, task: Task, n_classes: int) -> npt.NDArray[np.float64]:
    if task == "regression":
        return np.asarray(model.predict(X), np.float64)
    # a class may be missing from the training part: it gets its column, of zeros
    y_prob = np.zeros((len(X), max(2, n_classes)))
    y_prob[:, model.classes_.astype(int)] = (
        model.predict_proba(X) if _has_probabilities(model) else _votes(model.decision_function(X))
    )
    return y_prob[:, 1] if task == "binary" else y_prob


def fit_baselines(dataset: Dataset, *, seed: int = 42) -> dict[str, Baseline]:
    """Train the simple models on the training part, all on standardised features.

    Parameters
    ----------
    dataset
        The data set; only its training part is used.
    seed
        Seed of the forest and of the boosting, which sets rows aside for early stopping if there are more than 10,000.

    Returns
    -------
    dict
        By name, those that are `installed` but `too_many_rows`.

    Raises
    ------
    InputRefusedError
        If the training part is empty or, for classes, holds one class only.

    """
    y, task = dataset.y_train, dataset.task
    if not len(y):
        raise InputRefusedError(f"{display(dataset.name)} has no training part to train baselines on")
    if task != "regression" and len(np.unique(y)) < 2:
        raise InputRefusedError(f"the training part of {display(dataset.name)} holds one class; baselines need two")
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    X = scaler.fit_transform(dataset.X_train.astype(np.float64))

    def fitted(name: str) -> Baseline:
        model = fit(make(name, task, seed=seed), X, y)

        def predicted(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
            with _threads(len(y)):
                return predict(model, scaler.transform(rows.astype(np.float64)), task=task, n_classes=dataset.n_classes)

        return Baseline(predict=predicted, has_probabilities=task == "regression" or _has_probabilities(model))

    left_out = too_many_rows(task, len(y))
    with _threads(len(y)):
        return {name: fitted(name) for name in installed(task) if name not in left_out}


def fit(model: Any, X: npt.NDArray[Any], y: npt.NDArray[Any]) -> Any:
    """Fit an estimator, and give it back.

    Raises
    ------
    InputRefusedError
        If one that is not of scikit-learn can't learn from the data.

    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a logistic regression that is not quite at its optimum is good enough here
        try:
            return model.fit(X, y)
        except Exception as error:
            # what others refuse, such as features that are all constant, they refuse in ways of their own
            if type(model).__module__.split(".")[0] not in rivals.RIVALS:
                raise
            raise InputRefusedError(f"{type(model).__name__}: {display(error, 200)}") from error


def _threads(n_train: int) -> contextlib.AbstractContextManager[Any]:
    from threadpoolctl import threadpool_limits

    return contextlib.nullcontext() if n_train >= _FOR_THREADS else threadpool_limits(1)


def _has_probabilities(model: Any) -> bool:
    return hasattr(model, "predict_proba")


def _votes(scores: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Turn the scores of a classifier without probabilities into numbers of the same order that sum to one."""
    from scipy.special import softmax

    return np.asarray(softmax(np.column_stack([-scores, scores]) if scores.ndim == 1 else scores, axis=1))


def _classifier(name: str, seed: int) -> Any:
    from sklearn import dummy, ensemble, linear_model, neighbors, svm

    return {
        "majority": lambda: dummy.DummyClassifier(strategy="prior"),
        "logistic": lambda: linear_model.LogisticRegression(max_iter=1000),
        LINEAR_CV: lambda: linear_cv.LogisticCV(seed),
        "naive-bayes": NaiveBayes,
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
        LINEAR_CV: linear_cv.ridge,
        "nearest-neighbours": neighbors.KNeighborsRegressor,
        "svm": svm.SVR,
        "random-forest": lambda: ensemble.RandomForestRegressor(random_state=seed),
        "gradient-boosting": lambda: ensemble.HistGradientBoostingRegressor(random_state=seed),
    }[name]()
