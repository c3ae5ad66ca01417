"""`dlwhy train` as a user meets it: files, options, signals, exit codes."""

import dataclasses
import json
import os
import signal
import subprocess
import time
import zipfile

import numpy as np
import pytest

from dlwhy.data import make
from dlwhy.data.stored import storage
from dlwhy.models import network
from dlwhy.models.keras_file import archive

QUICK = ("--epochs", "5", "--engine", "graph")


@pytest.fixture
def moons(tmp_path):
    storage.write(make("moons"), tmp_path / "dataset.joblib")
    return tmp_path


def test_the_demonstration_learns_and_reports(moons, dlwhy_in_process):
    done = dlwhy_in_process("train", "--json")
    assert done.code == 0, done.err
    about = json.loads(done.out)
    assert about["val_accuracy"] >= 0.99
    assert about["epochs"] == 100
    assert about["parameters"] == 151
    assert about["multiply_adds"] == 130
    trained = archive.read(moons / "model.keras")
    assert [type(layer).__name__ for layer in trained.model.layers] == ["Dense", "Dense", "Dense"]
    data = make("moons")
    accuracy = np.mean((network.predict(trained.model, data.X_test) > 0.5) == data.y_test)
    assert accuracy == pytest.approx(about["val_accuracy"])
    assert "151 parameters" in done.err


@pytest.mark.parametrize(("size", "shown"), [(1e-9, "e-"), (1e6, "e+")])
def test_tiny_and_huge_losses_are_told_by_their_first_digits(tmp_path, dlwhy_in_process, size, shown):
    noisy = make("plane")
    numbers = [(noisy.X_train[:, 0] * size).astype(np.float32), (noisy.X_test[:, 0] * size).astype(np.float32)]
    data = dataclasses.replace(noisy, task="regression", class_names=(), y_train=numbers[0], y_test=numbers[1])
    storage.write(data, tmp_path / "dataset.joblib")

    done = dlwhy_in_process("train", *QUICK)

    told = done.err.splitlines()[-1]
    assert f"loss {archive.read(tmp_path / 'model.keras').history['loss'][-1]:.4g}, mae" in told
    assert shown in told
    assert "0.0000" not in done.err
    assert len(told) < 160


@pytest.mark.parametrize(
    ("recipe", "rule", "says"),
    [
        (
            ("--layers", "2,2,2,2,2,2,2,2", "--epochs", "60", "--engine", "graph"),
            "dead",
            "the same class for all 300 rows: dead or not",
        ),
        (
            ("--optimizer", "sgd", "--lr", "30", "--layers", "50,50", "--epochs", "20"),
            "dead",
            "try --learning-rate 0.1",
        ),
        (("--epochs", "8", "--lr", "0.001"), "unfinished", "more --epochs, or --learning-rate 0.01"),
    ],
    ids=["dead", "burst", "unfinished"],
)
def test_case_35_what_is_wrong_with_a_training_is_told_by_train_info_and_evaluate(
    moons, dlwhy_in_process, recipe, rule, says
):
    done = dlwhy_in_process("train", *recipe, "--json")
    assert done.code == 0, done.err
    (finding,) = json.loads(done.out)["diagnosis"]
    assert finding["rule"] == rule
    assert says in finding["says"]
    assert done.err.splitlines()[-1] == f"note: {finding['says']}"
    assert json.loads(dlwhy_in_process("info", "model.keras", "--json").out)["diagnosis"] == [finding]
    assert f"diagnosis {rule}" in dlwhy_in_process("info", "model.keras").out
    evaluated = dlwhy_in_process("evaluate", "--json")
    assert json.loads(evaluated.out)["diagnosis"] == [finding]
    assert evaluated.err == f"note: {finding['says']}\n"


def test_a_training_that_went_well_is_told_nothing(demo, dlwhy_in_process):
    assert json.loads(dlwhy_in_process("info", demo / "model.keras", "--json").out)["diagnosis"] == []
    assert "nothing found" in dlwhy_in_process("info", demo / "model.keras").out
    evaluated = dlwhy_in_process("evaluate", "-m", demo / "model.keras", "-d", demo / "dataset.joblib", "--json")
    assert (json.loads(evaluated.out)["diagnosis"], evaluated.err) == ([], "")


def test_case_94_training_twice_gives_the_same_bytes_in_another_process_too(moons, dlwhy, dlwhy_in_process):
    same: tuple[str, ...] = ()
    for name, run in (("a", dlwhy_in_process), ("b", dlwhy)):
        done = run("train", *QUICK, *same, "--dropout", "0.1", "-o", f"{name}.keras", "--history", f"{name}.csv")
        assert done.code == 0, done.err
        # whatever trained first in this process has fixed how many there are
        same = ("--threads", str(json.loads(dlwhy_in_process("info", "a.keras", "--json").out)["threads"]))
    assert (moons / "a.keras").read_bytes() == (moons / "b.keras").read_bytes()
    assert (moons / "a.csv").read_bytes() == (moons / "b.csv").read_bytes()


