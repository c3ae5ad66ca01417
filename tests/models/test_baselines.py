"""The simple models: each learns from the training part only, and predicts in the net's form."""

import dataclasses

import numpy as np
import pytest
from sklearn import datasets
from sklearn.model_selection import train_test_split

from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models import baselines
from dlwhy.models.baselines import fit_baselines


def dataset_of(X, y, task, class_names=()):
    X_train, X_test, y_train, y_test = (
        np.ascontiguousarray(part)
        for part in train_test_split(
            X.astype(np.float32), y.astype(np.float32 if task == "regression" else np.int32), random_state=0
        )
    )
    return Dataset(
        X_train=X_train,
        X_test=X_test,
        y_train=y_train,
        y_test=y_test,
        name=task,
        task=task,
        class_names=tuple(class_names),
    )


DATASETS = {
    "binary": dataset_of(*datasets.make_moons(300, noise=0.1, random_state=0), "binary", "ab"),
    "multiclass": dataset_of(*datasets.load_iris(return_X_y=True), "multiclass", "abc"),
    "regression": dataset_of(*datasets.make_friedman1(300, random_state=0), "regression"),
}


@pytest.mark.parametrize("task", DATASETS)
def test_predictions_have_the_nets_form(task):
    dataset = DATASETS[task]
    shape = (len(dataset.y_test), 3) if task == "multiclass" else (len(dataset.y_test),)

    fitted = fit_baselines(dataset, seed=1)

    assert tuple(fitted) == baselines.names(task)
    assert set(fitted) <= set(baselines.WORDS)
    for baseline in fitted.values():
        y_prob = baseline.predict(dataset.X_test)
        assert y_prob.shape == shape
        if task != "regression":
            assert 0 <= y_prob.min() <= y_prob.max() <= 1
    assert [name for name, each in fitted.items() if not each.has_probabilities] == (
        [] if task == "regression" else ["svm"]
    )


def test_the_majority_class_is_the_training_parts():
    dataset = DATASETS["binary"]
    y_prob = fit_baselines(dataset)["majority"].predict(dataset.X_test)

    assert y_prob == pytest.approx(dataset.y_train.mean())


def test_the_mean_is_the_training_parts():
    dataset = DATASETS["regression"]

    assert fit_baselines(dataset)["mean"].predict(dataset.X_test) == pytest.approx(dataset.y_train.mean(), rel=1e-6)


def test_trees_beat_a_line_on_the_moons_and_a_line_beats_guessing():
    dataset = DATASETS["binary"]
    accuracy = {
        name: np.mean((baseline.predict(dataset.X_test) > 0.5) == dataset.y_test)
        for name, baseline in fit_baselines(dataset).items()
    }

    assert accuracy["majority"] < accuracy["logistic"] < accuracy["gradient-boosting"]
    assert min(accuracy[name] for name in ("svm", "nearest-neighbours", "random-forest")) > accuracy["logistic"]


@pytest.mark.parametrize("task", DATASETS)
def test_same_seed_same_predictions(task):
    first, second = (
        [each.predict(DATASETS[task].X_test) for each in fit_baselines(DATASETS[task], seed=7).values()] for _ in "ab"
    )

    assert all((a == b).all() for a, b in zip(first, second, strict=True))


def test_features_are_standardised():
    dataset = DATASETS["multiclass"]
    stretched = dataclasses.replace(dataset, X_train=dataset.X_train * 1e6, X_test=dataset.X_test * 1e6)

    for name in ("logistic", "naive-bayes", "nearest-neighbours", "svm"):
        plain, other = (fit_baselines(data)[name].predict(data.X_test) for data in (dataset, stretched))

        assert other == pytest.approx(plain, abs=1e-4), name


def test_a_class_that_the_training_part_lacks_gets_no_probability():
    dataset = DATASETS["multiclass"]
    kept = dataset.y_train != 1
    fewer = dataclasses.replace(dataset, X_train=dataset.X_train[kept], y_train=dataset.y_train[kept])

    for baseline in fit_baselines(fewer).values():
        y_prob = baseline.predict(fewer.X_test)
        assert (y_prob[:, 1] == 0).all()
        assert y_prob.sum(axis=1) == pytest.approx(1)


def test_no_training_part_or_one_class_is_refused():
    dataset = DATASETS["binary"]
    ones = dataclasses.replace(dataset, y_train=np.ones_like(dataset.y_train))
    none = dataclasses.replace(dataset, X_train=dataset.X_train[:0], y_train=dataset.y_train[:0])

    with pytest.raises(InputRefusedError, match="one class"):
        fit_baselines(ones)
    with pytest.raises(InputRefusedError, match="no training part"):
        fit_baselines(none)


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match=r"baseline:mean: no such model .*there is majority, logistic, linear-cv"):
        baselines.make("mean", "binary", seed=0)


@pytest.mark.parametrize("task", DATASETS)
def test_what_would_take_minutes_is_left_out_of_large_tables(task, monkeypatch):
    assert baselines.too_many_rows(task, 20_000) == ()
    assert baselines.too_many_rows(task, 20_001) == ("svm",)
    assert baselines.too_many_rows(task, 50_001) == ("nearest-neighbours", "svm", "random-forest")

    monkeypatch.setattr(baselines, "MOST_ROWS", {"svm": 10})
    assert tuple(fit_baselines(DATASETS[task])) == tuple(n for n in baselines.names(task) if n != "svm")
