"""The command line as a translation: which library call do the arguments become? Nothing is trained, drawn or run."""

import dataclasses
import types
from pathlib import Path

import pytest

from dlwhy.cli.commands.run import Run
from dlwhy.cli.steps.drawing import Plot
from dlwhy.cli.steps.making import Generate
from dlwhy.cli.steps.recipe import Train
from dlwhy.cli.steps.scoring import Evaluate
from dlwhy.data.tables.formats.form import Form
from dlwhy.models.spec import NetworkSpec
from dlwhy.studies.request import Request
from dlwhy.training import TrainingOptions


class CalledError(Exception):
    """What the library was called with: nothing of it runs."""

    def __init__(self, *args, **kwargs):
        super().__init__(args, kwargs)
        self.given, self.named = args, kwargs


@pytest.fixture
def call(demo, monkeypatch, tmp_path):
    """Give a function that runs a command line in the folder of the demonstration, up to a function of the library."""
    from dlwhy import cli

    def run(where, *arguments):
        def called(*args, **kwargs):
            raise CalledError(*args, **kwargs)

        (tmp_path / "out").mkdir(exist_ok=True)
        for name in ("dataset.joblib", "model.keras", "points.csv"):
            if not (tmp_path / name).exists():
                (tmp_path / name).symlink_to(demo / name)
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            patch.setattr(where, called)
            with pytest.raises(CalledError) as stopped:
                cli.run_command([*arguments, "-q"])
        return stopped.value

    return run


# what each option of a training becomes; a default for all that is not named
TRAINING = {
    "--epochs 7": {"epochs": 7},
    "--layers 64,32": {"layers": (64, 32)},
    "--activation tanh": {"activation": "tanh"},
    "--optimizer lion": {"optimizer": "lion"},
    "--learning-rate 0.5": {"learning_rate": 0.5},
    "--lr 0.25": {"learning_rate": 0.25},
    "--schedule warm-up": {"schedule": "warm-up"},
    "--batch-size 8": {"batch_size": 8},
    "--dropout 0.1": {"dropout": 0.1},
    "--batch-norm": {"batch_norm": True},
    "--layer-norm": {"layer_norm": True},
    "--residual": {"residual": True},
    "--l1 0.1": {"l1": 0.1},
    "--l2 0.2": {"l2": 0.2},
    "--initializer orthogonal": {"initializer": "orthogonal"},
    "--normalize always": {"normalize": "always"},
    "--patience 3": {"patience": 3},
    "--validation-split 0.4": {"validation_split": 0.4},
    "--class-weight balanced": {"class_weight": "balanced"},
    "--clip-norm 2": {"clip_norm": 2.0},
    "--checkpoint-every 5": {"checkpoint_every": 5},
    "--seed 9": {"seed": 9},
    "--precision bfloat16": {"precision": "bfloat16"},
    "--engine graph": {"engine": "graph"},
    "--device CPU:0": {"device": "CPU:0"},
    "--threads 1": {"threads": 1},
    "--memory 5": {"memory": 5},
}


def asked(stopped):
    """Give all that a training was asked for, by name."""
    _, network, options = stopped.given
    return {**vars(network), **vars(options), **{name: stopped.named[name] for name in ("device", "threads", "memory")}}


@pytest.mark.parametrize("option", TRAINING)
def test_an_option_of_train_becomes_a_choice_of_the_training_and_changes_no_other(call, option):
    stopped = call("dlwhy.training.single.fit.fit", "train", *option.split())

    defaults = {**vars(NetworkSpec()), **vars(TrainingOptions()), "device": "auto", "threads": None, "memory": 1024}
    assert asked(stopped) == {**defaults, **TRAINING[option]}
    assert stopped.named["start"] is None


def test_every_choice_of_network_and_training_is_an_option_with_the_same_default():
    choices = {**vars(NetworkSpec()), **vars(TrainingOptions())}
    options = vars(Train())

    assert {name: options[name] for name in choices} == {**choices, "layers": "10,10"}
    assert set(choices) <= {name for becomes in TRAINING.values() for name in becomes}


def test_a_training_begins_with_another_model_whose_network_it_has_but_for_what_is_given(call):
    other = ("--init-from", "model.keras", "--freeze", "all", "-o", "other.keras")
    stopped = call("dlwhy.training.single.fit.fit", "train", *other, "--dropout", "0.5")

    assert [base.details.task for base in stopped.named["start"].bases] == ["binary"]
    assert stopped.named["start"].freeze == "all"
    assert stopped.given[1] == NetworkSpec(dropout=0.5)


def test_a_training_goes_on(call):
    stopped = call(
        "dlwhy.training.single.fit.resume", "train", "--resume", "model.keras", "--epochs", "70", "--threads", "2"
    )

    trained, dataset = stopped.given
    assert (len(trained.history["loss"]), dataset.name) == (60, "moons")
    del stopped.named["hooks"]
    assert stopped.named == {"epochs": 70, "device": "auto", "threads": 2, "memory": 1024}


