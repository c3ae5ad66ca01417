"""Temperatures that are known; their gain on rows that did not choose them; intervals; what can't be told."""

import dataclasses

import numpy as np
import pytest
from scipy.special import softmax

from dlwhy.errors import UsageError
from dlwhy.evaluation import evaluate
from dlwhy.evaluation.errors.temperature import temperature, temperature_of
from tests.cli.commands.toys import dataset_of, trained_on
from tests.evaluation.errors.rows import held_of, sigmoid


def binary(n=600, seed=0, *, groups=None):
    """Logits that are right, and rows drawn by them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, n)
    held = held_of(np.zeros((n, 1)), rng.random(n) < sigmoid(logits), lambda rows: np.zeros(len(rows)), groups=groups)
    return logits, held


@pytest.mark.parametrize("factor", [3, 0.4])
def test_the_factor_by_which_logits_are_wrong_is_found(factor) -> None:
    logits, held = binary()
    found = temperature_of(factor * logits, held)

    assert found.temperature == pytest.approx(factor, rel=0.2)
    assert found.change_high < 0
    assert found.loss_scaled == pytest.approx(found.loss + found.change)
    assert found.ece_scaled < found.ece_low
    (said,) = found.sentences()
    assert said.startswith("It is too sure of itself" if factor > 1 else "It is not sure enough of itself")
    assert f"at temperature {found.temperature:.3g}" in said


def test_losses_and_error_are_those_of_an_evaluation() -> None:
    logits, held = binary()
    found = temperature_of(2 * logits, held)
    metrics = evaluate(held.y, sigmoid(2 * logits), task="binary", class_names=("a", "b"), logits=2 * logits).metrics

    assert (found.loss, found.ece) == pytest.approx((metrics["loss"], metrics["ece"]), abs=1e-6)


def test_several_classes() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (600, 3))
    y = [rng.choice(3, p=row) for row in softmax(logits, axis=1)]
    held = held_of(np.zeros((600, 1)), y, lambda rows: rows, task="multiclass", classes="abc")

    assert temperature_of(2 * logits, held).temperature == pytest.approx(2, rel=0.2)


def test_of_what_is_right_no_gain_is_told_and_none_is_made_up() -> None:
    gains, covered = 0, 0
    for seed in range(60):
        found = temperature_of(*binary(300, seed), seed=seed)
        gains += found.change_high < 0
        covered += found.ece_low == 0  # the truth, though a sample's error is about 0.06

    assert gains <= 4
    assert covered >= 55
    said = found.sentences()[0]
    assert said.startswith("No gain from a temperature can be told: log loss ")
    one, other = found.of_halves  # log losses are those at these, not at that of all rows
    assert said.endswith(f"each half of the rows at that of the other, {one:.3g} and {other:.3g}.")


def test_no_row_is_scored_with_what_it_chose() -> None:
    logits, held = binary(80, 1)
    found = temperature_of(logits, held)
    first = held.halves(42)
    at_own = np.where(first, *found.of_halves)
    own = evaluate(held.y, sigmoid(logits / at_own), task="binary", class_names=("a", "b")).metrics["loss"]

    assert found.loss_scaled > own


def test_intervals_count_groups() -> None:
    logits, alone = binary(50, 2)
    groups = np.repeat(np.arange(50), 8)
    every = held_of(np.zeros((400, 1)), alone.y[groups], lambda rows: rows)
    whole = dataclasses.replace(every, groups=groups)

    of_rows, of_groups = (temperature_of(3 * logits[groups], held) for held in (every, whole))

    assert of_groups.ece_high - of_groups.ece_low > 1.5 * (of_rows.ece_high - of_rows.ece_low)
    assert of_groups.change_high - of_groups.change_low > 1.5 * (of_rows.change_high - of_rows.change_low)


def test_what_cannot_be_told_is_said() -> None:
    logits, held = binary(30)
    assert temperature_of(logits, held).sentences() == [
        "No temperature can be told: 30 rows are too few for two halves of at least 20."
    ]

    logits, held = binary(60)
    uneven = dataclasses.replace(held, groups=np.repeat([0, 1], [50, 10]))
    assert temperature_of(logits, uneven).sentences() == [
        "No temperature can be told: 60 rows of 2 groups, which stay whole, are too few for two halves of at least 20."
    ]

    logits = np.random.default_rng(0).normal(size=200)
    right = held_of(np.zeros((200, 1)), logits > 0, lambda rows: rows)
    found = temperature_of(logits, right)
    assert found.temperature is None
    assert "as where none is wrong" in found.sentences()[0]
    assert "as where the model knows nothing" in temperature_of(-logits, right).sentences()[0]


def test_a_regression_is_refused() -> None:
    dataset = dataset_of("regression")
    with pytest.raises(UsageError, match="for classes only"):
        temperature(trained_on(dataset), dataset)
