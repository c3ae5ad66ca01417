"""Columns that know the target, and columns that only look like it."""

import numpy as np
import pytest

from dlwhy.checks import leaks
from dlwhy.checks.table import Table
from tests.checks.planting import Rows

RNG = np.random.default_rng(4)
Y = np.arange(300) % 2


def flipped(y, count):
    """Give a column like the target, but for some rows."""
    x = y.astype(float)
    x[:count] = 1 - x[:count]
    return x


def table(*, target="y", task="binary", y=Y, **columns) -> Table:
    noise = {"noise": np.random.default_rng(0).normal(size=len(y))}
    rng = np.random.default_rng(0)
    return Table(Rows(columns={**columns, **noise}, y=y, task=task, rng=rng, target=target).dataset())


@pytest.mark.parametrize(("count", "severity"), [(0, "error"), (9, "warning")])
def test_a_copy_of_the_classes_is_found_with_its_share(count, severity) -> None:
    (remark,) = leaks.copies(table(copy=flipped(Y, count)))

    assert (remark.columns, remark.severity) == (("copy",), severity)
    assert remark.numbers["share"] == pytest.approx(1 - count / 300)


def test_a_number_in_another_unit_is_a_copy() -> None:
    y = RNG.normal(size=300)
    (remark,) = leaks.copies(table(task="regression", y=y, fahrenheit=32 + 1.8 * y))

    assert (remark.columns, remark.numbers["share"]) == (("fahrenheit",), 1.0)


def test_what_tells_nearly_all_is_told_unless_most_columns_do() -> None:
    near = Y + RNG.normal(size=300) * 0.1

    (remark,) = leaks.tellers(table(near=near))
    assert remark.columns == ("near",)
    others = {name: Y + RNG.normal(size=300) * 0.1 for name in ("again", "third")}
    assert list(leaks.tellers(table(near=near, **others))) == []  # an easy problem


def test_a_leak_in_two_currencies_does_not_make_the_problem_easy() -> None:
    near = Y + RNG.normal(size=300) * 0.1

    assert [
        remark.columns for remark in leaks.tellers(table(dollars=near, euros=1.1 * near, x=RNG.normal(size=300)))
    ] == [
        ("dollars",),
        ("euros",),
    ]


def test_a_gap_that_only_one_class_has_is_told_with_its_rows() -> None:
    left = np.where(Y == 1, np.nan, RNG.normal(size=300))

    (remark,) = leaks.telling_gaps(table(left=left))
    assert 'missing in 150 rows, of which 150 are "b"' in remark.says
    assert list(leaks.telling_gaps(table(left=np.where(np.arange(300) < 150, np.nan, 1.0)))) == []


def test_a_name_like_the_targets_counts_where_the_column_tells_much() -> None:
    alike = flipped(Y, 45)

    (remark,) = leaks.telling_names(table(target="defaulted", default_flag=alike))
    assert remark.columns == ("default_flag",)
    assert list(leaks.telling_names(table(target="defaulted", age=alike))) == []
