"""What several networks of one kind predict: a map each, and how far they agree."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.figures.choosing import choose_axes, evenly, reference
from dlwhy.figures.dependence import ground_over
from dlwhy.figures.drawing import style
from dlwhy.figures.drawing.features import Along
from dlwhy.figures.inside import board
from dlwhy.figures.subject import Subject
from dlwhy.figures.trainings import maps
from dlwhy.figures.trainings.maps import Box, Scale
from dlwhy.models.keras_file import parts
from dlwhy.text import counted, display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

    from dlwhy.models.trained import Trained

INCHES = (9.0, 5.6)  # that it needs
_MOST = 9  # maps
_RESOLUTION = {1: 120, 2: 70}  # places along an axis
_LARGE = 0.46  # of the panel: the map of all of them
_LONGEST_WORD = 8.4  # over a map, in font sizes
_SPREAD = "#7d4fc4"
_Floats = npt.NDArray[np.floating[Any]]


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What one network predicts."""

    name: str
    response: _Floats  # over the columns; see `maps.colors_of`
    test: npt.NDArray[Any]  # on the test rows: class indices, or values
    score: float | None  # accuracy or root mean squared error there; None without test rows


class ReplicasDisplay:
    """A map a network, and a large one of all: their boundaries, and how many of them say what.

    Parameters
    ----------
    answers
        Of each network.
    scale
        What colours mean.
    axes
        The columns.
    points
        Rows, (n, 2) in a square of side 1, and their targets.
    n_averaged
        Rows that the predictions at a place are the mean of; 0 if they are simply those there.
    names
        Of the classes, or of what is predicted.
    title
        Name of the data set.

    """

    def __init__(
        self,
        *,
        answers: Sequence[Answers],
        scale: Scale,
        axes: Sequence[str],
        points: tuple[npt.NDArray[np.float64], npt.NDArray[Any]],
        n_averaged: int,
        names: Sequence[str],
        title: str,
    ):
        self.answers, self.scale, self.axes, self.points = answers, scale, axes, points
        self.n_averaged, self.names, self.title = n_averaged, style.shortened(names), title

    @classmethod
    def from_subject(cls, subject: Subject, x: str | None = None, y: str | None = None) -> Self:
        """Take the networks of an ensemble.

        Raises
        ------
        UsageError
            If the model is no ensemble, or a column isn't there.

        """
        if subject.trained is None:
            raise UsageError("replicas: drawn of networks only")
        network = subject.trained.plain()
        count = parts.count_members(network.plan)
        if count < 2:
            raise UsageError(
                f"replicas: {subject.name} is one network",
                "name several with -m, such as train --replicas 9 --save all writes, or an ensemble of --members",
            )
        members = {
            f"member {number}": dataclasses.replace(subject.trained, network=parts.member(network, number))
            for number in range(1, count + 1)
        }
        return cls._of({name: _seen_by(subject, model) for name, model in members.items()}, x, y)

    @classmethod
    def from_subjects(cls, subjects: Mapping[str, Subject], x: str | None = None, y: str | None = None) -> Self:
        """Take several models on one data set, named by their seeds where these tell them apart.

        Raises
        ------
        UsageError
            If a column isn't there.

        """
        seeds = [each.trained.details.seed if each.trained else None for each in subjects.values()]
        apart = None not in seeds and len(set(seeds)) == len(seeds)
        names = [f"seed {seed}" for seed in seeds] if apart else list(subjects)
        return cls._of(dict(zip(names, subjects.values(), strict=True)), x, y)

    @classmethod
    def _of(cls, subjects: Mapping[str, Subject], x: str | None, y: str | None) -> Self:
        first = next(iter(subjects.values()))
        dataset = first.dataset
        if any(each.dataset.fingerprint != dataset.fingerprint for each in subjects.values()):
            raise InputRefusedError("replicas: the models see the data in different ways")
        axes = choose_axes(first, x, y)
        grounds = [ground_over(each.predict, axes, dataset, _RESOLUTION[len(axes)]) for each in subjects.values()]
        values = np.concatenate([dataset.y_train, dataset.y_test, *(ground.response.ravel() for ground in grounds)])
        regression = dataset.task == "regression"
        limits = (float(values.min()), float(values.max())) if regression else (0.0, 1.0)
        answers = [
            Answers(name=name, response=ground.response, **_scored(each))
            for (name, each), ground in zip(subjects.items(), grounds, strict=True)
        ]
        return cls(
            answers=answers,
            scale=Scale(task=dataset.task, n_classes=len(dataset.class_names), limits=limits),
            axes=[axis.name for axis in axes],
            points=points_of(first, axes, grounds[0].grids, limits),
            n_averaged=grounds[0].n_averaged,
            names=[dataset.target_name] if regression else dataset.class_names,
            title=display(dataset.name, 30),
        )

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure(panel=INCHES)[1][0]
        look: dict[str, Any] = {"linewidth": 1.0}
        small = [
            Box(ax, maps.colors_of(each.response, self.scale), maps.lines_of(each.response, self.scale), word, **look)
            for each, word in zip(self.answers[:_MOST], self._words(), strict=False)
        ]
        lines = [line for each in self.answers for line in maps.lines_of(each.response, self.scale)]
        large = Box(ax, self._together(), lines, self._agreement(), points=self._rows(), linewidth=0.8, alpha=0.7)
        style.label(ax, self._headline(), self._over(), "")
        columns = maps.grid(len(small))[1]
        least = columns * _LONGEST_WORD * board.letters() / 72 / (1 - _LARGE)  # or scores would be cut
        board.prepare(ax, lambda *room: _place(large, small, *room), (max(4.2, least), 2.4))
        line = "" if self.scale.task == "regression" and len(self.axes) > 1 else "a network's line"
        handles = maps.handles_of(self.scale, self.names, line)
        style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles], kept=1 if line else 0)
        return self

    def _words(self) -> list[str]:
        return [each.name if each.score is None else f"{each.name}: {self._shown(each.score)}" for each in self.answers]

    def _shown(self, score: float) -> str:
        return style.number(score) if self.scale.task == "regression" else f"{score:.3f}"

    def _together(self) -> _Floats:
        """Return the colours of the map of all: which class how many say, or how far their numbers spread."""
        responses = np.stack([each.response for each in self.answers])
        if self.scale.task == "regression":
            from matplotlib.colors import LinearSegmentedColormap

            spread = responses[..., 0].std(axis=0)
            spread = spread if spread.ndim == 2 else spread[np.newaxis]
            ends: list[Any] = [style.paper(), _SPREAD]
            shades = LinearSegmentedColormap.from_list("spread", ends)
            return np.asarray(shades(spread / (spread.max() or 1))[..., :3])
        if self.scale.task == "binary":
            votes = (responses > 0.5).mean(axis=0)
            return maps.colors_of(votes, self.scale)
        chosen = responses.argmax(axis=-1)
        shares = np.stack([(chosen == index).mean(axis=0) for index in range(self.scale.n_classes)], axis=-1)
        return maps.colors_of(shares, self.scale)

    def _rows(self) -> tuple[npt.NDArray[np.float64], Any]:
        import matplotlib as mpl

        places, y = self.points
        if self.scale.task == "regression":
            low, high = self.scale.limits
            return places, mpl.colormaps[maps.NUMBERS]((y - low) / ((high - low) or 1))
        colors = style.class_colors(self.scale.n_classes)
        return places, [colors[index] for index in y]

    def _agreement(self) -> str:
        tests = np.stack([each.test for each in self.answers])
        if not tests.shape[1]:
            return "all of them"
        if self.scale.task == "regression":
            spread = style.number(float(tests.std(axis=0).mean()))
            return f"all: the violet, the further apart; on the test rows by {spread} (standard deviation)"
        apart = float((tests != tests[0]).any(axis=0).mean())
        return f"all: on {100 * apart:.3g} % of the test rows they do not agree"

    def _headline(self) -> str:
        count, scores = len(self.answers), [each.score for each in self.answers if each.score is not None]
        kind = "member" if self.answers[0].name.startswith("member ") else "network"
        kind = "seed" if self.answers[0].name.startswith("seed ") else kind
        said = ""
        if scores:
            what = "RMSE" if self.scale.task == "regression" else "accuracy"
            said = f", test {what} {self._shown(min(scores))} to {self._shown(max(scores))}"
        rest = f"the first {_MOST} are drawn alone" if count > _MOST else ""
        how = f"ground: mean over the {self.n_averaged} nearest rows, moved there" if self.n_averaged else ""
        more = "; ".join(filter(None, (how, rest)))
        return "\n".join(filter(None, (f"{self.title}: {counted(count, kind)}{said}", more)))

    def _over(self) -> str:
        x, *y = style.shortened(self.axes)
        return f"in each map: {x} from left to right" + (f", {y[0]} upwards" if y else "")


