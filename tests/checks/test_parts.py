"""Whether the two parts are of one kind, and large enough to judge by."""

import numpy as np
import pytest

from dlwhy.checks import parts
from dlwhy.checks.table import Table
from tests.checks.planting import Rows


def table(n_rows=600, n_test=200, task="binary", **columns) -> Table:
    rng = np.random.default_rng(6)
    y = np.arange(n_rows) % 2 if task == "binary" else rng.normal(size=n_rows)
    columns = columns or {"x": rng.normal(size=n_rows)}
    return Table(Rows(columns=columns, y=y, task=task, rng=rng, test=np.arange(n_test)).dataset())


@pytest.mark.parametrize(
    ("n_test", "task", "severity", "margin"),
    [(39, "binary", "warning", 0.157), (100, "binary", "note", 0.098), (100, "regression", "note", 0.139)],
)
def test_few_test_rows_are_told_with_what_is_known_by_them(n_test, task, severity, margin) -> None:
    (remark,) = parts.few_test_rows(table(n_test=n_test, task=task))

    assert remark.severity == severity
    assert remark.numbers == {"rows": n_test, "margin": pytest.approx(margin, abs=5e-4)}


def test_enough_rows_or_none_are_no_finding() -> None:
    assert list(parts.few_test_rows(table(n_test=385))) == []
    assert list(parts.few_test_rows(table(n_test=0))) == []


@pytest.mark.parametrize(("strange", "severity"), [(1, "note"), (50, "warning")])
def test_categories_that_training_has_not_are_counted(strange, severity) -> None:
    town = np.array(["Rome", "Oslo"] * 300)
    town[:strange] = "Bern"

    (remark,) = parts.unknown_categories(table(town=town))

    assert (remark.numbers["rows"], remark.severity) == ({"town": strange}, severity)
    assert list(parts.unknown_categories(table(town=np.array(["Rome", "Oslo"] * 300)))) == []


def test_a_column_that_differs_between_the_parts_is_named() -> None:
    x, shifted = np.random.default_rng(1).normal(size=(2, 600))
    shifted[:200] += 1

    (remark,) = parts.drift(table(x=x, shifted=shifted))

    assert remark.columns == ("shifted",)
    assert remark.numbers["shifted"] > 0.2


def test_shares_of_a_category_and_gaps_are_compared_too() -> None:
    town, age = np.array(["Rome", "Oslo"] * 300), np.random.default_rng(1).normal(size=600)
    town[:150], age[100:140] = "Oslo", np.nan

    (remark,) = parts.drift(table(town=town, age=age))

    assert set(remark.columns) == {"town", "age missing"}
    assert list(parts.drift(table(town=np.array(["Rome", "Oslo"] * 300)))) == []
