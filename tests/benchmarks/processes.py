"""A process of its own for each measurement, with its wall time and its largest memory."""

import contextlib
import dataclasses
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


class FailedError(Exception):
    """A process ended badly; the text is the last line that it wrote."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ended:
    """What a process wrote, how long it took from its start, and its largest memory."""

    output: str
    seconds: float
    peak_bytes: int


def run(command: Sequence[str], *, environment: Mapping[str, str], cwd: Path = ROOT) -> Ended:
    """Run a command to its end.

    Raises
    ------
    FailedError
        If its exit code isn't 0.

    """
    with tempfile.TemporaryFile("w+") as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=output, stderr=subprocess.STDOUT)
        # unlike `wait`, this tells the memory of this one child
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode:
        raise FailedError((text.splitlines() or [f"exit code {process.returncode}"])[-1])
    return Ended(output=text, seconds=seconds, peak_bytes=usage.ru_maxrss * 1024)


@contextlib.contextmanager
def environment(folder: Path, *, cold: bool) -> Iterator[dict[str, str]]:
    """Environment of a measured process: caches in `folder`, or a new and empty one for compiled programs."""
    with tempfile.TemporaryDirectory() as empty:
        yield os.environ | {
            "KERAS_BACKEND": "tensorflow",
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": str(folder / "matplotlib"),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "XDG_CACHE_HOME": empty if cold else str(folder / "cache"),
        }
