"""The harness of the benchmarks does what it says: real processes, no TensorFlow, a few seconds."""

import dataclasses
import json
import sys

import pytest

from tests.benchmarks import arrays, chart, figures, goals, jobs, machine, measure, processes, report
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import PEERS

TINY = Job(name="demonstration", rows=70, test_rows=30, epochs=3, peers=("scikit-learn",))


def _row(job: str, peer: str, number: int, **values: float) -> dict[str, object]:
    return {"job": job, "peer": peer, "round": number, "epochs": 100, "peak_bytes": 1e8, "accuracy": 1.0, **values}


def _measured() -> list[dict[str, object]]:
    """Two rounds on a machine that was twice as slow in the second; dlwhy is 100 times as fast as Keras in both."""
    times = {"epoch_seconds": 0.1, "first_epoch_seconds": 1.0, "training_seconds": 10.0}
    return [
        _row("demonstration", peer, number, **{name: seconds * share * (number + 1) for name, seconds in times.items()})
        for number in range(2)
        for peer, share in (("dlwhy", 0.01), ("keras fit", 1.0))
    ]


def test_every_job_names_known_peers_once():
    for group in jobs.GROUPS.values():
        for job in group:
            assert set(job.peers) <= set(PEERS)
            assert len(set(job.peers)) == len(job.peers)
    # quick and the gate measure some of the others' again
    names = [job.name for name, group in jobs.GROUPS.items() if name not in ("quick", "gate") for job in group]
    assert len(set(names)) == len(names)


def test_operations_are_those_of_the_matrix_products():
    # forward 2·10 + 10·10 + 10·1, both gradients of it but the one for the 2 inputs; a multiply-add is 2 operations
    assert TINY.multiply_adds == 130
    assert TINY.operations == 2 * (130 + 130 + 110) * 70


def test_an_epoch_is_timed_behind_the_first_call():
    assert measure.seconds_an_epoch([(50, 9.0), (100, 10.0), (150, 11.0)]) == pytest.approx(0.02)


def test_a_peer_that_makes_many_epochs_in_one_call_trains_until_it_makes_two(monkeypatch):
    trained = []

    class InCalls:
        prepare = staticmethod(lambda job: None)

        @staticmethod
        def train(job, data, epochs, tick):
            trained.append(epochs)
            for done in [*range(50, epochs, 50), epochs]:
                tick(done)
            return 1.0

    monkeypatch.setattr(measure.importlib, "import_module", lambda name: InCalls)
    monkeypatch.setattr(measure, "_STEADY_SECONDS", 0.0)
    row = measure.measure("scikit-learn", dataclasses.replace(TINY, epochs=3), None)
    assert trained == [3, 15, 75]
    assert row["epoch_seconds"] > 0
    assert row["epochs"] == 3


def test_ratios_are_taken_within_a_round():
    found = figures.ratio(_measured(), "demonstration", "dlwhy", "keras fit", "epoch_seconds")
    assert found == figures.Spread(median=pytest.approx(0.01), least=pytest.approx(0.01), most=pytest.approx(0.01))
    alone = figures.spread(_measured(), "demonstration", "dlwhy", "epoch_seconds")
    assert (alone.least, alone.median, alone.most) == pytest.approx((0.001, 0.0015, 0.002))
    assert figures.ratio(_measured(), "demonstration", "dlwhy", "jax", "epoch_seconds") is None


def test_a_goal_that_is_missed_is_reported_as_missed():
    rows = _measured()
    reached = {what: spread.median <= limit for what, spread, limit in goals.lines(rows)}
    assert reached == {
        "demonstration, epoch: dlwhy to keras fit": True,
        "demonstration, training: dlwhy to keras fit": True,
    }
    for row in rows:
        row |= {"epoch_seconds": 0.1, "epochs": 30}
    assert len(goals.lines(rows)) == 1  # so short a training is no measure of its start
    assert report.goal_table(rows).splitlines()[2].endswith("| 1 | 0.02 | no |")


def test_report_holds_every_measurement(tmp_path):
    about = machine.describe()
    report.write_json(tmp_path / "all.json", _measured(), about, 1e11)
    assert json.loads((tmp_path / "all.json").read_text())["rows"] == _measured()
    report.write_markdown(tmp_path / "all.md", _measured(), about, 1e11)
    text = (tmp_path / "all.md").read_text()
    assert f"| python | {about['python']} |" in text
    assert "| demonstration | dlwhy | 0.015 (0.01-0.02) | 1.5 (1-2) | 466,667 |" in text


def test_chart_is_drawn_whatever_is_missing(tmp_path):
    chart.draw(tmp_path / "some.png", _measured(), 1e11)
    chart.draw(tmp_path / "none.png", [], 1e11)
    assert (tmp_path / "some.png").read_bytes() != (tmp_path / "none.png").read_bytes()


def test_a_peer_trains_in_its_own_process(tmp_path):
    job = dataclasses.replace(jobs.QUICK[0], peers=("scikit-learn",))
    path = arrays.write(job, tmp_path)
    command = (sys.executable, "-m", "tests.benchmarks.measure", "scikit-learn", "quick", job.name, str(path))
    with processes.environment(tmp_path, cold=True) as environment:
        ended = processes.run(command, environment=environment)
    row = json.loads(ended.output)
    assert 0 < row["epoch_seconds"] < row["training_seconds"] < ended.seconds
    assert row["accuracy"] > 0.9
    assert row["peak_bytes"] <= ended.peak_bytes


def test_a_process_that_fails_is_an_error_with_its_last_line(tmp_path):
    with (
        processes.environment(tmp_path, cold=False) as environment,
        pytest.raises(processes.FailedError, match="no luck"),
    ):
        processes.run((sys.executable, "-c", "raise SystemExit('no luck')"), environment=environment)


def test_data_are_made_once_and_split_into_parts_that_share_no_row(tmp_path):
    path = arrays.write(TINY, tmp_path)
    made = path.stat().st_mtime_ns
    data = arrays.read(arrays.write(TINY, tmp_path))
    assert path.stat().st_mtime_ns == made
    assert data.X_train.shape == (70, 2)
    assert data.X_test.shape == (30, 2)
    assert not {tuple(row) for row in data.X_train} & {tuple(row) for row in data.X_test}
