"""The program itself: help, exit codes, streams, signals, terminals, and options from elsewhere."""

import ctypes
import functools
import os
import pty
import resource
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dlwhy import __version__, cli, errors

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
BOOM = "import os, signal, sys; from dlwhy.cli import app, main\n@app.command()\ndef boom():\n    {}\nmain()"


def boom(body: str) -> subprocess.CompletedProcess[bytes]:
    script = BOOM.format(body.replace("\n", "\n    "))
    return subprocess.run([sys.executable, "-c", script, "boom"], capture_output=True, check=False)


@pytest.fixture
def on_terminal(program: str, tmp_path: Path) -> Callable[..., bytes]:
    """Run the command with stdout and stderr on a terminal and give what it wrote there."""

    def run(*arguments: str, **env: str) -> bytes:
        parent, child = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", **env}
        with subprocess.Popen(
            [program, *arguments],
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


@pytest.fixture
def raising() -> Iterator[list[BaseException]]:
    """Register a command `boom` that raises what is put into the list."""
    what: list[BaseException] = []

    @cli.app.command("boom")
    def boom_command() -> None:
        raise what[0]

    yield what
    cli.app.registered_commands.pop()


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
    "arguments",
    [["nonsense"], ["generate", "--nonsense"], ["generate", "--samples", "many"], ["info", "a", "b"], ["--nonsense"]],
    ids=" ".join,
)
def test_usage_errors_keep_their_box(dlwhy_in_process, arguments):
    code, out, err = dlwhy_in_process(*arguments)

    assert (code, out) == (2, "")
    assert "Usage: dlwhy" in err
    assert "─ Error ─" in err


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


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_ends_the_command_quietly(name, code):
    done = boom(f"os.kill(os.getpid(), signal.{name}); print('still here')")

    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


def test_a_background_job_of_a_shell_goes_on_after_ctrl_c():
    script = BOOM.format("os.kill(os.getpid(), signal.SIGINT); print('still here')")

    done = subprocess.run(
        [sys.executable, "-c", script, "boom"],
        capture_output=True,
        check=False,
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_IGN),
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
def test_case_79_a_full_disk_behind_stdout_is_one_line(bash, command):
    result = bash(f"dlwhy generate -o made.npz; dlwhy {command} 2>err >/dev/full; echo $?; cat err >&2", env={})

    assert result.out.splitlines()[-1] == "74"
    assert "<stdout>: writing failed: No space left on device" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_case_80_closed_streams_leave_files_right(bash, closed):
    result = bash(f"dlwhy generate -q -o a.joblib; dlwhy generate -o b.joblib {closed}; echo $?; cmp a.joblib b.joblib")

    assert result.out.splitlines()[-1] == "0"


def test_case_80_a_result_for_a_closed_stdout_is_an_error_not_a_crash(bash):
    result = bash("dlwhy generate -q -o - >&-; echo $?")

    assert result.out == "74\n"
    assert "dlwhy: error: <stdout>" in result.err


def test_a_closed_stdin_is_no_input(bash):
    result = bash("dlwhy generate --from - --target y -o a.npz <&-; echo $?")

    assert result.out == "66\n"


# --- terminals, colours and encodings


def test_case_68_a_terminal_gets_colours(on_terminal):
    assert b"\x1b[" in on_terminal("--help")


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize(
    "arguments", [["--help"], ["generate", "--list"], ["nonsense"], ["generate", "-o", "a.npz"]], ids=" ".join
)
def test_case_68_no_escape_where_none_is_wanted(on_terminal, env, arguments):
    written = on_terminal(*arguments, **env)

    assert written
    assert b"\x1b" not in written


def test_case_68_no_escape_in_a_pipe_unless_forced(dlwhy):
    assert "\x1b" not in "".join(map(str, dlwhy("--help")))
    assert "\x1b[" in dlwhy("--help", env={"FORCE_COLOR": "1", "TERM": "xterm"}).out


def test_columns_set_the_width(dlwhy):
    for width in (60, 130):
        longest = max(map(len, dlwhy("--help", env={"COLUMNS": str(width)}).out.splitlines()))
        assert longest == width


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


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_case_69_no_encoding_error(dlwhy, tmp_path, env):
    names = "größe,⚙,y\n" + "".join(f"{i},{i * i},{'ja' if i % 2 else 'nein→'}\n" for i in range(20))
    (tmp_path / "größen.csv").write_text(names)

    results = [
        dlwhy("--help", env=env),
        dlwhy("generate", "--list", env=env),
        dlwhy("generate", "--from", "größen.csv", "--target", "y", "-o", "größen.npz", env=env),
        dlwhy("info", "größen.npz", env=env),
        dlwhy("info", "größen.npz", "--json", env=env),
        dlwhy("generate", "--from", "größen.npz", "--target", "y", "-o", "-", env=env),
        dlwhy("info", "fehlt-ü.npz", env=env),
    ]

    assert [result.code for result in results] == [0, 0, 0, 0, 0, 65, 66]
    for result in results:
        assert "Error" not in result.err
        assert "Traceback" not in result.err


