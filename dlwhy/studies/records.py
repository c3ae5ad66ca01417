"""Rows on disk: one small JSON file a run, an arm's rows appearing together, whole or not at all."""

import contextlib
import csv
import dataclasses
import errno
import fcntl
import io
import json
import math
import os
import secrets
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy import __version__, files
from dlwhy.errors import BusyError, DlwhyWarning, InputOutputError, InputRefusedError, OutputBlockedError, display
from dlwhy.studies.design import Arm, Study
from dlwhy.studies.results import CENSUS, LOST, Outcome, Results, Run

SCHEMA = "dlwhy.runs/1"
_FACTS = "arm.json"
_MOST_BYTES = 16 << 20
_MOST_REASONS = 3
_NUMBERS = ("seed", "n_train", "overlap", "parameters", "epochs", "flops", "seconds")
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
    "reasons",
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
        except BlockingIOError as error:
            raise BusyError(
                f"{files.shown(folder)}: another study is running here", "wait for it, or choose another --dir"
            ) from error
        except OSError as error:
            text = f"{files.shown(folder)}: can't be locked ({display(error.strerror)}); run one study at a time here"
            warnings.warn(text, DlwhyWarning, stacklevel=3)
        for left in (folder / "runs").glob(".*"):  # of a writer that was killed: nobody else is here
            shutil.rmtree(left, ignore_errors=True)
        yield


def write(folder: Path, study: str, arm: Arm, outcome: Outcome, *, fingerprint: str) -> None:
    """Publish an arm's rows in one step: a folder of files, filled under another name and then renamed.

    Raises
    ------
    InputOutputError
        If the disk is full.
    OutputBlockedError
        If the folder can't be written to.

    """
    place = _place(folder, fingerprint)
    temporary = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
    try:
        temporary.mkdir()
        for run in outcome.runs:
            row = {**row_of(study, arm, run), "fingerprint": fingerprint, "metrics": dict(run.metrics)}
            _write_json(temporary / f"{run.seed}.json", {"schema": SCHEMA, **row, "extra": dict(run.extra)})
        facts = {name: getattr(outcome, name) for name in ("rates", "at_edge", "hopeless", "seconds")}
        seeds = [run.seed for run in outcome.runs]
        _write_json(temporary / _FACTS, {"schema": SCHEMA, "arm": arm.to_json(), "seeds": seeds, **facts})
        _remove(place)
        temporary.rename(place)
    except OSError as error:
        blocked = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        kind = OutputBlockedError if blocked else InputOutputError
        raise kind(f"{files.shown(place)}: writing failed: {display(error.strerror)}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read(folder: Path, *, fingerprint: str) -> Outcome | None:
    """Read an arm's rows, as equal to those that were written as JSON can be; None if there are none.

    Raises
    ------
    DamagedError
        If a file is missing, torn, or not what `write` makes.

    """
    place = _place(folder, fingerprint)
    if not os.path.lexists(place):
        return None
    facts = _read_json(place / _FACTS)
    try:
        _check(facts["schema"] == SCHEMA and len(facts["seeds"]) > 0)
        runs = tuple(_run(_read_json(place / f"{int(seed)}.json"), fingerprint, seed) for seed in facts["seeds"])
        rates = {str(rate): float(score) for rate, score in facts["rates"].items()}
        _check(isinstance(facts["at_edge"], bool) and isinstance(facts["hopeless"], bool))
        _check(_is_number(facts["seconds"]))
        return Outcome(runs=runs, rates=rates, **{name: facts[name] for name in ("at_edge", "hopeless", "seconds")})
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
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
        handle.write("".join(json.dumps(plain(row), allow_nan=False) + "\n" for row in rows).encode())
    text = io.StringIO()
    table = csv.DictWriter(text, _SUMMARY, lineterminator="\n", extrasaction="ignore")
    table.writeheader()
    for arm in arms:
        lost = sum(arm["census"][kind] for kind in CENSUS if kind in LOST)
        found = results[f"{arm['task']}: {arm['arm']}"].runs
        reasons = dict.fromkeys(run.reason for run in found if run.status in LOST and run.reason)
        row = {
            **arm,
            "study": study.name,
            "dataset": arm["task"],
            "failures": lost,
            "reasons": "; ".join(list(reasons)[:_MOST_REASONS]),
            "version": __version__,
        }
        table.writerow({name: _cell(row.get(name)) for name in _SUMMARY})
    with files.open_output(folder / "summary.csv") as handle:
        handle.write(text.getvalue().encode())


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, whole or not at all; numbers that are not finite become null."""
    with files.open_output(path) as handle:
        handle.write((json.dumps(plain(value), indent=1, allow_nan=False) + "\n").encode())


def plain(value: Any) -> Any:
    """Give a value as it comes back from JSON: lists for tuples, texts for keys, None for what is not finite."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


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
        json.dump(plain(value), handle, allow_nan=False)
        handle.flush()
        os.fsync(handle.fileno())


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(files.read_bytes(path, limit=_MOST_BYTES))
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"{files.shown(path)}: the record is damaged (not JSON)") from error
    if not isinstance(value, dict):
        raise DamagedError(f"{files.shown(path)}: the record is damaged (not an object)")
    return value


def _remove(place: Path) -> None:
    """Remove what is in an arm's place: a damaged record, or something that never was one."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _run(row: Mapping[str, Any], fingerprint: str, seed: int) -> Run:
    """Take a run from its record, which may hold anything.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is not what `write` makes.

    """
    _check(row["schema"] == SCHEMA and row["fingerprint"] == fingerprint and row["seed"] == seed)
    _check(row["status"] in CENSUS and isinstance(row["reason"], str) and isinstance(row["extra"], dict))
    _check(all(_is_number(value) or value is None for value in row["metrics"].values()))
    _check(_is_number(row["learning_rate"]) or row["learning_rate"] is None)
    _check(all(_is_number(row[name]) for name in _NUMBERS))
    return Run(**{field.name: row[field.name] for field in dataclasses.fields(Run)})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check(holds: bool) -> None:
    if not holds:
        raise ValueError("record")


def _cell(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value
