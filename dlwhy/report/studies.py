"""What the folder of a study tells: verdict, sentences, its picture with the numbers behind it, how it was run."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy.errors import DlwhyWarning, InputUnreadableError
from dlwhy.messages.language import Language
from dlwhy.report import pictures
from dlwhy.report.content import Amount, Cell, Picture, Said, Study, Table, Word
from dlwhy.studies import conduct
from dlwhy.studies.findings.wording import signed
from dlwhy.text import number

# the studies that have a name in the messages
_OURS = ("depth", "data", "compute", "algorithms", "transfer", "versatility", "compare")


def gather(found: conduct.Stored, report: Mapping[str, Any], number_of: int, languages: Sequence[Language]) -> Study:
    """Put together what a study found.

    Parameters
    ----------
    found, report
        What its folder has, and the report that is made of it.
    number_of
        Which of the page's studies it is, from 1: names within its picture begin with it.
    languages
        Those of the page.

    """
    from dlwhy.studies import figure

    told = [each for each in report["predictions"] if each["told"] and each["sentence"]]
    headline = report["headline"]
    descriptive = report.get("descriptive", {})
    answers = headline["answers"]
    sentences = [*(each["sentence"] for each in told), *descriptive.get("lines", ())]
    names = figure.names(report)
    name = report["study"] if report["study"] in _OURS else "other"
    return Study(
        name=name,
        title=headline["title"],
        verdict=report["verdict"],
        outcome=headline["verdict"],
        lab=headline["lab"] or "",
        cautions=[*dict.fromkeys(_cautions(report))],
        answers=answers,
        sentences=[each for each in dict.fromkeys(sentences) if each not in answers],
        caveats=report["caveats"],
        picture=Picture(
            svg=pictures.drawn(lambda: figure.draw(report), f"s{number_of}-", languages, names),
            name="picture.study",
            tables=[_predictions(report)],
        ),
        details=Picture(
            svg=pictures.drawn(lambda: figure.details(report), f"d{number_of}-", languages, names),
            name="picture.details",
        )
        if figure.has_details(report)
        else None,
        arms=_arms(report),
        own=(report["own"] or "") if report["verdict_about"] == "own" else "",
        command=report["command"],
        seeds=found.study.seeds,
        fingerprint=own.fingerprint if (own := found.study.request.own) else "",
        runs=report["trainings"],
        complete=report.get("complete", True),
    )


def read(folders: Sequence[Path]) -> list[conduct.Stored]:
    """Read studies with their rows; one that has only just begun is left out, with a warning.

    Raises
    ------
    InputRefusedError
        If what says how a study was designed is damaged.
    InputUnreadableError
        If none has rows.

    """
    found = []
    for folder in folders:
        try:
            found.append(conduct.stored(folder))
        except InputUnreadableError as error:
            if len(folders) == 1:
                raise
            warnings.warn(error.message, DlwhyWarning, stacklevel=2)
    return found


def _cautions(report: Mapping[str, Any]) -> list[str]:
    own = [*report["cautions"], *((report["a_a"] or {}).get("cautions", ()))]
    found = [(each, caution) for each in report["predictions"] for caution in each["cautions"]]
    return own + [f"{each['id']}, {each['task']}: {caution}" for each, caution in found]


def _predictions(report: Mapping[str, Any]) -> Table:
    rows = [_row(each) for each in report["predictions"]]
    names = ["predictions.id", "predictions.task", "predictions.role", "predictions.contrast"]
    names += [">predictions.effect", ">predictions.seeds", ">predictions.p", "predictions.verdict"]
    return Table(name="predictions.table", columns=names, rows=rows)


def _row(finding: Mapping[str, Any]) -> list[Cell]:
    p = finding["p_holm"] if finding["p_holm"] is not None else finding["p"]
    return [
        finding["id"] if finding["primary"] else f"{finding['id']}*",
        finding["task"],
        Word(f"role.{finding['role']}"),
        Said(finding["part"]) if finding.get("part") else finding["contrast"],
        Amount(finding["effect"], _with_ends(finding, "effect")),
        finding["n_seeds"],
        Amount(p, "" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"),
        Word(f"verdict.{finding['verdict']}"),
    ]


def _with_ends(finding: Mapping[str, Any], name: str) -> str:
    value, low, high = finding[name], finding["ci_low"], finding["ci_high"]
    if value is None:
        return ""
    return signed(value) if low is None or high is None else f"{signed(value)} [{signed(low)}, {signed(high)}]"


def _arms(report: Mapping[str, Any]) -> Table:
    rows: list[list[Cell]] = [
        [
            arm["task"],
            arm["arm"],
            Amount(arm["mean"], _mean(arm)),
            arm["n_seeds"],
            arm["n_train"],
            arm["parameters"],
            Amount(arm["learning_rate"], "" if arm["learning_rate"] is None else f"{arm['learning_rate']:g}"),
        ]
        for arm in report["arms"]
    ]
    names = ["arms.task", "arms.arm", ">arms.mean", ">arms.seeds", ">arms.rows", ">arms.parameters", ">arms.rate"]
    return Table(name="arms.table", columns=names, rows=rows)


def _mean(arm: Mapping[str, Any]) -> str:
    value, low, high = arm["mean"], arm["ci_low"], arm["ci_high"]
    if value is None:
        return ""
    return number(value) if low is None or high is None else f"{number(value)} [{number(low)}, {number(high)}]"
