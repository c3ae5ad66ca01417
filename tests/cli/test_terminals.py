"""Terminals, colours, widths and encodings: what a person sees, and what a pipe gets."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def on_terminal(program: str, tmp_path: Path) -> Callable[..., bytes]:
    """Run the command with stdout and stderr on a terminal and give what it wrote there."""

    def run(*arguments: str, command: tuple[str, ...] = (program,), **env: str) -> bytes:
        parent, child = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", **env}
        with subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=child,
            stderr=child,
            env=environment,
            cwd=tmp_path,
        ) as process:
            os.close(child)
            written = b""
            with os.fdopen(parent, "rb", buffering=0) as reader:
                # Linux ends a terminal whose other side is gone with EIO
                while part := _read(reader.fileno()):
                    written += part
        assert process.returncode in (0, 2, 65), written
        return written

    return run


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""


def test_case_68_a_terminal_gets_colours(on_terminal):
    assert b"\x1b[" in on_terminal("--help")


# the program itself once for each command line, with one import for all
PROGRAMS = """
import os, sys
from dlwhy import cli
from dlwhy.cli import program
for line in sys.argv[1:]:
    if not os.fork():
        sys.argv = ["dlwhy", *line.split()]
        cli.main()
    print("code", os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_case_68_no_escape_where_none_is_wanted(on_terminal, env):
    lines = ("--help", "generate --list", "nonsense", "generate -o a.npz")
    written = on_terminal(*lines, command=(sys.executable, "-c", PROGRAMS), **env)

    *said, rest = re.split(rb"code (\d+)\r\n", written)
    assert said[1::2] == [b"0", b"0", b"2", b"0"]
    assert all(said[::2])
    assert rest == b""
    assert b"\x1b" not in written


def test_case_68_no_escape_in_a_pipe_unless_forced(dlwhy):
    assert "\x1b" not in "".join(map(str, dlwhy("--help")))
    assert "\x1b[" in dlwhy("--help", env={"FORCE_COLOR": "1", "TERM": "xterm"}).out


def test_columns_set_the_width(dlwhy):
    for width in (60, 130):
        longest = max(map(len, dlwhy("--help", env={"COLUMNS": str(width)}).out.splitlines()))
        assert longest == width


def test_columns_of_a_terminal_whose_size_nobody_knows_set_none(dlwhy):
    shown = ("generate", "--list")
    assert dlwhy(*shown, env={"COLUMNS": "0", "LINES": "0"}) == dlwhy(*shown, env={"COLUMNS": "", "LINES": ""})


def test_case_65_names_with_escapes_reach_no_terminal(on_terminal, dlwhy_in_process, tmp_path):
    evil = "\x1b]0;x\x07\x1b[2J"
    (tmp_path / "evil.csv").write_text(f"{evil},b,y\n1,2,{evil}\n2,3,no\n3,5,no\n4,4,{evil}\n")
    (tmp_path / "bad.csv").write_text(f"{evil},b,y\n1,2,a\nx,3,b\n1,inf,b\n")
    imported = ["generate", "--from", "evil.csv", "--target", "y", "--test-size", "0.5"]

    assert dlwhy_in_process(*imported, "-o", "evil.joblib").code == 0
    shown = dlwhy_in_process("info", "evil.joblib")
    refused = dlwhy_in_process("generate", "--from", "bad.csv", "--target", "y", "-o", "bad.npz")

    for text in (shown.out, shown.err, refused.out, refused.err, on_terminal("info", "evil.joblib", NO_COLOR="1")):
        assert ("\x1b" if isinstance(text, str) else b"\x1b") not in text
    assert r"\x1b]0;x\x07\x1b[2J" in shown.out
    assert refused.code == 65


# as the program does it, several commands one after the other: the encoding is that of the process
COMMANDS = """
import sys
from dlwhy.cli import run_command
from dlwhy.cli.process import streams
streams.prepare()
for line in " ".join(sys.argv[1:]).split(" ; "):
    print("code", run_command(line.split()), flush=True)
"""


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_case_69_no_encoding_error(dlwhy, tmp_path, env):
    rows = (f"{i},{i * i},{'ja' if i % 2 else 'nein→'},{'train' if i % 3 else 'test'}\n" for i in range(20))
    names = "größe,⚙,y,split\n" + "".join(rows)
    (tmp_path / "größen.csv").write_text(names)
    commands = (
        "generate --from größen.csv --target y -o größen.npz ; info größen.npz"
        " ; generate --from größen.npz --target y -o - ; info fehlt-ü.npz"
    )

    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, *commands.split()],
        capture_output=True,
        env={**os.environ, **env},
        cwd=tmp_path,
        check=False,
    )

    assert re.findall(rb"^code (\d+)$", done.stdout, re.MULTILINE) == [b"0", b"0", b"65", b"66"], done.stderr
    assert b"Error" not in done.stderr
    assert b"Traceback" not in done.stderr
    assert "PYTHONUTF8" not in env or dlwhy("info", "größen.npz", env=env).code == 0


def test_case_69_no_encoding_error_of_what_is_ours(dlwhy):
    for arguments in (["--help"], ["generate", "--list"]):
        assert dlwhy(*arguments, env={"LC_ALL": "C", "PYTHONUTF8": "0"}).code == 0
