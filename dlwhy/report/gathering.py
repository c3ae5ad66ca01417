"""From folders to all that a page tells, the answer first."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy import versions
from dlwhy.report import folders, runs, studies
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
    conducted = studies.read(found.studies)
    # the user's own question first; the page keeps the order of the folders else
    ordered = sorted(conducted.items(), key=lambda each: each[1].report["verdict_about"] != "own")
    return Page(
        answers=_answers(conducted),
        runs=[runs.gather(folder, place, max_size=max_size) for place, folder in enumerate(found.runs, start=1)],
        studies=[studies.gather(folder, each, place) for place, (folder, each) in enumerate(ordered, start=1)],
        versions=versions.of(*_PACKAGES),
        proof={},
    )


def _answers(conducted: Mapping[Path, conduct.Conducted]) -> list[Mapping[str, Any]]:
    """Answer for each table of the user's that studies have judged nets on."""
    by_parent: dict[Path, dict[Path, Mapping[str, Any]]] = {}
    for folder, each in conducted.items():
        by_parent.setdefault(folder.resolve().parent, {})[folder] = each.report
    answers = [writing.together(reports) for reports in by_parent.values()]
    return [answer for answer in answers if answer is not None]