# --- outputs that can't be


WRITERS = {
    "out.npz": ["generate"],
    "out.csv": ["generate", "--from", "table.csv", "--target", "y"],
    "out.keras": ["train", "-d", "data.npz"],
    "out.jsonl": ["predict", "-m", "model.keras", "table.csv"],
    "out.png": ["plot", "-m", "model.keras", "-d", "data.npz"],
}


@pytest.fixture
def garbage(tmp_path):
    """Inputs that would be refused if a command came so far as to read them."""
    for name in ("data.npz", "data.png", "model.keras", "table.csv"):
        (tmp_path / name).write_bytes(b"\x00garbage")
    return tmp_path


@pytest.mark.parametrize(("name", "command"), WRITERS.items(), ids=WRITERS)
def test_case_72_a_missing_folder_is_refused_first(dlwhy_in_process, garbage, name, command):
    result = dlwhy_in_process(*command, "-o", f"missing/{name}")

    assert result.code == 73
    assert "no such folder" in result.error


@pytest.mark.parametrize(("name", "command"), WRITERS.items(), ids=WRITERS)
def test_case_76_a_folder_or_device_is_refused_first(dlwhy_in_process, garbage, name, command):
    (garbage / name).mkdir()
    (garbage / f"device-{name}").symlink_to("/dev/full")

    folder = dlwhy_in_process(*command, "-o", name)
    device = dlwhy_in_process(*command, "-o", f"device-{name}")

    assert (folder.code, device.code) == (73, 73)
    assert folder.error == f"{name}: is a directory"
    assert device.error == f"device-{name}: is not a regular file"


@pytest.mark.parametrize(("name", "command"), WRITERS.items(), ids=WRITERS)
def test_case_73_no_clobber_is_refused_first(dlwhy_in_process, garbage, name, command):
    (garbage / name).write_bytes(b"old")

    result = dlwhy_in_process(*command, "-o", name, "--no-clobber")

    assert result.code == 73
    assert (garbage / name).read_bytes() == b"old"


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "--from", "table.csv", "--target", "y", "-o", "table.csv"],
        ["train", "-d", "data.npz", "-o", "data.npz"],
        ["predict", "-m", "model.keras", "table.csv", "-o", "./table.csv"],
        ["predict", "-m", "model.keras", "table.csv", "-o", "model.keras"],
        ["plot", "-m", "model.keras", "-d", "data.png", "-o", "data.png"],
    ],
    ids=" ".join,
)
def test_case_74_an_output_that_is_an_input_is_refused(dlwhy_in_process, garbage, arguments):
    result = dlwhy_in_process(*arguments)

    assert result.code == 2
    assert "is both input and output" in result.error


def test_case_72_a_read_only_folder_is_refused_first(program, garbage):
    folder = garbage / "locked"
    folder.mkdir(mode=0o555)

    done = subprocess.run(
        [program, "train", "-d", str(garbage / "data.npz"), "-o", str(folder / "model.keras")],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_obey_permissions,
    )

    assert done.returncode == 73
    assert "is not writable" in done.stderr
    assert list(folder.iterdir()) == []


def _obey_permissions() -> None:
    """Give up what lets root write everywhere: CAP_DAC_OVERRIDE, from the next program on."""
    prctl, capability_bounding_set_drop, dac_override = ctypes.CDLL(None).prctl, 24, 1
    prctl(capability_bounding_set_drop, dac_override, 0, 0, 0)


def test_case_75_a_link_is_kept_and_the_file_behind_it_replaced(dlwhy_in_process, tmp_path):
    (tmp_path / "real.npz").write_bytes(b"old")
    (tmp_path / "link.npz").symlink_to("real.npz")

    assert dlwhy_in_process("generate", "-o", "link.npz").code == 0

    assert (tmp_path / "link.npz").is_symlink()
    assert (tmp_path / "real.npz").read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("name", ["with space.npz", "größe.npz", "two\nlines.npz", "-dash.npz"])