def test_history_is_in_the_model_and_on_its_own(moons, dlwhy_in_process):
    assert dlwhy_in_process("train", *QUICK, "--history", "h.csv").code == 0
    lines = (moons / "h.csv").read_text().splitlines()
    assert lines[0] == "epoch,accuracy,loss,val_accuracy,val_loss"
    assert [line.split(",")[0] for line in lines[1:]] == ["1", "2", "3", "4", "5"]
    with zipfile.ZipFile(moons / "model.keras") as content:
        assert content.read("history.csv").decode().splitlines() == lines


@pytest.mark.parametrize(
    "arguments",
    [
        ("--dropout", "1"),
        ("--l2", "-1"),
        ("--optimizer", "sdg"),
        ("--activation", "rleu"),
        ("--freeze", "2"),
        ("--init-from", "m.keras", "--freeze", "some"),
        ("--resume", "m.keras", "--layers", "5"),
        ("--checkpoint-every", "2", "-o", "-"),
        ("--json", "-o", "-"),
        ("-d", "-", "--init-from", "-"),
    ],
    ids=" ".join,
)
def test_case_61_what_can_not_be_is_refused_in_one_line(moons, dlwhy_in_process, arguments):
    done = dlwhy_in_process("train", *arguments)
    assert done.code == 2
    assert done.error.startswith("-") or "stdout" in done.error or "stdin" in done.error
    assert not (moons / "model.keras").exists()


def test_case_61_usage_errors_come_before_tensorflow(tmp_path, dlwhy):
    started = time.monotonic()
    assert dlwhy("train", "--epochs", "0", env={"PYTHONPROFILEIMPORTTIME": "1"}).err.count("tensorflow") == 0
    assert time.monotonic() - started < 10


def test_case_63_divergence_exits_3_without_a_model(moons, dlwhy_in_process):
    (moons / "model.keras").write_text("old")
    diverging = ("train", "--lr", "1e30", "--optimizer", "sgd", "--activation", "linear", "--engine", "graph")
    done = dlwhy_in_process(*diverging)
    assert done.code == 3
    assert "epoch" in done.error
    assert "no model written" in done.error
    assert "--learning-rate" in done.error
    assert (moons / "model.keras").read_text() == "old"


def test_the_last_finite_state_is_kept_under_its_own_name(tmp_path, dlwhy_in_process):
    storage.write(make("plane", noise=5.0), tmp_path / "dataset.joblib")
    slowly = ("--lr", "0.9", "--optimizer", "sgd", "--activation", "linear", "--layers", "64,64", "--batch-size", "700")
    done = dlwhy_in_process("train", *slowly, "--epochs", "900", "--keep-diverged")
    assert done.code == 3
    assert "model.checkpoint.keras" in done.error
    kept = archive.read(tmp_path / "model.checkpoint.keras")
    assert all(np.isfinite(values).all() for values in kept.history.values())
    assert not (tmp_path / "model.keras").exists()


