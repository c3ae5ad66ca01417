"""What becomes of studies that have run: they are read back, drawn, and held to the verdict that was wanted."""

import functools
import os
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import argument, frozen_options, option
from dlwhy.cli.show import outcomes
from dlwhy.cli.show.console import Output
from dlwhy.errors import (
    DlwhyError,
    DlwhyWarning,
    GateError,
    InputUnreadableError,
    OutputBlockedError,
    UnusableResultError,
    UsageError,
)
from dlwhy.text import counted, display

if TYPE_CHECKING:
    from dlwhy.studies.conduct import Conducted


fail_unless = functools.partial(
    option, None, "End with code 4 unless every study's verdict, with --data that on your data, is: supported."
)
details = functools.partial(option, False, "Show every prediction, with its cautions.", "--details")


@frozen_options
class Show(shared.Common):
    """The options of `dlwhy study show`."""

    folders: list[str] = argument(..., "A study's folder, such as study/depth, or one of several.", metavar="DIR…")
    details: bool = details()
    fail_unless: str | None = fail_unless()


def show(options: Show) -> None:
    """Show again what studies found, from the rows in their folders."""
    check_wanted(options.fail_unless)
    out, found = Output.of(options), _shown(options.folders)
    if options.details and len(found) > 1:
        for each in found:
            outcomes.show_one(each, out, details=True)
            out.text("")
    answer, _ = answered(found, None)
    outcomes.show(found, out, details=options.details, answer=answer)
    end(found, options.fail_unless)


def check_wanted(verdict: str | None) -> None:
    """Refuse a verdict that there isn't."""
    if verdict not in (None, "supported", "not supported"):
        raise UsageError(f"--fail-unless must be supported or not supported (got {display(verdict)})")


def _shown(words: Sequence[str]) -> "list[Conducted]":
    """Read back the studies of folders, each a study's or one with several."""
    from dlwhy.studies import conduct

    folders = [(Path(word), conduct.inside(Path(word))) for word in words]
    if len(folders) == 1 and len(folders[0][1]) < 2:
        folder, found = folders[0]
        return [_redrawn(conduct.show(each)) for each in found or [folder]]
    for folder, found in folders:
        if not found:
            conduct.show(folder)  # which says what is wrong with it
    conducted = []
    for each in dict.fromkeys(path for _, found in folders for path in found):
        try:
            conducted.append(_redrawn(conduct.show(each)))
        except InputUnreadableError as error:  # has only just begun
            warnings.warn(error.message, DlwhyWarning, stacklevel=2)
    if not conducted:
        raise InputUnreadableError(f"{', '.join(map(files.shown, words))}: no rows yet")
    return conducted


def _redrawn(conducted: "Conducted") -> "Conducted":
    """Draw a study anew, if its folder lets us: what it found can be shown without."""
    try:
        draw(conducted)
    except OutputBlockedError as error:
        warnings.warn(error.message, DlwhyWarning, stacklevel=2)
    return conducted


def draw(conducted: "Conducted") -> None:
    """Draw a study into its folder, if anything has changed since: what says it all, and the rest beside it."""
    from dlwhy.figures.drawing import style
    from dlwhy.studies import figure
    from dlwhy.studies.bench.folder import DETAILS, FIGURE

    pictures = {FIGURE: figure.draw, **({DETAILS: figure.details} if figure.has_details(conducted.report) else {})}
    if not conducted.fresh and _are_there(conducted.folder / name for name in pictures):
        return
    for name, drawn in pictures.items():
        with style.styled(beside=conducted.folder / name):
            style.save(drawn(conducted.report), conducted.folder / name)


def answered(conducted: "Sequence[Conducted]", directory: str | None) -> tuple[dict[str, Any] | None, str]:
    """Say what to use on the user's own table -> answer, and the file that it was written to, if there is a folder."""
    from dlwhy.studies.answer import writing

    reports = {each.folder: each.report for each in conducted}
    if directory is None:
        return writing.together(reports), ""
    found = writing.write(reports, Path(directory))
    return found, files.shown(Path(directory) / writing.PAGE) if found else ""


def _are_there(pictures: Iterable[Path]) -> bool:
    """Say whether all pictures are there and whole; then they are as new as the rest, for make."""
    found = [*pictures]
    if not all(_is_whole(picture) for picture in found):
        return False
    for picture in found:
        os.utime(picture)
    return True


def _is_whole(picture: Path) -> bool:
    """Say whether a PNG is there from its first to its last bytes."""
    try:
        content = files.read_bytes(picture, limit=64 << 20)
    except DlwhyError:
        return False
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82")


def end(conducted: "list[Conducted]", fail_unless: str | None) -> None:
    """End with an error if a verdict is not the one wanted, or runs failed."""
    if fail_unless:
        _gate([each.report for each in conducted], fail_unless)
    lost = [each for each in conducted if each.report["failures"]]
    if lost:
        failures = sum(each.report["failures"] for each in lost)
        where = ", ".join(files.shown(each.folder / "summary.csv") for each in lost)
        raise UnusableResultError(f"{counted(failures, 'run')} failed or diverged; {where} says which and why")


def _gate(reports: "list[dict[str, Any]]", wanted: str) -> None:
    """Refuse any other verdict than the one wanted: on the user's own data, where there are any."""
    on_own = [each for each in reports if each["verdict_about"] == "own"]
    if not on_own and any(each["own"] for each in reports):
        raise GateError(f"no verdict on your data in {', '.join(each['study'] for each in reports)}")
    missed = [
        f"{each['study']}: {each['headline']['verdict']}" if on_own else each["headline"]["verdict"]
        for each in on_own or reports
        if each["verdict"] != wanted
    ]
    if missed:
        raise GateError(display("; ".join(missed), 600))
