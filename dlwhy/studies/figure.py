"""The figure of a study, from its report alone: panels of its own, and the forest of its effects."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlwhy.figures.drawing import style
from dlwhy.figures.drawing.forest import ForestDisplay
from dlwhy.studies.claims import registry as claims

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(report: Mapping[str, Any]) -> "Figure":
    """Draw the figure of a study.

    Parameters
    ----------
    report
        As in ``study.json``.

    """
    claim = claims.claim(report["study"])
    panels = [*claim.panels(report)]
    if report["predictions"] and claim.forest:
        panels.append(ForestDisplay.from_report(report).plot)
    figure, places = style.new_figure(max(1, len(panels)))
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
