"""How strongly the loss pulled at each layer during a training: a vanishing gradient, if there is one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dlwhy.errors import InputRefusedError
from dlwhy.figures.drawing import style
from dlwhy.figures.inside.anatomy import Anatomy, spread_out
from dlwhy.figures.inside.backpropagation import gradients
from dlwhy.figures.subject import Subject
from dlwhy.text import counted, display

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 512
_MOST_LAYERS = 8
# of the first layer's gradient to the output's: below it is said to vanish, above its inverse to explode
_VANISHING = 0.01
_COUNTED = 1e9  # above it a ratio is no number of times that anybody pictures
_LINES = "viridis"


class GradientsDisplay:
    """The norm of each layer's gradient at the moments of a training that were kept.

    Parameters
    ----------
    epochs
        How many epochs were done, (k,).
    norms
        (k, n_layers), of all layers with the output.
    names
        Of the layers.
    n_rows
        Training rows of the loss whose gradients they are.
    title
        Name of the data set.

    """

    def __init__(
        self,
        *,
        epochs: Sequence[int],
        norms: npt.NDArray[np.float64],
        names: Sequence[str],
        n_rows: int,
        title: str = "",
    ):
        self.epochs, self.norms, self.names = np.asarray(epochs), norms, names
        self.n_rows, self.title = n_rows, title

    @classmethod
    def from_subject(cls, subject: Subject) -> Self:
        """Compute the gradients by the weights that were kept, on training rows.

        Raises
        ------
        UsageError, InputRefusedError
            If there is no network that can be looked into, nothing was kept, or there are no training rows.

        """
        anatomy, dataset = Anatomy.of(subject, "gradients"), subject.dataset
        moments = subject.need_snapshots("gradients")
        if not len(dataset.X_train):
            raise InputRefusedError(f"gradients: {display(dataset.name)} has no training part")
        rows = spread_out(len(dataset.X_train), _MOST_ROWS)
        X, y = anatomy.details.inputs_of(dataset.X_train[rows]), dataset.y_train[rows]
        norms = []
        for model in moments.values():
            found = gradients(model.plain(), X, y, dataset.task)
            norms.append([float(np.linalg.norm(found[layer.dense])) for layer in anatomy.layers])
        names = [layer.name for layer in anatomy.layers]
        title = display(dataset.name, 30)
        return cls(epochs=list(moments), norms=np.array(norms), names=names, n_rows=len(rows), title=title)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the axes, or on a new figure's; `ax_` is where."""
        import matplotlib as mpl

        self.ax_ = ax = ax or style.new_figure()[1][0]
        shown = spread_out(len(self.names), _MOST_LAYERS)
        ends = (0.0, 0.85) if sum(style.paper()) > 1.5 else (0.25, 1.0)  # seen on the ground of either style
        shades = mpl.colormaps[_LINES](np.linspace(*ends, max(2, len(shown))))
        look: dict[str, Any] = {"marker": "o", "markersize": 3 if len(self.epochs) > 1 else 6}
        handles = []
        for place, color in zip(shown, shades, strict=False):
            above = np.where(self.norms[:, place] > 0, self.norms[:, place], np.nan)
            handles += ax.plot(self.epochs, above, color=color, label=self.names[place], **look)
        _count_epochs(ax, int(self.epochs[-1]))
        ax.set_yscale("log")
        self._said(len(self.names) - len(shown), ax)
        style.plain_numbers(ax)
        style.legend_below(ax, handles, [str(handle.get_label()) for handle in handles], kept=1)
        return self

    def _said(self, n_left_out: int, ax: "Axes") -> None:
        rest = f"{counted(n_left_out, 'layer')} between not shown" if n_left_out else ""
        how = f"by the layer's weights, on {counted(self.n_rows, 'training row')}"
        title = "\n".join((f"{self.title}: {self._headline()}", "; ".join(filter(None, (how, rest)))))
        style.label(ax, title, "epoch (logarithmic)", "gradient norm (logarithmic)", grid=True)

    def _headline(self) -> str:
        """Say how the first layer's gradient compares with the output's, at the start and at the end."""
        if len(self.names) < 2:
            return "the gradient of its only layer"
        first, last = (self._ratio(place) for place in (0, -1))
        if not first > 0:
            return "at the start no gradient reaches layer 1"
        if first < _VANISHING:
            return f"the gradient vanishes: at the start {_times(1 / first)} weaker in layer 1 than at the output"
        if first > 1 / _VANISHING:
            return f"the gradient explodes: at the start {_times(first)} stronger in layer 1 than at the output"
        at_end = f", {style.number(last)} times at the end" if np.isfinite(last) else ""
        return f"the gradient in layer 1 is {style.number(first)} times the output's at the start{at_end}"

    def _ratio(self, place: int) -> float:
        with np.errstate(all="ignore"):
            return float(self.norms[place, 0] / self.norms[place, -1])


def _times(ratio: float) -> str:
    return f"{float(f'{ratio:.2g}'):,.0f} times" if ratio < _COUNTED else f"{ratio:.1e} times"


def _count_epochs(ax: "Axes", last: int) -> None:
    """Lay epochs out as they are kept: from 0 on, the first ones far apart."""
    from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

    ax.set_xscale("symlog", linthresh=1, linscale=0.4)
    ax.set_xlim(0, max(1, last) * 1.05)
    marks = [0, *(step * 10**power for power in range(8) for step in (1, 2, 5) if step * 10**power <= last)]
    ax.xaxis.set_major_locator(FixedLocator(marks))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
