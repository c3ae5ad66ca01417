"""Time dlwhy and its peers; run from the repository's folder: python -m tests.benchmarks [WHAT ...]."""

import argparse
import functools
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from tests.benchmarks import chart, gate, machine, report, rounds
from tests.benchmarks.jobs import GROUPS
from tests.benchmarks.rounds import Bench, Row

_ALL = ("main", "replicas", "rows", "widths", "whole")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write tables and chart after each job, so that an hour's work isn't lost in its last minute."""
    given = _parser().parse_args(arguments)
    console = Console()
    if machine.load() > 0.5:
        console.print(f"this machine is busy (load {machine.load():.1f}); better measure when it is not")
    given.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(
        folder=given.folder.resolve(),
        repeats=given.repeats or (3 if "gate" in given.what else 5),
        say=functools.partial(console.print, style="dim"),
    )
    if "gate" in given.what:
        told, code = gate.run(bench, updates=given.update)
        console.print(Markdown(told))
        sys.exit(code)
    about, peak = machine.describe(), machine.matrix_peak()
    stem = given.folder / ("quick" if "quick" in given.what else "benchmarks")
    rows = _earlier(stem, about)
    for measured in _measurements(bench, given.what or _ALL):
        # a busy moment hides the peak
        peak = max(peak, machine.matrix_peak())
        again = {row["job"] for row in measured}
        rows = [row for row in rows if row["job"] not in again] + measured
        _write(stem, rows, about, peak)
    console.print(Markdown(report.goal_table(rows)))
    console.print(f"written: {stem}.md, {stem}.json, {stem}.png")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        choices=[*GROUPS, "whole", []],
        metavar="WHAT",
        help=f"{', '.join(GROUPS)}, whole; by default all but quick and gate, which is for itself",
    )
    parser.add_argument("--repeats", type=int, help="rounds of everyone in turn, by default 5; of the gate 3")
    parser.add_argument("--update", action="store_true", help="gate: put the ratios into its table")
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"), help="for results, data and caches")
    return parser


def _measurements(bench: Bench, what: Sequence[str]) -> Iterator[list[Row]]:
    for group in what:
        if group == "whole":
            yield rounds.whole_processes(bench, cold="quick" not in what)
        for job in GROUPS.get(group, ()):
            yield rounds.trainings(bench, group, job)


def _earlier(stem: Path, about: Mapping[str, str]) -> list[Row]:
    """Give the rows of an earlier run, if it was on this machine with these versions."""
    path = stem.with_suffix(".json")
    found = json.loads(path.read_text()) if path.exists() else {}
    return found["rows"] if found.get("machine") == dict(about) else []


def _write(stem: Path, rows: Sequence[Row], about: Mapping[str, str], peak: float) -> None:
    report.write_json(stem.with_suffix(".json"), rows, about, peak)
    report.write_markdown(stem.with_suffix(".md"), rows, about, peak)
    chart.draw(stem.with_suffix(".png"), rows, peak)


if __name__ == "__main__":
    main()
