"""Reading and writing files: regular files only, "-" as stdin and stdout, and outputs that are whole or absent."""

import contextlib
import fcntl
import io
import os
import re
import secrets
import shlex
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from dlwhy.errors import InputOutputError, InputRefusedError, InputUnreadableError, OutputBlockedError, UsageError
from dlwhy.text import display

STANDARD = "-"
# of a file that exists: device and inode; else those of its folder, and its name
Identity = tuple[int | str, ...]
_CHUNK = 1 << 20
# temporary files of outputs that are not finished
_unfinished: set[Path] = set()


def is_standard(path: str | Path) -> bool:
    """Return whether a path stands for stdin or stdout."""
    return str(path) in (STANDARD, "/dev/stdin", "/dev/stdout")


def shown(path: str | Path, *, output: bool = False) -> str:
    """Name a path in a message: quoted as a shell would want it, control characters escaped."""
    if is_standard(path):
        return "<stdout>" if output else "<stdin>"
    return display(shlex.quote(str(path)), 200)


@contextlib.contextmanager
def open_input(path: str | Path) -> Iterator[BinaryIO]:
    """Open a regular file, or stdin for "-", for reading bytes.

    Raises
    ------
    InputUnreadableError
        If the file is missing, unreadable, or a FIFO, device or directory.
    InputOutputError
        If reading fails midway.

    """
    try:
        with _standard_input() if is_standard(path) else _open_regular(path) as handle:
            yield handle
    except BrokenPipeError:  # of the output that the block writes
        raise
    except OSError as error:
        raise InputOutputError(f"{shown(path)}: reading failed: {_reason(error)}") from error


def read_bytes(path: str | Path, *, limit: int) -> bytes:
    """Read a whole regular file, or stdin, of at most `limit` bytes.

    Raises
    ------
    InputRefusedError
        If there is more than `limit`; also what `open_input` raises.

    """
    content = io.BytesIO()
    with open_input(path) as handle:
        # piece by piece: one large read takes the memory of the whole limit first
        while piece := handle.read(min(_CHUNK, limit + 1 - content.tell())):
            content.write(piece)
    if content.tell() > limit:
        raise InputRefusedError(f"{shown(path)}: larger than {limit >> 20} MiB", "raise --max-size")
    return content.getvalue()


def check_outputs(
    outputs: Mapping[str, str | Path | None],
    *,
    inputs: Iterable[str | Path | None] = (),
    folders: Mapping[str, str | Path | None] | None = None,
    no_clobber: bool = False,
) -> None:
    """Refuse, before any work is done, outputs that can't be written at its end, or that would destroy one another.

    Files are the same if the disk says so, by whatever names; also those that do not exist yet.

    Parameters
    ----------
    outputs, folders
        Paths of the files and folders to write, by the options that name them; None is left out.
    inputs
        Paths of all that is read; None is left out.
    no_clobber
        Whether an output must not exist.

    Raises
    ------
    UsageError
        If an output is one of the inputs, or two outputs are the same.
    OutputBlockedError
        As `check_output` does; or if a file is in the place of a folder.

    """
    read = {_identity(path, descriptor=0) for path in inputs if path is not None} - {None}
    written: dict[Identity, str] = {}
    for option, path in (*outputs.items(), *(folders or {}).items()):
        if path is None:
            continue
        identity = _identity(path, descriptor=1)
        if identity in read:
            raise UsageError(f"{shown(path, output=True)} is both input and output", f"choose another; see {option}")
        identity = identity or (STANDARD,)
        if identity in written:
            raise UsageError(f"{shown(path, output=True)}: both {written[identity]} and {option} write to it")
        written[identity] = option
        if option in outputs:
            check_output(path, no_clobber=no_clobber)
        elif Path(path).exists() and not Path(path).is_dir():
            raise OutputBlockedError(f"{shown(path)}: is not a folder")


