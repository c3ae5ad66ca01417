"""Arms of the study of versatility, really run."""

import pytest

from dlwhy.studies.bench import workers
from dlwhy.studies.claims.versatility import design as versatility
from dlwhy.studies.plan.study import Seeds
from dlwhy.studies.request import Request
from tests.studies import running


def test_one_test_set_is_one():
    study = versatility.design(Request(claim="versatility", only=("moons",), n_seeds=3))
    arm = running.changed(study.arms["moons: 10-10-1, one test set"], steps=40)
    found = running.run(arm, Seeds(report=study.seeds, tuning=()))

    assert all((200 * run.metrics["accuracy"]) % 1 == pytest.approx(0, abs=1e-6) for run in found.runs)
    assert len({run.metrics["log_loss"] for run in found.runs}) == 3


def test_timed_runs_are_few_and_one_after_the_other():
    study = versatility.design(Request(claim="versatility", only=("scaling",)))
    seeds = Seeds(report=study.seeds, tuning=())
    net = running.changed(study.arms["scaling: net:table-one, n=1000"], epochs=1, min_steps=None, repeats=2)
    found = workers.run_arm(net, seeds, None)
    simple = workers.run_arm(study.arms["scaling: logistic, n=1000"], seeds, None)

    assert [run.seed for run in found.runs] == list(seeds.report[:2])
    assert all(0 < run.seconds < 10 for run in found.runs)
    assert len(simple.runs) == 3
    assert found.runs[0].n_train == 1000
