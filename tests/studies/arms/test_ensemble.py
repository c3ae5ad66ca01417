"""Several networks a seed as one arm: their predictions averaged, the first of them the single one."""

import dataclasses

import numpy as np
import pytest

from dlwhy.data.dataset import Dataset
from dlwhy.data.splitting import Split
from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms import ensemble, scoring
from dlwhy.studies.arms.ensemble import Ensemble
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.training import train
from dlwhy.studies.plan.study import Seeds, Task, training_seed
from dlwhy.studies.tasks import registry as tasks
from dlwhy.training import TrainingOptions, fitting
from dlwhy.training.data import preparing
from dlwhy.training.recipe import RECIPES

SEEDS = Seeds(report=(3, 9), tuning=())
OWN = Task(name="mine", role="own", draw="own")
BRIEF = {"epochs": 1, "min_steps": None, "keep_best": 4}
TABLE = {
    "network": dataclasses.replace(RECIPES["table"][0], layers=(8, 8), bins=4),
    "options": dataclasses.replace(RECIPES["table"][1], **BRIEF),
}


def table(kind="binary", *, n=1400, groups=0) -> Dataset:
    """Give a table of two numbers and an indicator, each of a scale of its own; with groups, they matter."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(n, 2)) * (3, 0.1) + 5, rng.random(n) < 0.3]).astype(np.float32)
    signal = (X[:, 0] - 5) * (X[:, 1] - 5) * 3 + X[:, 2]
    y = signal.astype(np.float32) if kind == "regression" else (signal > 0.2).astype(np.int32)
    names = () if kind == "regression" else ("no", "yes")
    who = rng.integers(groups, size=n).astype(np.int32) if groups else None
    split = None if who is None else Split(by="group", column="who", train=who, test=who[:0])
    return Dataset(
        X_train=X, y_train=y, X_test=X[:0], y_test=y[:0], name="mine", task=kind, class_names=names, split=split
    )


def test_eight_nets_are_the_mean_of_eight_the_first_of_them_the_single_one():
    task = Task(name="wine", role="real", draw="bundled", settings={"name": "wine", "n_train": 133})
    options = TrainingOptions(optimizer="adamw", learning_rate=0.003, schedule="cosine", normalize="never")
    how = {"network": NetworkSpec(layers=(64, 64)), "options": options, "steps": 40}
    found = Ensemble(**how, members=8).run(task, SEEDS, None)

    draws = tasks.draws_of(task, SEEDS.report, None)
    for seed, draw, run in zip(SEEDS.report, draws, found.runs, strict=True):
        own = [training_seed(seed, member) for member in range(8)]
        trained = train(Network(**how), [draw] * 8, own, [0.003] * 8, room=4096, size=4)
        mean = trained.replicas.predict(np.stack([draw.X_test] * 8)).mean(axis=0)
        assert run.seed == seed
        assert run.metrics["accuracy"] == pytest.approx((mean.argmax(axis=1) == draw.y_test).mean(), abs=0.03)
        assert run.parameters == 8 * (14 * 64 + 65 * 64 + 65 * 3)
    again = Ensemble(**how, members=8).run(task, SEEDS, None)
    assert [run.metrics for run in again.runs] == [run.metrics for run in found.runs]


@pytest.mark.parametrize("kind", ["binary", "regression"])
@pytest.mark.parametrize("members", [1, 2])
def test_the_recipe_for_tables_scores_what_training_on_the_same_rows_and_seeds_does(kind, members, monkeypatch):
    monkeypatch.setattr(ensemble, "training_seed", lambda seed, shift: seed + shift)
    data = table(kind)
    made = Network(**TABLE) if members == 1 else Ensemble(**TABLE, members=members)
    found = made.run(OWN, SEEDS, data)

    for seed, draw, run in zip(SEEDS.report, tasks.draws_of(OWN, SEEDS.report, data), found.runs, strict=True):
        same = dataclasses.replace(data, X_train=draw.X_train, y_train=draw.y_train)
        options = dataclasses.replace(TABLE["options"], seed=seed)
        replicas = fitting.train_members(same, TABLE["network"], options, members=members)
        expected = scoring.metrics(draw, draw.y_test, replicas.predict(draw.X_test).mean(axis=0))
        for name, value in expected.items():
            assert run.metrics[name] == pytest.approx(value, abs=1e-5), name
        assert sorted(set(replicas.fronts[0].bins.columns.tolist())) == [0, 1]
        width = 3 + 2 * 4
        assert run.parameters == members * ((width + 1) * 8 + 9 * 8 + 9)


def test_members_hold_out_whole_groups(monkeypatch):
    kept = []

    def held_out(rows, y, task, *, share, seed, split):
        parts = original(rows, y, task, share=share, seed=seed, split=split)
        kept.append([set(split.train[part].tolist()) for part in parts])
        return parts

    original = preparing.held_out
    monkeypatch.setattr(preparing, "held_out", held_out)
    data = table(n=300, groups=40)
    found = Ensemble(**TABLE, members=2).run(OWN, SEEDS, data)

    assert [run.status for run in found.runs] == ["ok", "ok"]
    assert len(kept) == 2 * 2
    tested = [set(draw.split.test.tolist()) for draw in tasks.draws_of(OWN, SEEDS.report, data)]
    for index, (learnt, chose) in enumerate(kept):
        assert learnt
        assert chose
        assert not learnt & chose
        assert not (learnt | chose) & tested[index // 2]
    assert kept[0] != kept[1]  # each member has groups of its own
