"""What is to be reached, and whether it was."""

import dataclasses
from collections.abc import Sequence

from tests.benchmarks import figures
from tests.benchmarks.jobs import MAIN
from tests.benchmarks.rounds import Row


@dataclasses.dataclass(frozen=True, kw_only=True)
class Goal:
    """peer : other in one figure of one job, at most `limit`."""

    job: str
    figure: str
    peer: str
    other: str
    limit: float


def _epochs(job: str, limits: dict[str, float]) -> tuple[Goal, ...]:
    return tuple(
        Goal(job=job, figure="epoch_seconds", peer="dlwhy", other=other, limit=limit) for other, limit in limits.items()
    )


_OTHER_JOBS = {"keras fit": 1.0, "keras best": 1.0, "scikit-learn": 1.0, "torch": 1.0, "jax": 1.2}

GOALS = (
    *_epochs("demonstration", {"keras fit": 1 / 50, "scikit-learn": 1 / 4, "torch": 1 / 8, "jax": 1.2}),
    *(goal for job in MAIN[1:] for goal in _epochs(job.name, _OTHER_JOBS)),
    Goal(job="demonstration", figure="training_seconds", peer="dlwhy cold", other="keras fit", limit=1 / 10),
    Goal(job="demonstration", figure="training_seconds", peer="dlwhy", other="keras fit", limit=1 / 20),
    Goal(job="demonstration", figure="training_seconds", peer="dlwhy", other="scikit-learn", limit=1.0),
    Goal(job="32 replicas", figure="epoch_seconds", peer="dlwhy replicas", other="jax vmap", limit=0.8),
    Goal(job="256 replicas", figure="epoch_seconds", peer="dlwhy replicas", other="jax vmap", limit=0.7),
    Goal(job="whole process", figure="whole_seconds", peer="dlwhy run", other="essay", limit=0.30),
)


def lines(rows: Sequence[Row]) -> list[tuple[str, figures.Spread, float]]:
    """Say what is compared, the ratio reached, and the most that it may be; for all that was measured."""
    made = []
    whole = [row for row in rows if _trained_whole(row)]
    for goal in GOALS:
        measured = whole if goal.figure == "training_seconds" else rows
        reached = figures.ratio(measured, goal.job, goal.peer, goal.other, goal.figure)
        if reached:
            what = goal.figure.removesuffix("_seconds")
            made.append((f"{goal.job}, {what}: {goal.peer} to {goal.other}", reached, goal.limit))
    return [*made, *_across_jobs(rows)]


def _trained_whole(row: Row) -> bool:
    """Say whether all epochs of the job were trained: in a quick run, start-up weighs more than it should."""
    return row["job"] in figures.JOBS and row["epochs"] == figures.JOBS[row["job"]].epochs


def _across_jobs(rows: Sequence[Row]) -> list[tuple[str, figures.Spread, float]]:
    """Give the goals that compare one job with another, as ratios of medians."""
    found = []
    keras = figures.spread(rows, "demonstration", "keras fit", "training_seconds")
    ours = figures.spread(rows, "256 replicas", "dlwhy replicas", "training_seconds")
    if keras and ours:
        found.append(("256 replicas, training: dlwhy replicas to 256 of keras fit", _over(ours, keras, 256), 1 / 500))
    if ours:
        found.append(("256 replicas, training: seconds each", _over(ours, None, 256), 0.015))
    few, many = (figures.spread(rows, f"rows 1e{n}", "dlwhy", "epoch_seconds") for n in (5, 7))
    if few and many:
        found.append(("rows, a sample's time: 1e7 rows to 1e5", _over(many, few, 100), 1.3))
    return found


def _over(above: figures.Spread, below: figures.Spread | None, times: float) -> figures.Spread:
    scale = (below.median if below else 1.0) * times
    return figures.Spread(median=above.median / scale, least=above.least / scale, most=above.most / scale)
