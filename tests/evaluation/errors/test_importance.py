"""Importances of models that are formulas: known values, coverage, twins, groups, bounds, words."""

import numpy as np
import pytest

from dlwhy.data.dataset import Column
from dlwhy.errors import InputRefusedError
from dlwhy.evaluation.errors import importance
from dlwhy.evaluation.errors.importance import importance_of
from tests.evaluation.errors.rows import held_of, sigmoid

RNG = np.random.default_rng(0)


def linear(n, seed, *, task="binary", groups=None):
    """The first column matters much, the second little, the third not, though the model takes it in."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)).astype(np.float32)
    z = 2 * X[:, 0] + 0.4 * X[:, 1]
    own = [2, 0.4, 0.2]
    if task == "regression":
        return held_of(X, z + rng.normal(size=n), lambda rows: rows @ np.float32(own), task=task, groups=groups)
    return held_of(X, rng.random(n) < 1 / (1 + np.exp(-z)), lambda rows: sigmoid(rows @ np.float32(own)), groups=groups)


def by_name(found):
    return {each.unit.name: each for each in found.units}


def test_what_decides_is_worth_all_and_what_is_not_used_nothing() -> None:
    X = RNG.normal(size=(400, 2))
    held = held_of(X, X[:, 0] > 0, lambda rows: sigmoid(9 * rows[:, 0]))

    found = by_name(importance_of(held))

    assert found["x0"].drop.value == pytest.approx(0.5, abs=0.02)  # half of the other rows have another sign
    assert found["x0"].drop.low > 0.4
    assert not found["x1"].is_used
    assert (found["x1"].drop.value, found["x1"].loss) == (0, 0)
    assert found["x1"].drop.low < 0 < found["x1"].drop.high  # other rows may show more than none of these


def test_r2_falls_by_twice_the_variance_that_a_column_brings() -> None:
    X = RNG.normal(size=(2000, 2))
    held = held_of(X, X @ [2, 1], lambda rows: rows @ np.float32([2, 1]), task="regression")

    found = by_name(importance_of(held))

    assert found["x0"].drop.value == pytest.approx(2 * 4 / 5, rel=0.1)
    assert found["x0"].loss == pytest.approx(2 * 4, rel=0.1)
    assert found["x1"].drop.value == pytest.approx(2 / 5, rel=0.1)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_intervals_cover_the_truth_at_their_rate(task) -> None:
    truths = [by_name(importance_of(linear(8000, 100 + seed, task=task))) for seed in range(4)]
    truth = {name: np.mean([each[name].drop.value for each in truths]) for name in ("x0", "x1", "x2")}
    hits = dict.fromkeys(truth, 0)
    for seed in range(100):
        for name, each in by_name(importance_of(linear(60, seed, task=task), seed=seed)).items():
            hits[name] += each.drop.low <= truth[name] <= each.drop.high

    assert min(hits.values()) >= 88, hits


def test_intervals_count_groups() -> None:
    groups = np.repeat(np.arange(25), 8)
    alone = linear(25, 1)
    held = held_of(alone.X[groups], alone.y[groups], alone.predict, groups=groups)
    rows = held_of(alone.X[groups], alone.y[groups], alone.predict)

    of_groups, of_rows = (by_name(importance_of(each))["x0"].drop for each in (held, rows))

    assert of_groups.value == of_rows.value
    assert of_groups.high - of_groups.low > 2 * (of_rows.high - of_rows.low)


def test_twins_and_dummies_are_shuffled_together() -> None:
    a = RNG.normal(size=300)
    codes = RNG.integers(0, 3, 300)
    columns = (
        Column(name="a"),
        Column(name="b"),
        Column(name="c", kind="categorical", categories=("p", "q", "r")),
    )
    X = np.hstack([a[:, np.newaxis], a[:, np.newaxis], np.eye(3)[codes]])
    seen = []

    def predict(rows):
        seen.append(rows)
        return sigmoid(2 * rows[:, 0] + 2 * rows[:, 1] + rows[:, 2])

    found = by_name(importance_of(held_of(X, a > 0, predict, columns=columns)))

    assert set(found) == {"a + b (twins)", "c"}
    for rows in seen:
        assert (rows[:, 0] == rows[:, 1]).all()  # no row that isn't there
        assert (rows[:, 2:].sum(axis=1) == 1).all()


def test_no_row_keeps_its_own_values() -> None:
    donors = np.stack([importance._donors(7, np.random.default_rng(seed)) for seed in range(50)])

    assert (donors != np.arange(7)).all()
    assert (np.sort(donors, axis=1) == np.arange(7)).all()


def test_the_same_seed_gives_the_same() -> None:
    held = linear(100, 1)

    assert importance_of(held, seed=5) == importance_of(held, seed=5)
    assert importance_of(held, seed=5) != importance_of(held, seed=6)


def test_many_rows_and_columns_are_bounded_and_said() -> None:
    X = RNG.normal(size=(12_000, 3)).astype(np.float32)
    asked = []

    def predict(rows):
        asked.append(len(rows))
        return sigmoid(3 * rows[:, 0])

    found = importance_of(held_of(X, X[:, 0] > 0, predict))
    assert found.n_samples == 10_000
    assert "10000 rows by chance, of 12000" in found.notes
    assert sum(asked) < 12_000 + 10_000 + 3 * 60_000

    wide = RNG.normal(size=(40, 300)).astype(np.float32)
    found = importance_of(held_of(wide, wide[:, 7] > 0, lambda rows: sigmoid(rows[:, 7])))
    assert len(found.units) == 200
    assert found.units[0].unit.name == "x7"
    assert "of 300 columns only the 200 that go most with the predictions are shuffled" in found.notes


def test_words() -> None:
    found = importance_of(linear(500, 1))
    most, none = found.sentences()

    assert most.startswith("Looks at x0 most: with its values shuffled between rows, accuracy falls by ")
    assert " points [" in most
    assert none == "No fall can be told for x2." or "x1" in none

    X = RNG.normal(size=(50, 2))
    blind = importance_of(held_of(X, RNG.integers(0, 2, 50), lambda rows: np.full(len(rows), 0.3)))
    said = "with any one column's values shuffled between 50 rows, no fall in accuracy can be told."
    assert blind.sentences() == [f"Looks at no column: {said}"]


def rare(n=600, seed=0):
    """One row in twenty is of the rarer class; x0 decides its probability, x1 nothing, and the model knows."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    z = 1.2 * X[:, 0] - 3.6
    return held_of(X, rng.random(n) < 1 / (1 + np.exp(-z)), lambda rows: sigmoid(1.2 * rows[:, 0] - 3.6))


