"""`dlwhy run`: the four steps in one process give what the four commands give."""

import dataclasses
import json
import types

import pytest

from dlwhy.cli.commands.run import Run
from dlwhy.cli.steps.drawing import Plot
from dlwhy.cli.steps.making import Generate
from dlwhy.cli.steps.recipe import Train
from dlwhy.cli.steps.scoring import Evaluate

FILES = ("dataset.joblib", "model.keras", "metrics.json", "plot.png")
QUICK = ("--epochs", "6", "--lr", "0.001", "--engine", "graph")


def test_one_process_writes_the_bytes_of_four(tmp_path, dlwhy_in_process):
    together = dlwhy_in_process("run", "moons", "--noise", "0.2", *QUICK, "--dir", "together")
    apart = [
        dlwhy_in_process("generate", "moons", "--noise", "0.2"),
        dlwhy_in_process("train", *QUICK),
        dlwhy_in_process("evaluate", "--metrics", "metrics.json"),
        dlwhy_in_process("plot"),
    ]

    assert [done.code for done in (together, *apart)] == [0] * 5, together.err
    for name in ("dataset.joblib", "model.keras", "plot.png"):
        assert (tmp_path / "together" / name).read_bytes() == (tmp_path / name).read_bytes(), name
    metrics = [json.loads((folder / "metrics.json").read_text()) for folder in (tmp_path / "together", tmp_path)]
    assert metrics[0]["accuracy"] == metrics[1]["accuracy"]
    assert metrics[0]["diagnosis"] == metrics[1]["diagnosis"]
    assert metrics[0]["diagnosis"]
    assert all(together.err.count(finding["says"]) == 1 for finding in metrics[0]["diagnosis"])
    assert together.out.splitlines()[-1] == "together/plot.png"


def test_json_is_one_object_on_stdout(tmp_path, dlwhy_in_process):
    done = dlwhy_in_process("run", "iris", *QUICK, "--json", "--baselines", "-q")

    assert done.code == 0, done.err
    assert done.err == ""
    found = json.loads(done.out)
    assert found == json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert "gain_over_logistic_regression" in found
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == sorted(FILES)


def test_a_gate_that_does_not_hold_exits_4_with_all_files_written(tmp_path, dlwhy_in_process):
    done = dlwhy_in_process("run", "--epochs", "1", "--engine", "graph", "--min-accuracy", "1", "--dir", "x")

    assert done.code == 4
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == sorted(FILES)


def test_a_table_of_ones_own(tmp_path, dlwhy_in_process):
    rows = "".join(f"{age},{('basic', 'full')[age % 2]},{('no', 'yes')[age > 45]}\n" for age in range(20, 80))
    (tmp_path / "churn.csv").write_text(f"age,plan,churned\n{rows}")

    done = dlwhy_in_process("run", "--from", "churn.csv", "--target", "churned", *QUICK, "--dir", "churn", "plain")
    assert done.code == 2  # a toy's name does not go with a table
    done = dlwhy_in_process("run", "--from", "churn.csv", "--target", "churned", *QUICK, "--dir", "churn")
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--dir", "file"), 73),
        (("--dir", "there", "--no-clobber"), 73),
        (("--epochs", "0"), 2),
        (("--size", "big"), 2),
        (("--noise", "-1"), 2),
    ],
)
def test_what_can_not_be_is_refused_before_any_work(tmp_path, dlwhy_in_process, arguments, code):
    (tmp_path / "file").write_text("")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "plot.png").write_text("mine")

    done = dlwhy_in_process("run", *arguments)

    assert done.code == code
    assert done.error
    assert (tmp_path / "there" / "plot.png").read_text() == "mine"
    assert not (tmp_path / "there" / "model.keras").exists()
    assert not (tmp_path / "run" / "dataset.joblib").exists()


def test_options_come_from_a_file_too(tmp_path, dlwhy_in_process):
    (tmp_path / "lab.toml").write_text('[run]\nepochs = 2\nlayers = "4"\ndir = "lab"\nengine = "graph"\n')

    done = dlwhy_in_process("run", "--config", "lab.toml")

    assert done.code == 0, done.err
    assert "epoch 2:" in done.err
    assert (tmp_path / "lab" / "plot.png").exists()


def test_run_hands_each_step_its_own_options(monkeypatch, tmp_path):
    """All options of `run` reach the step that they are for, and the folder decides where each reads and writes."""
    from dlwhy import cli
    from dlwhy.cli.steps import drawing, making, scoring, training
    from dlwhy.figures.subject import Subject

    got = []

    def step(given, *_, **__):
        got.append(given)
        return types.SimpleNamespace()

    for home, name in (
        (making, "make_and_save"),
        (training, "train_and_save"),
        (scoring, "score_and_show"),
        (drawing, "draw_and_save"),
    ):
        monkeypatch.setattr(home, name, step)
    monkeypatch.setattr(Subject, "from_trained", lambda *_, **__: None)
    monkeypatch.chdir(tmp_path)
    options = ["blobs", "--samples", "9", "--layers", "3", "--seed", "5", "--min", "accuracy=0.5", "--dpi", "99"]
    assert cli.run_command(["run", *options, "--dir", "x", "--json"]) == 0

    given = frozenset({"name", "samples", "layers", "seed", "minima", "dpi", "directory", "as_json"})
    here = {"data": "x/dataset.joblib", "given": given, "seed": 5}
    expected = [
        Generate(name="blobs", samples=9, output="x/dataset.joblib", given=given, seed=5),
        Train(layers="3", output="x/model.keras", **here),
        Evaluate(minima=["accuracy=0.5"], model=["x/model.keras"], metrics="x/metrics.json", as_json=True, **here),
        Plot(dpi=99, model=["x/model.keras"], output="x/plot.png", **{k: v for k, v in here.items() if k != "seed"}),
    ]
    assert [(type(each), vars(each)) for each in got] == [(type(each), vars(each)) for each in expected]


def test_run_has_the_options_of_its_four_steps_but_for_what_the_folder_decides_and_one_step_has_alone():
    names = {
        kind: {field.name for field in dataclasses.fields(kind)} for kind in (Run, Generate, Train, Evaluate, Plot)
    }
    run = names.pop(Run)
    steps = set.union(*names.values())

    assert run - steps == {"directory"}
    decided = {
        "data",
        "model",
        "output",
        "metrics",
        "form",
        "split",
        "max_size",
        "kinds",
        "show",
        "terminal",
        "show_list",
    }
    assert steps - run == decided | {"resume", "replicas", "save", "importance", "slices", "temperature"}
