"""A panel that is laid out in pixels: what lies in it is placed anew whenever its size is known."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy.figures.drawing import layout, lettering, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.text import Text

# from the panel's width and height in pixels, and what measures texts, if there is that
Place = Callable[[float, float, "RendererBase | None"], None]
LINE = 1.3  # from one line of words to the next, in font sizes


def prepare(ax: "Axes", place: Place, least: tuple[float, float]) -> None:
    """Make the panel's coordinates its pixels, and have its contents placed now and whenever it is laid out.

    Parameters
    ----------
    ax
        With all that is to be placed.
    place
        Places it.
    least
        Width and height that the panel needs, in inches.

    """

    def hook(ax: "Axes", renderer: "RendererBase | None") -> None:
        box = ax.get_window_extent(renderer)
        ax.set_xlim(0, box.width)
        ax.set_ylim(0, box.height)
        place(box.width, box.height, renderer)

    ax.set_aspect("auto")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    layout.needs(ax, least)
    layout.when_placed(ax, hook)
    canvas: Any = ax.get_figure(root=True).canvas  # type: ignore[union-attr]  # axes have a figure
    hook(ax, canvas.get_renderer() if hasattr(canvas, "get_renderer") else None)


def write(ax: "Axes", text: str, **look: Any) -> "Text":
    """Add words as small as a legend's, drawn as they are; where, is said later."""
    look = {"fontsize": letters(), "color": style.ink(), "parse_math": False, **look}
    return ax.text(0, 0, text, **look)


def letters() -> float:
    """Return the size of small words in points."""
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=mpl.rcParams["legend.fontsize"]).get_size_in_points()


def line_height(text: "Text") -> float:
    """Return how high a line of a text is, in pixels."""
    figure: Any = text.get_figure(root=True)
    return LINE * float(text.get_fontsize()) * float(figure.dpi) / 72


def put(
    text: "Text", where: tuple[float, float], room: float, renderer: "RendererBase | None", most_lines: int = 1
) -> None:
    """Place words, broken or cut to a width in pixels."""
    text.set_position(where)
    if renderer is not None:
        lettering.refit(text, renderer, room, most_lines)


def pitch(count: int, height: float, widest: float) -> tuple[float, float]:
    """Return the side of squares one above the other, and how far apart their middles are, in pixels."""
    step = height / max(count, 1)
    side = min(0.86 * step, widest)
    return side, min(step, 1.25 * side)


def middles(count: int, height: float, step: float) -> "np.ndarray[Any, Any]":
    """Return the heights of the middles of squares, from above, in pixels."""
    return height / 2 + step * ((count - 1) / 2 - np.arange(count))
