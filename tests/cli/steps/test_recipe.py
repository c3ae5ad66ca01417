"""Each option of a training becomes a choice of network or training."""

import dataclasses
import json

import pytest

from dlwhy.cli.steps.recipe import Train
from dlwhy.models.spec import NetworkSpec
from dlwhy.training import TrainingOptions
from dlwhy.training.recipe import RECIPES

# what each option of a training becomes; a default for all that is not named
TRAINING = {
    "--epochs 7": {"epochs": 7},
    "--layers 64,32": {"layers": (64, 32)},
    "--layers none": {"layers": ()},
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
    "--min-steps 99": {"min_steps": 99},
    "--beta-2 0.9": {"beta_2": 0.9},
    "--label-smoothing 0.1": {"label_smoothing": 0.1},
    "--linear-path": {"linear_path": True},
    "--zero-output": {"zero_output": True},
    "--bins 6": {"bins": 6},
}


def asked(stopped):
    """Give all that a training was asked for, by name."""
    _, network, options = stopped.given
    return {**vars(network), **vars(options), **{name: stopped.named[name] for name in ("device", "threads", "memory")}}


@pytest.mark.parametrize("option", TRAINING)
def test_an_option_of_train_becomes_a_choice_of_the_training_and_changes_no_other(call, option):
    stopped = call("dlwhy.training.fitting.fit", "train", *option.split())

    defaults = {**vars(NetworkSpec()), **vars(TrainingOptions()), "device": "auto", "threads": None, "memory": 1024}
    assert asked(stopped) == {**defaults, **TRAINING[option]}
    assert (stopped.named["start"], stopped.named["members"]) == (None, 1)


def test_a_recipe_is_where_options_start_from(call):
    stopped = call("dlwhy.training.fitting.fit", "train", "--recipe", "table", "--layers", "8", "--epochs", "3")

    network, how = stopped.given[1:]
    assert network == dataclasses.replace(RECIPES["table"][0], layers=(8,))
    assert how == dataclasses.replace(RECIPES["table"][1], epochs=3)
    assert "memory" not in stopped.named


def test_a_recipe_may_be_a_file(call, tmp_path):
    (tmp_path / "own.toml").write_text('layers = [5, 6]\nlearning_rate = 0.5\nschedule = "cosine"\nkeep_best = 7\n')
    stopped = call("dlwhy.training.fitting.fit", "train", "--recipe", str(tmp_path / "own.toml"), "--members", "4")

    assert stopped.given[1] == NetworkSpec(layers=(5, 6))
    assert stopped.given[2] == TrainingOptions(learning_rate=0.5, schedule="cosine", keep_best=7)
    assert stopped.named["members"] == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--recipe tables", "--recipe must be essay, table, or a file that ends in .toml (got tables)"),
        ("--recipe no.toml", "no.toml"),
        ("--members 65", "--members must be a whole number from 1 to 64"),
        ("--members 2 --replicas 3", "--members and --replicas exclude each other"),
        ("--members 2 --threads 1", "--threads does not go with --members"),
        ("--recipe table --checkpoint-every 1", "--checkpoint-every does not go with --keep-best"),
        ("--inputs x0,,x1", "--inputs: an empty term can't be read"),
        ("--inputs x0 --replicas 2", "--inputs does not go with --replicas"),
        ("--inputs x0 --init-from a.keras", "--inputs does not go with --init-from"),
        ("--snapshots 1", "--snapshots must be a whole number from 2 to 1000"),
        ("--snapshots 5 --members 2", "--snapshots does not go with --members"),
        ("--keep-best 0", "--keep-best must be a whole number from 1"),
        ("--bins 129", "--bins must be a whole number from 0 to 128"),
        ("--beta-2 0.9 --optimizer sgd", "--beta-2 is not for sgd"),
        ("--label-smoothing 1", "--label-smoothing must be a number from 0 up to, not including, 1"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_read(dlwhy_in_process, options, message):
    done = dlwhy_in_process("train", "-d", "missing.joblib", *options.split())

    assert done.code != 0
    assert message in done.err
    assert "missing.joblib" not in done.err


@pytest.mark.parametrize("text", ["layers = 64", "nonsense = 1", "layers = [", 'layers = ["a"]'])
def test_a_file_that_is_no_recipe_is_refused_by_name(dlwhy_in_process, tmp_path, text):
    (tmp_path / "own.toml").write_text(text)
    done = dlwhy_in_process("train", "-d", "missing.joblib", "--recipe", str(tmp_path / "own.toml"))

    assert done.code != 0
    assert len(done.err.splitlines()) == 1
    assert "own.toml" in done.err


def test_every_choice_of_network_and_training_is_an_option_with_the_same_default():
    choices = {**vars(NetworkSpec()), **vars(TrainingOptions())}
    options = vars(Train())

    assert {name: options[name] for name in choices} == {**choices, "layers": "10,10"}
    # what keeps the best moment is trained as a stack, which takes neither threads nor memory
    assert set(choices) == {
        "keep_best",
        *(name for becomes in TRAINING.values() for name in becomes if name in choices),
    }


def test_what_belongs_to_hidden_layers_is_refused_without_any(dlwhy_in_process):
    result = dlwhy_in_process("train", "--layers", "none", "--dropout", "0.5", "-d", "none.npz")

    assert (result.code, result.out) == (2, "")
    assert "--dropout is of hidden layers, and --layers none has none" in result.error


def test_a_net_without_hidden_layers_is_a_linear_model(dlwhy_in_process, tmp_path):
    assert dlwhy_in_process("generate", "moons", "--samples", "200", "-o", "d.npz").code == 0
    assert dlwhy_in_process("train", "--layers", "none", "-d", "d.npz", "--epochs", "3", "-o", "m.keras").code == 0

    told = json.loads(dlwhy_in_process("info", "m.keras", "--json").out)

    assert told["parameters"] == 3
    assert dlwhy_in_process("plot", "boundary", "-m", "m.keras", "-d", "d.npz", "-o", "b.png").code == 0
