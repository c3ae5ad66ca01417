"""What a page carries so that its runs can be run again, and how it is read back from a page that may hold anything."""

import dataclasses
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy import files
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.studies import conduct
from dlwhy.studies.bench import workers
from dlwhy.studies.plan.study import CENSUS, LOST, PROTOCOL, Study, digest, fingerprint
from dlwhy.studies.request import Request
from dlwhy.text import plain

SCHEMA, ELEMENT = "dlwhy.proof/1", "dlwhy-proof"
MOST_MIB = 64
_MOST_STUDIES, _MOST_SEEDS = 100, 10_000
# of a request: what a study can be made of without any file but the user's table
_EXTRA = ("arms", "match", "models", "rivals", "missing", "tune")
_ELEMENT = re.compile(rf'(<script type="application/json" id="{ELEMENT}">)(.*?)(</script>)', re.DOTALL)
_REMADE = "make the page anew with dlwhy report"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """A run as the page tells it."""

    arm: str  # key of the arm
    seed: int
    value: float | None
    status: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claimed:
    """A study as the page tells it: its design, made anew, and its rows; the versions that made them."""

    study: Study
    rows: Sequence[Row]
    versions: Mapping[str, str]


def of(stored: Sequence[conduct.Stored]) -> dict[str, Any]:
    """Return what a page carries of its studies, JSON-like: requests, rows with seeds, fingerprints, versions."""
    content = {
        "schema": SCHEMA,
        "protocol": PROTOCOL,
        "versions": workers.versions(),
        "studies": [_study(each) for each in stored if {*each.study.request.extra} <= {*_EXTRA}],
    }
    found: dict[str, Any] = plain(content)
    return found


def sealed(page: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a page carries with the digest of it, and of the page that it is to stand in."""
    return {**content, "page": _digest_of(page), "sha256": digest(content)}


def read(path: str | Path, *, max_size: int | None = None) -> list[Claimed]:
    """Read what a page says of its studies.

    Parameters
    ----------
    path
        The page, or ``-`` for stdin.
    max_size
        Most MiB to read.

    Raises
    ------
    InputRefusedError
        If it is no page of ours, has been changed since, or was made by another version of the studies' protocol.
    InputUnreadableError, InputOutputError
        If it can't be read.

    """
    name = files.shown(path)
    text = files.read_bytes(path, limit=(max_size or MOST_MIB) << 20).decode("utf-8-sig", errors="replace")
    found = _ELEMENT.findall(text)
    if len(found) != 1:
        raise InputRefusedError(f"{name}: no page of dlwhy report")
    try:
        content = json.loads(found[0][1])
        page, sha256 = content.pop("page"), content.pop("sha256")
        known, intact = content["schema"] == SCHEMA, page == _digest_of(text) and sha256 == digest(content)
        protocol = content["protocol"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputRefusedError(f"{name}: what it carries to be verified by is damaged", _REMADE) from error
    if not known or protocol != PROTOCOL:
        raise InputRefusedError(f"{name}: its studies were run by another version of the protocol", _REMADE)
    if not intact:
        raise InputRefusedError(f"{name}: it has been changed since it was written", _REMADE)
    try:
        return _claims(content)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, UsageError, RecursionError) as error:
        raise InputRefusedError(f"{name}: its studies are damaged, or of another version", _REMADE) from error


def _study(found: conduct.Stored) -> dict[str, Any]:
    arms = {
        key: {
            "fingerprint": found.prints[key],
            "rows": [[run.seed, run.metrics.get(found.study.every[key].metric), run.status] for run in outcome.runs],
        }
        for key, outcome in found.results.items()
    }
    return {"request": found.study.request.to_json(), "arms": arms}


def _claims(content: Mapping[str, Any]) -> list[Claimed]:
    """Take studies from what may hold anything.

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError, UsageError
        If they are not what `of` makes.

    """
    versions = {str(name): str(version) for name, version in content["versions"].items()}
    _check(isinstance(content["studies"], list) and len(content["studies"]) <= _MOST_STUDIES)
    return [_claim(each, versions) for each in content["studies"]]


def _claim(told: Mapping[str, Any], versions: Mapping[str, str]) -> Claimed:
    request = Request.from_json(told["request"])
    # nothing in a page decides which files are opened
    _check({*request.extra} <= {*_EXTRA} and request.seeds <= _MOST_SEEDS)
    study = conduct.design(request)
    rows = []
    for key, arm in told["arms"].items():
        made = study.every[key]
        print_ = fingerprint(made, study.all_seeds, own=request.own, versions=versions)
        _check(arm["fingerprint"] == print_)
        of_arm = [Row(arm=key, seed=seed, value=value, status=status) for seed, value, status in arm["rows"]]
        _check([row.seed for row in of_arm] == list(study.seeds_of(made)) and all(map(_is_row, of_arm)))
        rows += of_arm
    return Claimed(study=study, rows=rows, versions=versions)


def _is_row(row: Row) -> bool:
    has_value = type(row.value) in (int, float) and math.isfinite(row.value or 0.0)
    return row.status in CENSUS and (has_value or (row.value is None and row.status in LOST) or row.value is None)


def _digest_of(page: str) -> str:
    """Return the SHA-256 of a page but for what it carries, whatever its line ends have become on the way."""
    rest = _ELEMENT.sub(r"\1\3", page).replace("\r\n", "\n")
    return hashlib.sha256(rest.encode()).hexdigest()


def _check(holds: bool) -> None:
    if not holds:
        raise ValueError("proof")
