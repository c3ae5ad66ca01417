"""What the recipe for tables brings, on the tables that it was developed on: python -m tests.benchmarks.nets FOLDER.

Prints the table of docs/nets.md; FOLDER holds the packages that `real_tables` names.
"""

import argparse
import dataclasses
import functools
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.errors import DlwhyWarning
from dlwhy.training.recipe import RECIPES, Recipe
from dlwhy.training.stack.fit import Varying, train_replicas
from tests.benchmarks import real_tables

_MEMBERS, _TEST, _EPSILON = 8, 0.25, 0.01
_RESAMPLES = 10_000
# all rows, no choice of epoch: what `net:plain` is
_PLAIN: Recipe = (
    dataclasses.replace(RECIPES["table"][0], zero_output=False, linear_path=False, bins=0),
    dataclasses.replace(RECIPES["table"][1], keep_best=None, normalize="always"),
)
_METHODS = ("plain, 8", "table, 8", "plain, 1", "table, 1", "linear, CV")
_Split = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]


def main() -> None:
    """Measure table by table, and print errors, their means and the gains."""
    parser = argparse.ArgumentParser("python -m tests.benchmarks.nets", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--splits", type=int, default=10)
    given = parser.parse_args()
    warnings.simplefilter("ignore", DlwhyWarning)
    say = functools.partial(Console().print, markup=False, highlight=False, soft_wrap=True)
    say("| table | rows | features | " + " | ".join(_METHODS) + " | seconds of 8: plain, table |")
    say("|---|---|---|" + "---|" * len(_METHODS) + "---|")
    errors = []
    for name, dataset in real_tables.tables(given.folder):
        found, seconds = _errors(dataset, given.splits)
        errors.append([found[method] for method in _METHODS])
        shown = " | ".join(f"{found[method]:.4f}" for method in _METHODS)
        took = f"{seconds[0]:.1f}, {seconds[1]:.1f}"
        say(f"| {name} | {len(dataset.X_train)} | {dataset.n_features} | {shown} | {took} |")
    say("")
    for better, worse in ((1, 0), (3, 2), (1, 4)):
        say(f"- {_METHODS[better]} against {_METHODS[worse]}: {_gain(np.array(errors), better, worse)} fewer errors")


def _errors(dataset: Dataset, splits: int) -> tuple[Mapping[str, float], tuple[float, float]]:
    """Give the mean error of each method over splits, and what the networks took."""
    parts = [_split(dataset, seed) for seed in range(splits)]
    found, seconds = {}, []
    for name, recipe in (("plain", _PLAIN), ("table", RECIPES["table"])):
        started = time.perf_counter()
        of_8, of_1 = _networks(dataset, recipe, parts)
        seconds.append(time.perf_counter() - started)
        found |= {f"{name}, 8": of_8, f"{name}, 1": of_1}
    found["linear, CV"] = float(np.mean([_linear(dataset, *part) for part in parts]))
    return found, (seconds[0], seconds[1])


def _split(dataset: Dataset, seed: int) -> _Split:
    from sklearn.model_selection import train_test_split

    stratify = None if dataset.task == "regression" else dataset.y_train
    rows = np.arange(len(dataset.X_train), dtype=np.int32)
    train, test = train_test_split(rows, test_size=_TEST, random_state=seed, stratify=stratify)
    return train, test


def _networks(dataset: Dataset, recipe: Recipe, parts: Sequence[_Split]) -> tuple[float, float]:
    """Give the error of eight networks averaged, and of the first; all of all splits are one stack."""
    pools = [train for train, _ in parts for _ in range(_MEMBERS)]
    seeds = [1000 * place + member for place in range(len(parts)) for member in range(_MEMBERS)]
    replicas = train_replicas(dataset, *recipe, varying=Varying(seeds=seeds, rows=pools, pools=pools))
    errors = []
    for place, (_, test) in enumerate(parts):
        own = replicas.predict(dataset.X_train[test])[place * _MEMBERS : (place + 1) * _MEMBERS]
        errors.append([_error(dataset, test, own.mean(axis=0)), _error(dataset, test, own[0])])
    of_8, of_1 = np.mean(errors, axis=0)
    return float(of_8), float(of_1)


def _linear(dataset: Dataset, train: npt.NDArray[np.int32], test: npt.NDArray[np.int32]) -> float:
    """Give the error of the linear model whose strength cross-validation chooses."""
    from sklearn.linear_model import LogisticRegressionCV, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    regression = dataset.task == "regression"
    if regression:
        model = RidgeCV(alphas=np.logspace(-1, 5, 7))
    else:
        model = LogisticRegressionCV(Cs=np.logspace(-3, 1, 5), max_iter=1000, scoring="neg_log_loss")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = make_pipeline(StandardScaler(), model).fit(dataset.X_train[train], dataset.y_train[train])
        X = dataset.X_train[test]
        answers = fitted.predict(X) if regression else fitted.predict_proba(X)
    return _error(dataset, test, answers[:, 1] if dataset.task == "binary" else answers)


def _error(dataset: Dataset, test: npt.NDArray[np.int32], y_prob: FloatArray) -> float:
    """Give the share of wrong classes, or the root mean squared error in deviations of the target."""
    y = dataset.y_train[test]
    if dataset.task == "regression":
        return float(np.sqrt(np.square(y_prob - y).mean()) / dataset.y_train.std())
    classes = y_prob > 0.5 if dataset.task == "binary" else y_prob.argmax(axis=1)
    return float((classes != y).mean())


def _gain(errors: npt.NDArray[np.float64], better: int, worse: int) -> str:
    """Compare shifted geometric means over tables, with a bootstrap over tables."""
    logs = np.log(errors[:, worse] + _EPSILON) - np.log(errors[:, better] + _EPSILON)
    rng = np.random.default_rng(0)
    means = logs[rng.integers(len(logs), size=(_RESAMPLES, len(logs)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    middle, low, high = (100 * (1 - np.exp(-value)) for value in (logs.mean(), low, high))
    return f"{middle:.1f} % [{low:.1f}, {high:.1f}]"


if __name__ == "__main__":
    main()
