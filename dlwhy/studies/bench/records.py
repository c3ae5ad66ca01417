"""Rows on disk: one small JSON file a run, an arm's rows appearing together, whole or not at all."""

import contextlib
import dataclasses
import errno
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy import __version__, files
from dlwhy.errors import InputOutputError, InputRefusedError, OutputBlockedError
from dlwhy.studies.bench.folder import FACTS, ROWS, remove_record
from dlwhy.studies.plan.study import CENSUS, Arm, Outcome, Run, digest
from dlwhy.text import display, json_text, plain

SCHEMA = "dlwhy.runs/2"
_DIGEST = "sha256"
_MOST_BYTES = 16 << 20
# no result is larger, and the squares of larger ones overflow
_LARGEST = 1e100
# of a run, in the order of a row
_OF_RUN = ("n_train", "overlap", "parameters", "epochs", "flops", "seconds", "learning_rate", "status", "reason")
_COUNTS = ("n_train", "parameters")
_AMOUNTS = ("overlap", "epochs", "flops", "seconds")


class DamagedError(InputRefusedError):
    """A record is torn, empty, or not what it should be: its arm is run again."""


def write(folder: Path, study: str, arm: Arm, outcome: Outcome, *, fingerprint: str) -> None:
    """Publish an arm's rows in one step: a folder of files, filled under another name and then renamed.

    Raises
    ------
    InputOutputError
        If the disk is full.
    OutputBlockedError
        If the folder can't be written to.

    """
    record = _place(folder, fingerprint)
    temporary = record.with_name(f".{record.name}-{secrets.token_hex(4)}")
    try:
        temporary.mkdir()
        for run in outcome.runs:
            row = {**row_of(study, arm, run), "fingerprint": fingerprint, "metrics": _bounded(run.metrics)}
            _write_json(temporary / f"{run.seed}.json", {"schema": SCHEMA, **row, "extra": dict(run.extra)})
        facts = {name: getattr(outcome, name) for name in ("rates", "at_edge", "hopeless", "seconds")}
        seeds = [run.seed for run in outcome.runs]
        _write_json(temporary / FACTS, {"schema": SCHEMA, "arm": arm.to_json(), "seeds": seeds, **facts})
        remove_record(record)
        temporary.rename(record)
    except OSError as error:
        blocked = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        kind = OutputBlockedError if blocked else InputOutputError
        raise kind(f"{files.shown(record)}: writing failed: {display(error.strerror)}") from error
    finally:
        with contextlib.suppress(OSError):
            remove_record(temporary)


def read(folder: Path, *, fingerprint: str, seeds: Sequence[int] | None = None) -> Outcome | None:
    """Read an arm's rows, as equal to those that were written as JSON can be; None if there are none.

    Parameters
    ----------
    folder, fingerprint
        Where, and of which arm.
    seeds
        Those that the runs must have; None takes any.

    Raises
    ------
    DamagedError
        If a file is missing, torn, or not what `write` made.
    InputUnreadableError
        If a file can't be read.

    """
    record = _place(folder, fingerprint)
    if not os.path.lexists(record):
        return None
    if record.is_symlink():
        raise DamagedError(f"{files.shown(record)}: the record is damaged (a link)")
    facts = _read_sealed(record / FACTS)
    try:
        _check_facts(facts, seeds)
        runs = tuple(_run(_read_sealed(record / f"{seed}.json"), fingerprint, seed) for seed in facts["seeds"])
        rates = {str(rate): float(score) for rate, score in facts["rates"].items()}
        return Outcome(runs=runs, rates=rates, **{name: facts[name] for name in ("at_edge", "hopeless", "seconds")})
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DamagedError(f"{files.shown(record)}: the record is damaged ({type(error).__name__})") from error


def row_of(study: str, arm: Arm, run: Run) -> dict[str, Any]:
    """Return a run as a row of the table that all studies share."""
    return {
        "study": study,
        "arm": arm.name,
        "dataset": arm.task.name,
        "role": arm.task.role,
        "seed": run.seed,
        "metric": arm.metric,
        "value": run.metrics.get(arm.metric),
        "train_value": run.metrics.get(f"train_{arm.metric}"),
        **{name: getattr(run, name) for name in _OF_RUN},
        "version": __version__,
        "place": dict(arm.place),
    }


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, whole or not at all; numbers that are not finite become null."""
    with files.open_output(path) as handle:
        handle.write(json_text(value, indent=1).encode())


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object that `write_json` made.

    Raises
    ------
    DamagedError
        If it is anything else; also what `files.read_bytes` raises.

    """
    if path.is_symlink():
        raise DamagedError(f"{files.shown(path)}: the record is damaged (a link)")
    try:
        value = json.loads(files.read_bytes(path, limit=_MOST_BYTES))
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"{files.shown(path)}: the record is damaged (not JSON)") from error
    if not isinstance(value, dict):
        raise DamagedError(f"{files.shown(path)}: the record is damaged (not an object)")
    return value


def _place(folder: Path, fingerprint: str) -> Path:
    return folder / ROWS / fingerprint[:20]


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object with its digest, by which a reader sees that nobody has touched it since."""
    content = plain(value)
    with path.open("w") as handle:
        json.dump({**content, _DIGEST: digest(content)}, handle, allow_nan=False)
        handle.flush()
        os.fsync(handle.fileno())


def _read_sealed(path: Path) -> dict[str, Any]:
    content = read_json(path)
    if content.pop(_DIGEST, None) != digest(content):
        raise DamagedError(f"{files.shown(path)}: the record is damaged (changed since it was written)")
    return content


def _check_facts(facts: Mapping[str, Any], seeds: Sequence[int] | None) -> None:
    """Check what is said of an arm as a whole, before as many files are read as it says.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is not what `write` makes.

    """
    _check(facts["schema"] == SCHEMA and isinstance(facts["seeds"], list) and len(facts["seeds"]) > 0)
    _check(all(map(_is_count, facts["seeds"])) and len(set(facts["seeds"])) == len(facts["seeds"]))
    _check(seeds is None or facts["seeds"] == list(seeds))
    _check(isinstance(facts["at_edge"], bool) and isinstance(facts["hopeless"], bool))
    _check(_is_amount(facts["seconds"]) and all(map(_is_number, facts["rates"].values())))


def _run(row: Mapping[str, Any], fingerprint: str, seed: int) -> Run:
    """Take a run from its record, which may hold anything.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is not what `write` makes.

    """
    _check(row["schema"] == SCHEMA and row["fingerprint"] == fingerprint)
    _check(_is_count(row["seed"]) and row["seed"] == seed)
    _check(row["status"] in CENSUS and isinstance(row["reason"], str) and isinstance(row["extra"], dict))
    _check(all(_is_number(value) or value is None for value in row["metrics"].values()))
    _check(row["learning_rate"] is None or _is_amount(row["learning_rate"]))
    _check(all(_is_count(row[name]) for name in _COUNTS) and all(_is_amount(row[name]) for name in _AMOUNTS))
    return Run(**{field.name: row[field.name] for field in dataclasses.fields(Run)})


def _bounded(metrics: Mapping[str, float | None]) -> dict[str, float | None]:
    return {
        name: None if value is None or not abs(value) <= _LARGEST else float(value) for name, value in metrics.items()
    }


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= _LARGEST


def _is_amount(value: Any) -> bool:
    return _is_number(value) and value >= 0


def _check(holds: bool) -> None:
    if not holds:
        raise ValueError("record")
