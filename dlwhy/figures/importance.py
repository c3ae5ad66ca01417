"""What a model looks at: how much worse it gets with a column's values shuffled between rows."""

from typing import TYPE_CHECKING, Self

from dlwhy.data.dataset import MAX_NAME
from dlwhy.evaluation.errors.columns import Unit
from dlwhy.evaluation.errors.held_out import HeldOut
from dlwhy.evaluation.errors.importance import LOSS, Importance, UnitImportance, importance_of
from dlwhy.figures.drawing import style, ticks
from dlwhy.figures.subject import Subject
from dlwhy.text import counted, display

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 15


class ImportanceDisplay:
    """The fall of accuracy, or of R², or the rise of the loss, for each column with its interval, the largest on top.

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
            color = _color(is_told=each.is_told)
            ax.plot([low, high], [place, place], linewidth=2, color=color)
            ax.plot(value, place, "o", markersize=6, color=color)
        ticks.name_ticks(ax.yaxis, range(len(shown)), [_tick(each.unit) for each in shown])
        ax.set_ylim(len(shown) - 0.5, -0.5)
        unit = ", points" if self.importance.metric == "accuracy" else ""
        style.label(
            ax, self._title(), f"{self.importance.change}{unit}, 95 % interval", "column, shuffled between rows"
        )
        ax.grid(visible=True, axis="x", alpha=0.3)
        told = [each.is_told for each in shown]
        if any(told) and not all(told):
            names = {True: f"a {self.importance.change.split()[0]} can be told", False: "none can be told"}
            handles = [ax.plot([], [], "o-", color=_color(is_told=kind), linewidth=2)[0] for kind in names]
            style.legend_below(ax, handles, list(names.values()), kept=2)
        return self

    def _values(self, found: UnitImportance) -> tuple[float, float, float]:
        scale = 100 if self.importance.metric == "accuracy" else 1
        value, low, high = found.worth
        return scale * value, scale * (value if low is None else low), scale * (value if high is None else high)

    def _title(self) -> str:
        found, most = self.importance, self.importance.units[0]
        rest = found.units[_MOST:]
        below = [found.one_sided] if found.one_sided else []
        below += [f"{counted(len(rest), 'column')} with less not shown"] if rest else []
        left = "".join(f"\n{line}" for line in below)
        if not most.is_told:
            return f"No {found.change} can be told, whatever column is shuffled{left}"
        by = most.change.partition(" ")[0] + (" points" if found.metric == "accuracy" else "")
        start = f"{found.what[0].upper()}{found.what[1:]} {'rises' if found.metric == LOSS else 'falls'}"
        return f"{start} most with {display(most.unit.name, 80)} shuffled: by {by}{left}"


def _color(*, is_told: bool) -> str:
    return style.class_colors(1)[0] if is_told else style.GREY


def _tick(unit: Unit) -> str:
    """Name a unit in little room: of twins the first."""
    first, *others = style.shortened(unit.columns, MAX_NAME)
    return f"{first} + {counted(len(others), 'twin')}" if others else first
