"""Planted faults are found, and clean tables are left in peace; docs/check.md has the full numbers."""

import pytest

from tests.checks.planting import FAULTS
from tests.checks.rates import alarms, found, tables


def test_nothing_is_told_of_clean_tables() -> None:
    told, n_tables = alarms(tables([3], sizes=[(60, 4), (300, 6)]))

    assert n_tables == 42
    # one table may be one in fifty; two of the same code may not
    assert max(told.values(), default=0) <= 1, told


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name) -> None:
    n_found, n_planted = found(name, tables([5], sizes=[(300, 6), (1500, 6)], kinds=["gaussian", "categorical"]))

    assert n_planted
    assert n_found >= 0.9 * n_planted


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_at_most_two_false_alarms_in_a_hundred_clean_tables() -> None:
    told, n_tables = alarms(tables(range(5)))

    assert n_tables == 525
    assert max(told.values(), default=0) <= 0.02 * n_tables, told


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", FAULTS)
def test_nineteen_of_twenty_faults_are_found(name) -> None:
    n_found, n_planted = found(name, tables(range(1000, 1005)))

    assert n_found >= 0.95 * n_planted
