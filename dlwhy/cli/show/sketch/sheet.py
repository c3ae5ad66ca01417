"""Panels of a trained model on one sheet of characters: for `dlwhy plot --terminal`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from dlwhy.cli.show.sketch import curves, ground, ink
from dlwhy.cli.show.sketch.curves import Curves
from dlwhy.cli.show.sketch.ground import View
from dlwhy.cli.show.sketch.ink import Ink, Panel
from dlwhy.errors import UsageError
from dlwhy.text import display

if TYPE_CHECKING:
    from dlwhy.figures.dependence import Dependence
    from dlwhy.figures.subject import Subject

KINDS = ("boundary", "loss", "accuracy")
# of the screen, for the prompt and what comes next
_LEFT_FREE = 3
# a character is about twice as high as wide: the panel's height at most, by its width
_SHAPE = 0.6
# characters of a panel, however narrow the terminal
_FEWEST = 10


def check_kinds(kinds: Sequence[str]) -> None:
    """Refuse what can't be drawn in a terminal.

    Raises
    ------
    UsageError
        With the kinds that can.

    """
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(
                f"{display(kind)}: not drawn in a terminal", f"{', '.join(KINDS)} are; or leave out --terminal"
            )


def default_kinds(subject: "Subject") -> list[str]:
    """Return what is drawn unless kinds are named."""
    return ["boundary", *(["loss"] if subject.history.get("loss") else [])]


def sheet(
    subject: "Subject", kinds: Sequence[str], console: Console, *, x: str | None = None, y: str | None = None
) -> Text:
    """Draw some kinds, as large as the terminal, side by side or, where it is narrow, below each other.

    Parameters
    ----------
    subject
        What is drawn.
    kinds
        Of `KINDS`.
    console
        Where it is shown: its width, height, colours and encoding count.
    x, y
        The columns of the boundary.

    """
    own, width = Ink.of(console), max(console.width, _FEWEST)
    together = min(ink.a_row(width), len(kinds))
    n_rows = -(-len(kinds) // together)
    each = ink.width_of_one(width, together)
    height = min((console.height - _LEFT_FREE) // n_rows, round(each * _SHAPE))
    panels = [_panel(kind, subject, x, y, width=each, height=max(height, 8), own=own) for kind in kinds]
    rows = [ink.beside(panels[start : start + together]) for start in range(0, len(panels), together)]
    return Text("\n").join(rows)


def _panel(kind: str, subject: "Subject", x: str | None, y: str | None, *, width: int, height: int, own: Ink) -> Panel:
    if kind != "boundary":
        return curves.draw(_history(subject, kind), width=width, height=height, ink=own)
    from dlwhy.figures.dependence import Dependence

    found = Dependence.from_subject(subject, x, y)
    if len(found.axes) == 1:
        return curves.draw(_along(found), width=width, height=height, ink=own)
    return ground.draw(View.of(found), width=width, height=height, ink=own)


def _history(subject: "Subject", metric: str) -> Curves:
    from dlwhy.figures.history import HistoryDisplay

    (found,) = HistoryDisplay.from_history(subject.history, metric, unit=subject.unit).curves.values()
    values = {"training": [*found.train]}
    if found.held_out is not None:
        values["held-out"] = [*found.held_out]
    return Curves(values=values, title=metric, ends=(f"{subject.unit} 1", str(len(found.train))))


def _along(found: "Dependence") -> Curves:
    """Give what is predicted along the only column; of several classes the last one's probability."""
    response, (grid,) = found.response, found.grids
    values = response if response.ndim == 1 else response[:, -1]
    what = (
        f"probability of {display(found.class_names[-1], 12)}" if found.class_names else display(found.target_name, 20)
    )
    ends = (f"{display(found.axes[0].name, 12)} {grid[0]:.3g}", f"{grid[-1]:.3g}")
    return Curves(values={what: [*map(float, values)]}, title=found.title, ends=ends)
