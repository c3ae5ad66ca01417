"""A recipe refuses what can't be, and comes back from JSON."""

import pytest

from dlwhy.errors import UsageError
from dlwhy.training.options import TrainingOptions


def test_fault_5_batches_fit_the_rows_and_small_ones_stay():
    assert TrainingOptions(batch_size=2**31 - 1).fitting(5000).batch_size == 5000
    assert TrainingOptions(batch_size=2**31 - 1).fitting(210).batch_size == 1024
    for kept in (TrainingOptions(), TrainingOptions(batch_size=512)):
        assert kept.fitting(3) == kept


@pytest.mark.parametrize(
    ("name", "value", "flag"),
    [
        ("epochs", 0, "--epochs"),
        ("epochs", -1, "--epochs"),
        ("batch_size", 0, "--batch-size"),
        ("batch_size", -3, "--batch-size"),
        ("batch_size", 2**31, "--batch-size"),
        ("learning_rate", 0, "--learning-rate"),
        ("learning_rate", -1, "--learning-rate"),
        ("learning_rate", float("nan"), "--learning-rate"),
        ("learning_rate", float("inf"), "--learning-rate"),
        ("seed", -1, "--seed"),
        ("seed", 2**32, "--seed"),
        ("optimizer", "adamm", "--optimizer"),
        ("schedule", "up", "--schedule"),
        ("engine", "torch", "--engine"),
        ("clip_norm", 0, "--clip-norm"),
        ("patience", 0, "--patience"),
        ("validation_split", 1.0, "--validation-split"),
        ("checkpoint_every", 0, "--checkpoint-every"),
        ("class_weight", "auto", "--class-weight"),
        ("precision", "int8", "--precision"),
        ("normalize", "yes", "--normalize"),
    ],
)
def test_case_61_bad_values_are_refused_by_the_name_of_their_option(name, value, flag):
    with pytest.raises(UsageError, match=flag):
        TrainingOptions(**{name: value})


def test_steps_are_those_of_all_epochs_over_what_is_not_held_out():
    assert TrainingOptions(epochs=3, batch_size=10).steps(95) == 3 * 10
    assert TrainingOptions(epochs=3, batch_size=10, keep_best=4).steps(95) == 3 * 9  # 83 rows are left
    assert TrainingOptions(epochs=3, min_steps=40, batch_size=10).steps(95) == 40
    assert TrainingOptions(epochs=3, min_steps=41, batch_size=10).steps(95) == 50


def test_a_history_that_no_model_file_holds_is_refused_before_a_training():
    assert TrainingOptions(epochs=250_000).fitting(95).epochs == 250_000
    assert TrainingOptions(epochs=300_000, keep_best=8).fitting(95).epochs == 300_000
    for options in (TrainingOptions(epochs=250_001), TrainingOptions(min_steps=2_500_001, batch_size=1000)):
        with pytest.raises(UsageError, match="--epochs: a history of"):
            options.fitting(95)


def test_options_come_back_from_json():
    options = TrainingOptions(epochs=3, patience=2, clip_norm=0.5, schedule="step")
    assert TrainingOptions.from_json(options.to_json()) == options


def test_unknown_option_is_refused_by_name():
    with pytest.raises(UsageError, match="momentums"):
        TrainingOptions.from_json({"momentums": 1})
