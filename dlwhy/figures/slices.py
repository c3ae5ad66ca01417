"""Where a model errs most, on the rows that had no part in finding it."""

from typing import TYPE_CHECKING, Any, Self

from dlwhy.errors import InputRefusedError
from dlwhy.evaluation.errors.held_out import HeldOut
from dlwhy.evaluation.errors.slices import Slice, Slices, short, slices_of
from dlwhy.figures.drawing import layout, lettering, style
from dlwhy.figures.subject import Subject
from dlwhy.text import display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

_WIDEST = 0.97  # of the panel: a slice's name over its interval


class SlicesDisplay:
    """Accuracy, or mean absolute error, on the worst slices with its interval, and elsewhere.

    Parameters
    ----------
    slices
        What was found on the test rows.

    """

    def __init__(self, *, slices: Slices):
        self.slices = slices

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Look for slices of the test part.

        Raises
        ------
        InputRefusedError
            If there is no test part, or nothing to draw: too few rows, or too few of them wrong.

        """
        found = slices_of(HeldOut.of_part(subject.dataset, subject.predict))
        if not found.slices:
            why = found.reason or "none is worse than the rest"
            raise InputRefusedError(f"slices of the test part of {display(subject.dataset.name)}: {why}")
        return cls(slices=found)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        for place, each in enumerate(self.slices.slices):
            self._draw(ax, place, each)
        layout.when_placed(ax, _fit_names)
        ax.set_yticks([])
        ax.set_ylim(len(self.slices.slices) - 0.6, -0.6)
        what = "accuracy" if self.slices.metric == "accuracy" else "mean absolute error"
        rows = f"on {self.slices.n_confirming:,} test rows that did not choose the slices, 95 % interval"
        style.label(ax, self._title(what), f"{what} {rows}", "slices, the worst first")
        ax.grid(visible=True, axis="x", alpha=0.3)
        self._legend(ax)
        return self

    def _draw(self, ax: "Axes", place: int, found: Slice) -> None:
        color = _color(is_confirmed=found.is_confirmed)
        low, high = (found.value if end is None else end for end in (found.low, found.high))
        ax.plot([low, high], [place, place], color=color, linewidth=2)
        ax.plot(found.value, place, "o", color=color, markersize=7)
        ax.plot(found.elsewhere, place, "|", color=style.ink(), markersize=14, markeredgewidth=2)
        look: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "parse_math": False, "color": style.ink()}
        look["bbox"] = {"facecolor": style.paper(), "edgecolor": "none", "alpha": 0.6, "pad": 0.5}
        # inside the panel: beside it, names of two columns would take half of its width
        ax.text(0.01, place - 0.22, f"{found.name} ({found.n_samples} rows)", **look)

    def _legend(self, ax: "Axes") -> None:
        both = {each.is_confirmed for each in self.slices.slices}
        names = {True: "slice, confirmed", False: "slice, not confirmed"}
        kinds = [kind for kind in names if kind in both]
        handles = [
            ax.plot([], [], "o-", color=_color(is_confirmed=kind), markersize=7, linewidth=2)[0] for kind in kinds
        ]
        elsewhere = ax.plot([], [], "|", color=style.ink(), markersize=12, markeredgewidth=2)[0]
        style.legend_below(ax, [*handles, elsewhere], [*(names[kind] for kind in kinds), "elsewhere"], kept=2)

    def _title(self, what: str) -> str:
        worst = next((each for each in self.slices.slices if each.is_confirmed), None)
        if worst is None:
            return f"None of {self.slices.n_looked:,} slices is confirmed to be worse than the rest"
        return f"Worst where {worst.name}: {what} {short(worst.value)}, elsewhere {short(worst.elsewhere)}"


def _color(*, is_confirmed: bool) -> str:
    return style.class_colors(1)[0] if is_confirmed else style.GREY


def _fit_names(ax: "Axes", renderer: "RendererBase") -> None:
    """Cut names to the panel, in their middle: how a condition ends tells it from others."""
    width = ax.get_window_extent(renderer).width
    for text in ax.texts:
        lettering.refit(text, renderer, _WIDEST * width, middle=True)
