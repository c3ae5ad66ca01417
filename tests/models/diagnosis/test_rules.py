"""What a training's curves and outputs say: each rule where it must speak, and where it must not."""

import dataclasses

import numpy as np
import pytest

from dlwhy.data.dataset import Column
from dlwhy.models.details import Details
from dlwhy.models.diagnosis.outputs import Outputs
from dlwhy.models.diagnosis.rules import diagnose
from dlwhy.models.spec import NetworkSpec

EPOCHS = np.arange(100)
GUESS = 0.693
GOOD = Outputs(n_samples=300, spread=0.9, one_class=None, majority=0.52, guess_loss=GUESS)
OPTIONS = {"epochs": 100, "optimizer": "adam", "learning_rate": 0.01, "schedule": "constant"}


def details_of(network=None, outputs=GOOD, best_epoch=None, **options):
    return Details(
        task="binary",
        columns=(Column(name="x"),),
        class_names=("no", "yes"),
        network=(network or NetworkSpec()).to_json(),
        training={
            "options": {**OPTIONS, **options},
            "best_epoch": best_epoch,
            **({"outputs": dataclasses.asdict(outputs)} if outputs else {}),
        },
    )


def curves(loss, held_out=None):
    history = {"loss": list(map(float, loss))}
    return history if held_out is None else history | {"val_loss": list(map(float, held_out))}


def rules(history, details):
    return [finding.rule for finding in diagnose(history, details)]


def says(history, details):
    (finding,) = diagnose(history, details)
    return finding.says


def noisy(curve, share=0.03):
    return curve * (1 + share * np.random.default_rng(0).standard_normal(len(curve)))


FLAT = 0.1 + 0.6 * np.exp(-EPOCHS / 10)
RISING = np.where(EPOCHS < 12, 0.7 - 0.034 * EPOCHS, 0.286 + 0.00116 * (EPOCHS - 12))
FALLING = 0.7 * np.exp(-EPOCHS / 60)


# --- all is well


@pytest.mark.parametrize("seed", range(20))
def test_a_curve_that_has_flattened_out_says_nothing_however_noisy(seed):
    rng = np.random.default_rng(seed)
    history = curves(FLAT, FLAT * (1.2 + 0.08 * rng.standard_normal(100)))

    assert rules(history, details_of()) == []


def test_a_loss_near_zero_may_double_or_halve():
    tiny = 0.7 * np.exp(-EPOCHS / 5) + 0.0005

    assert rules(curves(tiny, np.where(EPOCHS > 50, tiny * 2, tiny)), details_of()) == []
    assert rules(curves(0.7 * np.exp(-EPOCHS / 12), 0.7 * np.exp(-EPOCHS / 12)), details_of()) == []


@pytest.mark.parametrize("n", [0, 1, 4])
def test_a_few_epochs_are_no_curve(n):
    assert rules(curves(FALLING[:n], FALLING[:n]), details_of(epochs=max(1, n))) == []


def test_without_any_facts_nothing_is_said():
    bare = dataclasses.replace(details_of(), training=None, network=None)

    assert rules({}, bare) == []
    assert rules(curves(FLAT, FLAT), bare) == []


# --- overfitting


def test_overfitting_names_the_best_epoch_and_both_losses():
    assert says(curves(FLAT, RISING), details_of()) == (
        "held-out loss was best at epoch 13 of 100 (0.2860, now 0.3869): overfitting; try --patience 10"
    )


def test_a_large_loss_is_told_in_short():
    big = dataclasses.replace(GOOD, guess_loss=6000.0)
    assert "(2860.0, now 3869.2)" in says(curves(FLAT * 1e4, RISING * 1e4), details_of(outputs=big))


def test_overfitting_is_seen_through_noise():
    assert rules(curves(noisy(FLAT), noisy(RISING)), details_of()) == ["overfitting"]


def test_with_patience_the_best_weights_are_back_and_nothing_is_to_be_said():
    history = curves(FLAT[:23], RISING[:23])

    assert rules(history, details_of(patience=10, best_epoch=13)) == []


