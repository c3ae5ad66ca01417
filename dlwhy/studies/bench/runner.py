"""Running a study: arms that have no rows yet, here or on other processes and machines; rows as they come."""

import contextlib
import dataclasses
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

from dlwhy.data.dataset import Dataset
from dlwhy.errors import DlwhyWarning, InputRefusedError, InputUnreadableError
from dlwhy.studies.bench import records, workers
from dlwhy.studies.plan.study import Outcome, Results, Study, fingerprint


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyProgress:
    """How far a study is.

    Parameters
    ----------
    arm
        Key of the arm that has just ended, or, on one process, begins.
    outcome
        What came of it; None when it begins.
    arms_done, arms, runs_done, runs
        Arms and runs that have rows, and those in all.
    fresh
        Runs that this call has made: the others were there.
    seconds
        Since the call began.

    """

    arm: str
    outcome: Outcome | None
    arms_done: int
    arms: int
    runs_done: int
    runs: int
    fresh: int
    seconds: float


def keys(study: Study) -> dict[str, str]:
    """Return the fingerprint of every arm's rows."""
    known = workers.versions()
    return {
        key: fingerprint(arm, study.all_seeds, own=study.request.own, versions=known)
        for key, arm in study.every.items()
    }


def run(
    study: Study,
    folder: Path,
    *,
    own: Dataset | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    retry_failed: bool = False,
    on_progress: Callable[[StudyProgress], None] = lambda _: None,
) -> Results:
    """Run what has no rows yet, and give the results of all arms in the order of the design.

    Parameters
    ----------
    study
        The study.
    folder
        Where rows are kept; the caller holds its lock (`folder.locked`).
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
    BusyError, OutputBlockedError, InputOutputError, UsageError
        See `records` and `workers.outcomes`.

    """
    prints = keys(study)
    done = _of(study, folder, prints, and_then="its arm is run again")
    if retry_failed:
        done = {key: outcome for key, outcome in done.items() if all(run.status != "failed" for run in outcome.runs)}
    began, fresh = time.perf_counter(), 0

    def tell(arm: str, outcome: Outcome | None) -> None:
        made = sum(len(outcome.runs) for outcome in done.values())
        on_progress(
            StudyProgress(
                arm=arm,
                outcome=outcome,
                arms_done=len(done),
                arms=len(study.every),
                runs_done=made,
                runs=study.runs,
                fresh=fresh,
                seconds=time.perf_counter() - began,
            )
        )

    todo = {key: arm for key, arm in study.every.items() if key not in done}
    starts = (lambda key: tell(key, None)) if jobs == 1 and cluster is None else (lambda _: None)
    outcomes = workers.outcomes(todo, study.all_seeds, own, jobs=jobs, cluster=cluster, on_start=starts)
    with contextlib.closing(outcomes):  # at once, and not when the last trace of an exception has gone
        for key, outcome in outcomes:
            records.write(folder, study.name, study.every[key], outcome, fingerprint=prints[key])
            # what is on disk is what counts: an undisturbed study and one that was taken up again see the same
            done[key] = records.read(folder, fingerprint=prints[key]) or outcome
            fresh += len(outcome.runs)
            tell(key, outcome)
    return {key: done[key] for key in study.every}


def stored(study: Study, folder: Path, prints: Mapping[str, str]) -> dict[str, Outcome]:
    """Read the results of all arms that have rows."""
    known = {key: prints[key] for key in study.every if key in prints}
    return _of(study, folder, known, and_then="its arm is left out")


def _of(study: Study, folder: Path, prints: Mapping[str, str], *, and_then: str) -> dict[str, Outcome]:
    """Read the results of all arms whose rows are whole, with a warning for each that is damaged."""
    found = {}
    for key, print_ in prints.items():
        try:
            outcome = records.read(folder, fingerprint=print_, seeds=study.seeds_of(study.every[key]))
        except (InputRefusedError, InputUnreadableError) as error:
            warnings.warn(f"{error.message}; {and_then}", DlwhyWarning, stacklevel=3)
            continue
        if outcome is not None:
            found[key] = outcome
    return found
