"""The figures of a study, from its report alone: the picture that says it all, and all else with the effects."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlwhy.figures.drawing import style
from dlwhy.figures.drawing.forest import ForestDisplay
from dlwhy.studies.claims import registry as claims
from dlwhy.studies.claims.claim import Panel
from dlwhy.studies.findings import naming, wording

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROW, _ROUND_ROWS = 0.13, 2.2  # inches of a row of the forest, and of what lies above and below
_MOST_REASONS = 2
_LARGE, _ALONE = (7.0, 5.2), (9.6, 5.2)  # inches of a panel of the picture that says it all, of two and of one


def draw(report: Mapping[str, Any]) -> "Figure":
    """Draw the picture of a study that says it all, of the user's own data first; all there is where it has none.

    Parameters
    ----------
    report
        As in ``study.json``.

    """
    report = _in_words(report)
    panels = [*claims.claim(report["study"]).headline(report)]
    large = _ALONE if len(panels) == 1 else _LARGE
    return _drawn(report, panels, large) if panels else _drawn(report, _all(report), style.PANEL_INCHES)


def has_details(report: Mapping[str, Any]) -> bool:
    """Return whether there is more than the picture that says it all."""
    return bool(claims.claim(report["study"]).headline(report))


def details(report: Mapping[str, Any]) -> "Figure":
    """Draw all that a study has measured.

    Parameters
    ----------
    report
        As in ``study.json``.

    """
    report = _in_words(report)
    width, height = style.PANEL_INCHES
    return _drawn(report, _all(report), (width, max(height, _ROUND_ROWS + _ROW * _rows(report))))


def names(report: Mapping[str, Any]) -> frozenset[str]:
    """Return what a study's pictures have that are no words of ours: the names of its tasks, and recipes as typed."""
    recipes = [arm["arm"] for arm in report["arms"] if report["study"] == claims.COMPARE]
    return frozenset([*(arm["task"] for arm in report["arms"]), *recipes])


def _in_words(report: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a report with plain words for what its findings compare, and in what unit."""
    found, said = report["predictions"], report["headline"]
    words = [{**each, "contrast": naming.compared(each), "metric": wording.name_of(each["metric"])} for each in found]
    verdict = naming.in_words(_briefly(said["verdict"], report["reasons"]), found)
    return {**report, "predictions": words, "headline": {**said, "verdict": verdict}}


def _briefly(verdict: str, reasons: Sequence[str]) -> str:
    """Return a verdict with the first of many reasons: over a picture there is no room for more."""
    rest = len(reasons) - _MOST_REASONS
    first = [*reasons[:_MOST_REASONS], f"and {rest} more"]
    return verdict if rest < 1 else verdict.replace("; ".join(reasons), "; ".join(first))


def _all(report: Mapping[str, Any]) -> list[Panel]:
    claim = claims.claim(report["study"])
    forest = [_forest(report)] if report["predictions"] and claim.forest else []
    return [*claim.panels(report), *forest]


def _rows(report: Mapping[str, Any]) -> int:
    """Return how many rows the forest of all effects has."""
    return len(report["predictions"]) if claims.claim(report["study"]).forest else 0


def _forest(report: Mapping[str, Any]) -> Panel:
    """Return the forest of all effects; what its rows have in common stands over them."""
    found = report["predictions"]
    alike = naming.shared([each["contrast"] for each in found])
    rows = [{**each, "contrast": each["contrast"].removesuffix(f", {alike}")} for each in found]
    title = f"Effects, with {alike}" if alike else ""
    return ForestDisplay.from_report({**report, "predictions": rows}, title=title).plot


def _drawn(report: Mapping[str, Any], panels: Sequence[Panel], inches: tuple[float, float]) -> "Figure":
    figure, places = style.new_figure(max(1, len(panels)), panel=inches)
    for panel, ax in zip(panels, places, strict=False):
        panel(ax)
    figure.suptitle(_title(report), fontsize=12, parse_math=False)
    return figure


def _title(report: Mapping[str, Any]) -> str:
    """Return the question with its verdict, and whether the lab works on a line of its own."""
    said = report["headline"]
    verdict = said["verdict"].removeprefix("verdict on ")
    lines = [f"{said['title'].rstrip('.')}{'' if said['title'].endswith('?') else '.'} Verdict on {verdict}."]
    if said["lab"]:
        lines.append(f"{said['lab'][0].upper()}{said['lab'][1:]}.")
    return "\n".join(lines)
