"""Time everyone in turn: A B C, A B C, ... so that a busy minute meets all alike."""

import dataclasses
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import arrays, processes
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import PEERS

# a measurement as it was taken: job, peer, round, and figures by name
Row = dict[str, Any]

_DLWHY_RUN = (str(Path(sys.executable).with_name("dlwhy")), "run", "moons", "--quiet", "--dir", "made")
_ESSAY = (sys.executable, str(Path(__file__).with_name("essay.py")))
# command, and whether its cache of compiled programs is new and empty each time
_WHOLE = {"dlwhy run": (_DLWHY_RUN, False), "dlwhy run cold": (_DLWHY_RUN, True), "essay": (_ESSAY, False)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bench:
    """How to measure.

    Parameters
    ----------
    folder
        Keeps data, and the cache of compiled programs that warm processes share.
    repeats
        Rounds.
    say
        Takes a line for people.

    """

    folder: Path
    repeats: int
    say: Callable[[str], None]


def trainings(bench: Bench, group: str, job: Job) -> list[Row]:
    """Measure a job of a group with each of its peers."""
    path = arrays.write(job, bench.folder / "data")
    peers = _present(bench, job)
    # compiled programs reach the cache before anyone is timed
    peers = [peer for peer in peers if not peer.startswith("dlwhy") or train(bench, group, job, peer, path)]
    rows = []
    for number in range(bench.repeats):
        for peer in tuple(peers):
            row = train(bench, group, job, peer, path)
            if not row:
                peers.remove(peer)
                continue
            rows.append({**row, "round": number})
            bench.say(f"{job.name}, round {number + 1}: {peer}, {row['epoch_seconds'] * 1e3:.3g} ms an epoch")
    return rows


def whole_processes(bench: Bench, *, cold: bool = True) -> list[Row]:
    """Measure the demonstration from the start of the interpreter to its end, if wanted with an empty cache, too."""
    contestants = {peer: each for peer, each in _WHOLE.items() if cold or not each[1]}
    # fills the cache
    if not _whole(bench, "dlwhy run", _DLWHY_RUN, cold=False):
        contestants = {"essay": _WHOLE["essay"]}
    rows = []
    for number in range(bench.repeats):
        for peer, (command, cold) in contestants.items():
            row = _whole(bench, peer, command, cold=cold)
            if row:
                rows.append({**row, "round": number})
                bench.say(f"whole process, round {number + 1}: {peer}, {row['whole_seconds']:.2f} s")
    return rows


def _whole(bench: Bench, peer: str, command: Sequence[str], *, cold: bool) -> Row | None:
    try:
        with processes.environment(bench.folder, cold=cold) as env, tempfile.TemporaryDirectory() as cwd:
            ended = processes.run(command, environment=env, cwd=Path(cwd))
    except processes.FailedError as error:
        bench.say(f"left out: {peer} ({error})")
        return None
    return {"job": "whole process", "peer": peer, "whole_seconds": ended.seconds, "peak_bytes": ended.peak_bytes}


def _present(bench: Bench, job: Job) -> list[str]:
    missing = {peer: PEERS[peer].missing() for peer in job.peers}
    for peer, module in missing.items():
        if module:
            bench.say(f"left out: {peer} on {job.name} ({module} is not installed)")
    return [peer for peer in job.peers if not missing[peer]]


def train(bench: Bench, group: str, job: Job, peer: str, path: Path) -> Row | None:
    """Measure one peer on one job in a process of its own; None, with a word, if it fails."""
    command = (sys.executable, "-m", "tests.benchmarks.measure", peer, group, job.name, str(path))
    try:
        with processes.environment(bench.folder, cold=PEERS[peer].cold) as env:
            ended = processes.run(command, environment=env)
    except processes.FailedError as error:
        bench.say(f"left out: {peer} on {job.name} ({error})")
        return None
    row: Row = json.loads(ended.output.splitlines()[-1])
    return row
