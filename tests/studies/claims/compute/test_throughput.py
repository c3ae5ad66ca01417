"""The machine: what it does a second, measured once."""

import json

import pytest

from dlwhy.studies.claims.compute import throughput
from dlwhy.studies.plan.study import Outcome, Run
from tests.studies import running
from tests.studies.claims.compute.given import MEASURED, SEEDS


def test_sentences():
    lines = throughput.sentences(MEASURED)
    assert "batches of 1024 train 8.0 times as many samples a second as of 16" in lines[0]
    assert "50%" in lines[0]
    assert "2 threads train 1.1 times" in lines[-1]
    assert "not in a quick study" in throughput.sentences({**MEASURED, "threads": "not in a quick study"})[-1]


def test_clock():
    clock = throughput._Clock(batch=64, replicas=2)
    clock._told = [(1.0, 10), (1.5, 20), (2.0, 30)]
    assert clock.speed == 20 * 16 * 64 * 2
    assert not clock.is_enough()
    clock._told += [(3.0, 40), (4.0, 50)]
    assert clock.is_enough()


def test_measured_is_kept_once():
    outcome = Outcome(runs=(Run(seed=1, metrics={}, extra={throughput.KEY: MEASURED}), Run(seed=2, metrics={})))
    assert throughput.measured({"a": outcome}) == MEASURED
    assert throughput.measured({}) is None


@pytest.mark.slow
def test_a_real_measurement():
    arm = throughput.arm(threads=False)
    runs = running.run(running.changed(arm, batches=(16, 64), replicas=(1,)), SEEDS).runs
    assert [run.seed for run in runs] == [11, 12]
    found = runs[0].extra[throughput.KEY]
    assert found["batch"][1][1] > found["batch"][0][1] > 0
    assert 0 < found["share"] < 2
    assert json.loads(json.dumps(found)) == found
