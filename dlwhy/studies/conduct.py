"""One study from request to report: its folder, its lock, what is written into it, and how it is read back."""

import dataclasses
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dlwhy import files
from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError, InputUnreadableError
from dlwhy.studies import analysis, claims, estimate, records, runner
from dlwhy.studies.design import OwnData, Request, Study
from dlwhy.studies.runner import Progress

_DESIGN, _REPORT = "design.json", "study.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conducted:
    """A study as it stands.

    Parameters
    ----------
    folder
        Where it is.
    report
        What `analysis.report` gave, with command and versions.
    fresh
        Whether anything in the folder has changed.

    """

    folder: Path
    report: dict[str, Any]
    fresh: bool


def design(request: Request) -> Study:
    """Give a study's design.

    Raises
    ------
    UsageError
        If there is no such study, or it can't be made of what was asked.

    """
    return claims.claim(request.claim).design(request)


def plan(study: Study) -> dict[str, Any]:
    """Say what a study would do: arms, runs, parameters, estimated seconds."""
    arms = [
        {"arm": arm.name, "task": arm.task.name, "role": arm.task.role, **estimate.of(arm, study)}
        for arm in study.arms.values()
    ]
    return {
        "study": study.name,
        "claim": study.claim,
        "arms": arms,
        "seeds": len(study.seeds),
        "runs": study.runs,
        "trainings": sum(arm["trainings"] for arm in arms),
        "seconds": round(sum(arm["seconds"] for arm in arms), 1),
        "predictions": [dataclasses.asdict(each) for each in study.contrasts],
    }


def run(
    request: Request,
    folder: Path,
    *,
    own: Dataset | None = None,
    command: str = "",
    jobs: int = 1,
    cluster: str | None = None,
    retry_failed: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Conducted:
    """Run a study, or what is left of it, and write rows, ``study.json`` and ``summary.csv`` into its folder.

    Parameters
    ----------
    request, own
        What is asked, and the user's data.
    folder
        Its folder, made if missing.
    command
        The command line, for the record.
    jobs, cluster, retry_failed, on_progress
        See `runner.run`.

    """
    study = design(request)
    with records.locked(folder):
        prints = runner.keys(study)
        records.write_json(folder / _DESIGN, {"request": request.to_json(), "runs": prints, "command": command})
        results = runner.run(
            study, folder, own=own, jobs=jobs, cluster=cluster, retry_failed=retry_failed, on_progress=on_progress
        )
        report = {
            **analysis.report(study, results),
            "command": command,
            "versions": runner.versions(),
            "complete": True,
        }
        if _as_before(folder / _REPORT, report):
            for name in ("runs.jsonl", "summary.csv", _REPORT):
                os.utime(folder / name)
            return Conducted(folder=folder, report=report, fresh=False)
        records.gather(folder, study, results, report["arms"])
        records.write_json(folder / _REPORT, report)
    return Conducted(folder=folder, report=report, fresh=True)


def show(folder: Path) -> Conducted:
    """Make a study's report anew from the rows in its folder alone, also while they are still coming in.

    Raises
    ------
    InputUnreadableError
        If there is no study in the folder.
    InputRefusedError
        If what says how it was designed is damaged.

    """
    path = folder / _DESIGN
    if not path.is_file():
        raise InputUnreadableError(
            f"{files.shown(folder)}: no study in it", "name the folder of a claim, or its parent"
        )
    stored = records.read_json(path)
    try:
        request, prints = Request.from_json(stored["request"]), dict(stored["runs"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputRefusedError(f"{files.shown(path)}: damaged ({type(error).__name__})") from error
    study = design(request)
    results = runner.stored(study, folder, prints)
    if not results:
        raise InputUnreadableError(f"{files.shown(folder)}: no rows yet")
    complete = len(results) == len(study.arms)
    context = {"command": str(stored.get("command", "")), "versions": runner.versions(), "complete": complete}
    return Conducted(folder=folder, report={**analysis.report(study, results), **context}, fresh=True)


def own_data(dataset: Dataset | None) -> OwnData | None:
    """Describe the user's data for a request."""
    return None if dataset is None else OwnData.of(dataset)


def _as_before(path: Path, report: Mapping[str, Any]) -> bool:
    """Say whether a folder's report, and all beside it, is what would be written now."""
    beside = ("runs.jsonl", "summary.csv")
    if not path.is_file() or not all((path.parent / name).is_file() for name in beside):
        return False
    try:
        return records.read_json(path) == dict(report)
    except (InputRefusedError, InputUnreadableError):
        return False
