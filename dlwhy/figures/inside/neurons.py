"""What each unit of a network responds to, layer by layer, and the weights between them."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.figures.drawing import style
from dlwhy.figures.inside import board
from dlwhy.figures.inside.anatomy import Anatomy
from dlwhy.figures.inside.responses import Responses, Stage, responses_of
from dlwhy.figures.subject import Subject
from dlwhy.text import counted, display

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.collections import LineCollection
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.image import AxesImage
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

INCHES = (9.0, 6.4)  # that it needs
_Floats = npt.NDArray[np.float64]
# above and below zero; no colours of classes, so that a unit that is on is not taken for one of them
_ON, _BELOW = "#7d4fc4", "#b35806"
_NUMBERS = "viridis"
_WIDEST_LINE = 2.2
_HEAD_LINES = 4
# between the columns of a network without hidden layers, as a share of the panel
_GAP = 0.2
_SQUARE = 0.5  # of a column, at most
_HEAD = 0.7  # of a column: what stands over it
_LONGEST_WORD = 8 * 0.62  # over a column, in font sizes
_NAMED = 1.5  # of a column: one that has names beside its squares


class NeuronsDisplay:
    """The units of each layer as small maps, from the input to the output, with lines for the weights.

    Parameters
    ----------
    found
        What the units respond to.
    task
        Says what the output is.
    class_names
        Of its classes.
    about
        Which network it is, if it is one of several.
    title
        Name of the data set.

    """

    def __init__(
        self, *, found: Responses, task: Task, class_names: Sequence[str] = (), about: str = "", title: str = ""
    ):
        self.found, self.task, self.class_names = found, task, class_names
        self.about, self.title = about, title

    @classmethod
    def from_subject(cls, subject: Subject, x: str | None = None, y: str | None = None) -> Self:
        """Ask the units over the columns `x` and `y`, by default the two that go with the predictions most.

        Raises
        ------
        UsageError, InputRefusedError
            If there is no network that can be looked into, or a column isn't there.

        """
        anatomy = Anatomy.of(subject, "neurons")
        return cls(
            found=responses_of(subject, anatomy, x, y),
            task=subject.dataset.task,
            class_names=subject.dataset.class_names,
            about=anatomy.of_member,
            title=display(subject.dataset.name, 30),
        )

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure(panel=INCHES)[1][0]
        columns = [_Column(ax, stage, self.pictures(stage), self.found) for stage in self.found.stages]
        style.label(ax, self._headline(), self._over(), "")
        least = sum(_shares(columns)) * _LONGEST_WORD / _HEAD * board.letters() / 72
        board.prepare(ax, lambda *room: _place(columns, *room), (least, 1.6))
        self._legend(ax)
        return self

    def pictures(self, stage: Stage) -> _Floats:
        """Return the maps of a stage in colours, (n_shown, height, width, 4), the first row below."""
        import matplotlib as mpl

        maps = stage.maps.astype(np.float64)
        images, last = self.found.images, stage.name == "output"
        weights = images and stage.name == "layer 1"
        if images and not weights:
            return np.asarray(_shades(style.paper(), style.ink())(_stretched(maps)))
        if last and len(maps) > 1:
            colors = [style.class_colors(len(self.class_names))[unit] for unit in stage.shown]
            return np.array([_shades(style.paper(), color)(each) for color, each in zip(colors, maps, strict=True)])
        if last and self.task != "regression":
            return np.asarray(style.between(*style.class_colors(2))(maps))
        if last:
            return np.asarray(mpl.colormaps[_NUMBERS](_stretched(maps)))
        if stage.name == "input":  # a feature has no zero of its own
            low, high = stage.limits[:, :, np.newaxis, np.newaxis].astype(np.float64)
            maps = _between(maps, low, high) * 2 - 1
            return np.asarray(_shades(_BELOW, style.paper(), _ON)((maps + 1) / 2))
        most = np.abs(maps).max(axis=(1, 2), keepdims=True)
        relative = np.divide(maps, most, out=np.zeros_like(maps), where=most > 0)
        if stage.name.startswith("layer"):
            relative[stage.dead[list(stage.shown)]] = 0  # it may be on, but only where no row lies
        return np.asarray(_shades(_BELOW, style.paper(), _ON)((relative + 1) / 2))

    def _headline(self) -> str:
        found = self.found
        if found.images:
            what = "what each unit looks for, as an image"
            how = "layer 1: its weights; then the mean of the 30 images that turn a unit on most"
        else:
            what = "where each unit is on (violet), layer by layer"
            how = f"mean over the {found.n_averaged} nearest rows, moved there" if found.n_averaged else ""
        rest = f"{counted(found.n_left_out, 'hidden layer')} between them not shown" if found.n_left_out else ""
        are = "is" if found.n_dead == 1 else "are"
        dead = f"{found.n_dead} of {found.n_hidden} hidden units {are} dead" if found.n_dead else ""
        more = "; ".join(filter(None, (self.about, how, rest, dead)))
        return "\n".join(filter(None, (f"{self.title}: {what}", more)))

    def _over(self) -> str:
        if self.found.images:
            side = self.found.stages[0].maps.shape[-1]
            return f"each square: an image of {side} by {side} pixels"
        x, *y = style.shortened(self.found.axes)
        return f"in each square: {x} from left to right" + (f", {y[0]} upwards" if y else "")

    def _legend(self, ax: "Axes") -> None:
        from matplotlib.lines import Line2D

        def square(color: Any, name: str) -> "Line2D":
            return Line2D([], [], linestyle="", marker="s", color=color, label=name)

        hidden = [stage for stage in self.found.stages if stage.kernel is not None or stage.name.startswith("layer")]
        below = any((stage.maps < 0).any() for stage in hidden if stage.name != "output")
        handles: list[Artist] = []
        if self.task == "binary" and len(self.found.stages[-1].shown) == 1 and not self.found.images:
            names = style.shortened(self.class_names)
            handles += [
                square(color, f"output: {name}") for name, color in zip(names, style.class_colors(2), strict=True)
            ]
        kept = len(handles)
        if not self.found.images and len(self.found.stages) > 2:
            handles += [square(_ON, "unit on")] + [square(_BELOW, "unit below 0")] * below
        if any(stage.kernel is not None for stage in self.found.stages):
            look: Any = {"linewidth": _WIDEST_LINE}
            handles += [Line2D([], [], color=_ON, label="weight > 0", **look)]
            handles += [Line2D([], [], color=_BELOW, label="weight < 0", **look)]
        if any(stage.dead[list(stage.shown)].any() for stage in self.found.stages if stage.name.startswith("layer")):
            words = f"dead on all {self.found.n_rows:,} rows"
            handles.append(Line2D([], [], linestyle="", marker="x", color=style.ink(), label=words))
        names = [str(handle.get_label()) for handle in handles]
        style.legend_below(ax, handles, names, kept=len(handles) - kept)


def _stretched(maps: _Floats) -> _Floats:
    """Return maps with each one's least as 0 and its most as 1."""
    return _between(maps, maps.min(axis=(1, 2), keepdims=True), maps.max(axis=(1, 2), keepdims=True))


