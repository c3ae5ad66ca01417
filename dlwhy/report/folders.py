"""What lies in the folders that a page is asked of: what `dlwhy run` has left, and studies."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from dlwhy import files
from dlwhy.errors import InputUnreadableError
from dlwhy.studies import conduct

DATA, MODEL = "dataset.joblib", "model.keras"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """Folders with a data set, some of them with a model, and those of studies; each once."""

    runs: Sequence[Path]
    studies: Sequence[Path]


def look(folders: Sequence[str]) -> Found:
    """Find runs and studies in folders, and in those right within them.

    Raises
    ------
    InputUnreadableError
        If one is no folder, or holds neither.

    """
    runs: dict[Path, Path] = {}
    studies: dict[Path, Path] = {}
    for name in folders:
        folder = Path(name)
        if not folder.is_dir():
            what = "not a folder" if folder.exists() else "no such folder"
            raise InputUnreadableError(f"{files.shown(name)}: {what}", "name what dlwhy run or dlwhy study has written")
        mine = _runs(folder)
        theirs = conduct.inside(folder)
        if not mine and not theirs:
            lone = (folder / MODEL).is_file()
            what = f"{MODEL}, and no {DATA} beside it" if lone else f"no {DATA} and no study in it"
            raise InputUnreadableError(f"{files.shown(name)}: {what}", "name the --dir of dlwhy run or dlwhy study")
        runs |= {each.resolve(): each for each in mine}
        studies |= {each.resolve(): each for each in theirs}
    return Found(runs=list(runs.values()), studies=list(studies.values()))


def inputs(found: Found) -> list[Path]:
    """Return what a page must not be written over: data sets, models, and what lies in a study but for pages."""
    of_runs = [folder / name for folder in found.runs for name in (DATA, MODEL)]
    of_studies = [path for folder in found.studies for path in folder.iterdir() if path.suffix != ".html"]
    return of_runs + of_studies


def _runs(folder: Path) -> list[Path]:
    """Return the folder if it holds a run, else those right in it that do."""
    if (folder / DATA).is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{DATA}"))
