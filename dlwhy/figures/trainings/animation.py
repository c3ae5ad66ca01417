"""A training as it went: the boundary and the loss, growing together, a frame a moment that was kept."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.errors import UsageError
from dlwhy.figures import history
from dlwhy.figures.boundary import BoundaryDisplay, display_over
from dlwhy.figures.choosing import choose_axes
from dlwhy.figures.drawing import layout, style
from dlwhy.figures.history import Curves
from dlwhy.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from dlwhy.figures.drawing.wording import Change

PANELS = 2
_OF_CURVES = (-0.2, 1.05)  # probabilities, and under them the rows
_ROOM_ABOVE = 0.05  # of the loss axis, at both ends


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Animation:
    """What is drawn, frame by frame.

    Parameters
    ----------
    moments
        The subject as it was, by the epochs that were done.
    columns
        Names of the columns that the boundary lies over, in all frames the same.
    curves
        The loss of the whole training.
    unit
        What a value of the loss is of.

    """

    moments: Mapping[int, Subject]
    columns: tuple[str | None, str | None]
    curves: Curves
    unit: str

    @classmethod
    def from_subject(cls, subject: Subject, x: str | None = None, y: str | None = None) -> Self:
        """Take the moments that were kept, over the columns `x` and `y`; by default those of the trained model.

        Raises
        ------
        UsageError, InputRefusedError
            If nothing was kept, there is no loss, or a column isn't there.

        """
        models = subject.need_snapshots("animation")
        axes = [axis.name for axis in choose_axes(subject, x, y)]
        moments = {
            epoch: dataclasses.replace(subject, predict=model.predict, history=model.history, trained=model)
            for epoch, model in models.items()
        }
        columns = (axes[0], axes[1] if len(axes) > 1 else None)
        return cls(
            moments=moments,
            columns=columns,
            curves=history.curves_of(subject.history, "loss", subject.name),
            unit=subject.unit,
        )

    def frame(self, epoch: int, size: tuple[float, float] | None = None) -> "Figure":
        """Draw the moment after so many epochs; inside `style.styled` if it is to look and repeat like ours.

        Raises
        ------
        UsageError
            If the size is too small.

        """
        with style.scaled(PANELS, size):
            figure, (left, right) = style.new_figure(PANELS, size)
            self._boundary(left, epoch)
            self._loss(right, epoch)
        if size is not None and layout.too_small(figure):
            raise UsageError(f"--size {size[0]:g}x{size[1]:g}: too small to read", "try 11x5")
        return figure

    def _boundary(self, ax: "Axes", epoch: int) -> None:
        shown = display_over(self.moments[epoch], *self.columns)
        regression = shown.found.task == "regression"
        if isinstance(shown, BoundaryDisplay):
            shown.limits, shown.steady = self._limits if regression else None, True
        shown.plot(ax)
        if not isinstance(shown, BoundaryDisplay):
            ax.set_ylim(*(_with_room(*self._limits) if regression else _OF_CURVES))

    @property
    def _limits(self) -> tuple[float, float]:
        """The lowest and highest value of a regression's rows: one scale for all frames."""
        dataset = next(iter(self.moments.values())).dataset
        y = np.concatenate([dataset.y_train, dataset.y_test])
        return float(y.min()), float(y.max())

    def _loss(self, ax: "Axes", epoch: int) -> None:
        """Draw the loss up to an epoch, on the axes of the whole training."""
        handles = []
        for values, part in zip((self.curves.train, self.curves.held_out), history.PARTS, strict=True):
            if values is not None:
                seen = np.where(np.arange(1, len(values) + 1) <= epoch, values, np.nan)
                handles.append(history.draw_curve(ax, seen, label=part, **history.LOOKS[part]))
                if epoch:
                    ax.plot([epoch], [values[epoch - 1]], "o", color=handles[-1].get_color(), clip_on=False)
        style.label(ax, self._said(epoch), self.unit, "loss", grid=True)
        self._scale(ax)
        style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles], kept=len(handles))

    def _scale(self, ax: "Axes") -> None:
        every = np.concatenate([each for each in (self.curves.train, self.curves.held_out) if each is not None])
        every = every[np.isfinite(every)]
        ax.set_xlim(0, len(self.curves.train))
        ax.locator_params(axis="x", integer=True)
        if history.spans_decades("loss", every):
            ax.set_yscale("log")
            low, high = np.log10(every[every > 0].min()), np.log10(every.max())
            ax.set_ylim(*(10**end for end in _with_room(low, high)))
            style.plain_numbers(ax)
        elif every.size:
            ax.set_ylim(*_with_room(float(every.min()), float(every.max())))

    def _said(self, epoch: int) -> str:
        """Say how far it is; in every frame as many lines, so that the panels stay where they are."""
        count = f"{self.unit} {epoch} of {len(self.curves.train)}"
        if not epoch:
            return f"{count}: untrained"
        values = self.curves.judged
        part = "training" if self.curves.held_out is None else "held-out"
        return f"{count}: {part} loss {style.number(float(values[epoch - 1]))}"


def _with_room(low: float, high: float) -> tuple[float, float]:
    room = _ROOM_ABOVE * (high - low) or 1.0
    return low - room, high + room


def pixels(figure: "Figure", dpi: int, change: "Change | None" = None) -> npt.NDArray[np.uint8]:
    """Lay a picture out and draw it: (height, width, 3); `change` is as in `style.save`."""
    figure.set_dpi(dpi)
    if change is not None:
        from dlwhy.figures.drawing import wording  # it needs Matplotlib when it is imported

        wording.reword(figure, change)
    layout.fit(figure)
    canvas: Any = figure.canvas
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
