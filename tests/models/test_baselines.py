"""The baselines: each learns from the training part only, and predicts in the net's form."""

import dataclasses

import numpy as np
import pytest
from sklearn import datasets
from sklearn.model_selection import train_test_split

from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError
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

    baselines = fit_baselines(dataset, seed=1)

    assert len(baselines) == 3
    for predict in baselines.values():
        assert predict(dataset.X_test).shape == shape


def test_the_majority_class_is_the_training_parts():
    dataset = DATASETS["binary"]
    y_prob = fit_baselines(dataset)["majority class"](dataset.X_test)

    assert y_prob == pytest.approx(dataset.y_train.mean())


def test_the_mean_is_the_training_parts():
    dataset = DATASETS["regression"]

    assert fit_baselines(dataset)["mean"](dataset.X_test) == pytest.approx(dataset.y_train.mean(), rel=1e-6)


def test_trees_beat_a_line_on_the_moons_and_a_line_beats_guessing():
    dataset = DATASETS["binary"]
    accuracy = {
        name: np.mean((predict(dataset.X_test) > 0.5) == dataset.y_test)
        for name, predict in fit_baselines(dataset).items()
    }

    assert accuracy["majority class"] < accuracy["logistic regression"] < accuracy["gradient boosting"]


@pytest.mark.parametrize("task", DATASETS)
def test_same_seed_same_predictions(task):
    first, second = ([p(DATASETS[task].X_test) for p in fit_baselines(DATASETS[task], seed=7).values()] for _ in "ab")

    assert all((a == b).all() for a, b in zip(first, second, strict=True))


def test_features_are_standardised():
    dataset = DATASETS["multiclass"]
    stretched = dataclasses.replace(dataset, X_train=dataset.X_train * 1e6, X_test=dataset.X_test * 1e6)

    plain, other = (fit_baselines(data)["logistic regression"](data.X_test) for data in (dataset, stretched))

    assert other == pytest.approx(plain, abs=1e-4)


def test_a_class_that_the_training_part_lacks_gets_no_probability():
    dataset = DATASETS["multiclass"]
    kept = dataset.y_train != 1
    fewer = dataclasses.replace(dataset, X_train=dataset.X_train[kept], y_train=dataset.y_train[kept])

    for predict in fit_baselines(fewer).values():
        y_prob = predict(fewer.X_test)
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
