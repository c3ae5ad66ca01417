"""How studies end: the verdict, at most five sentences and the files that were made, all on one screen of 80 x 24."""

import os
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlwhy import files
from dlwhy.cli.show import verdicts
from dlwhy.cli.show.console import Output
from dlwhy.text import counted, display

if TYPE_CHECKING:
    from dlwhy.studies.conduct import Conducted

# a screen but for the lines of the prompt and of what comes next; as wide everywhere, so that all see the same
_LINES, _WIDTH = 21, 80
_MOST_SENTENCES = 5
_LONGEST = 600
# what a study leaves in its folder, and what it is to a reader
_FILES = {
    "figure.png": "picture",
    "details.png": "more pictures",
    "study.json": "all results",
    "summary.csv": "every run",
}
_Answer = Mapping[str, Any]


def show_one(conducted: "Conducted", out: Output, *, details: bool = False, answer: _Answer | None = None) -> None:
    """Show how one study ended: in short, or with `details` all that it found; nothing where JSON is wanted.

    Parameters
    ----------
    conducted, out
        The study, and where to print.
    details
        Whether each prediction is shown in a table, with all cautions.
    answer
        What is said of the user's own table, whose sentences stand in place of the study's; None if nothing is.

    """
    if out.as_json:
        return
    if details:
        verdicts.show_one(conducted.report, out)
        return
    report, paths = conducted.report, _paths(conducted)
    head, cautions = _head(report), _cautions(report)
    recommended = _recommendation(answer) if answer else []
    said = [each["says"] for each in answer["sentences"]] if answer else _sentences(report)
    taken = _height([*recommended, *head, *cautions]) + len(paths)
    for line in (*head, *(f"- {each}" for each in _fitting(said, taken)), *cautions):
        out.paragraph(line, indent="  ")
    _show_paths(paths, out)


def show(
    conducted: "Sequence[Conducted]", out: Output, *, details: bool, answer: _Answer | None = None, page: str = ""
) -> None:
    """Show what there is to say when the last study has ended: what to use first of all, then one study, or a table.

    Parameters
    ----------
    conducted, out, details
        The studies, where to print, and whether everything is printed.
    answer
        What to use on the user's own table; None if nothing says it.
    page
        The file that has the answer, too.

    """
    if out.as_json:
        verdicts.show_json([each.report for each in conducted], out, answer)
        return
    for line in _recommendation(answer) if answer else ():
        out.paragraph(line)
    if len(conducted) == 1:
        show_one(conducted[0], out, details=details, answer=answer)
        if details and answer:
            _show_sentences([each["says"] for each in answer["sentences"]], out)
    else:
        _show_together(conducted, out, answer, page)
    if page:
        out.text(f"{'answer':<14}{page}")
    _show_next(conducted, out, details=details)


def _show_together(conducted: "Sequence[Conducted]", out: Output, answer: _Answer | None, page: str) -> None:
    """Show several studies as one table, and what they say of the user's own table together."""
    from dlwhy.studies.headline import answers

    reports = [each.report for each in conducted]
    said = [each["says"] for each in answer["sentences"]] if answer else answers(reports)
    parents = [str(each.folder.parent) for each in conducted]
    # a path from here and one from the root have nothing in common
    folder = os.path.commonpath(parents) if len(set(map(os.path.isabs, parents))) == 1 else ""
    rows = [_row(each, folder) for each in conducted]
    pictures = f"picture in {files.shown(folder)}" if folder else "picture"
    out.table(("study", "verdict", "effect [interval]", pictures), rows)
    # the table's head, its line and the blank one below it
    taken = _height(_recommendation(answer) if answer else []) + len(rows) + 3 + bool(page)
    if said and not answer:
        out.text("in short, on your data:")
    _show_sentences(_fitting(said, taken), out)


def _show_sentences(sentences: Iterable[str], out: Output) -> None:
    for each in sentences:
        out.item(display(each, _LONGEST))


