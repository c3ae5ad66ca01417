"""The size of the second-level cache, as the system tells it, hides it, or tells nonsense."""

import os

import pytest

from dlwhy.training.stack import processor_cache


@pytest.fixture
def devices(tmp_path, monkeypatch):
    """Give a function that makes the system describe caches, as (level, size, CPUs), of CPU 1 of 0 to 3."""
    monkeypatch.setattr(processor_cache, "_DEVICES", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 2, 3})

    def describe(*caches):
        for index, texts in enumerate(caches):
            folder = tmp_path / "cpu1" / "cache" / f"index{index}"
            folder.mkdir(parents=True)
            for name, text in zip(("level", "size", "shared_cpu_list"), texts, strict=True):
                (folder / name).write_bytes(text)

    return describe


L1, L3 = (b"1\n", b"32K\n", b"1\n"), (b"3\n", b"32768K\n", b"0-3\n")


def test_a_cache_of_its_own(devices):
    devices(L1, L1, (b"2\n", b"2048K\n", b"1\n"), L3)
    assert processor_cache.bytes_a_core() == 2 << 20


def test_a_cache_is_shared_with_the_cores_that_this_process_may_use(devices):
    devices(L1, (b"2\n", b"4M\n", b"0-1,3\n"), L3)
    assert processor_cache.bytes_a_core() == 2 << 20


@pytest.mark.parametrize(
    "texts",
    [
        (b"2", b"", b"1"),
        (b"2", b"many", b"1"),
        (b"2", b"0K", b"1"),
        (b"2", b"-5K", b"1"),
        (b"", b"1K", b"1"),
        (b"\xff", b"1K", b"1"),
    ],
)
def test_nonsense_counts_as_hidden(devices, texts):
    devices(texts)
    assert processor_cache.bytes_a_core() == 1 << 20


def test_a_system_that_hides_its_caches(devices):
    assert processor_cache.bytes_a_core() == 1 << 20


def test_this_machine():
    assert 1 << 16 <= processor_cache.bytes_a_core() <= 1 << 28
