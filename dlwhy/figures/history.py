"""Loss or accuracy of each epoch, of one model or several."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.errors import InputRefusedError
from dlwhy.figures.drawing import style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

FloatArray = npt.NDArray[np.float64]
_COLORS = style.class_colors(6)
PARTS = ("training part", "held-out part")
LOOKS = {PARTS[0]: {"color": _COLORS[0], "linestyle": "-"}, PARTS[1]: {"color": _COLORS[5], "linestyle": "--"}}
_DECADES = 2  # a loss that falls further is drawn on a logarithmic axis


@dataclasses.dataclass(frozen=True, eq=False)
class Curves:
    """A metric over the epochs: values of the training part and, unless there was none, of the held-out part."""

    train: FloatArray
    held_out: FloatArray | None = None

    @property
    def judged(self) -> FloatArray:
        """The values that say which epoch was best."""
        return self.train if self.held_out is None else self.held_out


class HistoryDisplay:
    """Curves of a metric over the epochs, with the best epoch marked.

    Parameters
    ----------
    metric
        ``loss`` or ``accuracy``.
    curves
        By the models' names; a single one needs none.
    unit
        What a value is of: an ``epoch``, or a ``moment`` of those of which the best was kept.

    """

    def __init__(self, *, metric: str, curves: Mapping[str, Curves], unit: str = "epoch"):
        self.metric = metric
        self.curves = curves
        self.unit = unit

    @classmethod
    def from_history(cls, history: Mapping[str, Sequence[float]], metric: str = "loss", *, unit: str = "epoch") -> Self:
        """Take the curves of one model; see `from_histories`."""
        return cls.from_histories({"": history}, metric, unit=unit)

    @classmethod
    def from_histories(
        cls, histories: Mapping[str, Mapping[str, Sequence[float]]], metric: str = "loss", *, unit: str = "epoch"
    ) -> Self:
        """Take the curves from histories by model: ``loss`` and ``val_loss``, or ``accuracy`` and ``val_accuracy``.

        Raises
        ------
        InputRefusedError
            If a history doesn't hold the metric.

        """
        curves = {name: curves_of(each, metric, name) for name, each in histories.items()}
        return cls(metric=metric, curves=curves, unit=unit)

    def best_epoch(self, curves: Curves) -> int | None:
        """Return the first epoch, from 1, with the lowest loss or the highest accuracy; None if no value is finite."""
        values = curves.judged if self.metric == "loss" else -curves.judged
        finite = np.where(np.isfinite(values), values, np.inf)
        return int(finite.argmin()) + 1 if np.isfinite(finite).any() else None

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        handles = self._several(ax) if len(self.curves) > 1 else self._one(ax, next(iter(self.curves.values())))
        style.label(ax, self._title(), self.unit, self.metric, grid=True)
        ax.locator_params(axis="x", integer=True)
        if self._spans_decades():
            ax.set_yscale("log")
            style.plain_numbers(ax)
        style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles], kept=2)
        return self

    def _one(self, ax: "Axes", curves: Curves) -> "list[Artist]":
        lines = [draw_curve(ax, curves.train, label=PARTS[0], **LOOKS[PARTS[0]])]
        if curves.held_out is not None:
            lines.append(draw_curve(ax, curves.held_out, label=PARTS[1], **LOOKS[PARTS[1]]))
        best = self.best_epoch(curves)
        if best is not None and len(curves.judged) > 1:
            lines.append(self._mark(ax, curves, best, str(lines[-1].get_color())))
        return list(lines)

    def _several(self, ax: "Axes") -> "list[Artist]":
        from matplotlib.lines import Line2D

        handles: list[Artist] = []
        colors = style.class_colors(len(self.curves))
        for (name, curves), color in zip(self.curves.items(), colors, strict=True):
            line = draw_curve(ax, curves.train, color=color, linestyle="-", linewidth=0.9, label=name)
            if curves.held_out is not None:
                draw_curve(ax, curves.held_out, color=color, linestyle="--")
            best = self.best_epoch(curves)
            if best is not None and len(curves.judged) > 1:
                self._mark(ax, curves, best, color)
            handles.append(Line2D([], [], color=color, marker="s", linestyle="", label=str(line.get_label())))
        parts = [Line2D([], [], color=style.ink(), linewidth=0.9, label=PARTS[0])]
        if any(curves.held_out is not None for curves in self.curves.values()):
            parts.append(Line2D([], [], color=style.ink(), linestyle="--", label=PARTS[1]))
        ring = Line2D([], [], linestyle="", marker="o", color=style.ink(), fillstyle="none", label=f"best {self.unit}")
        return [*handles, *parts, ring]

    def _mark(self, ax: "Axes", curves: Curves, best: int, color: str) -> "Line2D":
        ax.axvline(best, color=color, linewidth=0.9, linestyle=":")
        ring: dict[str, Any] = {"marker": "o", "markersize": 8, "fillstyle": "none", "linestyle": ""}
        label = f"best: {self.unit} {best}"
        return ax.plot([best], [curves.judged[best - 1]], color=color, label=label, clip_on=False, **ring)[0]

    def _title(self) -> str:
        """Say what is seen: where the best epoch was, and how the last compares."""
        best = {name: (self.best_epoch(curves), curves) for name, curves in self.curves.items()}
        finite = {name: (epoch, curves) for name, (epoch, curves) in best.items() if epoch is not None}
        if not finite:
            return f"{self.metric.capitalize()}: no value is finite"
        sign = 1 if self.metric == "loss" else -1
        name = min(finite, key=lambda each: sign * finite[each][1].judged[finite[each][0] - 1])
        epoch, curves = finite[name]
        value, last = (style.number(float(curves.judged[index])) for index in (epoch - 1, -1))
        lowest = "lowest" if self.metric == "loss" else "highest"
        part = "Training" if curves.held_out is None else "Held-out"
        if len(self.curves) > 1:
            return f"{part} {self.metric} {lowest} with {style.shortened([name])[0]}: {value} at {self.unit} {epoch}"
        if epoch == len(curves.judged):
            return f"{part} {self.metric} {lowest} at the last {self.unit}, {epoch}: {value}"
        return f"{part} {self.metric} {lowest} at {self.unit} {epoch}: {value}; {last} at {len(curves.judged)}"

    def _spans_decades(self) -> bool:
        every = [
            each for curves in self.curves.values() for each in (curves.train, curves.held_out) if each is not None
        ]
        return spans_decades(self.metric, np.concatenate(every))


def spans_decades(metric: str, values: FloatArray) -> bool:
    """Return whether values of a metric, (n,), are drawn on a logarithmic axis."""
    values = values[np.isfinite(values) & (values > 0)]
    return metric == "loss" and len(values) > 0 and bool(values.max() >= 10**_DECADES * values.min())


def curves_of(history: Mapping[str, Sequence[float]], metric: str, name: str) -> Curves:
    """Take a metric's curves from the history of the model of a name.

    Raises
    ------
    InputRefusedError
        If the history doesn't hold the metric.

    """
    if not history.get(metric):
        raise InputRefusedError(f"{style.shortened([name])[0] or 'the model'} has no {metric} history to draw")
    held_out = history.get(f"val_{metric}")
    return Curves(
        np.asarray(history[metric], dtype=np.float64), np.asarray(held_out, dtype=np.float64) if held_out else None
    )


def draw_curve(ax: "Axes", values: FloatArray, **look: Any) -> "Line2D":
    """Draw the values of a metric, (n,), from epoch 1 on."""
    # a single epoch is a point, not a line
    marker = "o" if len(values) == 1 else ""
    return ax.plot(np.arange(1, len(values) + 1), values, marker=marker, **look)[0]