def test_checkpoints_are_written_and_resumed_from(moons, dlwhy_in_process):
    recipe = ("--engine", "graph", "--dropout", "0.2", "--epochs")
    assert dlwhy_in_process("train", *recipe, "7", "--checkpoint-every", "4").code == 0
    assert len(archive.read(moons / "model.checkpoint.keras").history["loss"]) == 4
    resumed = dlwhy_in_process(
        "train", "--resume", "model.checkpoint.keras", "--epochs", "7", "-o", "r.keras", "--json"
    )
    assert resumed.code == 0, resumed.err
    assert json.loads(resumed.out)["epochs"] == 7
    whole, again = (archive.read(moons / name) for name in ("model.keras", "r.keras"))
    assert whole.history == again.history
    for a, b in zip(whole.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_resume_takes_its_own_name(moons, dlwhy_in_process):
    assert dlwhy_in_process("train", *QUICK).code == 0
    done = dlwhy_in_process("train", "--resume", "model.keras", "--epochs", "6")
    assert done.code == 0, done.err
    assert len(archive.read(moons / "model.keras").history["loss"]) == 6


def test_transfer_says_what_was_taken(tmp_path, dlwhy_in_process):
    storage.write(make("digits"), tmp_path / "dataset.joblib")
    storage.write(make("hypercube", features=64, classes=4), tmp_path / "target.joblib")
    assert dlwhy_in_process("train", *QUICK, "--layers", "12,8", "-o", "base.keras").code == 0
    done = dlwhy_in_process(
        "train", *QUICK, "-d", "target.joblib", "--init-from", "base.keras", "--freeze", "all", "--json"
    )
    assert done.code == 0, done.err
    taken = json.loads(done.out)["taken"]
    assert taken == {"taken": ["dense_1", "dense_2"], "frozen": ["dense_1", "dense_2"], "new": ["output"]}
    assert "layers taken: dense_1, dense_2" in done.err
    base, model = (archive.read(tmp_path / name).model for name in ("base.keras", "model.keras"))
    np.testing.assert_array_equal(base.get_layer("dense_2").kernel, model.get_layer("dense_2").kernel)


def test_early_stopping_and_class_weights_from_the_command_line(moons, dlwhy_in_process):
    done = dlwhy_in_process(
        "train", "--engine", "graph", "--patience", "2", "--lr", "0.1", "--class-weight", "balanced", "--json"
    )
    assert done.code == 0, done.err
    about = json.loads(done.out)
    assert about["best_epoch"] == about["epochs"] - 2 < 98
    assert f"; the weights are those of epoch {about['best_epoch']}, the best" in done.err


@pytest.mark.parametrize("output", ["missing/model.keras", "folder", "dataset.joblib"])
def test_cases_72_74_76_outputs_are_refused_before_training(moons, dlwhy_in_process, output):
    (moons / "folder").mkdir()
    done = dlwhy_in_process("train", "-o", output)
    assert done.code == (2 if output == "dataset.joblib" else 73)
    assert "epoch" not in done.error
    assert make("moons").fingerprint == storage.read(moons / "dataset.joblib").fingerprint


def test_case_73_no_clobber_keeps_what_is_there(moons, dlwhy_in_process):
    (moons / "model.keras").write_text("mine")
    assert dlwhy_in_process("train", *QUICK, "--no-clobber").code == 73
    assert (moons / "model.keras").read_text() == "mine"


def test_case_64_an_out_of_range_label_gets_the_same_answer_whatever_the_engine(tmp_path, dlwhy_in_process):
    answers = set()
    (tmp_path / "bad.csv").write_text("x0,target,split\n" + "1,0,train\n2,1,train\n" * 5 + "3,nan,test\n")
    for engine in ("xla", "graph", "keras"):
        done = dlwhy_in_process("train", "-d", "bad.csv", "--engine", engine)
        answers.add((done.code, done.error))
    assert len(answers) == 1
    assert answers.pop()[0] == 65


def test_unknown_device_lists_what_there_is(moons, dlwhy_in_process):
    done = dlwhy_in_process("train", "--device", "GPU:7")
    assert done.code == 2
    assert "CPU:0" in done.error


def test_tensorboard_reads_the_history(moons, dlwhy_in_process):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    assert dlwhy_in_process("train", *QUICK, "--tensorboard", "logs").code == 0
    logged = EventAccumulator(str(moons / "logs")).Reload()
    assert set(logged.Tags()["tensors"]) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert [event.step for event in logged.Tensors("loss")] == [1, 2, 3, 4, 5]


def test_tensorboard_missing_is_one_line(moons, dlwhy_in_process, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tensorboard", None)
    done = dlwhy_in_process("train", *QUICK, "-q", "--tensorboard", "logs")
    assert done.code == 2
    assert "dlwhy[tensorboard]" in done.error


ENDLESS = ("--epochs", "5000", "--engine", "graph", "--checkpoint-every", "20")


def _wait_for(path, seconds=60):
    until = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="case-81"),
        pytest.param(signal.SIGTERM, 143, id="case-82"),
        pytest.param(signal.SIGHUP, 129, id="a lost connection", marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_after_the_epoch_in_hand_and_saves(moons, program, number, code):
    # readline, which pytest imports, gives COLUMNS to processes that are handed no environment
    how = {"cwd": moons, "stderr": subprocess.PIPE, "text": True, "env": dict(os.environ)}
    process = subprocess.Popen([program, "train", *ENDLESS], **how)
    _wait_for(moons / "model.checkpoint.keras")
    process.send_signal(number)
    told = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - told < 15  # 5 s on a machine with nothing else to do
    assert process.returncode == code
    epochs = len(archive.read(moons / "model.keras").history["loss"])
    assert 20 <= epochs < 5000
    # make takes it for older than its data, and trains again
    assert (moons / "model.keras").stat().st_mtime < (moons / "dataset.joblib").stat().st_mtime
    *_, result, note = err.splitlines()
    assert f"epoch {epochs}:" in result
    assert note == f"note: ended at epoch {epochs} of 5000: dlwhy train --resume goes on from there"
    assert "Traceback" not in err


def test_case_83_a_second_signal_leaves_at_once(moons, program):
    (moons / "model.keras").write_text("old")
    slow = ("--epochs", "5000", "--engine", "keras", "--checkpoint-every", "1", "--batch-size", "1")
    process = subprocess.Popen([program, "train", *slow], cwd=moons, stderr=subprocess.PIPE, text=True)
    _wait_for(moons / "model.checkpoint.keras")
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    process.communicate(timeout=10)
    assert process.returncode == 130
    assert (moons / "model.keras").read_text() == "old"
    assert not list(moons.glob(".*.tmp"))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_demonstration_holds_over_twenty_seeds_whatever_the_engine():
    from scipy.stats import ks_2samp

    from dlwhy.training import TrainingOptions, fit

    accuracies = {
        engine: [
            fit(make("moons"), options=TrainingOptions(seed=seed, engine=engine)).history["val_accuracy"][-1]
            for seed in range(20)
        ]
        for engine in ("xla", "graph", "keras")
    }
    for engine, found in accuracies.items():
        assert sum(accuracy >= 0.99 for accuracy in found) >= 19, (engine, found)
        assert ks_2samp(found, accuracies["keras"]).pvalue > 0.05
