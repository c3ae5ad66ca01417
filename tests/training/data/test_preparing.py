"""Held-out rows are whole groups or the latest rows, where a data set is split so; in lone trainings and in stacks."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from dlwhy.data.dataset import Dataset
from dlwhy.data.splitting import Split
from dlwhy.errors import InputRefusedError
from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions
from dlwhy.training.data import preparing
from tests.training.conftest import fit_once, small, train_stack

RECIPE = TrainingOptions(epochs=3, learning_rate=0.02, engine="graph", validation_split=0.2)


def with_split(by: str, task: str = "binary", *, n: int = 90) -> Dataset:
    data = small(task, n=n)
    order = np.random.default_rng(5).permutation(n)
    keys = order // 5 if by == "group" else order // 3
    dtype: Any = np.int32 if by == "group" else np.float64
    test = np.arange(1000, 1000 + len(data.y_test))
    split = Split(by=by, column="c", train=keys.astype(dtype), test=test.astype(dtype))  # type: ignore[arg-type]
    return dataclasses.replace(data, split=split)


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("seed", range(4))
def test_whole_groups_are_held_out(task: str, seed: int) -> None:
    data = with_split("group", task)
    assert data.split
    rows = np.arange(10, 80, dtype=np.int32)  # a replica's own

    rest, held = preparing.held_out(rows, data.y_train[rows], data.task, share=0.2, seed=seed, split=data.split)

    assert not {*data.split.train[rest]} & {*data.split.train[held]}
    assert sorted([*rest, *held]) == rows.tolist()
    assert 9 <= len(held) <= 19
    assert rest.dtype == held.dtype == np.int32


def test_the_latest_rows_are_held_out_whatever_the_seed() -> None:
    data = with_split("time")
    assert data.split
    rows = np.arange(90, dtype=np.int32)

    parts = [preparing.held_out(rows, data.y_train, "binary", share=0.2, seed=s, split=data.split) for s in (1, 2)]

    for rest, held in parts:
        assert data.split.train[rest].max() < data.split.train[held].min()
        assert len(held) == 18
        assert (held == parts[0][1]).all()


def test_one_group_can_t_be_held_out_of_itself() -> None:
    data = with_split("group")
    assert data.split
    split = dataclasses.replace(data.split, train=np.zeros(90, np.int32))

    with pytest.raises(InputRefusedError, match=r"--validation-split 0\.2: in the training part all rows are of one"):
        preparing.held_out(np.arange(90, dtype=np.int32), data.y_train, "binary", share=0.2, seed=1, split=split)


@pytest.mark.parametrize("by", ["group", "time"])
def test_lone_trainings_and_stacks_hold_the_same_rows_out(by: str) -> None:
    data = with_split(by)
    spec = NetworkSpec(layers=(8,))

    replicas = train_stack(data, spec, RECIPE, seeds=(3, 4))
    together = [replicas.unstack(place) for place in (0, 1)]
    alone = [fit_once(data, spec, dataclasses.replace(RECIPE, seed=seed)) for seed in (3, 4)]
    by_row = fit_once(dataclasses.replace(data, split=None), spec, dataclasses.replace(RECIPE, seed=3))

    for mine, lone in zip(together, alone, strict=True):
        np.testing.assert_allclose(mine.history["val_loss"], lone.history["val_loss"], rtol=2e-3)
    assert not np.allclose(by_row.history["val_loss"], alone[0].history["val_loss"], rtol=1e-3)


def test_where_groups_are_all_alike_only_held_out_rows_of_others_tell() -> None:
    """A network learns groups by heart: held-out rows of the same groups look known, those of others do not."""
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(40, dtype=np.int32), 6)
    X = (rng.standard_normal((40, 4))[groups] + 0.02 * rng.standard_normal((240, 4))).astype(np.float32)
    y = rng.permutation(np.arange(40) % 2)[groups].astype(np.int32)
    data = Dataset(X_train=X, y_train=y, X_test=X[:0], y_test=y[:0], name="g", task="binary", class_names=("a", "b"))
    split = Split(by="group", column="g", train=groups, test=groups[:0])
    recipe = dataclasses.replace(RECIPE, epochs=80)
    network = NetworkSpec(layers=(32, 32))

    flattered = fit_once(data, network, recipe).history["val_accuracy"][-1]
    honest = fit_once(dataclasses.replace(data, split=split), network, recipe).history["val_accuracy"][-1]

    assert flattered > 0.95
    assert honest < 0.8


@pytest.mark.parametrize("seed", range(12))
def test_the_only_row_of_a_class_is_learnt_from(seed: int) -> None:
    y = np.zeros(23, np.int32)
    y[7] = 1
    rest, held = preparing.held_out(np.arange(23, dtype=np.int32), y, "binary", share=1 / 8, seed=seed)
    assert (len(rest), len(held)) == (20, 3)
    assert 7 in rest
    assert sorted([*rest, *held]) == list(range(23))
