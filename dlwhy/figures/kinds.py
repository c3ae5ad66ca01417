"""Every kind of picture by name, and a figure with some of them side by side."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self

from dlwhy.errors import UsageError, display
from dlwhy.figures import style
from dlwhy.figures.boundary import BoundaryDisplay
from dlwhy.figures.calibration import CalibrationDisplay
from dlwhy.figures.confusion import ConfusionDisplay
from dlwhy.figures.curve import CurveDisplay
from dlwhy.figures.history import HistoryDisplay
from dlwhy.figures.roc import RocDisplay
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DEFAULT = ("boundary", "loss")


class Panel(Protocol):
    """A picture that is computed, and can be drawn."""

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes."""


def _boundary(subject: Subject, x: str | None, y: str | None) -> Panel:
    display_class = CurveDisplay if subject.dataset.n_features == 1 else BoundaryDisplay
    return display_class.from_subject(subject, x, y)


KINDS: Mapping[str, Callable[[Subject, str | None, str | None], Panel]] = {
    "boundary": _boundary,
    "loss": lambda subject, *_: HistoryDisplay.from_history(subject.history, "loss"),
    "accuracy": lambda subject, *_: HistoryDisplay.from_history(subject.history, "accuracy"),
    "confusion": lambda subject, *_: ConfusionDisplay.from_subject(subject),
    "roc": lambda subject, *_: RocDisplay.from_subject(subject),
    "calibration": lambda subject, *_: CalibrationDisplay.from_subject(subject),
}


def check_kinds(kinds: Sequence[str]) -> None:
    """Refuse a kind that there isn't.

    Raises
    ------
    UsageError
        With the kinds that there are.

    """
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"{display(kind)}: no such kind of picture", f"there is {', '.join(KINDS)}")


def draw(
    subject: Subject,
    kinds: Sequence[str] = DEFAULT,
    *,
    x: str | None = None,
    y: str | None = None,
    size: tuple[float, float] | None = None,
) -> "Figure":
    """Draw some kinds side by side; inside `style.styled` if it is to look and repeat like ours.

    Parameters
    ----------
    subject
        What to draw.
    kinds
        Names from `KINDS`, in order.
    x, y
        Features for the boundary, by name.
    size
        Width and height in inches.

    Raises
    ------
    UsageError
        If a kind or feature isn't there, or a kind isn't for this task.
    InputRefusedError
        If there are no rows, or no history, to draw.

    """
    check_kinds(kinds)
    panels = [KINDS[kind](subject, x, y) for kind in kinds]
    figure, axes = style.new_figure(len(panels), size)
    for panel, ax in zip(panels, axes, strict=True):
        panel.plot(ax)
    return figure
