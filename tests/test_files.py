"""Files as outputs: whole or absent whatever happens, and refused before anything is written if they can not be."""

import contextlib
import os
import resource
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlwhy import files
from dlwhy.errors import (
    EndedBySignal,
    InputOutputError,
    InputRefusedError,
    OutputBlockedError,
    UsageError,
)

OLD, NEW = b"old" * 100_000, b"new!" * 100_000
NAMES = [
    "with space.csv",
    "übergröße.csv",
    "-leading.csv",
    "line\nbreak.csv",
    "quo'te\".csv",
    "大" * 80 + ".csv",
    "[red].csv",
]


def write(path: Path | str, content: bytes, **options: bool) -> None:
    with files.open_output(path, **options) as handle:
        handle.write(content)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def temporaries(folder: Path) -> list[str]:
    return [name for name in names(folder) if name.endswith(".tmp")]


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# --- writing


def test_an_output_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "x"
    with files.open_output(target) as handle:
        handle.write(NEW)
        handle.flush()
        assert not target.exists()

    assert target.read_bytes() == NEW
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize(
    "error", [ValueError, KeyboardInterrupt, EndedBySignal(15), SystemExit, InputRefusedError("x")]
)
def test_a_failure_midway_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
    write(tmp_path / "x", OLD)

    def fail() -> None:
        with files.open_output(tmp_path / "x") as handle:
            handle.write(NEW)
            raise error

    with pytest.raises(error if isinstance(error, type) else type(error)):
        fail()

    assert (tmp_path / "x").read_bytes() == OLD
    assert names(tmp_path) == ["x"]


def test_case_71_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "x", OLD)
    failures = []
    for size in range(0, len(NEW) + 20_000, 20_000):
        try:
            with largest_file(size):
                write(tmp_path / "x", NEW)
        except InputOutputError as error:
            failures.append(str(error))
        assert (tmp_path / "x").read_bytes() == (OLD if size < len(NEW) else NEW)
        assert names(tmp_path) == ["x"]

    assert failures == [f"{tmp_path}/x: writing failed: File too large"] * (len(NEW) // 20_000)


@pytest.mark.parametrize("size", [0, 100_000])
def test_case_71_a_full_disk_leaves_no_new_file(tmp_path: Path, size: int) -> None:
    with largest_file(size), pytest.raises(InputOutputError):
        write(tmp_path / "x", NEW)

    assert names(tmp_path) == []


def test_only_dead_writers_are_tidied_up_after(tmp_path: Path) -> None:
    stray = (
        tmp_path / f".x.{os.getpid()}-00000000.tmp"
    )  # of this very process number, as after a restart of the machine
    stray.write_bytes(b"half")
    foreign = tmp_path / ".x.notes.tmp"  # a name that dlwhy does not give
    foreign.write_text("mine")
    other = tmp_path / ".y.1-00000000.tmp"
    other.write_bytes(b"of another target")
    with files.open_output(tmp_path / "x") as handle:
        handle.write(OLD)
        alive = temporaries(tmp_path)
        write(tmp_path / "x", NEW)  # must not take the first one's file for a dead writer's

        assert not stray.exists()
        assert set(temporaries(tmp_path)) == set(alive) - {stray.name}

    assert (tmp_path / "x").read_bytes() == OLD
    assert sorted(temporaries(tmp_path)) == [foreign.name, other.name]


def test_case_77_two_writers_of_one_target_leave_one_whole_file(tmp_path: Path) -> None:
    contents = [bytes([65 + writer]) * 500_000 for writer in range(4)]
    write(tmp_path / "x", contents[0])
    failures: list[BaseException] = []

    def keep_writing(content: bytes) -> None:
        try:
            for _ in range(25):
                write(tmp_path / "x", content)
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=keep_writing, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert (tmp_path / "x").read_bytes() in contents

    assert failures == []
    assert names(tmp_path) == ["x"]


def test_case_73_an_existing_target_is_replaced_and_its_mode_stays(tmp_path: Path) -> None:
    write(tmp_path / "x", OLD)
    for mode in (0o600, 0o640, 0o444, 0o755):
        (tmp_path / "x").chmod(mode)
        with files.open_output(tmp_path / "x") as handle:
            handle.write(NEW)
            # what replaces a private file is private from its first byte on
            assert stat.S_IMODE((tmp_path / temporaries(tmp_path)[0]).stat().st_mode) == 0o600

        assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == mode
        assert (tmp_path / "x").read_bytes() == NEW


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_case_73_a_new_file_obeys_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write(tmp_path / "x", NEW)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o666 & ~mask


def test_case_73_no_clobber_refuses_what_exists(tmp_path: Path) -> None:
    write(tmp_path / "x", OLD, no_clobber=True)

    for refuse in (
        lambda: write(tmp_path / "x", NEW, no_clobber=True),
        lambda: files.check_output(tmp_path / "x", no_clobber=True),
    ):
        with pytest.raises(OutputBlockedError, match="exists already"):
            refuse()
    assert (tmp_path / "x").read_bytes() == OLD
    assert names(tmp_path) == ["x"]


def test_no_clobber_keeps_what_another_process_made_meanwhile(tmp_path: Path) -> None:
    def be_late() -> None:
        with files.open_output(tmp_path / "x", no_clobber=True) as handle:
            handle.write(NEW)
            (tmp_path / "x").write_bytes(OLD)

    with pytest.raises(OutputBlockedError, match="exists already"):
        be_late()

    assert (tmp_path / "x").read_bytes() == OLD
    assert names(tmp_path) == ["x"]


def test_case_75_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x").write_bytes(OLD)
    (tmp_path / "link").symlink_to("real/x")
    (tmp_path / "dangling").symlink_to("real/y")

    write(tmp_path / "link", NEW)
    write(tmp_path / "dangling", NEW)

    assert (tmp_path / "link").readlink() == Path("real/x")
    assert (tmp_path / "real" / "x").read_bytes() == NEW
    assert (tmp_path / "dangling").is_symlink()
    assert (tmp_path / "real" / "y").read_bytes() == NEW
    assert names(tmp_path / "real") == ["x", "y"]


def test_cases_72_76_an_output_that_can_not_be_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    for path, message in (
        (tmp_path / "folder", "is a directory"),
        (tmp_path / "fifo", "is not a regular file"),
        ("/dev/null", "is not a regular file"),
        (tmp_path / "absent" / "x", "no such folder"),
        (tmp_path / "folder" / "x" / "y", "no such folder"),
        (tmp_path / ("x" * 300), "File name too long"),
        (tmp_path / "nul\0", "null"),
    ):
        for refuse in (lambda path: write(path, NEW), files.check_output):
            with pytest.raises(OutputBlockedError, match=message):
                refuse(path)
    for path in (tmp_path / "loop", "/proc/x"):
        with pytest.raises(OutputBlockedError):
            write(path, NEW)
    assert names(tmp_path) == ["fifo", "folder", "loop"]


def test_case_72_a_read_only_folder_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """As a user who is not root, whom modes do not bind."""
    (tmp_path / "locked").mkdir(mode=0o555)
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent == Path(tempfile.gettempdir()):
            break
        parent.chmod(0o755)
    script = textwrap.dedent(f"""
        import os
        from dlwhy import files
        from dlwhy.errors import OutputBlockedError
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        for refuse in (files.check_output, lambda path: files.open_output(path).__enter__()):
            try:
                refuse({str(tmp_path / "locked" / "x")!r})
            except OutputBlockedError as error:
                print(error)
    """)

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "is not writable" in done.stdout.splitlines()[0]
    assert "can't be created: Permission denied" in done.stdout.splitlines()[1]


def test_case_74_an_output_that_is_an_input_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "x", OLD)
    (tmp_path / "link").symlink_to("x")

    for output in (tmp_path / "x", tmp_path / "link", tmp_path / "." / "x"):
        with pytest.raises(UsageError, match="is both input and output"):
            files.check_outputs({"-o": output}, inputs=["-", tmp_path / "absent", tmp_path / "x"])
    files.check_outputs({"-o": tmp_path / "y", "--more": None}, inputs=[tmp_path / "x", "-", None])
    files.check_outputs({"-o": "-"}, inputs=["-"])


