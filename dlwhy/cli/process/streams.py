"""The standard streams as a command needs them: always open, and failing in the way that a shell expects."""

import io
import os
import signal
import sys
from typing import Any

from dlwhy.errors import EndedBySignal, InputOutputError
from dlwhy.text import display


class _Results(io.FileIO):
    """Standard output: a reader that went away ends the command, a full disk is an error of one line."""

    def write(self, content: Any) -> int:
        try:
            return super().write(content)
        except BrokenPipeError as error:
            raise EndedBySignal(signal.SIGPIPE) from error
        except OSError as error:
            raise InputOutputError(f"<stdout>: writing failed: {display(error.strerror)}") from error


class _Notes(io.FileIO):
    """Standard error: what people can't read any more must not cost them the work."""

    def write(self, content: Any) -> int:
        try:
            return super().write(content)
        except OSError:
            return len(content)


def prepare() -> None:
    """Open those of the three streams that are closed, and make the failures of the others quiet and typed."""
    for descriptor in (0, 1, 2):
        # with one of them closed, the next file opened would take its number, and logs would be written into it
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stdout is not None:  # None, when it was closed: then a result has nowhere to go, and says so
        sys.stdout = _text(_Results(1, "w", closefd=False), sys.stdout)
    sys.stderr = _text(_Notes(2, "w", closefd=False), sys.stderr)


def _text(raw: io.FileIO, old: Any) -> io.TextIOWrapper:
    encoding = old.encoding if old is not None else "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace", line_buffering=raw.fileno() == 2
    )
