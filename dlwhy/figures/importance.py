"""What a model looks at: how much worse it gets with a column's values shuffled between rows."""

from typing import TYPE_CHECKING, Self

from dlwhy.data.dataset import MAX_NAME
from dlwhy.evaluation.errors.columns import Unit
from dlwhy.evaluation.errors.held_out import HeldOut
from dlwhy.evaluation.errors.importance import Importance, UnitImportance, importance_of
from dlwhy.figures.drawing import style, ticks
from dlwhy.figures.subject import Subject
from dlwhy.text import counted, display

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 15


class ImportanceDisplay:
    """The fall of accuracy, or of R², for each column with its interval, the largest on top.

    Parameters
    ----------
    importance
        What was found on the test rows; the first fifteen columns are drawn.

    """

    def __init__(self, *, importance: Importance):
        self.importance = importance

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Shuffle the columns of the test part.

        Raises
        ------
        InputRefusedError
            If there are not at least two test rows.

        """
        return cls(importance=importance_of(HeldOut.of_part(subject.dataset, subject.predict)))

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        shown = self.importance.units[:_MOST]
        ax.axvline(0, color=style.GREY, linewidth=1)
        for place, each in enumerate(shown):
            value, low, high = self._values(each)
            color = _color(is_told=self._is_told(each))
            ax.plot([low, high], [place, place], linewidth=2, color=color)
            ax.plot(value, place, "o", markersize=6, color=color)
        ticks.name_ticks(ax.yaxis, range(len(shown)), [_tick(each.unit) for each in shown])
        ax.set_ylim(len(shown) - 0.5, -0.5)
        unit = "fall in accuracy, points" if self.importance.metric == "accuracy" else "fall in R²"
        style.label(ax, self._title(), f"{unit}, 95 % interval", "column, shuffled between rows")
        ax.grid(visible=True, axis="x", alpha=0.3)
        told = [self._is_told(each) for each in shown]
        if any(told) and not all(told):
            names = {True: "a fall can be told", False: "none can be told"}
            handles = [ax.plot([], [], "o-", color=_color(is_told=kind), linewidth=2)[0] for kind in names]
            style.legend_below(ax, handles, list(names.values()), kept=2)
        return self

    def _values(self, found: UnitImportance) -> tuple[float, float, float]:
        scale = 100 if self.importance.metric == "accuracy" else 1
        value = found.drop.value or 0.0
        ends = (value if end is None else end for end in (found.drop.low, found.drop.high))
        low, high = ends
        return scale * value, scale * low, scale * high

    def _is_told(self, found: UnitImportance) -> bool:
        return found.drop.outcome == "better"

    def _title(self) -> str:
        what = "accuracy" if self.importance.metric == "accuracy" else "R²"
        most, rest = self.importance.units[0], self.importance.units[_MOST:]
        left = f"\n{counted(len(rest), 'column')} with less not shown" if rest else ""
        if not self._is_told(most):
            return f"No fall in {what} can be told, whatever column is shuffled{left}"
        by = most.fall.partition(" ")[0] + (" points" if what == "accuracy" else "")
        start = what[0].upper() + what[1:]
        return f"{start} falls most with {display(most.unit.name, 80)} shuffled: by {by}{left}"


def _color(*, is_told: bool) -> str:
    return style.class_colors(1)[0] if is_told else style.GREY


def _tick(unit: Unit) -> str:
    """Name a unit in little room: of twins the first."""
    first, *others = style.shortened(unit.columns, MAX_NAME)
    return f"{first} + {counted(len(others), 'twin')}" if others else first
