"""One study from request to report: its folder, its lock, what is written into it, and how it is read back."""

import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy import files
from dlwhy.data.dataset import Dataset
from dlwhy.errors import DlwhyError, InputRefusedError, InputUnreadableError, UsageError
from dlwhy.models.simple import rivals
from dlwhy.studies import report as reporting
from dlwhy.studies.bench import records, runner, tables, workers
from dlwhy.studies.bench.folder import DESIGN, REPORT, RUNS, SUMMARY, check, locked
from dlwhy.studies.bench.runner import StudyProgress
from dlwhy.studies.claims import registry as claims
from dlwhy.studies.claims.compare import recipes
from dlwhy.studies.claims.versatility import tables as own_tables
from dlwhy.studies.findings import seeds_needed
from dlwhy.studies.plan import estimate
from dlwhy.studies.plan.assembling import UnknownNamesError
from dlwhy.studies.plan.study import Contrast, Results, Study, digest
from dlwhy.studies.request import OwnData, Request
from dlwhy.studies.tasks import resampling
from dlwhy.studies.tasks.registry import shape_of
from dlwhy.text import display, plain
from dlwhy.training.data.ranges import check_range

_PRINT = re.compile(r"[0-9a-f]{64}")
_MOST_BYTES = 256 << 20


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conducted:
    """A study as it stands.

    Parameters
    ----------
    folder
        Where it is.
    report
        What `reporting.report` gave, with command and versions.
    fresh
        Whether anything in the folder has changed.

    """

    folder: Path
    report: dict[str, Any]
    fresh: bool


def design(request: Request) -> Study:
    """Return a study's design.

    Raises
    ------
    UsageError
        If there is no such study, or it can't be made of what was asked.

    """
    return claims.claim(request.claim).design(request)


def narrowed(requests: Sequence[Request]) -> list[Request]:
    """Return each study those names of `only` that it has; a study that has none of them is left out.

    Raises
    ------
    UsageError
        If no study has one of the names, or one can't be made of what was asked.

    """
    if len(requests) == 1:
        return [*requests]  # `design` says what there is instead
    missing = [_missing(request) for request in requests]
    nowhere = set.intersection(*missing)
    if nowhere:
        studies = ", ".join(request.claim for request in requests)
        raise UsageError(f"--only {', '.join(map(display, sorted(nowhere)))}: no such task or arm in {studies}")
    left = [
        dataclasses.replace(request, only=tuple(name for name in request.only if name not in names))
        for request, names in zip(requests, missing, strict=True)
    ]
    return [narrow for narrow, request in zip(left, requests, strict=True) if narrow.only or not request.only]


def _missing(request: Request) -> set[str]:
    """Return the names of `only` that a study has not."""
    try:
        design(request)
    except UnknownNamesError as error:
        return set(error.names)
    return set()


def plan(study: Study) -> dict[str, Any]:
    """Say what a study would do: arms, runs, parameters, seconds, the split of the data, what a verdict takes."""
    own = study.request.own
    arms = [
        {
            "arm": arm.name,
            "task": arm.task.name,
            "role": arm.task.role,
            **estimate.of(arm, study, shape_of(arm.task, study.request.own)),
        }
        for arm in study.every.values()
    ]
    return {
        "study": study.name,
        "claim": claims.claim(study.name).sentence,
        "arms": arms,
        "seeds": len(study.seeds),
        "split": (own.how_split or None) if own else None,
        "runs": study.runs,
        "trainings": sum(arm["trainings"] for arm in arms),
        "seconds": round(sum(arm["seconds"] for arm in arms), 1),
        "predictions": [_expected(contrast) for contrast in study.contrasts],
        "needs": seeds_needed.of(study).as_json(),
    }


def _expected(contrast: Contrast) -> dict[str, Any]:
    values = dataclasses.asdict(contrast.prediction)
    says = values.pop("says")
    return {**values, **says, "arm": contrast.arm, "base": contrast.base}


