"""Rows that stand in a table twice."""

import numpy as np
import pytest

from dlwhy.checks import rows
from dlwhy.checks.table import Table
from tests.checks.planting import Rows

N = 300


def table(X, y, test=None) -> Table:
    columns = {f"x{index}": values.astype(float) for index, values in enumerate(np.asarray(X).T)}
    rng = np.random.default_rng(0)
    return Table(Rows(columns=columns, y=np.asarray(y), task="binary", rng=rng, test=test).dataset())


def noise(n=N):
    return np.random.default_rng(5).normal(size=(n, 3)), np.arange(n) % 2


@pytest.mark.parametrize(("count", "severity"), [(6, "warning"), (30, "error")])
def test_test_rows_that_training_holds_are_counted(count, severity) -> None:
    X, y = noise()
    X[:count] = X[100 : 100 + count]

    (remark,) = rows.across(table(X, y, test=np.arange(100)))

    assert remark.numbers == {"rows": count, "share": count / 100}
    assert remark.severity == severity
    assert rows.first_of_twins(table(X, y, test=np.arange(100))).sum() == N - count


def test_copies_within_training_count_with_their_label_only() -> None:
    X, y = noise()
    X[100:110], y[100:110] = X[110:120], y[110:120]

    (remark,) = rows.copies(table(X, y, test=np.arange(100)))
    assert remark.numbers == {"rows": 10, "share": 0.05}

    y[100:110] = 1 - y[100:110]
    assert list(rows.copies(table(X, y, test=np.arange(100)))) == []
    (remark,) = rows.contradictions(table(X, y, test=np.arange(100)))
    assert (remark.numbers["rows"], remark.numbers["best_accuracy"]) == (20, 1 - 10 / N)


def test_a_table_of_few_different_values_has_no_copies() -> None:
    X = np.random.default_rng(0).integers(0, 2, (N, 3))

    for check in (rows.across, rows.copies, rows.contradictions):
        assert list(check(table(X, np.arange(N) % 2, test=np.arange(100)))) == []


def test_one_or_two_copies_are_chance() -> None:
    X, y = noise()
    X[:2] = X[100:102]

    assert list(rows.across(table(X, y, test=np.arange(100)))) == []
