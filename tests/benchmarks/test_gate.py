"""The gate compares what it should, with figures made up: no engine is timed here."""

import dataclasses

import numpy as np
import pytest

from tests.benchmarks import arrays, gate, rounds
from tests.benchmarks.jobs import GATE, YARDSTICK
from tests.benchmarks.peers import yardstick
from tests.benchmarks.rounds import Bench


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Give a bench whose measurements are made up: seconds of a network and step by job, a list a job, one a round."""
    monkeypatch.setattr(gate, "TABLE", tmp_path / "gate.json")
    monkeypatch.setattr(gate.arrays, "write", lambda job, folder: folder / job.name)

    def make(**seconds):
        def train(_, group, job, peer, path):
            assert (group, peer) == ("gate", job.peers[0])
            steps = -(-job.rows // job.batch)
            values = seconds.get(job.name, [1e-6, 1e-6])
            return {"epoch_processor_seconds": values.pop(0) * steps * job.replicas}

        monkeypatch.setattr(rounds, "train", train)
        return Bench(folder=tmp_path, repeats=2, say=lambda line: None)

    return make


def test_a_ratio_is_of_the_least_of_all_rounds(bench):
    found = gate.ratios(bench(yardstick=[4e-6, 2e-6], digits=[6e-6, 9e-6]))
    assert found["digits"] == pytest.approx(3)
    assert found["tall"] == pytest.approx(0.5)
    assert YARDSTICK.name not in found


def test_every_engine_and_layout_is_held_against_the_yardstick():
    assert {job.peers for job in GATE} == {("dlwhy",), ("dlwhy replicas",)}
    assert {"demonstration", "digits", "medium", "tall", "20 layers"} < {job.name for job in GATE}


@pytest.mark.parametrize(("times", "code"), [(1.2, 0), (1.3, 1), (0.5, 0)])
def test_what_is_slower_than_the_table_allows_fails(bench, times, code):
    _, first = gate.run(bench(), updates=True)
    told, now = gate.run(bench(tall=[times * 1e-6] * 2), updates=False)
    assert (first, now) == (0, code)
    assert f"| tall | {times:.3g} | {times:.2f} | {'SLOWER' if code else ''} |" in told
    assert told.count("SLOWER") == code


def test_a_processor_that_is_not_in_the_table_is_told_to_take_an_entry_first(bench, monkeypatch):
    gate.run(bench(), updates=True)
    known = gate.processor()
    monkeypatch.setattr(gate, "processor", lambda: "another")
    told, code = gate.run(bench(), updates=False)
    assert code == 2
    assert "--update" in told
    gate.run(bench(), updates=True)
    assert set(gate.table()) == {known, "another"}


def test_the_table_in_the_repository_has_all_jobs():
    entries = gate.table()
    assert entries
    for ratios in entries.values():
        assert set(ratios) == {job.name for job in GATE}
        assert all(value > 0 for value in ratios.values())


@pytest.mark.slow
def test_the_yardstick_learns(tmp_path):
    job, ticks = dataclasses.replace(YARDSTICK, replicas=8), []
    loss = -yardstick.train(job, arrays.read(arrays.write(job, tmp_path)), 50, ticks.append)
    assert ticks == [10, 20, 30, 40, 50]
    steps = -(-job.rows // job.batch)
    assert loss / steps < 0.1
    assert np.isfinite(loss)
