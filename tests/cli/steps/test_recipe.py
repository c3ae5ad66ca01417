"""Each option of a training becomes a choice of network or training."""

import pytest

from dlwhy.cli.steps.recipe import Train
from dlwhy.models.spec import NetworkSpec
from dlwhy.training import TrainingOptions

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
