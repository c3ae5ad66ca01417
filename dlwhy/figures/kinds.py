"""Every kind of picture by name, and a figure with some of them side by side."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self

from dlwhy.errors import UsageError
from dlwhy.figures.boundary import display_over
from dlwhy.figures.calibration import CalibrationDisplay
from dlwhy.figures.confusion import ConfusionDisplay
from dlwhy.figures.drawing import layout, style
from dlwhy.figures.history import HistoryDisplay
from dlwhy.figures.importance import ImportanceDisplay
from dlwhy.figures.inside import layers, neurons
from dlwhy.figures.inside.gradients import GradientsDisplay
from dlwhy.figures.inside.weights import WeightsDisplay
from dlwhy.figures.predicted import PredictedDisplay
from dlwhy.figures.residuals import ResidualsDisplay
from dlwhy.figures.roc import RocDisplay
from dlwhy.figures.slices import SlicesDisplay
from dlwhy.figures.subject import Subject
from dlwhy.figures.trainings import replicas
from dlwhy.text import display, meant

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LARGER = 1.1  # from one trial to the next, where a size is too small


class Panel(Protocol):
    """A picture that is computed, and can be drawn."""

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes."""


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of picture."""

    # from a subject and the names of two features to what is drawn
    one: Callable[[Subject, str | None, str | None], Panel]
    # from subjects by model, and two features, to what is drawn of all; None if they can't be drawn into one panel
    several: Callable[[Mapping[str, Subject], str | None, str | None], Panel] | None = None
    inches: tuple[float, float] = style.PANEL_INCHES  # width and height that a panel of it needs
    over_features: bool = False  # whether two features, which may be chosen, are its axes


def _history(metric: str) -> Kind:
    return Kind(
        lambda subject, *_: HistoryDisplay.from_history(subject.history, metric, unit=subject.unit),
        lambda subjects, *_: _histories(subjects, metric),
    )


def _histories(subjects: Mapping[str, Subject], metric: str) -> HistoryDisplay:
    units = {subject.unit for subject in subjects.values()}
    if len(units) > 1:
        raise UsageError(
            f"{metric} of epochs and of the moments of --keep-best can't share an axis", "draw the models one by one"
        )
    return HistoryDisplay.from_histories(
        {name: each.history for name, each in subjects.items()}, metric, unit=units.pop()
    )


KINDS: Mapping[str, Kind] = {
    "boundary": Kind(display_over, over_features=True),
    "loss": _history("loss"),
    "accuracy": _history("accuracy"),
    "confusion": Kind(lambda subject, *_: ConfusionDisplay.from_subject(subject)),
    "roc": Kind(
        lambda subject, *_: RocDisplay.from_subject(subject), lambda subjects, *_: RocDisplay.from_subjects(subjects)
    ),
    "calibration": Kind(
        lambda subject, *_: CalibrationDisplay.from_subject(subject),
        lambda subjects, *_: CalibrationDisplay.from_subjects(subjects),
    ),
    "predicted": Kind(lambda subject, *_: PredictedDisplay.from_subject(subject)),
    "residuals": Kind(lambda subject, *_: ResidualsDisplay.from_subject(subject)),
    "importance": Kind(lambda subject, *_: ImportanceDisplay.from_subject(subject)),
    "slices": Kind(lambda subject, *_: SlicesDisplay.from_subject(subject)),
    "neurons": Kind(neurons.NeuronsDisplay.from_subject, inches=neurons.INCHES, over_features=True),
    "layers": Kind(lambda subject, *_: layers.LayersDisplay.from_subject(subject), inches=layers.INCHES),
    "weights": Kind(lambda subject, *_: WeightsDisplay.from_subject(subject), inches=(7.0, 4.8)),
    "replicas": Kind(
        replicas.ReplicasDisplay.from_subject,
        replicas.ReplicasDisplay.from_subjects,
        inches=replicas.INCHES,
        over_features=True,
    ),
    "gradients": Kind(lambda subject, *_: GradientsDisplay.from_subject(subject), inches=(7.0, 4.8)),
}


# drawn alone: a film, and of what a sweep left
ANIMATION, SWEEP = "animation", "sweep"


def check_kinds(kinds: Sequence[str], n_models: int = 1) -> None:
    """Refuse a kind that there isn't, or that can't be drawn of so many models.

    Raises
    ------
    UsageError
        With the kinds that there are.

    """
    if ANIMATION in kinds:
        if len(kinds) > 1 or n_models > 1:
            raise UsageError("animation: a film of one model, drawn alone", "leave the other kinds and models out")
        return
    if SWEEP in kinds:
        if len(kinds) > 1 or n_models > 1:
            raise UsageError("sweep: drawn alone, of the file of one sweep", "leave the other kinds and files out")
        return
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"{display(kind)}: no such kind of picture", meant(kind, [*KINDS, ANIMATION, SWEEP]))
        if n_models > 1 and KINDS[kind].several is None:
            together = ", ".join(name for name, each in KINDS.items() if each.several)
            raise UsageError(
                f"{kind}: drawn for one model only, not {n_models}", f"name one -m; drawn together are {together}"
            )


def check_features(kinds: Sequence[str], x: str | None, y: str | None) -> None:
    """Refuse features that were chosen if none of the kinds is drawn over such.

    Raises
    ------
    UsageError
        With the kinds that are.

    """
    given = "--x" if x is not None else "--y" if y is not None else None
    over = [*(name for name, each in KINDS.items() if each.over_features), ANIMATION]
    if given and not set(kinds) & set(over):
        hint = "those of its maps are in the file of the sweep" if SWEEP in kinds else ""
        asked = ", ".join(kinds)
        raise UsageError(f"{given} is for {', '.join(over[:-1])} and {over[-1]}, not for {asked}", hint)


def default_kinds(subjects: Sequence[Subject]) -> list[str]:
    """Return what is drawn unless kinds are named: a model's predictions and how it learnt, or how well it predicts."""
    regression, tested = subjects[0].dataset.task == "regression", len(subjects[0].dataset.y_test) > 0
    learnt = ["loss"] if all(subject.history.get("loss") for subject in subjects) else []
    if len(subjects) > 1:
        return [*learnt, *(["roc"] if tested and not regression else [])]
    return ["boundary", *(["predicted"] if tested and regression else learnt)]


