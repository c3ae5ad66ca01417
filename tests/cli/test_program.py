"""The program itself: help, exit codes, streams and signals."""

import errno
import functools
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from dlwhy import __version__, cli, errors
from dlwhy.cli import program as the_program

KINDS = {
    errors.UsageError: 2,
    errors.UnusableResultError: 3,
    errors.GateError: 4,
    errors.InputRefusedError: 65,
    errors.InputUnreadableError: 66,
    errors.OutputBlockedError: 73,
    errors.InputOutputError: 74,
    errors.BusyError: 75,
}
# one more command, that does as a test asks; run as a program of its own
BOOM = (
    "import os, signal, sys; from dlwhy.cli import main, program\n@program.app.command()\ndef boom():\n    {}\nmain()"
)


def boom(body: str) -> subprocess.CompletedProcess[bytes]:
    script = BOOM.format(body.replace("\n", "\n    "))
    return subprocess.run([sys.executable, "-c", script, "boom"], capture_output=True, check=False)


@pytest.fixture
def raising() -> Iterator[list[BaseException]]:
    """Register a command `boom` that raises what is put into the list."""
    what: list[BaseException] = []

    @the_program.app.command("boom")
    def boom_command() -> None:
        raise what[0]

    the_program.group.cache_clear()
    yield what
    the_program.app.registered_commands.pop()
    the_program.group.cache_clear()


# --- help and usage


def test_version(dlwhy_in_process):
    assert dlwhy_in_process("--version") == (0, f"dlwhy {__version__}\n", "")


def test_module_runs_as_the_command_does(tmp_path):
    done = subprocess.run([sys.executable, "-m", "dlwhy", "--version"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, f"dlwhy {__version__}\n")


def test_a_version_in_the_environment_is_not_ours_to_read(dlwhy_in_process):
    assert dlwhy_in_process("generate", "--list", env={"DLWHY_VERSION": "0.3.1"}).code == 0


def test_help_lists_every_command(dlwhy_in_process):
    code, out, _ = dlwhy_in_process("--help")

    assert code == 0
    for command in cli.COMMANDS:
        assert f" {command} " in out


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_help_with_examples_and_the_shared_options(dlwhy_in_process, command):
    code, out, err = dlwhy_in_process(command, "--help", env={"COLUMNS": "200"})

    assert (code, err) == (0, "")
    for wanted in ("Examples", f"dlwhy {command}", "--quiet", "--json", "--config"):
        assert wanted in out


@pytest.mark.slow
def test_help_is_quick(program):
    # processor time, not time on the wall: other tests run beside this one
    env = {name: value for name, value in os.environ.items() if "COV" not in name}

    def seconds(command: list[str]) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, env=env, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    nothing = min(seconds([sys.executable, "-c", "pass"]) for _ in range(5))
    assert min(seconds([program, "--help"]) for _ in range(5)) < nothing + 0.25


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("nonsense", "no such command 'nonsense' (try 'dlwhy --help')"),
        ("trian", "no such command 'trian'. Did you mean 'train'? (try 'dlwhy --help')"),
        ("--nonsense", "no such option: --nonsense (try 'dlwhy --help')"),
        ("--version=3", "option '--version' does not take a value (try 'dlwhy --help')"),
        ("train --epoch 3", "no such option: --epoch. Did you mean --epochs? (try 'dlwhy train --help')"),
        ("train --epochs", "option '--epochs' requires an argument (try 'dlwhy train --help')"),
        ("train --batch-norm=3", "option '--batch-norm' does not take a value (try 'dlwhy train --help')"),
        ("generate --samples many", "invalid value for '--samples': Input should be a valid integer"),
        ("plot --style blue", "invalid value for '--style': Value error, 'blue' is not one of 'light'"),
        ("info a b", "got unexpected extra argument(s) (b) (try 'dlwhy info --help')"),
    ],
)
def test_a_usage_error_is_one_line(dlwhy_in_process, arguments, said):
    result = dlwhy_in_process(*arguments.split())

    assert (result.code, result.out) == (2, "")
    assert result.error.startswith(said)
    assert result.error.endswith("--help')")


def test_usage_errors_show_no_control_characters(dlwhy_in_process):
    evil = "\x1b]0;x\x07\x9b2J"

    for arguments in ([evil], ["generate", f"--{evil}"], ["generate", "--samples", evil], ["info", "a", evil]):
        code, _, err = dlwhy_in_process(*arguments)
        assert code == 2
        assert not set(err) & {"\x1b", "\x07", "\x9b"}, ascii(err)


def test_without_a_command_there_is_help(dlwhy_in_process):
    code, out, _ = dlwhy_in_process()

    assert code == 2
    assert "Usage: dlwhy" in out


# --- the error boundary


