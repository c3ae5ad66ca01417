"""Levels of a column in words, and which rows are of them."""

import numpy as np

from dlwhy.data.dataset import Column
from dlwhy.evaluation.errors.cutting import cuts_of


def cut(column, X, reference=None):
    X = np.asarray(X, np.float32)
    (found,) = cuts_of([column], X, X if reference is None else np.asarray(reference, np.float32))
    return [found.levels[code] for code in found.codes], found.levels


def column_of(values):
    return np.asarray(values, float)[:, np.newaxis]


def test_categories_unknown_ones_and_gaps() -> None:
    column = Column(name="island", kind="categorical", categories=("Biscoe", "Dream"), indicator=True, fill="Dream")
    rows, _ = cut(column, [[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 1, 1]])

    assert rows == ["island = Biscoe", "island = Dream", "island is none of training's", "island is missing"]


def test_yes_and_no() -> None:
    assert cut(Column(name="paid", kind="boolean"), [[1], [0]])[0] == ["paid = yes", "paid = no"]


def test_numbers_are_cut_at_quartiles_of_the_reference_that_read_as_they_are() -> None:
    values = np.random.default_rng(0).normal(4000, 800, 1000)
    rows, levels = cut(Column(name="mass"), column_of(values[:300]), column_of(values))

    edges = [float(level.rpartition(" ")[2]) for level in levels[:-1]]
    assert np.allclose(edges, np.quantile(values, (0.25, 0.5, 0.75)), atol=10)
    assert all(edge % 10 == 0 for edge in edges)
    for value, level in zip(values[:300], rows, strict=True):
        assert level == levels[np.searchsorted(edges, value)]
    assert levels[0] == f"mass <= {edges[0]:g}"
    assert levels[1] == f"{edges[0]:g} < mass <= {edges[1]:g}"
    assert levels[3] == f"mass > {edges[2]:g}"


def test_a_value_on_the_edge_is_below_it_in_float32_too() -> None:
    values = np.repeat([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], 40)
    rows, levels = cut(Column(name="x"), column_of(values))

    assert levels == ("x <= 0.2", "0.2 < x <= 0.4", "0.4 < x <= 0.6", "x > 0.6")
    assert rows.count("x <= 0.2") == 80


def test_few_values_are_levels_of_their_own_and_few_rows_are_halved() -> None:
    assert cut(Column(name="cyl"), column_of([4, 6, 8, 8]))[1] == ("cyl = 4", "cyl = 6", "cyl = 8")
    assert cut(Column(name="x"), column_of(range(50)))[1] == ("x <= 24", "x > 24")
    assert len(cut(Column(name="x"), column_of([0] * 900 + [1, 2, 3, 4, 5, 6]))[1]) == 2


def test_gaps_of_numbers_are_no_numbers() -> None:
    column = Column(name="age", indicator=True, fill=30.0)
    X = [[value, 0] for value in range(60)] + [[30, 1]] * 100
    rows, levels = cut(column, X)

    assert rows.count("age is missing") == 100
    assert levels[0] == "age <= 29"


def test_numbers_that_are_scaled_are_named_as_in_the_table() -> None:
    column = Column(name="stamp", center=1.7e9, scale=1e5)
    _, levels = cut(column, column_of(np.linspace(-2, 2, 101)))

    assert levels == ("stamp <= 1700000000", "stamp > 1700000000")


def test_names_are_harmless() -> None:
    column = Column(name="\x1b[2J", kind="categorical", categories=("\u202eevil", "b"))

    assert "\x1b" not in "".join(cut(column, [[1, 0]])[1])
    assert "\u202e" not in "".join(cut(column, [[1, 0]])[1])
