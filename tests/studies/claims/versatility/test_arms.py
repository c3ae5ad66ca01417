"""Arms of the study of versatility, really run."""

import numpy as np
import pytest

from dlwhy.studies.arms.training import train
from dlwhy.studies.bench import workers
from dlwhy.studies.claims.versatility import design as versatility
from dlwhy.studies.plan.study import Seeds, training_seed
from dlwhy.studies.request import Request
from dlwhy.studies.tasks import registry as tasks
from tests.studies import running


def test_eight_nets_are_the_mean_of_eight_the_first_of_them_the_single_one():
    study = versatility.design(Request(claim="versatility", only=("wine",), n_seeds=2))
    seeds = Seeds(report=study.seeds, tuning=())
    brief = {name: running.changed(study.arms[f"wine: {name}"], steps=40) for name in ("net", "eight nets")}
    found = running.run(brief["eight nets"], seeds)

    draws = tasks.draws_of(brief["net"].task, seeds.report, None)
    for seed, draw, run in zip(seeds.report, draws, found.runs, strict=True):
        own = [training_seed(seed, member) for member in range(8)]
        trained = train(brief["net"].recipe, [draw] * 8, own, [0.003] * 8, room=4096, size=4)
        mean = trained.replicas.predict(np.stack([draw.X_test] * 8)).mean(axis=0)
        assert run.seed == seed
        assert run.metrics["accuracy"] == pytest.approx((mean.argmax(axis=1) == draw.y_test).mean(), abs=0.03)
        assert run.parameters == 8 * (14 * 64 + 65 * 64 + 65 * 3)
    again = running.run(brief["eight nets"], seeds)
    assert [run.metrics for run in again.runs] == [run.metrics for run in found.runs]


def test_one_test_set_is_one():
    study = versatility.design(Request(claim="versatility", only=("moons",), n_seeds=3))
    arm = running.changed(study.arms["moons: 10-10-1, one test set"], steps=40)
    found = running.run(arm, Seeds(report=study.seeds, tuning=()))

    assert all((200 * run.metrics["accuracy"]) % 1 == pytest.approx(0, abs=1e-6) for run in found.runs)
    assert len({run.metrics["log_loss"] for run in found.runs}) == 3


def test_timed_runs_are_few_and_one_after_the_other():
    study = versatility.design(Request(claim="versatility", only=("scaling",)))
    seeds = Seeds(report=study.seeds, tuning=())
    net = running.changed(study.arms["scaling: net, n=1000"], steps=20, repeats=2)
    found = workers.run_arm(net, seeds, None)
    simple = workers.run_arm(study.arms["scaling: logistic, n=1000"], seeds, None)

    assert [run.seed for run in found.runs] == list(seeds.report[:2])
    assert all(0 < run.seconds < 10 for run in found.runs)
    assert len(simple.runs) == 3
    assert found.runs[0].n_train == 1000
