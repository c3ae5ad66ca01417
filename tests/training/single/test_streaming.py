"""Training on slices: the very numbers of training in memory, told and ended within an epoch."""

import dataclasses
import os
import sys

import numpy as np
import pytest

from dlwhy.cli.steps import inputs
from dlwhy.data import make
from dlwhy.data.stored import storage
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions, accelerator, fit
from dlwhy.training.choosing import TrainingData, steps_a_slice, streams
from dlwhy.training.progress import Hooks
from dlwhy.training.single import session as setup
from dlwhy.training.single.compiled import CompiledEngine
from dlwhy.training.single.fit import DivergedError, resume
from dlwhy.training.single.streaming import StreamingEngine
from tests.training.conftest import fit_once, small

NETWORK = NetworkSpec(layers=(8,))


def both(dataset, network=NETWORK, **options):
    """Train in memory, and with a slice for each batch."""
    recipe = TrainingOptions(**{"epochs": 4, "engine": "graph"} | options)
    return fit_once(dataset, network, recipe), fit(dataset, network, recipe, memory=0)


def assert_same(a, b):
    assert a.history == b.history
    for mine, other in zip(a.model.get_weights(), b.model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    for mine, other in zip(a.model.optimizer.variables, b.model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), other.numpy())


def test_large_data_get_the_engine_that_streams(binary):
    made = {}
    for memory in (0, 1024):
        session = setup.new(
            binary,
            NETWORK,
            TrainingOptions(engine="graph"),
            start=None,
            device="auto",
            threads=None,
            memory=memory,
        )
        made[memory] = type(session.engine)
    assert made == {0: StreamingEngine, 1024: CompiledEngine}


def test_every_task_ends_bit_identical_and_the_model_says_nothing_of_slices(dataset):
    memory, streamed = both(dataset)
    assert_same(memory, streamed)
    assert archive.to_bytes(memory) == archive.to_bytes(streamed)


BATCH_NORM = NetworkSpec(layers=(8,), batch_norm=True, dropout=0.2)


WEIGHTED = {"class_weight": "balanced", "schedule": "cosine"}


@pytest.mark.parametrize("engine", ["graph", "xla"])
@pytest.mark.parametrize(
    ("network", "options"),
    [
        # XLA compiles long: all at once; with a rest, which is a program of its own, below
        (dataclasses.replace(BATCH_NORM, l2=0.01), {"batch_size": 30, **WEIGHTED}),
        pytest.param(NetworkSpec(layers=(8,), l2=0.01), WEIGHTED, marks=pytest.mark.slow),
        pytest.param(
            NetworkSpec(layers=(150, 150), layer_norm=True),
            {"optimizer": "momentum", "batch_size": 30},
            marks=pytest.mark.slow,
        ),
        pytest.param(NETWORK, {"batch_size": 1000, "clip_norm": 0.1}, marks=pytest.mark.slow),
    ],
    ids=["batch-norm-weights", "weights", "wide", "one-batch"],
)
def test_every_recipe_ends_bit_identical(binary, engine, network, options):
    assert_same(*both(binary, network, engine=engine, **options))


def test_sums_over_many_steps_are_rounded_the_same():
    # XLA rounds a step's loss by how it cuts the step into kernels; a sum of 7000 of them shows it
    data, recipe = make("moons", samples=320_000), TrainingOptions(epochs=1, engine="xla")
    assert_same(fit(data, options=recipe), fit(data, options=recipe, memory=2))


@pytest.mark.filterwarnings("ignore:each epoch ends in a batch")
@pytest.mark.parametrize(
    ("network", "steps"),
    # of 5 batches, and of 4 and a rest of an epoch
    [(NETWORK, 2), (NETWORK, 100), (BATCH_NORM, 1), (BATCH_NORM, 3), (BATCH_NORM, 100)],
    ids=["plain-2", "plain-100", "batch-norm-1", "batch-norm-3", "batch-norm-100"],
)
def test_slices_of_any_size_give_the_same(monkeypatch, network, steps):
    data = small(n=130)
    monkeypatch.setattr("dlwhy.training.choosing.steps_a_slice", lambda *_, **__: steps)
    assert_same(*both(data, network, epochs=2))


def test_a_large_validation_part_goes_through_in_slices():
    assert_same(*both(small(n=60, n_test=17 * 8192 + 9), epochs=2))


def test_without_a_validation_part():
    assert_same(*both(small(n_test=0)))


def test_early_stopping_stops_at_the_same_epoch_with_the_same_weights():
    recipe = {"epochs": 200, "patience": 3, "learning_rate": 0.2}
    memory, streamed = both(small(n=60), NetworkSpec(layers=(32, 32)), **recipe)
    assert len(streamed.history["loss"]) < 200
    assert_same(memory, streamed)


def test_divergence_leaves_the_same_last_state():
    recipe = TrainingOptions(epochs=500, optimizer="sgd", learning_rate=0.9, engine="graph", batch_size=90)
    spec, last = NetworkSpec(layers=(64, 64), activation="linear"), []
    for memory in (1024, 0):
        with pytest.raises(DivergedError) as caught:
            fit(small("regression"), spec, recipe, memory=memory)
        last.append(caught.value.last)
    assert_same(*last)


