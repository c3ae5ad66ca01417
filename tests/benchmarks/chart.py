"""The measurements as a picture: an epoch of each job beside dlwhy's, and how time grows with rows and width."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import figures
from tests.benchmarks.figures import JOBS
from tests.benchmarks.jobs import MAIN, ROWS, WIDTHS, Job
from tests.benchmarks.peers import PEERS
from tests.benchmarks.rounds import Row

_PEERS = [peer for peer in PEERS if peer not in ("dlwhy cold", "dlwhy replicas", "jax vmap")]


def draw(path: Path, rows: Sequence[Row], peak: float) -> None:
    """Draw the picture as a file."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 4.5), layout="constrained")
    bars, by_rows, by_width = figure.subplots(1, 3, width_ratios=(1.6, 1, 1))
    _draw_bars(bars, rows)
    _draw_lines(by_rows, rows, ROWS, lambda job: job.rows, lambda job, seconds: seconds / job.rows * 1e9)
    by_rows.set(xlabel="training rows", ylabel="time of a sample, ns", title="10-10 network, batch 256", yscale="log")
    _draw_lines(
        by_width,
        rows,
        WIDTHS,
        lambda job: job.layers[0],
        lambda job, seconds: 100 * figures.share_of_peak(job, seconds, peak),
    )
    by_width.set(xlabel="units of each of 2 layers", ylabel="share of matrix peak, %", title="10 000 rows, batch 128")
    figure.legend(*bars.get_legend_handles_labels(), loc="outside lower center", ncols=len(_PEERS))
    figure.savefig(path, dpi=120)


def _draw_bars(axes: Any, rows: Sequence[Row]) -> None:
    for i, peer in enumerate(_PEERS):
        found = [(at, figures.spread(rows, job.name, peer, "epoch_seconds")) for at, job in enumerate(MAIN)]
        kept = [(at, 1e3 * s.median, 1e3 * s.least, 1e3 * s.most) for at, s in found if s]
        if not kept:
            continue
        at, median, least, most = (list(column) for column in zip(*kept, strict=True))
        errors = [
            [m - low for m, low in zip(median, least, strict=True)],
            [h - m for m, h in zip(median, most, strict=True)],
        ]
        places = [x + 0.13 * (i - (len(_PEERS) - 1) / 2) for x in at]
        axes.bar(places, median, 0.12, yerr=errors, label=peer, color=f"C{i}", error_kw={"linewidth": 1})
    axes.set_xticks(range(len(MAIN)), [job.name for job in MAIN])
    axes.set(ylabel="an epoch, ms", title="An epoch with validation (less is better)", yscale="log")


def _draw_lines(axes: Any, rows: Sequence[Row], jobs: Sequence[Job], x: Any, y: Any) -> None:
    for i, peer in enumerate(_PEERS):
        found = [(job, figures.spread(rows, job.name, peer, "epoch_seconds")) for job in jobs]
        kept = [(x(JOBS[job.name]), y(job, spread.median)) for job, spread in found if spread]
        if kept:
            axes.plot(*zip(*kept, strict=True), marker="o", markersize=4, color=f"C{i}")
    axes.set_xscale("log")
    axes.grid(alpha=0.3)
