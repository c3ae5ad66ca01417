"""The cache of compiled programs: kept between runs, checked before use, and never a reason for a run to fail.

XLA has a cache of its own, but ends the run if it can't read or write an entry, and runs what a damaged entry holds.
So XLA gets a folder in TensorFlow's memory, which can't be full, damaged or shared; sound programs are put in there
from the disk at the start, and new ones are written to the disk at the end.
"""

import contextlib
import dataclasses
import hashlib
import os
import platform
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import platformdirs

from dlwhy import files
from dlwhy.errors import DlwhyError
from dlwhy.training.surroundings import environment

_IN_MEMORY = "ram://dlwhy/programs"
_OURS = re.compile(r"\.?xla_compile_cache_")
# reading and checking 64 MiB takes a tenth of a second; a program is a third of a MiB
_MOST_LOADED = 64 << 20
_MOST_KEPT = 256 << 20


@dataclasses.dataclass(frozen=True, kw_only=True)
class Usage:
    """How many programs a cache holds, and their bytes."""

    programs: int
    bytes: int


def folder() -> Path | None:
    """Where compiled programs are kept: in the user's own cache folder, never shared between users.

    None for a user without a home: neither HOME nor an entry in passwd. Nothing is kept then.
    """
    try:
        place = Path(platformdirs.user_cache_dir("dlwhy", appauthor=False)) / "xla"
    except RuntimeError:
        return None
    return place if place.is_absolute() else None


def usage() -> Usage:
    """Count what the cache holds."""
    sizes = [status.st_size for _, status in _kept()]
    return Usage(programs=len(sizes), bytes=sum(sizes))


def clear() -> Usage:
    """Remove what dlwhy has put into the cache, and nothing else; give what was removed."""
    removed = [status.st_size for path, status in _kept() if _remove(path)]
    for place in reversed(_places()):
        with contextlib.suppress(OSError):  # not there, or something of somebody else's in it
            place.rmdir()
    return Usage(programs=len(removed), bytes=sum(removed))


def surroundings(tensorflow: Any, *, threads: int, devices: Sequence[str]) -> str:
    """Name all that a compiled program depends on and XLA does not check: versions, processor, threads, flags."""
    version = (tensorflow.version.VERSION, tensorflow.version.GIT_VERSION, tensorflow.version.COMPILER_VERSION)
    cores = len(os.sched_getaffinity(0)), os.cpu_count()
    flags = [os.environ.get(name, "") for name in ("XLA_FLAGS", "TF_XLA_FLAGS")]
    told = repr((*version, platform.platform(), _processor(), *cores, threads, list(devices), flags))
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


@contextlib.contextmanager
def in_memory(tensorflow: Any) -> Iterator[None]:
    """Have XLA keep its programs in TensorFlow's memory; TensorFlow must read its flags in the block.

    A user who has set a cache of their own keeps it. The environment is as before afterwards, so that child processes
    have a cache of their own.
    """
    flags = os.environ.get("TF_XLA_FLAGS", "")
    if "persistent_cache" in flags or not _has_files_in_memory(tensorflow):
        yield
        return
    with environment({"TF_XLA_FLAGS": f"{flags} --tf_xla_persistent_cache_directory={_IN_MEMORY}".strip()}):
        yield


class Programs:
    """The compiled programs of this process.

    Parameters
    ----------
    tensorflow
        The module.
    shelf
        Name of the folder in the cache; see `surroundings`.

    """

    def __init__(self, tensorflow: Any, shelf: str):
        self._files = tensorflow.io.gfile
        home = folder()
        self._shelf = home / shelf if home else None
        self._known: set[str] = set()
        self._available = _has_files_in_memory(tensorflow)
        self._loaded = False

    def load(self) -> None:
        """Give XLA the programs that earlier runs have kept, the newest first; remove those that are damaged."""
        left = 0 if self._loaded or not self._available else _MOST_LOADED
        self._loaded = True
        entries = _entries(self._shelf) if self._shelf else []
        for path, status in sorted(entries, key=lambda entry: -entry[1].st_mtime_ns):
            left -= status.st_size
            if left < 0:
                return
            content = _checked(path)
            if content is None:
                _remove(path)
            elif path.stem not in self._known:  # two processes may have kept the same program
                self._known.add(path.stem)
                with self._files.GFile(f"{_IN_MEMORY}/{path.stem}", "wb") as handle:
                    handle.write(content)

    def keep(self) -> None:
        """Write the programs that XLA has compiled since to the disk, if that can be done."""
        names = self._files.listdir(_IN_MEMORY) if self._available else []
        new = [name for name in names if name.endswith(".pb") and name not in self._known]
        self._known.update(new)
        if not new or not self._shelf or not (_private(self._shelf.parent) and _private(self._shelf)):
            return
        for name in new:
            with self._files.GFile(f"{_IN_MEMORY}/{name}", "rb") as handle:
                content = handle.read()
            with (
                contextlib.suppress(DlwhyError),
                files.open_output(self._shelf / f"{name}.{_digest(content)}") as target,
            ):
                target.write(content)
        _prune()


def _has_files_in_memory(tensorflow: Any) -> bool:
    """Make the folder in TensorFlow's memory; say whether this TensorFlow can do that."""
    try:
        tensorflow.io.gfile.makedirs(_IN_MEMORY)
    except tensorflow.errors.OpError:
        return False
    return True


def _processor() -> str:
    """Describe the processor with its instruction sets."""
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open() as lines:
        wanted = ("model name", "flags", "Features", "CPU part")
        return "".join(line for line in iter(lines.readline, "\n") if line.startswith(wanted))
    return platform.processor()


def _private(place: Path) -> bool:
    """Make a folder if need be, and say whether it is this user's alone: programs in it are run."""
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return _is_private(place)


def _is_private(place: Path) -> bool:
    try:
        status = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022


def _places() -> list[Path]:
    """List the folder and its shelves."""
    home = folder()
    if home is None:
        return []
    with contextlib.suppress(OSError):
        return [home, *(path for path in home.iterdir() if path.is_dir() and not path.is_symlink())]
    return [home]


def _kept() -> Iterator[tuple[Path, os.stat_result]]:
    for place in _places():
        yield from _entries(place)


def _entries(place: Path) -> list[tuple[Path, os.stat_result]]:
    """List the files of a folder that dlwhy has put there; none if it is not this user's alone."""
    found = []
    if _is_private(place):
        with contextlib.suppress(OSError):
            for entry in os.scandir(place):
                if _OURS.match(entry.name) and entry.is_file(follow_symlinks=False):
                    found.append((Path(entry.path), entry.stat(follow_symlinks=False)))  # noqa: PERF401
    return found


def _checked(path: Path) -> bytes | None:
    """Read a program; None if it is not what its name says."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if path.suffix == f".{_digest(content)}" else None


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _remove(path: Path) -> bool:
    with contextlib.suppress(OSError):
        path.unlink()
        return True
    return False


def _prune() -> None:
    """Remove the oldest programs beyond what the cache may hold."""
    entries = sorted(_kept(), key=lambda entry: entry[1].st_mtime_ns)
    over = sum(status.st_size for _, status in entries) - _MOST_KEPT
    for path, status in entries:
        if over <= 0:
            return
        over -= status.st_size if _remove(path) else 0
