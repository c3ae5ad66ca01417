"""The figure of a study, from its report alone: panels of its own, and the forest of its effects."""

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dlwhy.figures import style
from dlwhy.figures.forest import ForestDisplay

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Panel = Callable[["Axes"], object]
# the studies that have panels of their own, in `study_NAME.py`: `panels(report)` gives them
_OWN = ("depth", "data", "compute", "algorithms", "transfer", "versatility")
# those whose predictions are too many for one forest: their panels have several
_OWN_FORESTS = ("algorithms",)


def draw(report: Mapping[str, Any]) -> "Figure":
    """Draw the figure of a study.

    Parameters
    ----------
    report
        As in ``study.json``.

    """
    name = report["study"]
    own = importlib.import_module(f"dlwhy.figures.study_{name}").panels(report) if name in _OWN else []
    panels: list[Panel] = list(own)
    if report["predictions"] and name not in _OWN_FORESTS:
        panels.append(ForestDisplay.from_report(report).plot)
    figure, places = style.new_figure(max(1, len(panels)))
    for panel, ax in zip(panels, places, strict=False):
        panel(ax)
    figure.suptitle(_title(report), fontsize=12, parse_math=False)
    return figure


def _title(report: Mapping[str, Any]) -> str:
    """Give the question with its verdict, and whether the lab works on a line of its own."""
    said = report["headline"]
    verdict = said["verdict"].removeprefix("verdict on ")
    lines = [f"{said['title'].rstrip('.')}{'' if said['title'].endswith('?') else '.'} Verdict on {verdict}."]
    if said["lab"]:
        lines.append(f"{said['lab'][0].upper()}{said['lab'][1:]}.")
    return "\n".join(lines)
