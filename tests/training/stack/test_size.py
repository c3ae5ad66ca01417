"""How replicas are cut into stacks."""

from types import SimpleNamespace

import numpy as np
import pytest

from dlwhy.training.stack import processor_cache
from dlwhy.training.stack.job import Job
from dlwhy.training.stack.size import plan

DEMONSTRATION = (2, 10, 10, 1)


@pytest.fixture(autouse=True)
def one_mebibyte(monkeypatch):
    monkeypatch.setattr(processor_cache, "bytes_a_core", lambda: 1 << 20)


def cut(widths, replicas, cores=2, **given):
    chosen = plan(widths, replicas=replicas, batch_size=32, cores=cores, **given)
    return chosen.layout.name, chosen.size


def test_small_nets_have_the_replica_axis_last_and_wide_ones_first():
    assert cut(DEMONSTRATION, 256) == ("last", 136)
    assert cut((2, 16, 16, 16, 1), 256)[0] == "last"
    assert cut((2, 32, 32, 1), 256)[0] == "first"
    assert cut((64, 10, 1), 256)[0] == "first"
    assert cut((2, 10, 10, 3), 256)[0] == "first"


@pytest.mark.parametrize(
    ("replicas", "size"), [(100, 104), (200, 104), (300, 152), (400, 200), (500, 136), (1000, 168)]
)
def test_stacks_fill_all_cores_alike(replicas, size):
    assert cut(DEMONSTRATION, replicas) == ("last", size)


def test_few_replicas_are_not_lost_in_a_large_stack():
    assert cut(DEMONSTRATION, 32) == ("first", 16)
    assert cut(DEMONSTRATION, 32, cores=1) == ("last", 104)
    assert cut(DEMONSTRATION, 1) == ("first", 1)
    assert cut(DEMONSTRATION, 120) == ("last", 120)
    assert cut(DEMONSTRATION, 136) == ("last", 104)  # a core each, and so sooner done than one full stack


@pytest.mark.parametrize("replicas", [64, 112, 128, 192, 256, 300, 512, 777, 5000])
@pytest.mark.parametrize("widths", [DEMONSTRATION, (2, 16, 16, 16, 1)])
def test_no_size_puts_the_samples_of_a_batch_into_few_sets_of_the_cache(widths, replicas):
    layout, size = cut(widths, replicas)
    assert layout == "last"
    assert size % 16 == 8  # an odd multiple of 8: 128, 160, 192 and 256 cost up to three times as much
    assert size >= 104  # below, the compiler unrolls what it should vectorise


def test_a_size_that_was_asked_for_has_the_layout_that_is_quicker_at_that_size():
    assert cut(DEMONSTRATION, 256, size=64) == ("first", 64)
    assert cut(DEMONSTRATION, 256, size=112) == ("last", 112)


def test_a_larger_cache_makes_larger_stacks_of_wide_nets(monkeypatch):
    sizes = []
    for mebibytes in (1, 2, 4):
        monkeypatch.setattr(processor_cache, "bytes_a_core", lambda size=mebibytes << 20: size)
        sizes.append(cut((64, 32, 32, 10), 500)[1])
    assert sizes[0] < sizes[1] < sizes[2]


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
