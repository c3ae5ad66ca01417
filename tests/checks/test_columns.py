"""Columns that name rows, say nothing, or say the same as another one."""

import numpy as np
import pytest

from dlwhy.checks import columns
from dlwhy.checks.table import Table
from tests.checks.planting import Rows

N = 300
RNG = np.random.default_rng(3)
X = RNG.normal(size=N)


def table(**cells) -> Table:
    rng = np.random.default_rng(0)
    return Table(
        Rows(columns={**cells, "x": X}, y=np.arange(N) % 2, task="binary", rng=rng, test=np.arange(90)).dataset()
    )


def named(remarks) -> list[tuple[str, ...]]:
    return [remark.columns for remark in remarks]


def test_a_column_of_numbers_in_order_names_rows_and_a_measurement_does_not() -> None:
    assert named(columns.identify(table(number=np.arange(1000.0, 1000 + N)))) == [("number",)]
    assert named(columns.identify(table())) == []


def test_a_constant_is_named_with_all_others_like_it() -> None:
    (remark,) = columns.constants(table(a=np.ones(N), b=np.zeros(N)))

    assert remark.columns == ("a", "b")
    assert named(columns.constants(table())) == []


@pytest.mark.parametrize(("others", "found"), [(1, [("rare",)]), (30, [])])
def test_one_value_nearly_everywhere_is_told(others, found) -> None:
    rare = np.zeros(N)
    rare[-others:] = X[-others:]

    assert named(columns.nearly_constants(table(rare=rare))) == found


def test_columns_of_one_order_are_a_pair() -> None:
    (remark,) = columns.twins(table(twice=2 * X + 1, other=RNG.normal(size=N)))

    assert set(remark.columns) == {"twice", "x"}


def test_a_number_far_from_all_others_may_be_a_mark() -> None:
    marked = np.where(np.arange(N) % 10, np.abs(X), -999)

    assert named(columns.sentinels(table(marked=marked))) == [("marked",)]
    assert named(columns.sentinels(table())) == []
