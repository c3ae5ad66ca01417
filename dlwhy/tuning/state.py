"""What trials came to, kept in a file as they end: a tuning that was interrupted goes on from there."""

import hashlib
import json
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy import files
from dlwhy.data.values import is_number
from dlwhy.errors import DlwhyWarning, InputRefusedError, InputUnreadableError
from dlwhy.text import json_text, plain

SCHEMA = "dlwhy.tuning/1"
_MOST_BYTES = 4 << 20


class State:
    """Records of trials by a key of all that decides them; each is on disk before the next begins.

    Parameters
    ----------
    path
        The file; None keeps them in memory only. One that is damaged, or that other hands have changed, is ignored with
        a warning, and replaced.

    """

    def __init__(self, path: Path | None = None):
        self._path = path
        self._records: dict[str, Any] = {} if path is None else _read(path)

    def recall(self, about: Mapping[str, Any], check: Callable[[Any], bool]) -> Any:
        """Return the record of a trial; None if there is none that passes the check."""
        found = self._records.get(_digest(about))
        return found if found is not None and check(found) else None

    def keep(self, records: Sequence[tuple[Mapping[str, Any], Any]]) -> None:
        """Keep what trials came to, each by all that decides it.

        Raises
        ------
        OutputBlockedError, InputOutputError
            If the file can't be written.

        """
        self._records |= {_digest(about): plain(record) for about, record in records}
        if self._path is None:
            return
        about = {"schema": SCHEMA, "records": self._records}
        with files.open_output(self._path) as handle:
            handle.write(json_text({**about, "sha256": _digest(about)}).encode())


def as_losses(values: Any, count: int) -> list[float] | None:
    """Return so many losses from JSON, in which those that are not finite are null; None if they are something else."""
    if not isinstance(values, list) or len(values) != count:
        return None
    if not all(value is None or is_number(value) for value in values):
        return None
    return [math.inf if value is None else float(value) for value in values]


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(files.read_bytes(path, limit=_MOST_BYTES))
        digest = found.pop("sha256")
        records = found["records"]
        good = found["schema"] == SCHEMA and digest == _digest(found) and isinstance(records, dict)
    except InputUnreadableError:
        if not path.exists():
            return {}
        raise
    except (InputRefusedError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        good = False
    if good:
        return dict(records)
    text = f"{files.shown(path)}: damaged, or not made by this dlwhy tune: ignored, all is tried again"
    warnings.warn(text, DlwhyWarning, stacklevel=4)
    return {}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(plain(value), sort_keys=True).encode()).hexdigest()