def _seen_by(subject: Subject, model: "Trained") -> Subject:
    return dataclasses.replace(subject, predict=model.predict, trained=model)


def _scored(subject: Subject) -> dict[str, Any]:
    from dlwhy.evaluation.calibration import predicted_classes

    dataset = subject.dataset
    if not len(dataset.y_test):
        return {"test": np.empty(0), "score": None}
    found = subject.test_prob
    if dataset.task == "regression":
        error = float(np.sqrt(np.mean((found - dataset.y_test) ** 2, dtype=np.float64)))
        return {"test": found, "score": error}
    chosen = predicted_classes(found, dataset.task)
    return {"test": chosen, "score": float(np.mean(chosen == dataset.y_test))}


def points_of(
    subject: Subject, axes: Sequence[Along], grids: Sequence[npt.NDArray[np.float64]], limits: tuple[float, float]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[Any]]:
    """Return rows as places in a square of side 1, with their targets; along one column, at the height of those."""
    dataset = subject.dataset
    rows = reference(dataset)
    y = evenly(dataset.y_train if len(dataset.X_train) else dataset.y_test)
    places = []
    for seed, (axis, grid) in enumerate(zip(axes, grids, strict=True)):
        half = (grid[1] - grid[0]) / 2 if len(grid) > 1 else 0.5
        low, high = grid[0] - half, grid[-1] + half
        places.append((axis.positions(evenly(rows), seed) - low) / (high - low))
    if len(places) == 1:
        heights = (
            (y - limits[0]) / ((limits[1] - limits[0]) or 1) if dataset.task == "regression" else np.full(len(y), 0.03)
        )
        places.append(heights)
    return np.stack(places, axis=1), y


def _place(large: Box, small: Sequence[Box], width: float, height: float, renderer: "RendererBase | None") -> None:
    """Place the map of all on the left, those of each on the right."""
    n_rows, n_columns = maps.grid(len(small))
    left = _LARGE * width
    large.place((maps.GAP / 2, maps.GAP / 2, left - maps.GAP, height - maps.GAP), renderer, most_lines=2)
    own = (width - left) / n_columns, height / n_rows
    for number, box in enumerate(small):
        row, column = divmod(number, n_columns)
        x, y = left + column * own[0] + maps.GAP / 2, height - (row + 1) * own[1] + maps.GAP / 2
        box.place((x, y, own[0] - maps.GAP, own[1] - maps.GAP), renderer)
