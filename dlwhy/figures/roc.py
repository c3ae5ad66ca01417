"""How many of a class are found at each rate of false alarms."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from dlwhy.errors import InputRefusedError
from dlwhy.figures.drawing import style
from dlwhy.figures.subject import Subject
from dlwhy.text import display

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curve = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
_RATES = np.linspace(0, 1, 501)


class RocDisplay:
    """Receiver operating characteristic of each class against the rest, or of the second of two classes.

    Parameters
    ----------
    curves
        By name the false and the true positive rates, both (n_thresholds,).
    event
        What is found or missed: a class in words.
    of_models
        The names are those of models, not of classes.

    """

    def __init__(self, *, curves: Mapping[str, Curve], event: str, of_models: bool = False):
        self.curves = curves
        self.event = event
        self.of_models = of_models

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Compute on the test part; a class that does not occur there has no curve.

        Raises
        ------
        UsageError
            If the task is regression.
        InputRefusedError
            If there is no test part, or it holds one class only.

        """
        curves = _curves(subject)
        return cls(curves=curves, event=f"class {next(iter(curves))}" if len(curves) == 1 else "the class")

    @classmethod
    def from_subjects(cls, subjects: Mapping[str, Subject]) -> Self:
        """Compute a curve for each of several models: of the second of two classes, or the mean over the classes.

        Raises
        ------
        UsageError, InputRefusedError
            As `from_subject`.

        """
        every = {name: _curves(subject) for name, subject in subjects.items()}
        classes = list(next(iter(every.values())))
        event = f"class {classes[0]}" if len(classes) == 1 else f"a class, mean over {len(classes)} classes"
        return cls(
            curves={name: _mean(list(curves.values())) for name, curves in every.items()}, event=event, of_models=True
        )

    def areas(self) -> dict[str, float]:
        """Compute the area under each curve."""
        from sklearn.metrics import auc

        return {name: float(auc(*curve)) for name, curve in self.curves.items()}

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        areas = self.areas()
        colors = style.class_colors(max(2, len(self.curves)))
        lines = [
            ax.plot(*curve, color=color, clip_on=False)[0]
            for curve, color in zip(self.curves.values(), colors, strict=False)
        ]
        chance = ax.plot([0, 1], [0, 1], color="#888888", linestyle=":", linewidth=1.2)[0]
        word = "" if self.of_models or len(areas) > 1 else "class "
        names = [
            f"{word}{name}: {area:.3f}" for name, area in zip(style.shortened(list(areas)), areas.values(), strict=True)
        ]
        event = display(self.event, 30)
        others, found = f"share of the others taken for {event}", f"share of {event} found"
        style.label(ax, self._title(areas), others, found, grid=True)
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.set_aspect("equal", anchor="N")
        style.legend_below(ax, [*lines, chance], [*names, "guessing: 0.500"], kept=1)
        return self

    def _title(self, areas: Mapping[str, float]) -> str:
        """Say the area in words: how often a row of the class is ranked above another."""
        if self.of_models:
            best = max(areas, key=lambda name: areas[name])
            return f"ROC on the test part: largest area with {display(best, 80)}, {areas[best]:.3f}"
        area = float(np.mean(list(areas.values())))
        which = "area" if len(areas) == 1 else "mean area"
        row = f"a row of {display(self.event, 30)}"
        return f"ROC on the test part: {which} {area:.3f}\n{row} outranks another {100 * area:.3g} times in 100"


def _curves(subject: Subject) -> dict[str, Curve]:
    """Return the curve of each class that occurs, by its name; of two classes the second's."""
    from sklearn.metrics import roc_curve

    subject.need_classes("roc")
    dataset, y_prob = subject.dataset, subject.test_prob
    occurring = np.unique(dataset.y_test)
    if len(occurring) < 2:
        raise InputRefusedError(f"the test part of {display(dataset.name)} holds one class; ROC needs two")
    columns = {1: y_prob} if dataset.task == "binary" else {int(index): y_prob[:, index] for index in occurring}
    return {
        dataset.class_names[index]: roc_curve(dataset.y_test == index, column)[:2] for index, column in columns.items()
    }


def _mean(curves: list[Curve]) -> Curve:
    """Compute the mean of some curves at each false positive rate."""
    if len(curves) == 1:
        return curves[0]
    found = np.mean([np.interp(_RATES, *curve) for curve in curves], axis=0)
    return np.concatenate([[0.0], _RATES]), np.concatenate([[0.0], found])