def draw(
    subjects: Sequence[Subject],
    kinds: Sequence[str] | None = None,
    *,
    x: str | None = None,
    y: str | None = None,
    size: tuple[float, float] | None = None,
) -> "Figure":
    """Draw some kinds side by side; inside `style.styled` if it is to look and repeat like ours.

    Parameters
    ----------
    subjects
        What to draw: one, or several models on the same data.
    kinds
        Names from `KINDS`, in order; by default `default_kinds`.
    x, y
        Features for the boundary, by name.
    size
        Width and height in inches.

    Raises
    ------
    UsageError
        If a kind or feature isn't there, a kind isn't for this task or so many models, or the size is too small.
    InputRefusedError
        If there are no rows, or no history, to draw.

    """
    kinds = default_kinds(subjects) if kinds is None else kinds
    check_kinds(kinds, len(subjects))
    check_features(kinds, x, y)
    panels = [_panel(KINDS[kind], subjects, x, y) for kind in kinds]
    figure = _drawn(panels, size, _room(kinds))
    if size is not None and layout.too_small(figure):
        raise UsageError(
            f"--size {size[0]:g}x{size[1]:g}: too small to read",
            f"of this shape {_large_enough(panels, size)} is enough",
        )
    return figure


def _panel(kind: Kind, subjects: Sequence[Subject], x: str | None, y: str | None) -> Panel:
    if len(subjects) > 1 and kind.several:
        return kind.several(_by_name(subjects), x, y)
    return kind.one(subjects[0], x, y)


def _by_name(subjects: Sequence[Subject]) -> dict[str, Subject]:
    """Return subjects by the names of their models; of two that read the same, the later ones are counted."""
    found: dict[str, Subject] = {}
    for subject in subjects:
        same = sum(each.name == subject.name for each in found.values())
        found[f"{subject.name} ({same + 1})" if same else subject.name] = subject
    return found


def _room(kinds: Sequence[str]) -> tuple[float, float]:
    """Return the width and height of a panel, in inches, in which each of some kinds has enough room."""
    widths, heights = zip(*(KINDS[kind].inches for kind in kinds), strict=True)
    return max(widths), max(heights)


def _drawn(
    panels: Sequence[Panel], size: tuple[float, float] | None, room: tuple[float, float] = style.PANEL_INCHES
) -> "Figure":
    with style.scaled(len(panels), size):
        figure, axes = style.new_figure(len(panels), size, room)
        for panel, ax in zip(panels, axes, strict=True):
            panel.plot(ax)
    return figure


def _large_enough(panels: Sequence[Panel], size: tuple[float, float]) -> str:
    """Return a size of a shape, not much larger than must be, at which the panels can be read, as ``WxH``."""
    width, height = size
    while layout.too_small(_drawn(panels, (width, height))):
        width, height = width * _LARGER, height * _LARGER
    return f"{-(-width * 10 // 1) / 10:g}x{-(-height * 10 // 1) / 10:g}"
