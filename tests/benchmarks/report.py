"""The measurements as a Markdown table for people and a JSON table for programs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks import figures, goals
from tests.benchmarks.figures import JOBS, Spread
from tests.benchmarks.rounds import Row

_NOTES = """\
Each measurement is a process of its own; peers take turns, so that a busy minute meets all alike. A figure is the
median over rounds, in brackets the least and the most. *Epoch* is behind the first call and includes validation;
*training* is all from arrays to the trained model, import not counted; *samples/s* are training samples; *share* is
that of the machine's fastest matrix product, counting the matrix products of training only; *memory* is the largest
of the whole process. *Accuracy* is on the validation rows, after as many epochs for each peer.
"""


def write_json(path: Path, rows: Sequence[Row], about: Mapping[str, str], peak: float) -> None:
    """Write every measurement as it was taken."""
    path.write_text(json.dumps({"machine": dict(about), "matrix_peak": peak, "rows": list(rows)}, indent=1) + "\n")


def write_markdown(path: Path, rows: Sequence[Row], about: Mapping[str, str], peak: float) -> None:
    """Write goals and figures as tables."""
    machine = _table(("", ""), [*about.items(), ("matrix product", f"{peak / 1e9:.0f} billion operations/s")])
    parts = ["# Benchmarks", machine, _NOTES, "## Goals", goal_table(rows), "## Figures", figure_table(rows, peak)]
    path.write_text("\n\n".join(part.strip() for part in parts) + "\n")


def goal_table(rows: Sequence[Row]) -> str:
    """Ratios with their limits."""
    lines = [
        (what, _spread(reached, 1), f"{limit:.3g}", "yes" if reached.median <= limit else "no")
        for what, reached, limit in goals.lines(rows)
    ]
    return _table(("ratio", "measured", "at most", "reached"), lines)


def figure_table(rows: Sequence[Row], peak: float) -> str:
    """All figures, a line for each job and peer."""
    header = (
        "job",
        "peer",
        "first epoch, s",
        "epoch, ms",
        "samples/s",
        "share",
        "training, s",
        "memory, MB",
        "accuracy",
    )
    contestants = dict.fromkeys((row["job"], row["peer"]) for row in rows if row["job"] in JOBS)
    return _table(header, [_line(rows, job, peer, peak) for job, peer in contestants]) + _whole_table(rows)


def _line(rows: Sequence[Row], name: str, peer: str, peak: float) -> tuple[str, ...]:
    def cell(figure: str, scale: float = 1.0) -> str:
        found = figures.spread(rows, name, peer, figure)
        return _spread(found, scale) if found else ""

    job = JOBS[name]
    epoch = figures.Spread.of(list(figures.values(rows, name, peer, "epoch_seconds").values())).median
    return (
        name,
        peer,
        cell("first_epoch_seconds"),
        cell("epoch_seconds", 1e3),
        f"{figures.samples_a_second(job, epoch):,.0f}",
        f"{figures.share_of_peak(job, epoch, peak):.1%}",
        cell("training_seconds"),
        cell("peak_bytes", 1e-6),
        cell("accuracy"),
    )


def _whole_table(rows: Sequence[Row]) -> str:
    peers = dict.fromkeys(row["peer"] for row in rows if "whole_seconds" in row)
    if not peers:
        return ""
    lines = []
    for peer in peers:
        found = [figures.spread(rows, "whole process", peer, figure) for figure in ("whole_seconds", "peak_bytes")]
        lines.append((peer, *(_spread(s, scale) for s, scale in zip(found, (1, 1e-6), strict=True) if s)))
    return "\n\n" + _table(("whole process", "seconds", "memory, MB"), lines)


def _spread(spread: Spread, scale: float) -> str:
    numbers = [_number(value * scale) for value in (spread.median, spread.least, spread.most)]
    return f"{numbers[0]} ({numbers[1]}-{numbers[2]})" if numbers[1] != numbers[2] else numbers[0]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(header)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rule, *lines))
