"""Whether an engine has become slower: its step as a ratio to a yardstick's in the same run, held against a table.

The ratios depend on the processor, so the table has an entry for each that it was taken on.
"""

import importlib.metadata
import json
from collections.abc import Mapping
from pathlib import Path

from dlwhy.training.stack import processor_cache
from tests.benchmarks import arrays, machine, rounds
from tests.benchmarks.jobs import GATE, YARDSTICK, Job
from tests.benchmarks.rounds import Bench

TABLE = Path(__file__).with_name("gate.json")
# beyond so much of what the table says, an engine has become slower; runs of the same code stay within 1.1
LIMIT = 1.25

Ratios = dict[str, float]


class NoEntryError(Exception):
    """The table has nothing for this processor."""


def ratios(bench: Bench) -> Ratios:
    """Measure processor time a network and step of every job, in units of the yardstick's; the least of all rounds."""
    least: Ratios = {}
    for number in range(bench.repeats):
        for job in (YARDSTICK, *GATE):
            seconds = _a_step(bench, job)
            least[job.name] = min(seconds, least.get(job.name, seconds))
            bench.say(f"round {number + 1}: {job.name}, {seconds * 1e6:.3g} us of processor time a network and step")
    unit = least.pop(YARDSTICK.name)
    return {name: seconds / unit for name, seconds in least.items()}


def _a_step(bench: Bench, job: Job) -> float:
    row = rounds.train(bench, "gate", job, job.peers[0], arrays.write(job, bench.folder / "data"))
    if row is None:
        raise SystemExit(f"{job.name} can't be measured")
    steps = -(-job.rows // job.batch)
    return float(row["epoch_processor_seconds"]) / steps / job.replicas


def table() -> dict[str, Ratios]:
    """Give the ratios by name of job, by processor."""
    return json.loads(TABLE.read_text()) if TABLE.exists() else {}


def update(found: Ratios) -> None:
    """Put ratios into the table as what this processor has."""
    entries = table() | {processor(): {name: round(value, 3) for name, value in found.items()}}
    TABLE.write_text(json.dumps(entries, indent=2) + "\n")


def processor() -> str:
    """Name what the ratios depend on: processor, cores, their cache, TensorFlow."""
    about, cache = machine.describe(), processor_cache.bytes_a_core() >> 10
    cores = f"{about['cores']} cores with {cache} KiB of L2"
    return f"{about['processor']}, {cores}, TensorFlow {importlib.metadata.version('tensorflow')}"


def compared(found: Ratios, entries: Mapping[str, Ratios]) -> dict[str, float]:
    """Give how many times what the table says each job takes now.

    Raises
    ------
    NoEntryError
        If the table has nothing for this processor, or not all jobs.

    """
    known = entries.get(processor(), {})
    if missing := sorted(found.keys() - known.keys()):
        raise NoEntryError(f"gate.json has no {', '.join(missing)} for {processor()}")
    return {name: value / known[name] for name, value in found.items()}


def report(found: Ratios, quotients: Mapping[str, float]) -> str:
    """Give a table in Markdown, with what has become slower marked."""
    lines = ["| job | ratio to the yardstick | of the table's | |", "| --- | --- | --- | --- |"]
    for name, value in found.items():
        quotient = quotients.get(name)
        told = "" if quotient is None else f"{quotient:.2f}"
        lines.append(f"| {name} | {value:.3g} | {told} | {'' if (quotient or 0) <= LIMIT else 'SLOWER'} |")
    return "\n".join(lines)


def run(bench: Bench, *, updates: bool) -> tuple[str, int]:
    """Measure and judge: what to print, and 1 if an engine has become slower, 2 if there is nothing to compare with."""
    found = ratios(bench)
    if updates:
        update(found)
        return report(found, {}), 0
    try:
        quotients = compared(found, table())
    except NoEntryError as error:
        return f"{report(found, {})}\n\n{error}: take one before your change, with --update", 2
    return report(found, quotients), int(any(value > LIMIT for value in quotients.values()))
