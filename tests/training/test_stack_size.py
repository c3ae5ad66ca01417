"""How replicas are cut into stacks."""

from types import SimpleNamespace

import numpy as np
import pytest

from dlwhy.training.stack_job import Job
from dlwhy.training.stack_size import plan

DEMONSTRATION = (2, 10, 10, 1)


def cut(widths, replicas, cores=2, **given):
    chosen = plan(widths, replicas=replicas, batch_size=32, cores=cores, **given)
    return chosen.layout.name, chosen.size


def test_small_nets_have_the_replica_axis_last_and_wide_ones_first():
    assert cut(DEMONSTRATION, 256) == ("last", 128)
    assert cut((2, 16, 16, 16, 1), 256)[0] == "last"
    assert cut((2, 32, 32, 1), 256)[0] == "first"
    assert cut((64, 10, 1), 256)[0] == "first"
    assert cut((2, 10, 10, 3), 256)[0] == "first"


@pytest.mark.parametrize(
    ("replicas", "size"), [(100, 112), (200, 112), (300, 160), (400, 224), (500, 128), (1000, 128)]
)
def test_stacks_fill_all_cores_alike(replicas, size):
    assert cut(DEMONSTRATION, replicas) == ("last", size)


def test_few_replicas_are_not_lost_in_a_large_stack():
    assert cut(DEMONSTRATION, 32) == ("first", 16)
    assert cut(DEMONSTRATION, 32, cores=1) == ("last", 112)
    assert cut(DEMONSTRATION, 1) == ("first", 1)
    assert cut(DEMONSTRATION, 128) == ("last", 128)  # two stacks, half empty, would be no sooner done


def test_large_nets_make_small_stacks():
    sizes = [cut((64, width, width, 10), 200)[1] for width in (32, 128, 512)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1


def test_a_call_has_fewer_steps_the_larger_they_are():
    small, large = (plan(widths, replicas=64, batch_size=32, cores=2) for widths in (DEMONSTRATION, (64, 512, 512, 10)))
    assert small.steps == 1024
    assert 16 <= large.steps < 256
    assert large.steps & (large.steps - 1) == 0


def test_a_size_that_was_asked_for_is_taken():
    assert cut(DEMONSTRATION, 256, size=7)[1] == 7


@pytest.mark.parametrize(
    ("rounds", "expected"), [(100, [5, 20, 46, 29]), (1, [1]), (7, [5, 2])], ids=["many", "one", "few"]
)
def test_calls_start_short_and_grow(rounds, expected):
    # 1024 steps of room are 46 rounds of 22; a portion needs nothing else of a job
    portions = list(Job._portions(SimpleNamespace(room=(1024, 112, 32)), rounds, 22))
    assert [count for _, count in portions] == expected
    assert [first for first, _ in portions] == np.cumsum([0, *expected[:-1]]).tolist()