def test_where_one_class_has_most_of_the_rows_the_loss_tells() -> None:
    """Such a model hardly ever says the rarer class: shuffled columns cost no accuracy, but they cost."""
    found = importance_of(rare())
    most, other = found.units

    assert (found.metric, most.unit.name) == ("loss", "x0")
    assert found.majority > 0.9
    assert most.drop.low < 0 < most.loss_low
    said = found.sentences()[0]
    assert said.startswith("Looks at x0 most: with its values shuffled between rows, log loss rises by 0.")
    assert said.endswith(f" (not told by accuracy, since {100 * found.majority:.0f} % of the rows are of one class).")
    assert found.sentences()[1] == "No rise can be told for x1."
    assert (most.is_told, other.is_told) == (True, False)


def test_of_a_model_that_looks_at_nothing_the_loss_tells_it_as_well() -> None:
    held = rare()
    blind = held_of(held.X, held.y, lambda rows: np.full(len(rows), 0.05))

    assert "no rise in log loss can be told (not told by accuracy" in importance_of(blind).sentences()[0]


def test_of_few_rows_it_is_not_said_that_no_column_matters() -> None:
    found = importance_of(held_of([[0.0], [1.0], [2.0]], [0, 1, 1], lambda rows: sigmoid(rows[:, 0] - 0.5)))

    assert found.sentences()[0].startswith("Which columns it looks at can't be told: ")
    assert "shuffled between 3 rows" in found.sentences()[0]


def test_where_there_is_no_r2_there_is_no_drop() -> None:
    X = RNG.normal(size=(50, 1))
    found = importance_of(held_of(X, np.ones(50), lambda rows: rows[:, 0], task="regression"))

    assert found.units[0].drop.value is None
    assert found.units[0].fall == "none"
    assert np.isfinite(found.units[0].loss)


def test_one_row_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="at least 2"):
        importance_of(held_of([[1.0]], [0], lambda rows: np.zeros(len(rows))))
