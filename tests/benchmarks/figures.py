"""From measurements to figures: medians with their spread, ratios round by round, shares of the peak."""

import dataclasses
import statistics
from collections.abc import Sequence

from tests.benchmarks.jobs import GROUPS, Job
from tests.benchmarks.rounds import Row

JOBS: dict[str, Job] = {job.name: job for jobs in reversed(GROUPS.values()) for job in jobs}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spread:
    """Median, least and most of a few measurements."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(median=statistics.median(values), least=min(values), most=max(values))


def values(rows: Sequence[Row], job: str, peer: str, figure: str) -> dict[int, float]:
    """Give the values of one figure, by round."""
    return {row["round"]: row[figure] for row in rows if row["job"] == job and row["peer"] == peer and figure in row}


def spread(rows: Sequence[Row], job: str, peer: str, figure: str) -> Spread | None:
    """Give median and spread of one figure; None if it was not measured."""
    found = values(rows, job, peer, figure)
    return Spread.of(list(found.values())) if found else None


def ratio(rows: Sequence[Row], job: str, peer: str, other: str, figure: str) -> Spread | None:
    """Give peer : other, median and spread of the ratios within each round; None if one was not measured."""
    mine, theirs = values(rows, job, peer, figure), values(rows, job, other, figure)
    both = [mine[number] / theirs[number] for number in mine if number in theirs]
    return Spread.of(both) if both else None


def samples_a_second(job: Job, epoch_seconds: float) -> float:
    """Training samples a second, over all replicas."""
    return job.rows * job.replicas / epoch_seconds


def share_of_peak(job: Job, epoch_seconds: float, peak: float) -> float:
    """Share of the machine's matrix products that training's matrix products reach, validation not counted."""
    return job.operations / epoch_seconds / peak
