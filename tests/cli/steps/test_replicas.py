"""`dlwhy train --replicas`: the distribution over seeds, and which networks are saved."""

import json

import numpy as np
import pytest

from dlwhy.data import make
from dlwhy.data.stored import storage
from dlwhy.models.keras_file import archive
from dlwhy.models.spec import NetworkSpec
from dlwhy.training import TrainingOptions, fit

QUICK = ("--replicas", "5", "--epochs", "4", "--engine", "graph")


@pytest.fixture
def moons(tmp_path):
    storage.write(make("moons", samples=200), tmp_path / "dataset.joblib")
    return tmp_path


def trained(dlwhy, *arguments):
    done = dlwhy("train", *QUICK, "--json", *arguments)
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_each_replica_is_what_a_lone_training_from_its_seed_gives(moons, dlwhy_in_process):
    found = trained(dlwhy_in_process, "--save", "all", "--seed", "7")

    assert found["saved"] == {f"model-{seed}.keras": seed for seed in range(7, 12)}
    alone = fit(make("moons", samples=200), options=TrainingOptions(epochs=4, engine="graph", seed=9))
    one = archive.read(moons / "model-9.keras")
    np.testing.assert_allclose(one.history["val_loss"], alone.history["val_loss"], atol=1e-3)
    assert found["runs"][2]["seed"] == 9
    assert found["runs"][2]["val_loss"] == pytest.approx(alone.history["val_loss"][-1], abs=1e-3)


def test_median_and_best_are_chosen_without_the_test_part(moons, dlwhy_in_process):
    best = trained(dlwhy_in_process, "--save", "best")
    median = trained(dlwhy_in_process)
    held_out = trained(dlwhy_in_process, "--save", "best", "--validation-split", "0.3")

    assert best["ranked_by"] == median["ranked_by"] == "loss"
    assert held_out["ranked_by"] == "val_loss"
    by_loss = sorted(best["runs"], key=lambda run: run["loss"])
    assert best["saved"] == {"model.keras": by_loss[0]["seed"]}
    assert median["saved"] == {"model.keras": by_loss[2]["seed"]}
    assert held_out["saved"]["model.keras"] == min(held_out["runs"], key=lambda run: run["val_loss"])["seed"]
    losses = [run["loss"] for run in best["runs"]]
    assert best["distribution"]["loss"]["mean"] == pytest.approx(np.mean(losses))
    assert best["distribution"]["loss"]["sd"] == pytest.approx(np.std(losses, ddof=1))


def test_what_the_saved_trainings_show_is_told(moons, dlwhy_in_process):
    slowly = ("--lr", "0.001", "--epochs", "8")
    one = dlwhy_in_process("train", *QUICK, *slowly, "--json")
    found = json.loads(one.out)

    ((path, (finding,)),) = found["diagnosis"].items()
    assert (path, finding["rule"]) == ("model.keras", "unfinished")
    assert json.loads(dlwhy_in_process("info", "model.keras", "--json").out)["diagnosis"] == [finding]
    assert dlwhy_in_process("train", *QUICK, *slowly).err.splitlines()[-1] == f"note: {finding['says']}"
    assert len(trained(dlwhy_in_process, *slowly, "--save", "all")["diagnosis"]) == 5


def test_all_diverged_exits_3_without_a_model(moons, dlwhy_in_process):
    done = dlwhy_in_process("train", "-q", *QUICK, "--lr", "1e30", "--optimizer", "sgd", "--activation", "linear")

    assert done.code == 3
    assert "no model written" in done.error
    assert not (moons / "model.keras").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--replicas", "1"),
        ("--save", "best"),
        ("--replicas", "3", "--save", "worst"),
        ("--replicas", "3", "--resume", "m.keras"),
        ("--replicas", "3", "--history", "h.csv"),
        ("--replicas", "3", "--save", "all", "-o", "-"),
    ],
    ids=" ".join,
)
def test_what_does_not_go_together_is_refused(moons, dlwhy_in_process, arguments):
    done = dlwhy_in_process("train", *arguments)

    assert done.code == 2
    assert done.error.startswith("--")


def test_replicas_are_trained_from_the_seed_on(call):
    stopped = call("dlwhy.training.stack.fit.train_replicas", "train", "--replicas", "3", "--seed", "7", "--l2", "0.1")

    _, network, options = stopped.given
    assert (network, options) == (NetworkSpec(l2=0.1), TrainingOptions(seed=7))
    assert list(stopped.named["varying"].seeds) == [7, 8, 9]
