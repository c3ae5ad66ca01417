"""The answer from folders, and on disk: `answer.md` for people, `answer.json` for programs, beside the studies."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlwhy import files
from dlwhy.errors import DlwhyError
from dlwhy.studies.answer import page
from dlwhy.studies.bench import records
from dlwhy.studies.bench.folder import DESIGN, REPORT

PAGE, VALUES = "answer.md", "answer.json"
Reports = Mapping[Path, Mapping[str, Any]]


def together(reports: Reports) -> dict[str, Any] | None:
    """Answer from studies by their folders, as `page.answer` does, leaving out those on another table than the judge's.

    A folder may have been touched since: from what is not a report there is no answer.
    """
    try:
        judges = [folder for folder, report in reports.items() if report["study"] == page.JUDGE]
        table = _table(judges[0]) if judges else None
        return page.answer([report for folder, report in reports.items() if table and _table(folder) == table])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def write(reports: Reports, folder: Path) -> dict[str, Any] | None:
    """Answer from studies that have just run, and from earlier ones of the same table in a folder, and write it there.

    Parameters
    ----------
    reports
        As in ``study.json``, by the folders of the studies.
    folder
        The parent of these folders.

    Returns
    -------
    answer
        As `page.answer` gives it; None, and nothing is written, where no study judged nets on the table of those that
        ran.

    Raises
    ------
    OutputBlockedError, InputOutputError
        If the folder can't be written.

    """
    asked = {_table(each) for each in reports} - {None}  # a folder may hold an answer on another table
    earlier = {each: report for each, report in _earlier(folder).items() if _table(each) in asked}
    found = together({**earlier, **reports}) or together(reports)
    if found is not None:
        records.write_json(folder / VALUES, found)
        with files.open_output(folder / PAGE) as handle:
            handle.write(page.markdown(found).encode(errors="backslashreplace"))
    return found


def _earlier(folder: Path) -> dict[Path, Mapping[str, Any]]:
    """Read the reports in a folder; what can't be read is no part of it."""
    found: dict[Path, Mapping[str, Any]] = {}
    for path in sorted(folder.glob(f"*/{REPORT}")):
        try:
            found[path.parent] = records.read_json(path)
        except DlwhyError:
            continue
    return found


def _table(folder: Path) -> str | None:
    """Return the fingerprint of the user's own table that a study was designed for; None if there is none."""
    try:
        own = records.read_json(folder / DESIGN)["request"]["own"] or {}
        fingerprint = own.get("fingerprint")
    except (DlwhyError, KeyError, TypeError, AttributeError):
        return None
    return fingerprint if isinstance(fingerprint, str) else None