def _between(maps: _Floats, low: _Floats, high: _Floats) -> _Floats:
    """Return maps with `low` as 0 and `high` as 1; 0 where they are the same."""
    share = np.divide(maps - low, high - low, out=np.zeros_like(maps), where=high > low)
    return np.asarray(np.clip(share, 0, 1))


def _shades(*colors: Any) -> "LinearSegmentedColormap":
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shades", list(colors))


class _Column:
    """What is drawn of a stage; where is said later."""

    def __init__(self, ax: "Axes", stage: Stage, pictures: _Floats, found: Responses):
        self.stage = stage
        smooth = "nearest" if found.images or found.grouped else "bilinear"
        self.squares: list[AxesImage] = [
            ax.imshow(picture, origin="lower", aspect="auto", interpolation=smooth, zorder=2) for picture in pictures
        ]
        self.frames: list[Line2D] = [ax.plot([], [], color=style.GREY, linewidth=0.7, zorder=3)[0] for _ in pictures]
        hidden = stage.name.startswith("layer")
        dead = [place for place, unit in enumerate(stage.shown) if hidden and stage.dead[unit]]
        self.crosses = {place: ax.plot([], [], color=style.ink(), linewidth=1.2, zorder=4)[0] for place in dead}
        side = "right" if stage.name == "input" else "left"
        names = style.shortened(stage.names)
        self.names: list[Text] = [board.write(ax, name, ha=side, va="center_baseline") for name in names]
        self.head = board.write(ax, _head(stage, images=found.images), ha="center", va="top")
        self.lines: LineCollection | None = _lines(ax, stage)
        self.middles: _Floats = np.zeros(0)
        self.ends = (0.0, 0.0)  # left and right of its squares

    def place(self, left: float, width: float, height: float, renderer: "RendererBase | None") -> None:
        """Place all but the lines in a column of the panel, in pixels."""
        line = board.line_height(self.head)
        below = height - (_HEAD_LINES + 0.3) * line
        square = _SQUARE * width / (_NAMED if self.names else 1)
        side, step = board.pitch(len(self.squares), below, square)
        self.middles = board.middles(len(self.squares), below, step)
        at_input = self.stage.name == "input"
        start = left + (width - side - 2 if at_input and self.names else 2 if self.names else (width - side) / 2)
        self.ends = (start, start + side)
        self._squares(start, side)
        room = width - side - 8
        every = max(1, int(np.ceil(0.9 * line / step)))
        for number, (text, y) in enumerate(zip(self.names, self.middles, strict=False)):
            text.set_visible(number % every == 0)
            board.put(text, (start - 5 if at_input else start + side + 5, float(y)), room, renderer)
        board.put(
            self.head, (start + side / 2, height), _HEAD * width / (_NAMED if self.names else 1), renderer, _HEAD_LINES
        )

    def _squares(self, start: float, side: float) -> None:
        for number, (image, frame, y) in enumerate(zip(self.squares, self.frames, self.middles, strict=True)):
            low, high = float(y) - side / 2, float(y) + side / 2
            image.set_extent((start, start + side, low, high))
            frame.set_data([start, start + side, start + side, start, start], [low, low, high, high, low])
            if number in self.crosses:
                self.crosses[number].set_data(
                    [start, start + side, np.nan, start, start + side], [low, high, np.nan, high, low]
                )

    def join(self, before: "_Column") -> None:
        """Draw the lines from the squares of the column before to this one's."""
        if self.lines is None:
            return
        x0, x1 = before.ends[1] + 1, self.ends[0] - 1
        self.lines.set_segments([[(x0, y0), (x1, y1)] for y0 in before.middles for y1 in self.middles])


