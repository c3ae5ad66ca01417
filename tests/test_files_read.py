"""Files as inputs: regular ones, up to a limit, and how their names are shown."""

import os
import shlex
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlwhy import files
from dlwhy.errors import (
    InputOutputError,
    InputRefusedError,
    InputUnreadableError,
)

CONTENT = b"content" * 100_000

# --- names in messages


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("plain.csv", "plain.csv"),
        ("a/b-c_1.csv", "a/b-c_1.csv"),
        ("with space.csv", "'with space.csv'"),
        ("it's.csv", "'it'\"'\"'s.csv'"),
        ("$(evil).csv", "'$(evil).csv'"),
        ("line\nbreak", r"'line\x0abreak'"),
        ("\x1b[2J", r"'\x1b[2J'"),
        (os.fsdecode(b"latin\xe9"), r"'latin\udce9'"),
        ("-", "<stdin>"),
    ],
)
def test_case_59_paths_are_shown_as_a_shell_would_want_them(path: str, shown: str) -> None:
    assert files.shown(path) == shown


def test_standard_output_is_shown_by_its_own_name() -> None:
    assert files.shown("-", output=True) == files.shown("/dev/stdout", output=True) == "<stdout>"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=60))
def test_a_printable_path_is_shown_so_that_a_shell_takes_it_back(path: str) -> None:
    shown = files.shown(path)

    assert files.is_standard(path) or "\\u" in shown or shlex.split(shown) == [path]


# --- reading


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(content=st.binary(max_size=5000), limit=st.integers(0, 6000))
def test_a_file_is_read_up_to_the_limit(tmp_path: Path, content: bytes, limit: int) -> None:
    (tmp_path / "x").write_bytes(content)
    if len(content) > limit:
        with pytest.raises(InputRefusedError, match="larger than"):
            files.read_bytes(tmp_path / "x", limit=limit)
    else:
        assert files.read_bytes(tmp_path / "x", limit=limit) == content


def test_a_huge_limit_takes_no_memory(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(CONTENT)

    assert files.read_bytes(tmp_path / "x", limit=1 << 80) == CONTENT


def test_inputs_are_regular_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    started = time.perf_counter()

    for path, message in (
        (tmp_path / "fifo", "not a regular file"),
        (tmp_path, "not a regular file"),
        ("/dev/zero", "not a regular file"),
        (tmp_path / "absent", "No such file or directory"),
        (tmp_path / "absent" / "x", "No such file or directory"),
        (tmp_path / "nul\0", "null byte"),
    ):
        with pytest.raises(InputUnreadableError, match=message):
            files.read_bytes(path, limit=100)
    assert time.perf_counter() - started < 1


def test_case_60_an_input_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(CONTENT)
    (tmp_path / "link").symlink_to("x")

    assert files.read_bytes(tmp_path / "link", limit=1 << 20) == CONTENT


def test_a_failure_to_read_is_told_with_the_name(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(CONTENT)

    def fail() -> None:
        with files.open_input(tmp_path / "x") as handle:
            os.close(handle.fileno())
            handle.read()

    with pytest.raises(InputOutputError, match=r"x: reading failed: Bad file descriptor"):
        fail()


@pytest.mark.parametrize("context", ["open_input", "open_output"])
def test_a_reader_of_another_stream_that_went_away_is_not_taken_for_a_fault_of_this_file(
    tmp_path: Path, context: str
) -> None:
    (tmp_path / "x").write_bytes(CONTENT)

    with pytest.raises(BrokenPipeError), getattr(files, context)(tmp_path / "x"):
        raise BrokenPipeError
    assert (tmp_path / "x").read_bytes() == CONTENT