def test_case_59_any_path_works_and_can_be_read(dlwhy_in_process, tmp_path, name):
    written = dlwhy_in_process("generate", f"--output={name}")
    read = dlwhy_in_process("info", "--", name)
    (tmp_path / name).unlink()
    missing = dlwhy_in_process("info", "--", name)

    assert (written.code, read.code, missing.code) == (0, 0, 66)
    assert missing.error.startswith(
        (shlex.quote(name).strip("'"), shlex.quote(name), r"'two\x0alines", r"two\x0alines")
    )


# --- options that can't be


BAD_OPTIONS = [
    *(["generate", f"--noise={value}"] for value in ("-1", "nan", "inf")),
    *(["generate", f"--samples={value}"] for value in ("0", "-5")),
    *(["generate", f"--seed={value}"] for value in ("-1", str(2**32))),
    *(["generate", f"--test-size={value}"] for value in ("0", "1", "nan")),
    *(["train", f"--epochs={value}"] for value in ("0", "-1")),
    *(["train", f"--batch-size={value}"] for value in ("0", "-3")),
    *(["train", f"--learning-rate={value}"] for value in ("0", "-1", "nan", "inf")),
    *(["train", f"--layers={value}"] for value in ("0", "-1", str(10**9), "10,x")),
    *(["train", f"--seed={value}"] for value in ("-1", str(2**32))),
    *(["predict", f"--chunk-size={value}"] for value in ("0", "-1")),
]


@pytest.mark.parametrize("arguments", BAD_OPTIONS, ids=" ".join)
def test_case_61_a_value_that_cannot_be_is_refused(dlwhy_in_process, arguments, tmp_path):
    result = dlwhy_in_process(*arguments)

    assert (result.code, result.out) == (2, "")
    assert arguments[1].split("=")[0] in result.err
    assert "Traceback" not in result.err
    assert list(tmp_path.iterdir()) == []


def test_case_61_values_are_refused_before_tensorflow_is_imported(tmp_path):
    script = (
        "import sys; from dlwhy.cli import run_command\n"
        f"print([run_command(command) for command in {BAD_OPTIONS!r}], 'tensorflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=30
    )

    assert done.stdout.strip() == f"{[2] * len(BAD_OPTIONS)} False"


# --- options from a file and from the environment


def samples(result) -> int:
    assert result.code == 0, result.err
    return len(result.out.splitlines()) - 1


def test_options_come_from_the_file_then_the_environment_then_the_command_line(dlwhy_in_process, tmp_path):
    (tmp_path / "lab.toml").write_text('[generate]\nsamples = 40\noutput = "-"\n[train]\nepochs = 7\n')
    command = ["generate", "--config", "lab.toml"]
    env = {"DLWHY_GENERATE_SAMPLES": "50"}

    assert samples(dlwhy_in_process(*command)) == 40
    assert samples(dlwhy_in_process(*command, env=env)) == 50
    assert samples(dlwhy_in_process(*command, "--samples", "60", env=env)) == 60
    assert samples(dlwhy_in_process("generate", "-o", "-", env=env)) == 50
    assert samples(dlwhy_in_process("generate", env={"DLWHY_GENERATE_CONFIG": "lab.toml"})) == 40


def test_the_file_may_name_options_as_the_command_line_does(dlwhy_in_process, tmp_path):
    (tmp_path / "lab.toml").write_text('[generate]\ntest-size = 0.5\nsamples = 10\noutput = "-"\nquiet = true\n')

    code, out, err = dlwhy_in_process("generate", "--config", "lab.toml")

    assert (code, err) == (0, "")
    assert out.count(",test\n") == 5


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("[generate]\nsample = 3\n", 2, "[generate] has no option 'sample'"),
        ("[generate]\nsamples = 'many'\n", 2, "samples"),
        ("generate = 3\n", 2, "[generate] is not a table"),
        ("[generate\n", 2, "not TOML"),
        ("\x00", 2, "not TOML"),
        ("[generate]\nsamples = [1, 2]\n", 2, "samples"),
    ],
)
def test_a_wrong_file_of_options_is_refused(dlwhy_in_process, tmp_path, text, code, said):
    (tmp_path / "lab.toml").write_text(text)

    result = dlwhy_in_process("generate", "--config", "lab.toml")

    assert result.code == code
    assert said in result.err
    assert "Traceback" not in result.err


def test_a_missing_file_of_options_is_refused(dlwhy_in_process):
    assert dlwhy_in_process("generate", "--config", "lab.toml").code == 66
