"""The effects of a study with their intervals, one row a prediction, its negative controls in grey."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from dlwhy.figures.drawing import layout, lettering, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

_MANY = 10
# most of the panel that names may take, and what of it is left between them and the intervals
_MOST_NAMES, _GAP = 0.7, 0.03
_MOST_TICKS = 3


class ForestDisplay:
    """A forest plot.

    Parameters
    ----------
    findings
        Predictions as in ``study.json``: role, task, contrast, effect and interval.
    smallest
        Smallest effect that matters, drawn as a band round zero.
    title
        Over the panel.
    alpha
        One less the coverage of the intervals.

    """

    def __init__(self, *, findings: Sequence[Mapping[str, Any]], smallest: float, title: str, alpha: float):
        self.findings = [each for each in findings if each["effect"] is not None]
        self.smallest = smallest
        self.title = title
        self.alpha = alpha

    @classmethod
    def from_report(cls, report: Mapping[str, Any], *, id: str | None = None, title: str = "") -> Self:  # noqa: A002
        """Take the predictions of a report, or those with one id, that are in the unit of the first."""
        chosen = [each for each in report["predictions"] if id in (None, each["id"])]
        same = [each for each in chosen if each["metric"] == chosen[0]["metric"]]
        return cls(findings=same, smallest=report["smallest_effect"], title=title or "Effects", alpha=report["alpha"])

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        blue = style.class_colors(2)[0]
        ax.axvspan(-self.smallest, self.smallest, color=style.GREY, alpha=0.2, linewidth=0)
        ax.axvline(0, color=style.GREY, linewidth=1)
        many = len(self.findings) > _MANY
        look: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "parse_math": False}
        look |= {"fontsize": 6 if many else 8, "verticalalignment": "center" if many else "baseline"}
        look["bbox"] = {"facecolor": style.paper(), "edgecolor": "none", "alpha": 0.6, "pad": 0.5}
        for place, each in enumerate(self.findings):
            color = style.GREY if each["role"] == "negative" else blue
            low, high = _ends(each)
            ax.plot([low, high], [place, place], color=color, linewidth=2)
            ax.plot(each["effect"], place, "o", color=color, markersize=6)
            # inside the panel: beside it, names would take half of its width
            name = style.shortened([f"{each['task']}: {each['contrast']}"])[0]
            ax.text(0.01, place - 0.22 * (not many), name, color=color, **look)
        self._limits = ax.get_xlim()
        layout.when_placed(ax, self._fit_names)
        ax.set_yticks([])
        ax.set_ylim(max(len(self.findings), 1) - 0.5, -0.75)
        metric = f" in {self.findings[0]['metric']}" if self.findings else ""
        ax.set_xlabel(f"difference{metric}, {style.level(self.alpha)} interval")
        ax.set_title(self.title)
        ax.grid(visible=True, axis="x", alpha=0.3)
        return self

    def _fit_names(self, ax: "Axes", renderer: "RendererBase") -> None:
        """Cut names to the panel; of many rows leave its left to them, for between the rows there is no place."""
        from matplotlib.ticker import MaxNLocator

        many, width = len(self.findings) > _MANY, ax.get_window_extent(renderer).width
        for text in ax.texts:
            lettering.refit(text, renderer, width * (_MOST_NAMES - _GAP if many else 0.97), most_lines=1)
        if not many:
            return
        low, high = self._limits
        ticks = MaxNLocator(_MOST_TICKS).tick_values(low, high)
        ax.set_xticks([tick for tick in ticks if low <= tick <= high])
        share = max(text.get_window_extent(renderer).width for text in ax.texts) / width + _GAP
        ax.set_xlim(low - (high - low) * share / (1 - share), high)


def _ends(finding: Mapping[str, Any]) -> tuple[float, float]:
    low, high = (finding["effect"] if finding[end] is None else finding[end] for end in ("ci_low", "ci_high"))
    return low, high