def test_patience_fits_into_a_short_training():
    history = curves(FLAT[:20], [0.5, 0.4, 0.3, 0.25, *np.linspace(0.26, 0.5, 16)])

    assert says(history, details_of(epochs=20)).endswith("try --patience 8")


def test_a_held_out_loss_that_rises_with_the_training_loss_is_no_overfitting():
    assert "overfitting" not in rules(curves(RISING, RISING), details_of())


# --- unfinished


def test_unfinished_says_by_how_much_and_what_to_try():
    assert says(curves(FALLING, FALLING), details_of(learning_rate=0.001)) == (
        "held-out loss is still falling, by 15% over the last 10 of 100 epochs: more --epochs, or --learning-rate 0.01"
    )


@pytest.mark.parametrize(
    ("optimizer", "rate", "suggested"),
    [("adam", 0.01, None), ("adam", 0.0001, "0.001"), ("sgd", 0.01, "0.1"), ("sgd", 0.1, None), ("lion", 0.001, None)],
)
def test_only_a_larger_rate_than_was_taken_is_suggested(optimizer, rate, suggested):
    said = says(curves(FALLING, FALLING), details_of(optimizer=optimizer, learning_rate=rate))

    assert said.endswith(f", or --learning-rate {suggested}" if suggested else "more --epochs")


def test_a_curve_that_falls_as_steadily_as_ever_is_unfinished_though_by_less_than_a_tenth():
    slow = np.linspace(0.69, 0.5, 20)

    assert rules(curves(slow, slow), details_of(epochs=20)) == ["unfinished"]


def test_without_held_out_rows_the_training_loss_counts():
    assert says(curves(FALLING), details_of()).startswith("training loss is still falling")


def test_a_training_loss_that_falls_alone_is_not_unfinished():
    assert rules(curves(FALLING, FLAT), details_of()) == []


def test_a_training_that_patience_ended_is_finished():
    falling = curves(FALLING[:30], FALLING[:30])

    assert rules(falling, details_of(patience=10, best_epoch=20)) == []
    assert rules(curves(FALLING, FALLING), details_of(patience=10, best_epoch=100)) == ["unfinished"]


# --- interrupted


def test_an_interrupted_training_says_how_it_goes_on():
    history = curves(FLAT[:60], FLAT[:60])

    assert says(history, details_of()) == "ended at epoch 60 of 100: dlwhy train --resume goes on from there"
    assert rules(curves(FALLING[:60], FALLING[:60]), details_of()) == ["interrupted"]
    assert "--resume" not in says(history, details_of(patience=10, best_epoch=58))
    for inputs, members in ((("x^2",), {}), ((), {"members": 8})):  # train --resume takes neither
        details = details_of()
        details = dataclasses.replace(details, inputs=inputs, training=details.training | members)
        assert says(history, details) == "ended at epoch 60 of 100: it can only be trained anew"


# --- dead


SAME = dataclasses.replace(GOOD, spread=1e-5, one_class=1)
STUCK = np.full(60, GUESS)


@pytest.mark.parametrize(
    ("network", "options", "tries"),
    [
        (NetworkSpec(layers=(2,) * 8), {}, "try fewer layers, or --batch-norm"),
        (NetworkSpec(layers=(10,) * 6, activation="sigmoid"), {}, "try fewer layers, or --activation relu"),
        (NetworkSpec(layers=(50, 50)), {"optimizer": "sgd", "learning_rate": 30}, "try --learning-rate 0.1"),
        (NetworkSpec(layers=(10,) * 6, batch_norm=True), {}, "try another --learning-rate, or wider --layers"),
        (NetworkSpec(), {"learning_rate": 1e-5}, "try more --epochs, or --learning-rate 0.0001"),
        (NetworkSpec(l2=0.1), {}, "try a smaller --l2"),
    ],
    ids=lambda value: "",
)
def test_a_dead_network_is_told_and_what_to_try_depends_on_what_was_taken(network, options, tries):
    details = details_of(network, outputs=SAME, **{"epochs": 60, **options})

    assert rules(curves(STUCK, STUCK), details) == ["dead"]
    assert says(curves(STUCK, STUCK), details) == f"the same class for all 300 rows: dead or not learning; {tries}"