def _show_next(conducted: "Sequence[Conducted]", out: Output, *, details: bool) -> None:
    folder = conducted[0].folder if len(conducted) == 1 else conducted[0].folder.parent
    if not details:
        out.next(f"dlwhy study show {files.shown(folder)} --details has all predictions and cautions")


def _row(conducted: "Conducted", folder: str) -> tuple[str, ...]:
    """Give a study as a row: its first prediction that decides, and where its picture is."""
    report = conducted.report
    finding = next(iter(_decisive(report)), None)
    picture = os.path.relpath(conducted.folder / "figure.png", folder)
    return report["study"], report["verdict"], _effect(finding) if finding else "", files.shown(picture)


def _effect(finding: Mapping[str, Any]) -> str:
    from dlwhy.studies.findings import wording

    if finding["effect"] is None:
        return ""
    ends = (finding["ci_low"], finding["ci_high"])
    found = wording.Interval(finding["effect"], *(() if None in ends else ends))
    return wording.size(found, finding["metric"], plus=True)


def _decisive(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the primary predictions that decide the verdict, what holds first; all of them where none does."""
    role = {"own": "own", "controls": "positive", "real": "real"}.get(report["verdict_about"])
    primary = [each for each in report["predictions"] if each["primary"]]
    deciding = [each for each in primary if each["role"] == role] or primary
    # of the user's own one that holds will do: it is what the verdict is about
    return sorted(deciding, key=lambda each: each["role"] == "own" and each["verdict"] != "supported")


def _recommendation(answer: _Answer) -> list[str]:
    return [display(answer["recommendation"], _LONGEST), f"rule: {answer['rule']}", ""]


def _head(report: Mapping[str, Any]) -> list[str]:
    """Return the question, the verdict, whether the lab works, and what is wrong with the data."""
    headline = report["headline"]
    lines = [headline["title"], headline["verdict"], headline["lab"]]
    own = report["verdict_about"] == "own"
    if report["own"] is not None and not own:
        lines.append(verdicts.nothing_on_own(report))
    lines += [f"caution: {each}" for each in report["cautions"]]
    return [display(line, _LONGEST) for line in lines if line]


def _sentences(report: Mapping[str, Any]) -> list[str]:
    """Return what is said of a study, the predictions that decide first."""
    on_own = report["verdict_about"] == "own" and report["own"] is not None
    first = [each["sentence"] for each in _decisive(report) if each["sentence"] and each["told"]]
    return list(dict.fromkeys((*first, *verdicts.sentences(report, on_own=on_own))))


def _cautions(report: Mapping[str, Any]) -> list[str]:
    """Return the cautions of the predictions that decide, and how many more there are."""
    deciding = _decisive(report)
    here = [f"caution on {verdicts.name(each)}: {caution}" for each in deciding for caution in each["cautions"]]
    here += [f"caution: {each}" for each in verdicts.of_the_whole(report)]
    more = sum(len(each["cautions"]) for each in report["predictions"] if each not in deciding)
    here = list(dict.fromkeys(here))
    kept, more = here[:2], more + len(here[2:])
    return [*(display(each, 200) for each in kept), *([f"{counted(more, 'caution')} more"] if more else [])]


def _paths(conducted: "Conducted") -> list[tuple[str, str]]:
    folder = conducted.folder
    return [(words, files.shown(folder / name)) for name, words in _FILES.items() if (folder / name).is_file()]


def _show_paths(paths: Sequence[tuple[str, str]], out: Output) -> None:
    for words, path in paths:
        out.text(f"{words:<14}{path}")


def _fitting(sentences: Sequence[str], taken: int) -> Iterator[str]:
    """Give as many sentences as a screen has room for beside lines that are taken, five at most and one at least."""
    for place, sentence in enumerate(sentences[:_MOST_SENTENCES]):
        taken += _height([f"- {sentence}"])
        if place and taken > _LINES:
            return
        yield display(sentence, _LONGEST)


def _height(paragraphs: Sequence[str]) -> int:
    wrapped = (textwrap.wrap(each, _WIDTH, subsequent_indent="  ", break_on_hyphens=False) for each in paragraphs)
    return sum(max(1, len(lines)) for lines in wrapped)
