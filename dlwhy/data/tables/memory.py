"""How much memory a table may take, decided before it is taken."""

import contextlib
import dataclasses
import functools
import os
import resource
from pathlib import Path

from dlwhy.errors import InputRefusedError

_MEBIBYTE, _GIBIBYTE = 1 << 20, 1 << 30
# measured at the peak of an import: the text of a cell, the number it becomes, and that in its part of the split
_BYTES_A_CELL = 48
# so much there is always: nothing is asked of the system for small tables
_LITTLE = 256 * _MEBIBYTE
_USUAL = 4 * _GIBIBYTE
_CGROUP = Path("/sys/fs/cgroup")


@dataclasses.dataclass(frozen=True)
class Room:
    """The memory that a table may take."""

    max_size: int | None = None  # in MiB; None for 4 GiB, or what is free if that is less

    def check(self, source: str, *, rows: int, columns: int, text: int = 0) -> None:
        """Refuse a table that takes more.

        Parameters
        ----------
        source
            How to name the file.
        rows, columns, text
            Its size, and how many bytes of text its cells hold, as far as known.

        Raises
        ------
        InputRefusedError
            If it does.

        """
        self.check_bytes(rows * columns * _BYTES_A_CELL + text, f"{source}: {rows} rows of {columns} columns take")

    def check_bytes(self, size: int, what: str) -> None:
        """Refuse what takes more bytes; `what` begins the message."""
        if not self.max_size and size <= _LITTLE:
            return
        if size > self._most:
            raise InputRefusedError(
                f"{what} at least {shown(size)} of memory, {shown(self._most)} may be taken",
                "leave columns out with --drop, or raise --max-size",
            )

    @functools.cached_property
    def _most(self) -> int:
        """Bytes, asked for once: what the table itself takes meanwhile is no longer free."""
        return self.max_size * _MEBIBYTE if self.max_size else min(_USUAL, free())


def free() -> int:
    """Return the bytes that this process may still take, as far as can be told."""
    found = [_USUAL]
    with contextlib.suppress(OSError, ValueError, IndexError):
        text = Path("/proc/meminfo").read_text()
        found.append(int(text.partition("MemAvailable:")[2].split()[0]) << 10)
    with contextlib.suppress(OSError, ValueError):
        most, now = ((_CGROUP / name).read_text() for name in ("memory.max", "memory.current"))
        found.append(int(most) - int(now))
    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    if soft != resource.RLIM_INFINITY:
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            found.append(soft - pages * os.sysconf("SC_PAGE_SIZE"))
    return max(0, min(found))


def shown(size: int) -> str:
    """Write a number of bytes for people."""
    return f"{size / _GIBIBYTE:.1f} GiB" if size >= _GIBIBYTE else f"{size / _MEBIBYTE:.0f} MiB"
