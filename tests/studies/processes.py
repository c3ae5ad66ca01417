"""Processes of the tests of studies: who descends from whom, who listens where, and how a command is started."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
TINY = Path(__file__).with_name("tiny.py")


@contextlib.contextmanager
def started(*arguments, cwd, env=None, stderr=subprocess.PIPE):
    """Start ``dlwhy ARGUMENTS`` with the tiny study in it; what still runs when the block ends is killed."""
    process = subprocess.Popen(
        [sys.executable, str(TINY), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def run(*arguments, cwd, timeout=120):
    """Run ``dlwhy ARGUMENTS`` with the tiny study in it -> exit code, stdout, stderr."""
    with started(*arguments, cwd=cwd) as process:
        out, err = process.communicate(timeout=timeout)
    return process.returncode, out.decode(), err.decode()


def until(holds, *, seconds=30, what="it"):
    """Wait until something holds, and give it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come about in {seconds} s")


def descendants(pid):
    """Give the living descendants of a process, by id."""
    parents = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if fields[0] not in "ZX":
                parents[int(entry.name)] = int(fields[1])
    found, more = set(), {pid}
    while more:
        more = {child for child, parent in parents.items() if parent in more} - found
        found |= more
    return found


def alive(pids):
    """Give those processes that still run."""
    running = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX":
                running.add(pid)
    return running


def workers(pid):
    """Give the loky workers of a process."""
    found = set()
    for child in descendants(pid):
        with contextlib.suppress(OSError):
            if b"popen_loky_posix" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.add(child)
    return found


def listening(pids):
    """Give the local addresses, as hexadecimal numbers, at which processes listen for TCP connections."""
    sockets = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    sockets.add(entry.readlink().name)
    found = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                    found.add(fields[1].partition(":")[0])
    return found


def is_loopback(address):
    """Say whether an address of `listening` is one that only this machine reaches."""
    return address in ("0100007F", "00000000000000000000000001000000")


def rows(folder):
    """Give each run's file with what tells it from one that was written again."""
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.glob("runs/[!.]*/*.json")
    }


def without_seconds(folder):
    """Give the rows of ``runs.jsonl`` without the one column that may differ."""
    import json

    return [
        {name: value for name, value in json.loads(line).items() if name != "seconds"}
        for line in (folder / "runs.jsonl").read_text().splitlines()
    ]
