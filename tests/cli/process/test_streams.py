"""The standard streams, in processes of their own: all bytes or none, and each fault told."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

CONTENT = b"content" * 100_000


def child(script: str, **options: object) -> "subprocess.CompletedProcess[bytes]":
    prepared = (
        "import os, sys\nfrom dlwhy import files\nfrom dlwhy.errors import DlwhyError\n"
        "try:\n"
        + textwrap.indent(textwrap.dedent(script), "    ")
        + "\nexcept DlwhyError as error:\n    os.write(2, str(error).encode())\n    os._exit(error.exit_code)\n"
        "except BrokenPipeError:\n    os._exit(141)\nos._exit(0)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", prepared], capture_output="stdout" not in options, check=False, **options
    )


def test_standard_output_gets_all_bytes_or_none() -> None:
    whole = child("with files.open_output('-') as handle: handle.write(b'x' * 300_000)")
    failed = child("with files.open_output('-') as handle:\n    handle.write(b'x')\n    raise DlwhyError('no')")

    assert (whole.returncode, len(whole.stdout)) == (0, 300_000)
    assert (failed.returncode, failed.stdout) == (1, b"")


def test_case_79_a_full_standard_output_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        done = child("files.write_stdout(b'x' * 100_000)", stdout=full, stderr=subprocess.PIPE)

    assert done.returncode == 74
    assert done.stderr == b"<stdout>: writing failed: No space left on device"


def test_case_80_a_closed_standard_output_is_told() -> None:
    done = child("os.close(1)\nsys.stdout = None\nfiles.write_stdout(b'x')")

    assert done.returncode == 74
    assert done.stderr == b"<stdout>: writing failed: it is closed"


def test_case_78_a_reader_that_went_away_ends_the_writer_quietly() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        done = child("files.write_stdout(b'x' * 1_000_000)", stdout=write_end, stderr=subprocess.PIPE)
    finally:
        os.close(write_end)

    assert (done.returncode, done.stderr) == (141, b"")


def test_standard_input_is_read_from_a_pipe_and_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(CONTENT)
    script = "files.write_stdout(files.read_bytes('-', limit=1 << 20))"
    with (tmp_path / "x").open("rb") as handle:
        from_file = child(script, stdin=handle)

    assert child(script, input=CONTENT).stdout == from_file.stdout == CONTENT


def test_a_closed_standard_input_or_a_terminal_is_told() -> None:
    closed = child("sys.stdin = None\nfiles.read_bytes('-', limit=1)")
    leader, follower = os.openpty()
    try:
        terminal = child("files.read_bytes('-', limit=1)", stdin=follower)
    finally:
        os.close(leader)
        os.close(follower)

    assert (closed.returncode, closed.stderr) == (66, b"<stdin>: closed (pipe data in, or name a file)")
    assert (terminal.returncode, terminal.stderr) == (66, b"<stdin>: is a terminal (pipe data in, or name a file)")
