"""`dlwhy cache`: shown, emptied, and nobody else's files touched."""

import json

import pytest

from dlwhy.training import programs as program_cache


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give a cache with two programs of 1 MiB, and a file that is not ours."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shelf = program_cache.folder() / "0123456789abcdef"
    shelf.mkdir(parents=True, mode=0o700)
    for number in range(2):
        (shelf / f"xla_compile_cache_{number}.pb.00").write_bytes(bytes(1 << 20))
    (program_cache.folder() / "notes.txt").write_text("not ours")
    return program_cache.folder()


def test_the_cache_is_shown(dlwhy_in_process, folder):
    code, out, err = dlwhy_in_process("cache")
    assert (code, out, err) == (0, f"{folder}: 2 programs, 2.0 MiB\n", "")
    facts = json.loads(dlwhy_in_process("cache", "--json").out)
    assert facts == {"folder": str(folder), "programs": 2, "bytes": 2 << 20}


def test_info_shows_the_same(dlwhy_in_process, folder):
    facts = json.loads(dlwhy_in_process("info", "--json").out)
    assert facts["cache"] == {"folder": str(folder), "programs": 2, "bytes": 2 << 20}


def test_clear_empties_it_and_leaves_what_is_not_ours(dlwhy_in_process, folder):
    assert dlwhy_in_process("cache", "clear").out == f"{folder}: 2 programs, 2.0 MiB removed\n"
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    again = dlwhy_in_process("cache", "clear", "--json")
    assert (again.code, json.loads(again.out)["removed"]) == (0, 0)


def test_no_cache_is_an_empty_one(dlwhy_in_process, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "missing"))
    assert dlwhy_in_process("cache").out.endswith(": 0 programs, 0.0 MiB\n")
    assert dlwhy_in_process("cache", "clear").code == 0
    assert not (tmp_path / "missing").exists()


def test_another_word_is_a_usage_error(dlwhy_in_process, folder):
    assert dlwhy_in_process("cache", "empty").code == 2
    assert program_cache.usage().programs == 2
