"""Running a study: arms that have no rows yet, here or on other processes and machines; rows as they come."""

import dataclasses
import importlib.metadata
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import dlwhy
from dlwhy.data.dataset import Dataset
from dlwhy.errors import DlwhyWarning, InputUnreadableError
from dlwhy.studies import records, workers
from dlwhy.studies.design import Study, fingerprint, seeds_of
from dlwhy.studies.results import Outcome, Results


@dataclasses.dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a study is.

    Parameters
    ----------
    arm
        Key of the arm that has just ended, or, on one process, begins.
    outcome
        What came of it; None when it begins.
    arms_done, runs_done, runs
        Arms and runs that have rows, and runs in all.
    fresh
        Runs that this call has made: the others were there.
    seconds
        Since the call began.

    """

    arm: str
    outcome: Outcome | None
    arms_done: int
    runs_done: int
    runs: int
    fresh: int
    seconds: float


def versions() -> dict[str, str]:
    """Give the versions that decide the last bits of a training."""
    return {"dlwhy": dlwhy.__version__} | {name: importlib.metadata.version(name) for name in ("keras", "tensorflow")}


def keys(study: Study) -> dict[str, str]:
    """Give the fingerprint of every arm's rows."""
    seeds = seeds_of(study)
    known = versions()
    return {key: fingerprint(arm, seeds, own=study.request.own, versions=known) for key, arm in study.arms.items()}


def run(
    study: Study,
    folder: Path,
    *,
    own: Dataset | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    retry_failed: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Results:
    """Run what has no rows yet, and give the results of all arms in the order of the design.

    Parameters
    ----------
    study
        The study.
    folder
        Where rows are kept; the caller holds its lock (`records.locked`).
    own
        The user's data, if the design asks for them.
    jobs, cluster
        See `workers.outcomes`.
    retry_failed
        Run arms again of which a run failed.
    on_progress
        Told whenever an arm begins or ends.

    Returns
    -------
    results
        By key of the arm.

    Raises
    ------
    BusyError, OutputBlockedError, InputOutputError
        See `records`.

    """
    prints = keys(study)
    found = {key: _found(folder, print_, retry_failed=retry_failed) for key, print_ in prints.items()}
    done = {key: outcome for key, outcome in found.items() if outcome is not None}
    began, fresh = time.perf_counter(), 0

    def tell(arm: str, outcome: Outcome | None) -> None:
        made = sum(len(each.runs) for each in done.values())
        on_progress(
            Progress(
                arm=arm,
                outcome=outcome,
                arms_done=len(done),
                runs_done=made,
                runs=study.runs,
                fresh=fresh,
                seconds=time.perf_counter() - began,
            )
        )

    todo = {key: arm for key, arm in study.arms.items() if key not in done}
    starts = (lambda key: tell(key, None)) if jobs == 1 and cluster is None else (lambda _: None)
    for key, outcome in workers.outcomes(todo, seeds_of(study), own, jobs=jobs, cluster=cluster, on_start=starts):
        records.write(folder, study.name, study.arms[key], outcome, fingerprint=prints[key])
        done[key] = outcome
        fresh += len(outcome.runs)
        tell(key, outcome)
    return {key: done[key] for key in study.arms}


def stored(study: Study, folder: Path, prints: Mapping[str, str]) -> dict[str, Outcome]:
    """Read the results of all arms that have rows."""
    found = {key: _found(folder, prints[key]) for key in study.arms if key in prints}
    return {key: outcome for key, outcome in found.items() if outcome is not None}


def _found(folder: Path, print_: str, *, retry_failed: bool = False) -> Outcome | None:
    try:
        outcome = records.read(folder, fingerprint=print_)
    except (records.DamagedError, InputUnreadableError) as error:
        warnings.warn(f"{error.message}; its arm is run again", DlwhyWarning, stacklevel=2)
        return None
    failed = outcome is not None and any(run.status == "failed" for run in outcome.runs)
    return None if failed and retry_failed else outcome
