"""What a terminal can draw with: colours or not, blocks and braille or ASCII; and panels side by side."""

import dataclasses
import functools
import sys
from collections.abc import Sequence
from typing import Self

from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Text

from dlwhy.text import inert

_GAP = 2
_NARROWEST = 34
Rgb = tuple[int, int, int]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ink:
    """What there is to draw with.

    Parameters
    ----------
    color
        Whether there are colours.
    blocks
        Whether half blocks and braille can be written, or ASCII only.

    """

    color: bool
    blocks: bool

    @classmethod
    def of(cls, console: Console) -> Self:
        """Take what a console can show."""
        encoding = console.encoding or getattr(sys.stdout, "encoding", None) or "ascii"
        return cls(color=console.color_system is not None, blocks=encoding.lower().startswith("utf"))


@dataclasses.dataclass(frozen=True)
class Panel:
    """A picture: its lines, none wider than so many characters."""

    lines: Sequence[Text]
    width: int


def painted(text: str, color: Rgb | None = None, ground: Rgb | None = None) -> Text:
    """Give a text in a colour, on a ground; as it is if there are none."""
    return Text(inert(text), _style(color, ground) if color or ground else "")


@functools.lru_cache(4096)
def _style(color: Rgb | None, ground: Rgb | None) -> Style:
    color_of, on = (None if each is None else Color.from_rgb(*each) for each in (color, ground))
    return Style(color=color_of, bgcolor=on)


def mixed(color: Rgb, other: Rgb, share: float) -> Rgb:
    """Mix two colours; `share`, from 0 to 1, is that of the first one."""
    red, green, blue = (round(share * a + (1 - share) * b) for a, b in zip(color, other, strict=True))
    return red, green, blue


def rgb(color: str) -> Rgb:
    """Read a colour such as #0072b2."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def a_row(width: int) -> int:
    """Say how many panels find room side by side in so many characters."""
    return max(1, (width + _GAP) // (_NARROWEST + _GAP))


def width_of_one(width: int, panels: int) -> int:
    """Say how wide each of some panels side by side may be."""
    return (width - _GAP * (panels - 1)) // panels


def beside(panels: Sequence[Panel]) -> Text:
    """Put panels side by side."""
    lines = []
    for place in range(max(len(panel.lines) for panel in panels)):
        line = Text()
        for number, panel in enumerate(panels):
            part = panel.lines[place].copy() if place < len(panel.lines) else Text()
            part.truncate(panel.width)
            line.append_text(part)
            if number + 1 < len(panels):
                line.append(" " * (panel.width - part.cell_len + _GAP))
        line.rstrip()
        lines.append(line)
    return Text("\n").join(lines)