def _head(stage: Stage, *, images: bool) -> str:
    if stage.name == "output" and stage.n_units == 1:
        return stage.name
    unit = {"input": "pixel" if images else "feature", "output": "output"}.get(stage.name, "unit")
    all_of_them = images and stage.name == "input"
    some = f"{len(stage.shown)} of " if len(stage.shown) < stage.n_units and not all_of_them else ""
    n_dead = int(stage.dead.sum())
    return "\n".join(
        filter(None, (stage.name, some + counted(stage.n_units, unit), f"{n_dead} dead" if n_dead else ""))
    )


def _lines(ax: "Axes", stage: Stage) -> "LineCollection | None":
    """Make the lines to a stage, as wide as their weights are large; the largest of the stage are the widest."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    if stage.kernel is None:
        return None
    weights = stage.kernel.ravel()
    size = np.abs(weights) / (np.abs(weights).max(initial=0) or 1)
    colors = [
        to_rgba(_ON if weight > 0 else _BELOW, 0.15 + 0.75 * each) for weight, each in zip(weights, size, strict=True)
    ]
    lines = LineCollection([], colors=colors, linewidths=0.2 + (_WIDEST_LINE - 0.2) * size, zorder=1)
    ax.add_collection(lines, autolim=False)
    return lines


def _shares(columns: Sequence[_Column]) -> list[float]:
    return [_NAMED if column.names else 1.0 for column in columns]


def _place(columns: Sequence[_Column], width: float, height: float, renderer: "RendererBase | None") -> None:
    shares = _shares(columns)
    # names at their outer sides push the squares of two columns together, where the lines are to be seen
    left, gap = 0.0, _GAP * width if len(columns) == 2 else 0.0
    for column, share in zip(columns, shares, strict=True):
        own = (width - gap) * share / sum(shares)
        column.place(left, own, height, renderer)
        left += own + gap
    for before, column in itertools.pairwise(columns):
        column.join(before)
