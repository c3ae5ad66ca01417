"""Rows on disk: whole or not there, whatever is written over them, and kept apart by a lock."""

import dataclasses
import json
import os
import subprocess
import sys
import threading

import pytest

from dlwhy.errors import (
    BusyError,
    DlwhyWarning,
    InputOutputError,
    InputRefusedError,
    InputUnreadableError,
    OutputBlockedError,
)
from dlwhy.studies import records
from dlwhy.studies.design import Arm, Task
from dlwhy.studies.results import Outcome, Run

PRINT = "a" * 64
ARM = Arm(name="one", task=Task(name="moons", role="positive", draw="moons", settings={"n_train": 10}))
RUNS = tuple(
    Run(
        seed=seed,
        metrics={"accuracy": 0.1 + seed / 3, "train_accuracy": None},
        n_train=10,
        parameters=4,
        seconds=0.25,
        learning_rate=0.01,
        extra={"curve": [1.0, 2.0]},
    )
    for seed in (3, 5)
)
OUTCOME = Outcome(runs=RUNS, rates={"0.01": 0.9}, at_edge=True, seconds=1.5)


@pytest.fixture
def folder(tmp_path):
    with records.locked(tmp_path / "s"):
        records.write(tmp_path / "s", "tiny", ARM, OUTCOME, fingerprint=PRINT)
    return tmp_path / "s"


def place(folder):
    return folder / "runs" / PRINT[:20]


def test_rows_come_back_as_they_were(folder):
    assert records.read(folder, fingerprint=PRINT) == OUTCOME
    assert records.read(folder, fingerprint="b" * 64) is None
    assert sorted(path.name for path in place(folder).iterdir()) == ["3.json", "5.json", "arm.json"]


def test_each_run_is_one_file_that_says_it_all(folder):
    row = json.loads((place(folder) / "3.json").read_text())
    assert row["arm"] == "one"
    assert row["dataset"] == "moons"
    assert row["value"] == row["metrics"]["accuracy"]
    assert row["fingerprint"] == PRINT
    assert row["schema"] == records.SCHEMA


def test_what_json_does_not_know_is_written_as_what_it_does(tmp_path):
    odd = dataclasses.replace(RUNS[0], metrics={"accuracy": float("nan")}, extra={"pair": (1, 2), 7: float("inf")})
    with records.locked(tmp_path):
        records.write(tmp_path, "tiny", ARM, Outcome(runs=(odd,)), fingerprint=PRINT)
    read = records.read(tmp_path, fingerprint=PRINT).runs[0]
    assert read.metrics == {"accuracy": None}
    assert read.extra == {"pair": [1, 2], "7": None}
    records.write_json(tmp_path / "x.json", {"a": float("nan"), "b": (1,)})
    assert records.read_json(tmp_path / "x.json") == {"a": None, "b": [1]}


def damages():
    def changed(**given):
        return lambda path: path.write_text(json.dumps(json.loads(path.read_text()) | given))

    yield "torn", "3.json", lambda path: path.write_bytes(path.read_bytes()[:40])
    yield "empty", "3.json", lambda path: path.write_bytes(b"")
    yield "garbage", "3.json", lambda path: path.write_bytes(bytes(range(256)))
    yield "nested", "3.json", lambda path: path.write_text("[" * 200_000)
    yield "list", "3.json", lambda path: path.write_text("[]")
    yield "missing", "3.json", lambda path: path.unlink()
    yield "folder", "3.json", lambda path: (path.unlink(), path.mkdir())
    yield "fifo", "3.json", lambda path: (path.unlink(), os.mkfifo(path))
    yield "huge", "3.json", lambda path: os.truncate(path, 1 << 30)
    yield "other seed", "3.json", changed(seed=4)
    yield "other arm", "3.json", changed(fingerprint="b" * 64)
    yield "other schema", "3.json", changed(schema="dlwhy.runs/0")
    yield "status", "3.json", changed(status="fine")
    yield "metrics", "3.json", changed(metrics="high")
    yield "metric", "3.json", changed(metrics={"accuracy": "high"})
    yield "infinite", "3.json", changed(metrics={"accuracy": float("inf")})
    yield "seconds", "3.json", changed(seconds=None)
    yield "extra", "3.json", changed(extra=[1])
    yield "reason", "3.json", changed(reason=7)
    yield "no facts", "arm.json", lambda path: path.unlink()
    yield "torn facts", "arm.json", lambda path: path.write_bytes(path.read_bytes()[:-9])
    yield "no seeds", "arm.json", changed(seeds=[])
    yield "path seeds", "arm.json", changed(seeds=["../3"])
    yield "rates", "arm.json", changed(rates=[1])
    yield "edge", "arm.json", changed(at_edge="no")
    yield "time", "arm.json", changed(seconds="long")


