"""The fingerprint of an arm's rows: rows of another fingerprint are rows of something else."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from dlwhy.studies.plan.seeds import Seeds
from dlwhy.studies.plan.study import Arm
from dlwhy.studies.request import OwnData

# of tuning and scoring, and of how recipes are written: a change makes all rows stale
PROTOCOL = 8


def fingerprint(arm: Arm, seeds: Seeds, *, own: OwnData | None, versions: Mapping[str, str]) -> str:
    """Return the SHA-256 of all that decides an arm's rows; of the user's data, only where the arm learns from them."""
    parts = {
        "protocol": PROTOCOL,
        "arm": arm.to_json(),
        "seeds": dataclasses.asdict(seeds),
        "own": own.fingerprint if own and arm.task.draw == "own" else None,
        "versions": dict(versions),
    }
    return digest(parts)


def digest(value: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a JSON object, whatever the order of its keys; 2 and 2.0 differ."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=dict).encode()).hexdigest()