def check_output(path: str | Path, *, no_clobber: bool = False) -> None:
    """Refuse, before any work is done, an output that could not be written at the end of it.

    Raises
    ------
    OutputBlockedError
        If its folder is missing or read-only, or a directory or device is in its place, or it exists and
        `no_clobber` is set.

    """
    if is_standard(path):
        return
    target = Path(path)
    _checked_target(target, no_clobber=no_clobber)
    folder = target.resolve().parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputBlockedError(f"{shown(path)}: the folder {shown(folder)} is not writable")


def made_folder(name: str | Path) -> Path:
    """Make a folder, with those that it is in, if it is missing.

    Raises
    ------
    OutputBlockedError
        If it can't be made, or a file stands in its place.

    """
    try:
        Path(name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputBlockedError(f"{shown(name)}: {_reason(error)}") from error
    return Path(name)


def _identity(path: str | Path, *, descriptor: int) -> Identity | None:
    """Return which file a path means; None for a stream that is no file."""
    try:
        if is_standard(path):
            status = os.fstat(descriptor)
            return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None
        target = Path(path).resolve()
        if target.exists():
            return target.stat().st_dev, target.stat().st_ino
        folder = target.parent.stat()
    except (OSError, RuntimeError, ValueError):  # what can't be written is refused with a reason of its own
        return (str(path),)
    return folder.st_dev, folder.st_ino, target.name


@contextlib.contextmanager
def open_output(path: str | Path, *, no_clobber: bool = False) -> Iterator[BinaryIO]:
    """Open an output for writing bytes; the file appears, whole and synced to disk, when the block ends.

    An exception in the block leaves an existing file as it was and no temporary file behind. A symbolic link is kept
    and the file behind it replaced; an existing file keeps its mode. For "-" the bytes go to stdout when the block
    ends.

    Raises
    ------
    OutputBlockedError
        If the output can't be created.
    InputOutputError
        If writing fails midway: a full disk, a quota.

    """
    if is_standard(path):
        memory = io.BytesIO()
        yield memory
        write_stdout(memory.getvalue())
        return
    target = _checked_target(Path(path), no_clobber=no_clobber)
    _sweep(target)
    try:
        mode = _mode(target)
        handle, temporary = _open_temporary(target, private=mode is not None)
    except OSError as error:
        raise OutputBlockedError(f"{shown(path)}: can't be created: {_reason(error)}") from error
    _unfinished.add(temporary)
    try:
        with handle:
            yield handle
            handle.flush()
            if mode is not None:
                os.fchmod(handle.fileno(), mode)
            os.fsync(handle.fileno())
            _publish(temporary, target, no_clobber=no_clobber)
        _sync_folder(target.parent)
    except BrokenPipeError:  # of another output, to which the block writes too
        raise
    except OSError as error:
        raise InputOutputError(f"{shown(path)}: writing failed: {_reason(error)}") from error
    finally:
        temporary.unlink(missing_ok=True)
        _unfinished.discard(temporary)


def discard_unfinished() -> None:
    """Remove what outputs in the making have written so far; for a process that ends at once."""
    for temporary in _unfinished:
        with contextlib.suppress(OSError):
            temporary.unlink()


@contextlib.contextmanager
def temporary_folder(*, beside: str | Path) -> Iterator[None]:
    """Have `tempfile`, and all libraries that use it, make what they make in a folder that is gone after the block.

    The folder is made where temporary files belong; where that can't be, beside an output, which must be writable.

    Raises
    ------
    OutputBlockedError
        If it can't be made anywhere.

    """
    import tempfile

    before = tempfile.tempdir
    with _temporary_folder(beside) as name:
        tempfile.tempdir = name
        try:
            yield
        finally:
            tempfile.tempdir = before


def _temporary_folder(beside: str | Path) -> contextlib.AbstractContextManager[str]:
    import tempfile

    # without a place, gettempdir in mkdtemp says so
    for place in (None, Path(beside).resolve().parent):
        try:
            return tempfile.TemporaryDirectory(prefix=".dlwhy-", dir=place)
        except OSError as error:
            reason = _reason(error)
    raise OutputBlockedError(f"{shown(beside, output=True)}: no folder for temporary files: {reason}", "set TMPDIR")


def write_stdout(content: bytes) -> None:
    """Write bytes to stdout, all of them or an error.

    Raises
    ------
    InputOutputError
        If stdout is closed or full. A reader that went away raises `BrokenPipeError`, which ends a command quietly.

    """
    if sys.stdout is None:
        raise InputOutputError("<stdout>: writing failed: it is closed")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise InputOutputError(f"<stdout>: writing failed: {_reason(error)}") from error


@contextlib.contextmanager
def _standard_input() -> Iterator[BinaryIO]:
    if sys.stdin is None:
        raise InputUnreadableError("<stdin>: closed", "pipe data in, or name a file")
    if sys.stdin.isatty():
        raise InputUnreadableError("<stdin>: is a terminal", "pipe data in, or name a file")
    yield sys.stdin.buffer


def _open_regular(path: str | Path) -> BinaryIO:
    try:
        # O_NONBLOCK: opening a FIFO must not wait for its writer; what was opened is checked, not what the name was
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        raise InputUnreadableError(f"{shown(path)}: {_reason(error)}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputUnreadableError(f"{shown(path)}: not a regular file")
    return os.fdopen(descriptor, "rb")


def _checked_target(path: Path, *, no_clobber: bool) -> Path:
    try:
        target = path.resolve()
        existing = target.stat() if target.exists() else None
    except (OSError, RuntimeError, ValueError) as error:
        raise OutputBlockedError(f"{shown(path)}: {_reason(error)}") from error
    if existing is None:
        if not target.parent.is_dir():
            raise OutputBlockedError(f"{shown(path)}: no such folder: {shown(target.parent)}")
    elif no_clobber:
        raise _exists(path)
    elif not stat.S_ISREG(existing.st_mode):
        kind = "a directory" if stat.S_ISDIR(existing.st_mode) else "not a regular file"
        raise OutputBlockedError(f"{shown(path)}: is {kind}")
    return target


def _open_temporary(target: Path, *, private: bool) -> tuple[BinaryIO, Path]:
    """Make a file beside the target and lock it: the lock ends with the process, so a sweeper sees who is dead."""
    while True:
        # 50 characters are at most 200 bytes; a file name has room for 255
        temporary = target.with_name(f".{target.name[:50]}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
        # the umask applies to a new file; one that replaces another gets its mode when it is finished, until then it
        # must not be more open
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        handle = os.fdopen(os.open(temporary, flags, 0o600 if private else 0o666), "wb")
        with contextlib.suppress(OSError):  # a file system without locks: then nobody sweeps
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle.fileno()).st_nlink:
            return handle, temporary
        handle.close()  # swept between making and locking


def _mode(target: Path) -> int | None:
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return None


def _publish(temporary: Path, target: Path, *, no_clobber: bool) -> None:
    """Give the finished file its name, in one step."""
    if no_clobber:
        try:
            os.link(temporary, target)  # unlike a rename, it never replaces what another process has made meanwhile
        except FileExistsError as error:
            raise _exists(target) from error
        except OSError:  # a file system without links
            temporary.replace(target)
    else:
        temporary.replace(target)


def _exists(path: Path) -> OutputBlockedError:
    return OutputBlockedError(f"{shown(path)}: exists already", "leave out --no-clobber to replace it")


def _sweep(target: Path) -> None:
    """Remove temporary files that killed writers of this target left behind: those that nobody holds a lock on."""
    ours = re.compile(re.escape(f".{target.name[:50]}.") + r"[0-9]+-[0-9a-f]{8}\.tmp")
    with contextlib.suppress(OSError):
        for entry in os.scandir(target.parent):
            if ours.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                _remove_unlocked(Path(entry.path))


def _remove_unlocked(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("r+b") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()


def _sync_folder(folder: Path) -> None:
    # not every file system can sync a folder; the file itself is safe by now
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: Exception) -> str:
    return display(getattr(error, "strerror", None) or error, 120)