@pytest.mark.parametrize(("name", "damage"), [pytest.param(name, damage, id=case) for case, name, damage in damages()])
def test_case_88_a_damaged_record_is_told_from_a_whole_one_and_replaced(folder, name, damage):
    damage(place(folder) / name)
    with pytest.raises((InputRefusedError, InputUnreadableError)):
        records.read(folder, fingerprint=PRINT)
    with records.locked(folder):
        records.write(folder, "tiny", ARM, OUTCOME, fingerprint=PRINT)
    assert records.read(folder, fingerprint=PRINT) == OUTCOME


@pytest.mark.parametrize("what", ["file", "link"])
def test_case_88_what_is_no_record_at_all_is_replaced(tmp_path, what):
    with records.locked(tmp_path):
        if what == "file":
            place(tmp_path).write_text("x")
        else:
            (tmp_path / "mine").mkdir()
            (tmp_path / "mine" / "kept").write_text("x")
            place(tmp_path).symlink_to(tmp_path / "mine")
        with pytest.raises(Exception, match=r"arm\.json"):
            records.read(tmp_path, fingerprint=PRINT)
        records.write(tmp_path, "tiny", ARM, OUTCOME, fingerprint=PRINT)
    assert records.read(tmp_path, fingerprint=PRINT) == OUTCOME
    assert what == "file" or (tmp_path / "mine" / "kept").exists()


def test_case_87_a_second_study_is_kept_out_until_the_first_has_ended(tmp_path):
    with records.locked(tmp_path), pytest.raises(BusyError, match="another study"), records.locked(tmp_path):
        pass
    with records.locked(tmp_path):
        pass


def test_case_87_the_lock_of_a_killed_process_is_free(tmp_path):
    code = (
        "import sys, time, pathlib; from dlwhy.studies import records\n"
        "with records.locked(pathlib.Path(sys.argv[1])): print('in', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as first:
        assert first.stdout.readline() == b"in\n"
        with pytest.raises(BusyError), records.locked(tmp_path):
            pass
        first.kill()
        first.wait()
    with records.locked(tmp_path):
        pass


def test_what_a_killed_writer_left_is_swept(tmp_path):
    with records.locked(tmp_path):
        left = tmp_path / "runs" / f".{PRINT[:20]}-00000000"
        left.mkdir()
        (left / "3.json").write_text("{")
    with records.locked(tmp_path):
        assert not left.exists()


def test_a_file_system_without_locks_is_a_warning(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(records.fcntl, "flock", refuse)
    with pytest.warns(DlwhyWarning, match="one study at a time"), records.locked(tmp_path):
        pass


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "depth"):
        with pytest.raises(OutputBlockedError), records.locked(folder):
            pass
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.parametrize(
    ("number", "kind"), [(28, InputOutputError), (13, OutputBlockedError), (30, OutputBlockedError)]
)
def test_a_full_disk_leaves_no_half_of_an_arm(tmp_path, monkeypatch, number, kind):
    def fail(*_):
        raise OSError(number, os.strerror(number))

    with records.locked(tmp_path):
        monkeypatch.setattr(records.os, "fsync", fail)
        with pytest.raises(kind, match=os.strerror(number)):
            records.write(tmp_path, "tiny", ARM, OUTCOME, fingerprint=PRINT)
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_reader_never_sees_half_an_arm(tmp_path):
    """Rows are replaced again and again while another thread reads: all or nothing, but for the moment between."""
    stop, wrong = threading.Event(), []

    def look():
        while not stop.is_set():
            try:
                found = records.read(tmp_path, fingerprint=PRINT)
            except Exception:  # noqa: BLE001  # the old rows are being removed: never a half of the new ones
                continue
            if found not in (None, OUTCOME):
                wrong.append(found)

    with records.locked(tmp_path):
        reader = threading.Thread(target=look)
        reader.start()
        for _ in range(50):
            records.write(tmp_path, "tiny", ARM, OUTCOME, fingerprint=PRINT)
        stop.set()
        reader.join()
    assert not wrong