def test_replicas_are_trained_from_the_seed_on(call):
    stopped = call("dlwhy.training.stack.fit.train_replicas", "train", "--replicas", "3", "--seed", "7", "--l2", "0.1")

    _, network, options = stopped.given
    assert (network, options) == (NetworkSpec(l2=0.1), TrainingOptions(seed=7))
    assert list(stopped.named["varying"].seeds) == [7, 8, 9]


def test_a_table_is_read_as_it_is_said_to_be(call):
    several = ("na", "keep-na-text", "category", "number", "keep")
    one = {"decimal": ",", "thousands": ".", "censored": "half", "dates": "parts", "target-type": "class"}
    given = [word for name in several for each in "ab" for word in (f"--{name}", each)]
    given += [word for name, value in one.items() for word in (f"--{name}", value)]

    read = call("dlwhy.data.tables.importing.read_table", "generate", "--from", "points.csv", *given)

    expected = {name: ["a", "b"] for name in several} | one
    assert {name: value for name, value in read.named.items() if name.replace("_", "-") in expected} == {
        name.replace("-", "_"): value for name, value in expected.items()
    }


def test_a_toy_is_made_and_a_table_read(call):
    toy = ("generate", "blobs", "--samples", "50", "--noise", "2", "--classes", "4", "--features", "3", "--seed", "5")
    made = call("dlwhy.data.toys.make.make", *toy, "--test-size", "0.5", "--stratify")
    table = ("generate", "--from", "points.csv", "--target", "y", "--drop", "a", "--drop", "b", "--delimiter", ";")
    read = call(
        "dlwhy.data.tables.importing.read_table", *table, "--missing", "drop", "--max-rows", "9", "--max-size", "3"
    )

    assert made.given == ("blobs",)
    assert made.named == {
        "samples": 50,
        "noise": 2.0,
        "classes": 4,
        "features": 3,
        "seed": 5,
        "test_size": 0.5,
        "stratify": True,
    }
    assert read.given == ("points.csv",)
    assert read.named == {
        "target": "y",
        "task": None,
        "drop": ["a", "b"],
        "format": None,
        "missing": "drop",
        "split_column": None,
        "group": None,
        "time": None,
        "test_size": 0.3,
        "seed": 42,
        "stratify": None,
        "max_rows": 9,
        "max_size": 3,
        "drop_unlabelled": False,
        "delimiter": ";",
        "encoding": None,
        "header": None,
    }


def test_rows_are_read_to_predict(call):
    options = ("--no-header", "--keep", "--chunk-size", "5", "--input-format", "tsv", "--encoding", "latin-1")
    stopped = call("dlwhy.evaluation.table_rows.read_rows", "predict", "points.csv", *options)

    path, details = stopped.given
    assert (path, [column.name for column in details.columns]) == ("points.csv", ["x0", "x1"])
    form = Form(format="tsv", encoding="latin-1", header=False)
    assert stopped.named == {"form": form, "na": (), "missing": "impute", "keep": True, "chunk_size": 5}


def test_panels_are_drawn(call):
    stopped = call("dlwhy.figures.kinds.draw", "plot", "roc", "loss", "--x", "x1", "--y", "x0", "--size", "4x3")

    (subject,), kinds = stopped.given
    assert (subject.name, kinds) == ("model.keras", ["roc", "loss"])
    assert stopped.named == {"x": "x1", "y": "x0", "size": (4.0, 3.0)}


def test_simple_models_are_fitted_from_the_seed(call):
    stopped = call("dlwhy.models.baselines.fit_baselines", "evaluate", "--baselines", "--seed", "3")

    assert stopped.given[0].name == "moons"
    assert stopped.named == {"seed": 3}


@pytest.mark.parametrize(
    ("arguments", "asked_for", "named"),
    [
        ("depth", {}, {}),
        (
            "depth --budget quick --seeds 3 --seed 4 --epochs 5 --only linear --only rings-2 --smallest-effect 0.1",
            {
                "budget": "quick",
                "n_seeds": 3,
                "base_seed": 4,
                "epochs": 5,
                "only": ("linear", "rings-2"),
                "smallest_effect": 0.1,
            },
            {},
        ),
        ("depth --alpha 0.1 --jobs 2 --retry-failed", {"alpha": 0.1}, {"jobs": 2, "retry_failed": True}),
        ("data --cluster tcp://h:1 --dir out", {"claim": "data"}, {"cluster": "tcp://h:1"}),
    ],
)
def test_a_study_is_asked_for(call, arguments, asked_for, named):
    stopped = call("dlwhy.studies.conduct.run", "study", *arguments.split())

    request, folder = stopped.given
    wanted = Request(**{"claim": "depth", **asked_for})
    assert request == wanted
    assert folder == Path("out" if "--dir" in arguments else "study") / request.claim
    given = {name: stopped.named[name] for name in ("jobs", "cluster", "retry_failed")}
    assert given == {"jobs": 1, "cluster": None, "retry_failed": False, **named}


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
    decided = {"data", "model", "output", "metrics", "form", "split", "max_size", "kinds", "show", "show_list"}
    assert steps - run == decided | {"resume", "replicas", "save"}
