"""A folder of the user's own tables: one recipe on all of them. What a study knows of them is plain data."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from dlwhy import files
from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputUnreadableError, naming
from dlwhy.studies.plan.study import Task
from dlwhy.studies.request import OwnData, Request
from dlwhy.studies.tasks import resampling
from dlwhy.text import display
from dlwhy.training.data.ranges import check_range

DRAW = "table"
_SUFFIX = ".joblib"
_HINT = "dlwhy generate --from makes one of a table"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """One of the tables: as a task, and what a design may know of it."""

    task: Task
    about: OwnData


def read_all(folder: str | Path, *, max_size: int | None = None) -> list[dict[str, Any]]:
    """Read all data sets of a folder, and return what a request holds of each, JSON-like.

    Parameters
    ----------
    folder
        Where ``.joblib`` files lie; those in folders of its own are not looked at.
    max_size
        See `storage.read`.

    Raises
    ------
    InputUnreadableError
        If there is no such folder, none in it, or one is no regular file.
    InputRefusedError
        If one is no data set, is damaged, or nothing can be learnt from it; by its name.

    """
    path = Path(folder)
    if not path.is_dir():
        raise InputUnreadableError(f"--tables {files.shown(path)}: no such folder")
    found = sorted(each for each in path.iterdir() if each.suffix.lower() == _SUFFIX and not each.name.startswith("."))
    if not found:
        raise InputUnreadableError(f"--tables {files.shown(path)}: no {_SUFFIX} file in it", _HINT)
    return [_read(each, max_size) for each in found]


def of(request: Request, taken: Collection[str]) -> Iterator[Table]:
    """Yield a request's tables, each under a name that is neither taken nor another one's."""
    names = set(taken)
    for given in request.extra.get("tables") or ():
        values = dict(given)
        path, max_size = str(values.pop("path")), values.pop("max_size")
        about = OwnData(**values)
        name = _distinct(about.name, display(Path(path).name), names)
        names.add(name)
        settings: Mapping[str, Any] = {
            "path": path,
            "max_size": max_size,
            "fingerprint": about.fingerprint,
            "features": about.features,
            "classes": about.classes,
            "n_train": about.n_train,
        }
        yield Table(task=Task(name=name, role="real", draw=DRAW, settings=settings), about=about)


def _read(path: Path, max_size: int | None) -> dict[str, Any]:
    from dlwhy.data.stored import storage

    dataset = storage.read(path, max_size=max_size)
    with naming(files.shown(path)):
        _check(dataset)
    return {"path": str(path.resolve()), "max_size": max_size, **dataclasses.asdict(OwnData.of(dataset))}


def _check(dataset: Dataset) -> None:
    """Refuse what can't be learnt from or resampled, before anything runs."""
    check_range(dataset)
    resampling.check(dataset)


def _distinct(name: str, file: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: its own, with its file's, or with a number."""
    tried = [name, f"{name} ({file})", *(f"{name} ({file}, {number})" for number in range(2, len(taken) + 3))]
    return next(each for each in tried if each not in taken)
