"""Rows on disk: whole or not there, whatever is written over them."""

import dataclasses
import json
import os
import threading

import pytest

from dlwhy.errors import InputOutputError, InputRefusedError, InputUnreadableError, OutputBlockedError
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.bench import records
from dlwhy.studies.bench.folder import locked
from dlwhy.studies.plan.study import Arm, Outcome, Run, Task

PRINT = "a" * 64
TASK = Task(name="moons", role="positive", draw="moons", settings={"n_train": 10})
ARM = Arm(name="one", task=TASK, recipe=Simple(model="svm"), place={"model": "svm"})
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
    with locked(tmp_path / "s"):
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
    with locked(tmp_path):
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
    with locked(folder):
        records.write(folder, "tiny", ARM, OUTCOME, fingerprint=PRINT)
    assert records.read(folder, fingerprint=PRINT) == OUTCOME


def resealed(path, **given):
    """Change a record as somebody would who knows of its digest."""
    content = json.loads(path.read_text()) | given
    del content["sha256"]
    path.write_text(json.dumps({**content, "sha256": records.digest(content)}))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("3.json", {"seed": 3.0}),
        ("3.json", {"seed": True}),
        ("3.json", {"n_train": 10.0}),
        ("3.json", {"n_train": -1}),
        ("3.json", {"parameters": "4"}),
        ("3.json", {"parameters": 10**400}),
        ("3.json", {"overlap": -1}),
        ("3.json", {"overlap": 1e308}),
        ("3.json", {"seconds": False}),
        ("3.json", {"learning_rate": "fast"}),
        ("3.json", {"metrics": {"accuracy": 1e308}}),
        ("3.json", {"metrics": {"accuracy": [0.5]}}),
        ("3.json", {"status": 1}),
        ("3.json", {"status": ["ok"]}),
        ("3.json", {"reason": None}),
        ("3.json", {"extra": None}),
        ("arm.json", {"seeds": [3.0, 5.0]}),
        ("arm.json", {"seeds": ["3", "5"]}),
        ("arm.json", {"seeds": [3, 3]}),
        ("arm.json", {"seeds": [3] * 1_000_000}),
        ("arm.json", {"seeds": {"3": 5}}),
        ("arm.json", {"rates": {"0.01": "high"}}),
        ("arm.json", {"rates": {"0.01": float("inf")}}),
        ("arm.json", {"seconds": -1}),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value)[:30],
)
def test_fault_9_a_record_of_the_wrong_kind_is_damaged_at_once(folder, name, given):
    resealed(place(folder) / name)
    assert records.read(folder, fingerprint=PRINT) == OUTCOME
    resealed(place(folder) / name, **given)
    with pytest.raises(records.DamagedError, match="the record is damaged"):
        records.read(folder, fingerprint=PRINT)


def test_fault_9_a_record_that_was_changed_is_damaged_whatever_it_says(folder):
    row = json.loads((place(folder) / "3.json").read_text())
    (place(folder) / "3.json").write_text(json.dumps({**row, "extra": {"curve": "up"}}))
    with pytest.raises(records.DamagedError, match="changed since it was written"):
        records.read(folder, fingerprint=PRINT)
    (place(folder) / "3.json").write_text(json.dumps(dict(reversed(row.items())), indent=8))
    assert records.read(folder, fingerprint=PRINT) == OUTCOME


def test_a_result_too_large_to_be_one_is_none(tmp_path):
    odd = dataclasses.replace(RUNS[0], metrics={"r2": -1e150, "mse": 1e90})
    with locked(tmp_path):
        records.write(tmp_path, "tiny", ARM, Outcome(runs=(odd,)), fingerprint=PRINT)
    assert records.read(tmp_path, fingerprint=PRINT).runs[0].metrics == {"r2": None, "mse": 1e90}


def test_other_seeds_than_those_asked_for_are_damage(folder):
    assert records.read(folder, fingerprint=PRINT, seeds=(3, 5)) == OUTCOME
    for seeds in ((3,), (5, 3), (3, 5, 7)):
        with pytest.raises(records.DamagedError):
            records.read(folder, fingerprint=PRINT, seeds=seeds)


@pytest.mark.parametrize("what", ["file", "link"])
def test_case_88_what_is_no_record_at_all_is_replaced(tmp_path, what):
    with locked(tmp_path):
        if what == "file":
            place(tmp_path).write_text("x")
        else:
            (tmp_path / "mine").mkdir()
            (tmp_path / "mine" / "kept").write_text("x")
            place(tmp_path).symlink_to(tmp_path / "mine")
        with pytest.raises(Exception, match=r"arm\.json|a link"):
            records.read(tmp_path, fingerprint=PRINT)
        records.write(tmp_path, "tiny", ARM, OUTCOME, fingerprint=PRINT)
    assert records.read(tmp_path, fingerprint=PRINT) == OUTCOME
    assert what == "file" or (tmp_path / "mine" / "kept").exists()


@pytest.mark.parametrize(
    ("number", "kind"), [(28, InputOutputError), (13, OutputBlockedError), (30, OutputBlockedError)]
)
def test_a_full_disk_leaves_no_half_of_an_arm(tmp_path, monkeypatch, number, kind):
    def fail(*_):
        raise OSError(number, os.strerror(number))

    with locked(tmp_path):
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

    with locked(tmp_path):
        reader = threading.Thread(target=look)
        reader.start()
        for _ in range(50):
            records.write(tmp_path, "tiny", ARM, OUTCOME, fingerprint=PRINT)
        stop.set()
        reader.join()
    assert not wrong
