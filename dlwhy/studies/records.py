"""Rows on disk: one small JSON file a run, an arm's rows appearing together, whole or not at all."""

import contextlib
import csv
import dataclasses
import fcntl
import io
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy import __version__, files
from dlwhy.errors import BusyError, InputRefusedError, OutputBlockedError, display
from dlwhy.studies.design import Arm, Study
from dlwhy.studies.results import CENSUS, LOST, Outcome, Results, Run

SCHEMA = "dlwhy.runs/1"
_FACTS = "arm.json"
_MOST_BYTES = 16 << 20
_SUMMARY = (
    "study",
    "arm",
    "dataset",
    "role",
    "metric",
    "mean",
    "sd",
    "ci_low",
    "ci_high",
    "n_seeds",
    "train_mean",
    "n_train",
    "parameters",
    "learning_rate",
    "failures",
    "version",
)


class DamagedError(InputRefusedError):
    """A record is torn, empty, or not what it should be: its arm is run again."""


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep every other study out of a folder, made if missing; the kernel frees the lock of a process that dies.

    Raises
    ------
    BusyError
        If another process holds it.
    OutputBlockedError
        If the folder can't be made.

    """
    try:
        (folder / "runs").mkdir(parents=True, exist_ok=True)
        handle = (folder / ".lock").open("w")
    except OSError as error:
        raise OutputBlockedError(f"{files.shown(folder)}: {display(error.strerror)}") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BusyError(
                f"{files.shown(folder)}: another study is running here", "wait for it, or choose another --dir"
            ) from error
        for left in (folder / "runs").glob(".*"):  # of a writer that was killed: nobody else is here
            shutil.rmtree(left, ignore_errors=True)
        yield


def write(folder: Path, study: str, arm: Arm, outcome: Outcome, *, fingerprint: str) -> None:
    """Publish an arm's rows in one step: a folder of files, filled under another name and then renamed.

    Raises
    ------
    InputOutputError
        If the disk is full.

    """
    place = _place(folder, fingerprint)
    temporary = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
    temporary.mkdir()
    try:
        for run in outcome.runs:
            row = {**row_of(study, arm, run), "fingerprint": fingerprint, "metrics": dict(run.metrics)}
            _write_json(temporary / f"{run.seed}.json", {"schema": SCHEMA, **row, "extra": dict(run.extra)})
        facts = {name: getattr(outcome, name) for name in ("rates", "at_edge", "hopeless")}
        seeds = [run.seed for run in outcome.runs]
        _write_json(temporary / _FACTS, {"schema": SCHEMA, "arm": arm.to_json(), "seeds": seeds, **facts})
        if place.exists():
            shutil.rmtree(place)
        temporary.rename(place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read(folder: Path, *, fingerprint: str) -> Outcome | None:
    """Read an arm's rows; None if there are none.

    Raises
    ------
    DamagedError
        If a file is missing, torn, or not what `write` makes.

    """
    place = _place(folder, fingerprint)
    if not place.is_dir():
        return None
    facts = _read_json(place / _FACTS)
    try:
        runs = tuple(_run(_read_json(place / f"{int(seed)}.json"), fingerprint) for seed in facts["seeds"])
        rates = {str(rate): float(score) for rate, score in facts["rates"].items()}
        return Outcome(runs=runs, rates=rates, at_edge=bool(facts["at_edge"]), hopeless=bool(facts["hopeless"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedError(f"{files.shown(place)}: the record is damaged ({type(error).__name__})") from error


def row_of(study: str, arm: Arm, run: Run) -> dict[str, Any]:
    """Give a run as a row of the table that all studies share."""
    return {
        "study": study,
        "arm": arm.name,
        "dataset": arm.task.name,
        "role": arm.task.role,
        "seed": run.seed,
        "metric": arm.metric,
        "value": run.metrics.get(arm.metric),
        "train_value": run.metrics.get(f"train_{arm.metric}"),
        "n_train": run.n_train,
        "overlap": run.overlap,
        "parameters": run.parameters,
        "epochs": run.epochs,
        "flops": run.flops,
        "seconds": run.seconds,
        "learning_rate": run.learning_rate,
        "status": run.status,
        "reason": run.reason,
        "version": __version__,
    }


def gather(folder: Path, study: Study, results: Results, arms: Sequence[Mapping[str, Any]]) -> None:
    """Write all rows as ``runs.jsonl``, and a line an arm as ``summary.csv``: no times in it, so that bytes repeat."""
    rows = [row_of(study.name, study.arms[key], run) for key, found in results.items() for run in found.runs]
    with files.open_output(folder / "runs.jsonl") as handle:
        handle.write("".join(json.dumps(row) + "\n" for row in rows).encode())
    text = io.StringIO()
    table = csv.DictWriter(text, _SUMMARY, lineterminator="\n", extrasaction="ignore")
    table.writeheader()
    for arm in arms:
        lost = sum(arm["census"][kind] for kind in CENSUS if kind in LOST)
        row = {**arm, "study": study.name, "dataset": arm["task"], "failures": lost, "version": __version__}
        table.writerow({name: _cell(row.get(name)) for name in _SUMMARY})
    with files.open_output(folder / "summary.csv") as handle:
        handle.write(text.getvalue().encode())


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, whole or not at all."""
    with files.open_output(path) as handle:
        handle.write((json.dumps(value, indent=1, allow_nan=False) + "\n").encode())


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object that `write_json` made.

    Raises
    ------
    DamagedError
        If it is anything else; also what `files.read_bytes` raises.

    """
    return _read_json(path)


def _place(folder: Path, fingerprint: str) -> Path:
    return folder / "runs" / fingerprint[:20]


def _write_json(path: Path, value: Any) -> None:
    with path.open("w") as handle:
        json.dump(value, handle, allow_nan=False)
        handle.flush()
        os.fsync(handle.fileno())


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(files.read_bytes(path, limit=_MOST_BYTES))
    except ValueError as error:
        raise DamagedError(f"{files.shown(path)}: the record is damaged (not JSON)") from error
    if not isinstance(value, dict):
        raise DamagedError(f"{files.shown(path)}: the record is damaged (not an object)")
    return value


def _run(row: Mapping[str, Any], fingerprint: str) -> Run:
    if row["schema"] != SCHEMA or row["fingerprint"] != fingerprint or row["status"] not in CENSUS:
        raise ValueError("record")
    names = [field.name for field in dataclasses.fields(Run)]
    return Run(**{name: row[name] for name in names})


def _cell(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value
