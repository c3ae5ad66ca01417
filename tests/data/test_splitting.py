"""Rows are split by whole groups, or by time, with the classes in their shares as far as that goes."""

import numpy as np
import pytest

from dlwhy.data.splitting import Split, group_order, split_groups, split_times
from dlwhy.errors import InputRefusedError


def grouped(sizes: list[int]) -> np.ndarray:
    return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sizes", [[8] * 40, list(range(1, 40)), [1] * 30 + [60], [3, 1, 2, 2], [50, 1]])
def test_no_group_is_in_both_parts_and_the_share_is_met_as_nearly_as_groups_allow(sizes: list[int], seed: int) -> None:
    groups = np.random.default_rng(seed).permutation(grouped(sizes))

    train, test = split_groups(groups, seed=seed, test_size=0.3)

    assert not {*groups[train]} & {*groups[test]}
    assert sorted([*train, *test]) == list(range(len(groups)))
    assert len(train)
    assert len(test)
    assert abs(len(test) - 0.3 * len(groups)) <= max(sizes)
    again = split_groups(groups, seed=seed, test_size=0.3)
    assert (again[1] == test).all()


def test_a_group_larger_than_the_test_part_is_for_training() -> None:
    for seed in range(10):
        train, test = split_groups(grouped([108, *[1] * 12]), seed=seed, test_size=0.3)

        assert (len(train), len(test)) == (108, 12)


def test_seeds_split_otherwise_even_where_groups_differ_in_size() -> None:
    groups = grouped(list(range(1, 30)))

    parts = {tuple(split_groups(groups, seed=seed, test_size=0.3)[1]) for seed in range(20)}

    assert len(parts) > 15


def test_classes_of_groups_keep_their_shares() -> None:
    groups = grouped([5] * 100)
    y = (groups < 20).astype(np.int32)  # a fifth

    shares = [y[split_groups(groups, seed=seed, test_size=0.3, y=y)[1]].mean() for seed in range(20)]

    assert np.allclose(shares, 0.2, atol=0.035)


def test_a_group_counts_for_its_most_frequent_class() -> None:
    groups = grouped([4] * 10)
    y = np.zeros(40, np.int32)
    y[:20:4] = 2  # one row in four of half of the groups
    y[20:] = 1
    for seed in range(10):
        order, sizes = group_order(groups, y, np.random.default_rng(seed))
        assert {bool(group >= 5) for group in order[:2]} == {True, False}  # one group of either class first
        assert (sizes == 4).all()


def test_one_group_can_t_be_split() -> None:
    with pytest.raises(InputRefusedError, match="all rows are of one group"):
        split_groups(np.zeros(9, np.int32), seed=1, test_size=0.3)


@pytest.mark.parametrize("test_size", [0.1, 0.3, 0.9])
def test_the_latest_rows_are_for_testing_and_ties_stay_together(test_size: float) -> None:
    times = np.random.default_rng(3).integers(0, 25, 300).astype(float)

    train, test = split_times(times, test_size=test_size)

    assert times[train].max() < times[test].min()
    assert sorted([*train, *test]) == list(range(300))
    assert abs(len(test) - 300 * test_size) <= np.bincount(times.astype(int)).max()


def test_rows_of_one_time_can_t_be_split() -> None:
    with pytest.raises(InputRefusedError, match="the same time"):
        split_times(np.ones(9), test_size=0.3)


def test_a_split_says_how_and_how_many() -> None:
    group = Split(by="group", column="patient", train=grouped([2, 3]), test=grouped([1]) + np.int32(7))
    time = Split(by="time", column="when", train=np.arange(3.0), test=np.arange(4.0, 6))

    assert group.description == 'by group "patient": 3 groups, 2 for training and 1 for testing'
    assert time.description == 'by time "when": the 2 latest rows for testing'
