"""From folders to all that a page tells, the answer first."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy import versions
from dlwhy.report import folders, proof, runs, studies
from dlwhy.report.content import Page
from dlwhy.studies import conduct
from dlwhy.studies.answer import writing

_PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn")


def page(names: Sequence[str], *, max_size: int | None = None) -> Page:
    """Gather what folders hold.

    Parameters
    ----------
    names
        The folders: of a run, of a study, or one with several of them.
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
    return Page(
        answers=_answers(told),
        runs=[runs.gather(folder, place, max_size=max_size) for place, folder in enumerate(found.runs, start=1)],
        studies=[studies.gather(each, report, place) for place, (each, report) in enumerate(told, start=1)],
        versions=versions.of(*_PACKAGES),
        proof=proof.of([each for each, _ in told]),
    )


def _answers(told: Sequence[tuple[conduct.Stored, Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    """Answer for each table of the user's that studies have judged nets on."""
    by_parent: dict[Path, dict[Path, Mapping[str, Any]]] = {}
    for each, report in told:
        by_parent.setdefault(each.folder.resolve().parent, {})[each.folder] = report
    answers = [writing.together(reports) for reports in by_parent.values()]
    return [answer for answer in answers if answer is not None]
