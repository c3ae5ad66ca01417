"""A study's folder: what dlwhy keeps in it, for one process at a time; no link is followed, nothing foreign removed."""

import contextlib
import fcntl
import os
import re
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path

from dlwhy import files
from dlwhy.errors import BusyError, DlwhyWarning, OutputBlockedError
from dlwhy.text import display

DESIGN, REPORT, RUNS, SUMMARY, FIGURE = "design.json", "study.json", "runs.jsonl", "summary.csv", "figure.png"
DETAILS = "details.png"  # where the figure does not show all
ROWS, LOCK = "runs", ".lock"
FACTS = "arm.json"
# of a record that is being written, and of one file in a record: see `records.write`
_UNFINISHED = re.compile(r"\.[0-9a-f]{20}-[0-9a-f]{8}")
_ROW = re.compile(r"[0-9]{1,20}\.json")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep every other study out of a folder, made if missing; the kernel frees the lock of a process that dies.

    Raises
    ------
    BusyError
        If another process holds it.
    OutputBlockedError
        If the folder can't be made, or a link or the like stands in the place of something that dlwhy writes.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check(folder)
        (folder / ROWS).mkdir(exist_ok=True)
        descriptor = _opened(folder / LOCK)
    except OSError as error:
        raise OutputBlockedError(f"{files.shown(folder)}: {display(error.strerror)}") from error
    try:
        _lock(descriptor, folder)
        _sweep(folder / ROWS)
        yield
    finally:
        os.close(descriptor)


def check(folder: Path) -> None:
    """Refuse a study's folder that is a link, or in which a link or the like stands where dlwhy writes.

    Raises
    ------
    OutputBlockedError
        If that is so.

    """
    if folder.is_symlink():
        raise _blocked(folder, "is a link, not a study's folder")
    if not folder.exists():
        return
    for name in (ROWS, LOCK, DESIGN, REPORT, RUNS, SUMMARY, FIGURE, DETAILS):
        with contextlib.suppress(FileNotFoundError):
            mode = (folder / name).lstat().st_mode
            if not (stat.S_ISDIR if name == ROWS else stat.S_ISREG)(mode):
                kind = "a link" if stat.S_ISLNK(mode) else "not a folder" if name == ROWS else "not a regular file"
                raise _blocked(folder / name, f"is {kind}")


def remove_record(record: Path) -> None:
    """Remove an arm's record, whole or damaged, or what stands in its place; what dlwhy did not make is kept.

    Raises
    ------
    OutputBlockedError
        If the record holds files that are none of dlwhy's.
    OSError
        If it can't be removed.

    """
    if record.is_symlink() or not record.is_dir():
        record.unlink(missing_ok=True)
        return
    foreign = []
    for path in list(record.iterdir()):
        if path.name != FACTS and not _ROW.fullmatch(path.name):
            foreign.append(path.name)
        elif path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()
    if foreign:
        raise _blocked(record, f"holds {display(min(foreign))}, which is not dlwhy's")
    record.rmdir()


def _opened(path: Path) -> int:
    """Open the lock for writing: never what a link leads to, and nothing is cut off; a FIFO is not waited for."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _blocked(path, "is not a regular file")
    return descriptor


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BusyError(
            f"{files.shown(folder)}: another study is running here", "wait for it, or choose another --dir"
        ) from error
    except OSError as error:
        text = f"{files.shown(folder)}: can't be locked ({display(error.strerror)}); run one study at a time here"
        warnings.warn(text, DlwhyWarning, stacklevel=5)


def _sweep(rows: Path) -> None:
    """Remove what a writer that was killed has left: nobody else is here."""
    for path in list(rows.iterdir()):
        if _UNFINISHED.fullmatch(path.name):
            with contextlib.suppress(OSError, OutputBlockedError):
                remove_record(path)


def _blocked(path: Path, what: str) -> OutputBlockedError:
    return OutputBlockedError(f"{files.shown(path)}: {what}", "move it away, or choose another --dir")