def run(
    request: Request,
    folder: Path,
    *,
    own: Dataset | None = None,
    command: str = "",
    jobs: int = 1,
    cluster: str | None = None,
    retry_failed: bool = False,
    on_progress: Callable[[StudyProgress], None] = lambda _: None,
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

    Raises
    ------
    UsageError
        If there is no such study, or it can't be made of what was asked.
    BusyError, OutputBlockedError, InputOutputError, InputRefusedError
        See `folder`, `records` and `workers`.

    """
    study = design(request)
    workers.check_able(study.every.values())  # before the folder tells of a study that can't be
    with locked(folder):
        prints = runner.keys(study)
        records.write_json(folder / DESIGN, {"request": request.to_json(), "runs": prints, "command": command})
        results = runner.run(
            study, folder, own=own, jobs=jobs, cluster=cluster, retry_failed=retry_failed, on_progress=on_progress
        )
        state = _state(study, prints, results)
        if known := _known(folder, state):
            for name in (RUNS, SUMMARY, REPORT):  # for make, which would otherwise call again and again
                os.utime(folder / name)
            return Conducted(folder=folder, report=known, fresh=False)
        report = _report(study, results, command)
        written = tables.contents(study, results, report["arms"])
        for name, content in written.items():
            with files.open_output(folder / name) as handle:
                handle.write(content)
        report["state"] = _sealed(state, report, written)
        records.write_json(folder / REPORT, report)
    return Conducted(folder=folder, report=report, fresh=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stored:
    """A study as its folder has it: the design, the fingerprint of each arm's rows, those rows, and the command."""

    folder: Path
    study: Study
    prints: Mapping[str, str]
    results: Results
    command: str


def show(folder: Path) -> Conducted:
    """Make a study's report anew from the rows in its folder alone; raises what `stored` does."""
    return shown(stored(folder))


def shown(found: Stored) -> Conducted:
    """Make a study's report anew from its rows."""
    return Conducted(folder=found.folder, report=_report(found.study, found.results, found.command), fresh=True)


def stored(folder: Path) -> Stored:
    """Read a study's design and rows from its folder, also while rows are still coming in.

    Raises
    ------
    InputUnreadableError
        If there is no study in the folder.
    InputRefusedError
        If what says how it was designed is damaged.
    OutputBlockedError
        If a link or the like stands in the place of something that dlwhy writes.

    """
    if folder.exists() and not folder.is_dir():
        raise InputUnreadableError(f"{files.shown(folder)}: not a folder", "name the folder of a claim, or its parent")
    check(folder.resolve())
    path = folder / DESIGN
    if not path.is_file():
        what = "no study in it" if folder.is_dir() else "no such folder"
        raise InputUnreadableError(f"{files.shown(folder)}: {what}", "name the folder of a claim, or its parent")
    told = records.read_json(path)
    try:
        request, prints = Request.from_json(told["request"]), _prints(told["runs"])
        study = design(request)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise InputRefusedError(f"{files.shown(path)}: damaged ({type(error).__name__})") from error
    results = runner.stored(study, folder, prints)
    if not results:
        raise InputUnreadableError(f"{files.shown(folder)}: no rows yet")
    command = str(told.get("command", ""))
    return Stored(folder=folder, study=study, prints=prints, results=results, command=command)


def inside(folder: Path) -> list[Path]:
    """Return the folders of all studies in a folder: itself, or those right in it."""
    if (folder / DESIGN).is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{DESIGN}"))


def request(
    claim: str,
    dataset: Dataset | None = None,
    *,
    arms: Sequence[str] = (),
    match: str | None = None,
    source: str | Path | None = None,
    tables: str | Path | None = None,
    max_size: int | None = None,
    tune: bool = False,
    only: Sequence[str] = (),
    **choices: Any,
) -> Request:
    """Put together what is asked of a claim.

    Parameters
    ----------
    claim
        Its name, or that of what it asks of the user's own data alone, see `registry.ON_OWN`.
    dataset
        The user's own data.
    arms, match
        Recipes to compare, and whether they shall be of one size; of `compare` only.
    source
        A model to carry over to the user's own data; of `transfer` only.
    tables, max_size
        A folder of the user's own data sets, and most MiB to read of each; of `versatility` only.
    tune
        Whether nets are tuned, too, for each split of the user's own data; of `versatility` only.
    only
        Tasks and arms to keep.
    choices
        The others of a `Request`.

    Raises
    ------
    UsageError
        If it can't be.
    InputRefusedError
        As `own_data`, `recipes.read` and `own_tables.read_all` do.

    """
    extra: dict[str, Any] = {}
    own = own_data(dataset)
    if claim in claims.ON_OWN:
        if own is None:
            raise UsageError(f"{claim} asks of your own data", "name them with --data")
        claim, only = claims.ON_OWN[claim], only or (own.name,)
    if claim == claims.COMPARE:
        recipes.check_installed(arms)
        extra = {"arms": list(arms), "match": match, "models": recipes.read_all(arms)}
    elif claim == "transfer" and source:
        extra = {"source": str(source)}
    elif claim == "versatility":
        extra = {"rivals": rivals.versions(), "missing": rivals.missing()}
        extra |= {"tune": True} if tune else {}
        extra |= {"tables": own_tables.read_all(tables, max_size=max_size)} if tables is not None else {}
    return Request(claim=claim, only=tuple(only), own=own, extra=extra, **choices)


def own_data(dataset: Dataset | None) -> OwnData | None:
    """Describe the user's data for a request.

    Raises
    ------
    InputRefusedError
        If no network can be trained on them, or they can't be resampled as they are split.

    """
    if dataset is None:
        return None
    check_range(dataset)
    resampling.check(dataset)
    return OwnData.of(dataset)


def _report(study: Study, results: Results, command: str) -> dict[str, Any]:
    complete = len(results) == len(study.every)
    context = {"command": command, "versions": workers.versions(), "complete": complete}
    report: dict[str, Any] = plain({**reporting.report(study, results), **context})
    return report


def _state(study: Study, prints: Mapping[str, str], results: Results) -> str:
    """Return the SHA-256 of all that a report is made of: request, rows, and the code that makes it."""
    code = [path.read_text() for path in sorted(Path(__file__).parent.rglob("*.py"))]
    rows = {key: dataclasses.asdict(outcome) for key, outcome in results.items()}
    parts = [study.request.to_json(), dict(prints), rows, code]
    return hashlib.sha256(json.dumps(plain(parts)).encode()).hexdigest()


def _sealed(state: str, report: Mapping[str, Any], written: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of a state and of all that was written of it, by which a change of any of it is noticed."""
    content = {name: value for name, value in report.items() if name != "state"}
    parts = [state, digest(content), *(hashlib.sha256(written[name]).hexdigest() for name in (RUNS, SUMMARY))]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _known(folder: Path, state: str) -> dict[str, Any] | None:
    """Return the report that is there, if it is the one of this state, and nothing of it has been touched since."""
    try:
        report = records.read_json(folder / REPORT)
        written = {name: files.read_bytes(folder / name, limit=_MOST_BYTES) for name in (RUNS, SUMMARY)}
    except DlwhyError:
        return None
    return report if report.get("state") == _sealed(state, report, written) else None


def _prints(stored: Any) -> dict[str, str]:
    """Take the fingerprints of arms, which name folders, from what may hold anything."""
    prints = dict(stored)
    if not all(_PRINT.fullmatch(fingerprint) for fingerprint in prints.values()):
        raise ValueError("fingerprint")
    return prints