def test_two_outputs_that_are_one_file_are_refused(tmp_path: Path) -> None:
    """Whatever they are called, whether the file is there or not, whether it is a file or a folder."""
    write(tmp_path / "x", OLD)
    (tmp_path / "link").symlink_to("x")
    (tmp_path / "dangling").symlink_to("absent")
    (tmp_path / "here").symlink_to(".")

    for one, other in (
        ("x", "link"),
        ("absent", "absent"),
        ("absent", "dangling"),
        ("absent", "here/absent"),
    ):
        outputs = {"-o": tmp_path / one, "--history": tmp_path / other}
        with pytest.raises(UsageError, match="both -o and --history write to it"):
            files.check_outputs(outputs)
        with pytest.raises(UsageError, match="both -o and --folder write to it"):
            files.check_outputs({"-o": tmp_path / one}, folders={"--folder": tmp_path / other})
    with pytest.raises(UsageError, match="<stdout>: both -o and --history write to it"):
        files.check_outputs({"-o": "-", "--history": "/dev/stdout"})
    with pytest.raises(OutputBlockedError, match="x: is not a folder"):
        files.check_outputs({}, folders={"--folder": tmp_path / "x"})
    files.check_outputs({"-o": tmp_path / "absent"}, folders={"--folder": tmp_path / "other"})


def test_a_stream_that_is_a_file_is_that_file(tmp_path: Path) -> None:
    """As of a shell's `dlwhy predict < x -o x` and `dlwhy predict x >> x`."""
    write(tmp_path / "x", OLD)
    script = "import sys; from dlwhy import files; files.check_outputs({'-o': sys.argv[1]}, inputs=[sys.argv[2]])"
    for output, read in (("x", "-"), ("-", "x")):
        with (tmp_path / "x").open("r+b") as stream:
            done = subprocess.run(
                [sys.executable, "-c", script, output, read],
                stdin=stream,
                stdout=stream,
                stderr=subprocess.PIPE,
                cwd=tmp_path,
                text=True,
                check=False,
            )
        assert "is both input and output" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_case_59_files_of_any_name_are_written_and_read(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, OLD)
    write(tmp_path / name, NEW)

    assert files.read_bytes(tmp_path / name, limit=1 << 20) == NEW
    assert names(tmp_path) == [name]