def test_a_dead_regression_gives_one_number():
    outputs = Outputs(n_samples=90, spread=0.0, one_class=None, majority=None, guess_loss=2.0)

    assert says(curves([2.0] * 9, [2.0] * 9), details_of(outputs=outputs, epochs=9)).startswith(
        "the same number for all 90"
    )


def test_predictions_at_hand_stand_in_for_what_a_file_does_not_hold():
    bare = dataclasses.replace(details_of(), training=None, network=None)

    assert [each.rule for each in diagnose({}, bare, SAME)] == ["dead"]


# --- unstable


def test_a_training_loss_that_rises_again_is_unstable():
    loss = np.concatenate([FLAT[:50], np.linspace(0.1, 0.5, 50)])
    said = says(curves(loss, loss), details_of())

    assert said.startswith("the training loss was lowest at epoch 51 of 100 (0.1000, now 0.5000): unstable")
    assert said.endswith("try --learning-rate 0.001 or --clip-norm 1")
    assert "--clip-norm" not in says(curves(loss, loss), details_of(clip_norm=1.0))


def test_a_loss_above_that_of_guessing_is_unstable_unless_it_counts_other_things():
    high = np.full(100, 3.0)

    assert "above that of guessing (0.6930)" in says(curves(high, high), details_of())
    assert rules(curves(high, high), details_of(NetworkSpec(l2=0.1))) == []
    assert rules(curves(high, high), details_of(class_weight="balanced")) == []


# --- no better than guessing


def test_what_is_learnt_by_heart_is_told():
    said = says(curves(FLAT, np.linspace(0.694, 0.9, 100)), details_of())

    assert said == (
        "held-out loss never fell clearly below that of guessing (0.6930; best 0.6940), training loss is 0.1000: "
        "what was learnt holds for no other rows"
    )


def test_a_loss_that_stays_at_guessing_is_not_learning():
    stuck = noisy(np.full(100, GUESS), 0.001)

    assert "not learning; try" in says(curves(stuck, stuck), details_of())
    assert rules(curves(stuck, stuck), details_of(validation_split=0.2)) == []


# --- one class


@pytest.mark.parametrize("class_weight", ["none", "balanced"])
def test_one_class_for_all_rows_is_not_dead_where_most_are_of_it(class_weight):
    uneven = Outputs(n_samples=600, spread=0.2, one_class=0, majority=0.95, guess_loss=0.2)
    said = says(curves(FLAT, FLAT), details_of(outputs=uneven, class_weight=class_weight))

    assert said.startswith('all 600 rows are taken for "no", as 95% truly are of one class: see the ROC AUC')
    assert ("--class-weight" in said) == (class_weight == "none")


def test_two_things_may_be_told():
    uneven = Outputs(n_samples=600, spread=0.2, one_class=0, majority=0.95, guess_loss=GUESS)

    assert rules(curves(FLAT[:60], RISING[:60]), details_of(outputs=uneven)) == [
        "interrupted",
        "overfitting",
        "one-class",
    ]


# --- files of strangers

HOSTILE = [None, [], "x", -1, 0, True, 10**400, float("inf"), float("nan"), {"a": 1}, 1e308]


@pytest.mark.parametrize("value", HOSTILE, ids=str)
@pytest.mark.parametrize("name", ["epochs", "patience", "learning_rate", "optimizer", "class_weight", "clip_norm"])
def test_an_option_that_can_not_be_breaks_nothing(name, value):
    for history in (curves(FLAT, RISING), curves(FALLING), curves([1e308, -1e308, np.nan] * 9, [np.inf] * 27)):
        for finding in diagnose(history, details_of(**{name: value})):
            assert finding.says.isprintable()


@pytest.mark.parametrize("value", HOSTILE, ids=str)
@pytest.mark.parametrize("name", ["options", "best_epoch", "outputs", "spread", "n_samples", "one_class", "guess_loss"])
def test_facts_that_can_not_be_break_nothing(name, value):
    details = details_of(outputs=SAME)
    training = dict(details.training)
    if name in training:
        training[name] = value
    else:
        training["outputs"] = {**training["outputs"], name: value}

    for finding in diagnose(curves(FLAT, RISING), dataclasses.replace(details, training=training)):
        assert len(finding.says) < 300
