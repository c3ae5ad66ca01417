"""Texts that fit: how wide a text is when it is drawn, broken into lines or cut with an ellipsis by that width."""

import functools
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

Measure = Callable[[str], float]
ELLIPSIS = "…"
# a picture is laid out in several rounds, and in several sizes where one is too small
_MOST_FONTS, _MOST_LINES = 32, 10_000
# by artist: what it is to say, and what of it is drawn
_FULL: "WeakKeyDictionary[Text, tuple[str, str]]" = WeakKeyDictionary()
# the same text is a little wider or narrower at another resolution: glyphs are set on whole pixels
SAFETY = 1.03


def pixels(renderer: "RendererBase", points: float) -> float:
    """Return a length in points in pixels: a font's size is about the height of a line."""
    return float(renderer.points_to_pixels(points))  # type: ignore[arg-type]  # a number for a number


def measure(renderer: "RendererBase", font: "FontProperties") -> Measure:
    """Return a function from a line of text to its width in pixels."""
    import matplotlib as mpl

    families = *mpl.rcParams["font.sans-serif"], *mpl.rcParams["font.serif"], *mpl.rcParams["font.monospace"]
    known = _measured(type(renderer).__name__, pixels(renderer, 72), hash(font), families, mpl.rcParams["text.hinting"])

    def width(line: str) -> float:
        if line not in known:
            if len(known) >= _MOST_LINES:
                known.clear()
            drawn = renderer.get_text_width_height_descent(line, font, ismath=False)[0] if line else 0.0
            known[line] = SAFETY * float(drawn)
        return known[line]

    return width


@functools.lru_cache(maxsize=_MOST_FONTS)
def _measured(*_: Hashable) -> dict[str, float]:
    """Give the widths of lines that were measured already, by all that they depend on."""
    return {}


def shortened(text: str, room: float, width: Measure, *, middle: bool = False) -> str:
    """Cut a text to a width.

    Parameters
    ----------
    text
        One line.
    room
        Width in pixels.
    width
        How wide a line is.
    middle
        Leave the middle out, not the end: names are often told apart by how they end.

    """
    if width(text) <= room:
        return text
    low, high = 0, len(text) - 1  # characters kept
    while low < high:
        kept = (low + high + 1) // 2
        low, high = (kept, high) if width(_cut(text, kept, middle=middle)) <= room else (low, kept - 1)
    return _cut(text, low, middle=middle)


def _cut(text: str, kept: int, *, middle: bool) -> str:
    end = kept // 2 if middle else 0
    return text[: kept - end].rstrip() + ELLIPSIS + (text[-end:].lstrip() if end else "")


def wrapped(text: str, room: float, width: Measure, most_lines: int) -> str:
    """Break a text into lines of a width, its own line breaks kept; what doesn't fit is cut with an ellipsis.

    Parameters
    ----------
    text
        Lines of words.
    room
        Width in pixels.
    width
        How wide a line is.
    most_lines
        Most lines to make.

    """
    lines = [line for paragraph in text.split("\n") for line in _broken(paragraph, room, width)]
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], " ".join(lines[most_lines - 1 :])]
    return "\n".join(shortened(line, room, width) for line in lines)


def _broken(paragraph: str, room: float, width: Measure) -> list[str]:
    lines: list[str] = []
    for word in paragraph.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def said(text: "Text") -> str:
    """Return what an artist is to say, whatever of it is drawn."""
    full, drawn = _FULL.get(text, ("", ""))
    return full if text.get_text() == drawn else text.get_text()


def refit(text: "Text", renderer: "RendererBase", room: float, most_lines: int = 1, *, middle: bool = False) -> None:
    """Break or cut the text of an artist to a width (its height, if it stands upright) in pixels.

    `middle` is as in `shortened`, for a text of one line.

    It may be done again at another width: what the artist said before is remembered.
    """
    full = said(text)
    width = measure(renderer, text.get_fontproperties())
    drawn = shortened(full, room, width, middle=True) if middle else wrapped(full, room, width, most_lines)
    text.set_text(drawn)
    _FULL[text] = (full, drawn)
