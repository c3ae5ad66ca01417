"""From folders to all that a page tells, the answer first."""

import collections
import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy import versions
from dlwhy.messages.language import Language
from dlwhy.report import folders, proof, runs, studies
from dlwhy.report.content import Page, Run
from dlwhy.studies import conduct
from dlwhy.studies.answer import writing
from dlwhy.text import display

_PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn")


def page(names: Sequence[str], languages: Sequence[Language], *, max_size: int | None = None) -> Page:
    """Gather what folders hold.

    Parameters
    ----------
    names
        The folders: of a run, of a study, or one with several of them.
    languages
        Of the words in its pictures; all else is said when it is written.
    max_size
        Most MiB to read of a data set or a model.

    Raises
    ------
    InputUnreadableError
        If a folder is missing, or holds nothing of ours.
    InputRefusedError, InputOutputError, UnusableResultError
        If something in it can't be read, or used.

    """
    found = folders.look(names)
    stored = studies.read(found.studies)
    told = [(each, conduct.shown(each).report) for each in stored]
    # the user's own question first; the page keeps the order of the folders else
    told.sort(key=lambda each: each[1]["verdict_about"] != "own")
    of_runs = [
        runs.gather(folder, place, languages, max_size=max_size) for place, folder in enumerate(found.runs, start=1)
    ]
    return Page(
        answers=_answers(told),
        runs=_told_apart(of_runs, [folder.resolve() for folder in found.runs]),
        studies=[studies.gather(each, report, place, languages) for place, (each, report) in enumerate(told, start=1)],
        versions=versions.of(*_PACKAGES),
        proof=proof.of([each for each, _ in told]),
    )


def _told_apart(found: Sequence[Run], folders: Sequence[Path]) -> list[Run]:
    """Add to a name that several data sets have where each lies, seen from the folder that all of them are in."""
    if not found:
        return []
    count, common = (
        collections.Counter(run.name for run in found),
        os.path.commonpath([each.parent for each in folders]),
    )
    return [
        dataclasses.replace(run, name=f"{run.name} ({display(os.path.relpath(folder, common))})")
        if count[run.name] > 1
        else run
        for run, folder in zip(found, folders, strict=True)
    ]


def _answers(told: Sequence[tuple[conduct.Stored, Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    """Answer for each table of the user's that studies have judged nets on."""
    by_parent: dict[Path, dict[Path, Mapping[str, Any]]] = {}
    for each, report in told:
        by_parent.setdefault(each.folder.resolve().parent, {})[each.folder] = report
    answers = [writing.together(reports) for reports in by_parent.values()]
    return [answer for answer in answers if answer is not None]
