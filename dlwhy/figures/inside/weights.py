"""How a network's weights are distributed, layer by layer on one scale."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.figures.drawing import layout, lettering, style
from dlwhy.figures.inside import board
from dlwhy.figures.inside.anatomy import Anatomy, spread_out
from dlwhy.figures.subject import Subject
from dlwhy.text import counted, display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

_MOST_LAYERS = 8
_BINS = 61
_FEW = 400  # so many weights at most are drawn one by one
_TALLEST = 0.55  # of a layer's row
_WIDEST = 0.97  # of the panel: what is said of a layer


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class LayerWeights:
    """The weights of a layer, without its biases."""

    name: str  # ``layer 1``, or ``output``
    values: npt.NDArray[np.float32]  # (n_weights,)

    @property
    def words(self) -> str:
        """Say how many there are, how large, and how many are zero."""
        n_zero = int((self.values == 0).sum())
        zeros = "none is zero" if not n_zero else f"{100 * n_zero / self.values.size:.2g} % are zero"
        spread = style.number(float(np.sqrt(np.mean(np.square(self.values, dtype=np.float64)))))
        norm = style.number(float(np.linalg.norm(self.values.astype(np.float64))))
        return f"{self.name}: {counted(self.values.size, 'weight')}, typically ±{spread}, norm {norm}, {zeros}"


class WeightsDisplay:
    """A histogram a layer, the first layer on top, all over one axis of weights.

    Parameters
    ----------
    layers
        What is drawn, in order.
    n_left_out
        How many layers between them are not.
    about
        Which network it is, if it is one of several.
    title
        Name of the data set.

    """

    def __init__(self, *, layers: Sequence[LayerWeights], n_left_out: int = 0, about: str = "", title: str = ""):
        self.layers, self.n_left_out, self.about, self.title = layers, n_left_out, about, title

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Take the weights of a network.

        Raises
        ------
        UsageError, InputRefusedError
            If there is no network that can be looked into.

        """
        anatomy = Anatomy.of(subject, "weights")
        chosen = spread_out(len(anatomy.layers), _MOST_LAYERS)
        layers = [
            LayerWeights(name=anatomy.layers[place].name, values=anatomy.kernel(anatomy.layers[place]).ravel())
            for place in chosen
        ]
        left_out = len(anatomy.layers) - len(chosen)
        name = display(subject.dataset.name, 30)
        return cls(layers=layers, n_left_out=left_out, about=anatomy.of_member, title=name)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        self.ax_ = ax = ax or style.new_figure()[1][0]
        most = max(float(np.abs(each.values).max(initial=0)) for each in self.layers) or 1.0
        edges = np.linspace(-1.03 * most, 1.03 * most, _BINS + 1)
        for place, each in enumerate(self.layers):
            self._draw(ax, place, each, edges)
        layout.when_placed(ax, _fit_words)
        ax.axvline(0, color=style.ink(), linewidth=0.8, linestyle=":", zorder=0)
        ax.set_xlim(edges[0], edges[-1])
        ax.set_ylim(len(self.layers) - 0.55, -0.5)
        ax.set_yticks([])
        style.label(ax, self._title(), "weight (biases left out)", "how many weights, a row a layer")
        return self

    def _draw(self, ax: "Axes", place: int, found: LayerWeights, edges: npt.NDArray[np.float64]) -> None:
        color = style.class_colors(1)[0]
        counts = np.histogram(found.values, bins=edges)[0]
        floor = place + 0.4
        heights = floor - _TALLEST * counts / max(1, counts.max())
        ax.stairs(heights, edges, baseline=floor, fill=True, color=style.muted(color, 0.75))
        ax.axhline(floor, color=style.GREY, linewidth=0.6)
        if found.values.size <= _FEW:
            ax.plot(found.values, np.full(found.values.size, floor), "|", color=color, markersize=5)
        look: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "parse_math": False, "color": style.ink()}
        look["fontsize"] = board.letters()
        look["bbox"] = {"facecolor": style.paper(), "edgecolor": "none", "alpha": 0.8, "pad": 0.5}
        ax.text(0.01, place - 0.28, found.words, verticalalignment="center", **look)

    def _title(self) -> str:
        spreads = [float(np.sqrt(np.mean(np.square(each.values, dtype=np.float64)))) for each in self.layers]
        largest = self.layers[int(np.argmax(spreads))].name
        said = f": the largest weights are those of the {largest}" if largest == "output" else ""
        said = said or (f": the largest weights are those of {largest}" if len(self.layers) > 1 else "")
        rest = f"{counted(self.n_left_out, 'layer')} between them not shown" if self.n_left_out else ""
        more = "; ".join(filter(None, (self.about, rest)))
        return "\n".join(filter(None, (f"{self.title}{said}", f"({more})" if more else "")))


def _fit_words(ax: "Axes", renderer: "RendererBase") -> None:
    """Cut what is said of each layer to the panel, at its end."""
    width = ax.get_window_extent(renderer).width
    for text in ax.texts:
        lettering.refit(text, renderer, _WIDEST * width)