@pytest.mark.parametrize(("kind", "code"), KINDS.items())
def test_each_kind_of_error_is_one_line_and_its_code(dlwhy_in_process, raising, kind, code):
    raising.append(kind("a.csv:3:x: is\nwrong", "mend it"))

    result = dlwhy_in_process("boom")

    assert result.code == code
    assert result.error == "a.csv:3:x: is wrong (mend it)"
    assert result.out == ""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 7.28 TiB"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        ImportError("libbig.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_lack_of_memory_is_no_bug(dlwhy_in_process, raising, error):
    raising.append(error)

    result = dlwhy_in_process("boom")

    assert result.code == 75
    assert result.error.startswith("there is too little memory")


def test_no_kind_of_error_has_the_code_of_a_bug():
    assert {kind: kind.exit_code for kind in errors.DlwhyError.__subclasses__()} == KINDS


def test_a_bug_keeps_its_traceback_and_shows_no_control_characters():
    done = boom("raise ZeroDivisionError('\\x1b]0;x\\x07')")

    assert (done.returncode, done.stdout) == (1, b"")
    assert b"Traceback" in done.stderr
    assert b'File "<string>", line 4, in boom' in done.stderr
    assert rb"ZeroDivisionError: \x1b]0;x\x07" in done.stderr
    assert b"\x1b" not in done.stderr


def test_warnings_are_one_line_each_and_those_of_libraries_are_hidden():
    done = boom(
        "import warnings; from dlwhy.errors import DlwhyWarning\n"
        "warnings.warn('look here', DlwhyWarning, stacklevel=2)\n"
        "warnings.warn('not here', DeprecationWarning, stacklevel=2)"
    )

    assert done.stderr == b"dlwhy: warning: look here\n"


# --- signals and closed, full or broken streams


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_the_command_quietly(name, code):
    done = boom(f"os.kill(os.getpid(), signal.{name}); print('still here')")

    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_is_ignored_from_the_start_stays_ignored(number):
    """A shell's background job goes on after Ctrl-C, one under nohup when the connection is lost."""
    script = BOOM.format(f"os.kill(os.getpid(), {int(number)}); print('still here')")

    done = subprocess.run(
        [sys.executable, "-c", script, "boom"],
        capture_output=True,
        check=False,
        preexec_fn=functools.partial(signal.signal, number, signal.SIG_IGN),
    )

    assert (done.returncode, done.stdout) == (0, b"still here\n")


@pytest.mark.parametrize("command", ["dlwhy --help", "dlwhy generate moons --samples 100000 -o -"])
def test_case_78_a_reader_that_closes_early_ends_the_command_quietly(bash, command):
    result = bash(f"{{ {command}; echo $? > code; }} | true; sleep 1; cat code")

    assert result.out.strip() == "141"
    assert result.err == ""


def test_case_78_the_first_line_arrives(bash):
    result = bash("dlwhy generate moons --samples 100000 -o - | head -1; echo ${PIPESTATUS[0]}")

    assert result.out.splitlines() == ["x0,x1,target,split", "141"]
    assert result.err == ""


def test_a_reader_of_stderr_that_closes_early_costs_nothing(bash):
    result = bash("{ dlwhy generate moons -o a.npz; echo $? > code; } 2>&1 >/dev/null | true; sleep 0.5; cat code; ls")

    assert result.out.split() == ["0", "a.npz", "code"]


@pytest.mark.parametrize("command", ["--help", "--version", "generate --list", "generate -o -", "info made.npz"])
def test_case_79_a_full_disk_behind_stdout_is_one_line(bash, dlwhy_in_process, command):
    if "made" in command:
        dlwhy_in_process("generate", "-o", "made.npz")
    result = bash(f"dlwhy {command} 2>err >/dev/full; echo $?; cat err >&2", env={})

    assert result.out.splitlines()[-1] == "74"
    assert "<stdout>: writing failed: No space left on device" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_case_80_closed_streams_leave_files_right(bash, dlwhy_in_process, demo, closed):
    predict = f"predict -m {demo}/model.keras {demo}/points.csv -o"
    dlwhy_in_process(*predict.split(), "a.csv", "-q")
    result = bash(f"dlwhy {predict} b.csv {closed}; echo $?; cmp a.csv b.csv || echo differ")

    assert result.out.splitlines()[-1] == "0"


def test_case_80_a_result_for_a_closed_stdout_is_an_error_not_a_crash(bash):
    result = bash("dlwhy generate -q -o - >&-; echo $?")

    assert result.out == "74\n"
    assert "dlwhy: error: <stdout>" in result.err


def test_a_closed_stdin_is_no_input(bash):
    result = bash("dlwhy generate --from - --target y -o a.npz <&-; echo $?")

    assert result.out == "66\n"


def test_a_signal_while_an_object_is_cleared_away_is_not_lost():
    script = """
import os, signal, sys, time
from dlwhy import errors, files
from dlwhy.cli.process import signals

class Cleared:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0)

signals.listen()
try:
    cleared = Cleared()
    del cleared
    time.sleep(30)
except errors.EndedBySignal as ended:
    sys.exit(ended.number)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == signal.SIGTERM
    assert not done.stderr
