"""The effects of a study with their intervals, one row a prediction: colours say what they are, marks the controls."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from dlwhy.figures.drawing import layout, lettering, style, verdicts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.lines import Line2D

# of the names: in points, from the largest on; lines at most, and from one to the next, in font sizes
_LETTERS, _MOST_LINES, _LINE = (8, 7, 6), 2, 1.3
# most of the panel that names may take, and what of it is left between them and the intervals
_MOST_NAMES, _GAP = 0.55, 0.03
_MOST_TICKS = 3


class ForestDisplay:
    """A forest plot.

    Parameters
    ----------
    findings
        Predictions as in ``study.json``: role, task, contrast, outcome, effect and interval.
    smallest
        Smallest effect that matters, drawn and named as a band round zero.
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
        band = ax.axvspan(-self.smallest, self.smallest, color=style.GREY, alpha=0.2, linewidth=0)
        ax.axvline(0, color=style.GREY, linewidth=1)
        look: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "parse_math": False}
        look["verticalalignment"] = "center"
        one_task = len({each["task"] for each in self.findings}) == 1 and len(self.findings) > 1
        for place, each in enumerate(self.findings):
            color, control = verdicts.COLORS[each["outcome"]], each["role"] == "negative"
            low, high = _ends(each)
            ax.plot([low, high], [place, place], color=color, linewidth=2)
            ax.plot(each["effect"], place, "s" if control else "o", color=color, markersize=6)
            # inside the panel: beside it, names would take half of its width
            task, contrast = style.shortened([each["task"], each["contrast"]])
            ax.text(0.01, place, contrast if one_task else f"{task}: {contrast}", color=style.ink(), **look)
        self._limits = ax.get_xlim()
        layout.when_placed(ax, self._fit_names)
        ax.set_yticks([])
        ax.set_ylim(max(len(self.findings), 1) - 0.5, -0.75)
        metric = f" in {self.findings[0]['metric']}" if self.findings else ""
        ax.set_xlabel(f"difference{metric}, {style.level(self.alpha)} interval")
        style.set_title(ax, self.title)
        ax.grid(visible=True, axis="x", alpha=0.3)
        handles = self._handles()
        names = [*(str(each.get_label()) for each in handles), f"within ±{self.smallest:g}: too little to matter"]
        style.legend_below(ax, [*handles, band], names, kept=1)
        return self

    def _handles(self) -> "list[Line2D]":
        """Return what colours and marks say, of those that are there."""
        from matplotlib.lines import Line2D

        look: dict[str, Any] = {"linestyle": "", "marker": "o"}
        colors = {verdicts.WORDS[each["outcome"]]: verdicts.COLORS[each["outcome"]] for each in self.findings}
        handles = [Line2D([], [], color=color, label=word, **look) for word, color in colors.items()]
        if any(each["role"] == "negative" for each in self.findings):
            square: dict[str, Any] = {"marker": "s", "linestyle": "", "fillstyle": "none"}
            handles.append(Line2D([], [], color=style.ink(), label="control, where nothing should help", **square))
        return handles

    def _fit_names(self, ax: "Axes", renderer: "RendererBase") -> None:
        """Fit names to the panel, and leave its left to them: on the intervals they could not be read."""
        from matplotlib.ticker import MaxNLocator

        box = ax.get_window_extent(renderer)
        width, room = box.width, box.height / (max(len(self.findings), 1) + 0.25)
        for points in _LETTERS:
            lines = int(room / (_LINE * lettering.pixels(renderer, points)))
            for text in ax.texts:
                text.set_fontsize(points)
                most = min(_MOST_LINES, max(1, lines))
                lettering.refit(text, renderer, width * (_MOST_NAMES - _GAP), most_lines=most)
            if lines and not any(lettering.ELLIPSIS in text.get_text() for text in ax.texts):
                break
        low, high = self._limits
        ticks = MaxNLocator(_MOST_TICKS).tick_values(low, high)
        ax.set_xticks([tick for tick in ticks if low <= tick <= high])
        share = max((text.get_window_extent(renderer).width for text in ax.texts), default=0.0) / width + _GAP
        ax.set_xlim(low - (high - low) * share / (1 - share), high)


def _ends(finding: Mapping[str, Any]) -> tuple[float, float]:
    low, high = (finding["effect"] if finding[end] is None else finding[end] for end in ("ci_low", "ci_high"))
    return low, high