def test_a_resumed_training_is_that_of_one_run(binary, tmp_path):
    recipe = {"engine": "graph", "optimizer": "nadam"}
    whole = fit(binary, NETWORK, TrainingOptions(**recipe, epochs=7))
    hooks = Hooks(on_checkpoint=lambda trained: archive.write(trained, tmp_path / "part.keras"))
    fit(binary, NETWORK, TrainingOptions(**recipe, epochs=4, checkpoint_every=3), memory=0, hooks=hooks)
    assert_same(whole, resume(archive.read(tmp_path / "part.keras"), binary, epochs=7, memory=0))


def slowly(monkeypatch):
    """Make the main thread look at the engine after each slice."""
    monkeypatch.setattr("dlwhy.training.single.fit._SECONDS_BETWEEN", 0.001)


def test_progress_is_told_within_an_epoch(monkeypatch):
    slowly(monkeypatch)
    told = []
    fit(
        small(n=1000),
        NETWORK,
        TrainingOptions(epochs=1, engine="graph"),
        memory=0,
        hooks=Hooks(on_progress=told.append),
    )
    within = [progress for progress in told if progress.epoch == 0]
    assert len(within) > 2
    assert [progress.fraction for progress in within] == sorted(progress.fraction for progress in within)
    assert all(0 < progress.fraction <= 1 and not progress.logs for progress in within)
    assert (told[-1].epoch, told[-1].fraction) == (1, 0)
    assert all(progress.samples_per_second > 0 for progress in told)


def test_a_wish_to_stop_within_an_epoch_leaves_the_epoch_before(monkeypatch):
    slowly(monkeypatch)
    told, data = [], small(n=1000)

    def stop():
        return bool(told) and (told[-1].epoch, told[-1].fraction) > (2, 0)

    wish = Hooks(on_progress=told.append, should_stop=stop)
    stopped = fit(data, NETWORK, TrainingOptions(epochs=50, engine="graph"), memory=0, hooks=wish)
    assert told[-1].fraction > 0
    done = len(stopped.history["loss"])
    assert 2 <= done < 50
    assert_same(stopped, fit(data, NETWORK, TrainingOptions(epochs=done, engine="graph")))


def arrays(n, features=2):
    X, y = np.zeros((n, features), np.float32), np.zeros(n, np.int32)
    return TrainingData(X=X, y=y, X_val=X[:0], y_val=y[:0], weights=None, task="binary")


def test_large_data_and_long_epochs_stream():
    size = {"batch_size": 32, "multiply_adds": 130}
    assert not streams(arrays(700), **size, memory=1024)
    assert streams(arrays(700), **size, memory=0)
    assert streams(arrays(100_000), **size, memory=1)
    assert not streams(arrays(100_000), **size, memory=2)
    assert not streams(arrays(3_000_000), **size, memory=1024)
    assert streams(arrays(5_000_000), **size, memory=1024)


def test_a_dozen_slices_fit_into_the_memory():
    size = {"batch_size": 32, "multiply_adds": 130}
    for memory in (1, 4, 16):
        assert 0.9 * memory / 12 < steps_a_slice(arrays(10**6), **size, memory=memory) * 32 * 12 / 2**20 < memory / 12
    assert steps_a_slice(arrays(10**6, 2000), **size, memory=0) == 1
    assert steps_a_slice(arrays(10**6), batch_size=32, multiply_adds=10**7, memory=1024) == 1


def test_the_command_tells_within_an_epoch_and_writes_the_same_bytes(dlwhy_in_process, tmp_path, monkeypatch):
    slowly(monkeypatch)
    storage.write(small(n=1000), tmp_path / "d.npz")
    command = ("train", "-d", "d.npz", "--epochs", "1", "--engine", "graph")
    assert dlwhy_in_process(*command, "-o", "a.keras").code == 0
    done = dlwhy_in_process(*command, "-o", "b.keras", "--memory", "0")
    lines = [line for line in done.err.splitlines() if line.startswith("epoch 0.")]
    assert 2 < len(lines) <= 10
    assert "samples/s" in lines[0]
    assert (tmp_path / "a.keras").read_bytes() == (tmp_path / "b.keras").read_bytes()
    assert dlwhy_in_process(*command, "--memory", "-1").code == 2


@pytest.mark.parametrize(("sent", "loaded"), [(None, 1), (b"x0,target\n", 0), (b"", 0)])
def test_tensorflow_is_imported_while_data_are_waited_for(sent, loaded, monkeypatch):
    imported = []
    monkeypatch.setattr(accelerator, "load", lambda: imported.append("tensorflow"))
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin, os.fdopen(writing, "wb", buffering=0) as pipe:
        monkeypatch.setattr(sys, "stdin", stdin)
        if sent is not None:
            pipe.write(sent)
            pipe.close()
        inputs.start_while_waiting("-")
    assert len(imported) == loaded
