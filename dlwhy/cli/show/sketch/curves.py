"""Curves in braille, or in marks: the loss of each epoch, and what a model predicts along one column."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.text import Text

from dlwhy.cli.show.sketch.ink import Ink, Panel, Rgb, painted
from dlwhy.figures.history import spans_decades
from dlwhy.text import display, number

_COLORS: tuple[Rgb, ...] = ((86, 180, 233), (230, 159, 0))
_MARKS = "*o"
_BRAILLE = 0x2800
# the bits of the dots of a braille character, by line and column
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_BARS = "▁▂▃▄▅▆▇█"


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Curves:
    """What is drawn: one or two curves by their names, over places that are evenly spaced from end to end."""

    values: Mapping[str, Sequence[float]]
    title: str
    ends: tuple[str, str]  # what stands below the left end, and below the right one


def draw(curves: Curves, *, width: int, height: int, ink: Ink) -> Panel:
    """Draw curves in so many characters and lines, title, axes and legend among them."""
    body = max(3, height - 3)
    named = {name: np.asarray(values, np.float64) for name, values in curves.values.items()}
    finite = np.concatenate([values[np.isfinite(values)] for values in named.values()])
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    logarithmic = low > 0 and spans_decades("loss", finite)
    labels = [number(high), *[""] * (body - 2), number(low)]
    margin = max(map(len, labels))
    columns = width - margin - 1
    scaled = [_scaled(values, low, high, logarithmic=logarithmic) for values in named.values()]
    drawn = _drawn(scaled, columns, body, ink)
    lines = [Text(f"{label:>{margin}} ").append_text(line) for label, line in zip(labels, drawn, strict=True)]
    title = f"{display(curves.title, width)}{' (log scale)' if logarithmic else ''}"
    left, right = curves.ends
    foot = f"{'':{margin}} {left}{right:>{max(1, columns - len(left))}}"
    head = Text(title, style="bold" if ink.color else "")
    return Panel([head, *lines, Text(foot), _legend(list(named), margin, ink)], width)


def sparkline(values: Sequence[float], width: int, ink: Ink) -> str:
    """Draw one curve in one line, of the mean of what falls into each character."""
    found = np.asarray(values, np.float64)
    found = found[np.isfinite(found)]
    if not len(found):
        return ""
    parts = np.array([part.mean() for part in np.array_split(found, min(width, len(found)))])
    bars = _BARS if ink.blocks else "_.-=*#"
    span = float(np.ptp(parts)) or 1.0
    places = np.rint((parts - parts.min()) / span * (len(bars) - 1)).astype(int)
    return "".join(bars[place] for place in places)


def _legend(names: Sequence[str], margin: int, ink: Ink) -> Text:
    legend = Text(f"{'':{margin}} ")
    for place, name in enumerate(names):
        mark = ("━" if ink.blocks else "-") if ink.color else _MARKS[place]
        legend.append_text(painted(mark, _COLORS[place] if ink.color else None)).append(f" {name}  ")
    return legend


def _scaled(values: npt.NDArray[Any], low: float, high: float, *, logarithmic: bool) -> npt.NDArray[Any]:
    """Give where values lie from the lowest, 0, to the highest, 1; NaN where they are not finite."""
    if logarithmic:
        values, low, high = np.log(np.where(values > 0, values, np.nan)), float(np.log(low)), float(np.log(high))
    return np.where(np.isfinite(values), (values - low) / ((high - low) or 1), np.nan)


def _drawn(curves: Sequence[npt.NDArray[Any]], columns: int, body: int, ink: Ink) -> list[Text]:
    """Draw curves, the first one on top: dots of braille in colours, else a mark each."""
    braille = ink.blocks and ink.color
    across, down = (2, 4) if braille else (1, 1)
    owner = np.full((body, columns), -1)
    dots = np.zeros((body, columns), int)
    for place, values in reversed(list(enumerate(curves))):
        for row, column in _path(values, body * down, columns * across):
            dots[row // down, column // across] |= int(_DOTS[row % down, column % across]) if braille else 1
            owner[row // down, column // across] = place
    lines = []
    for row in range(body):
        line = Text()
        for column in range(columns):
            own = int(owner[row, column])
            if own < 0:
                line.append(" ")
            elif braille:
                line.append_text(painted(chr(_BRAILLE + dots[row, column]), _COLORS[own]))
            else:
                line.append_text(painted(_MARKS[own], _COLORS[own] if ink.color else None))
        lines.append(line)
    return lines


def _path(values: npt.NDArray[Any], rows: int, columns: int) -> list[tuple[int, int]]:
    """Give the dots of a curve, (line, column), without holes where it is steep."""
    if not len(values):
        return []
    places = np.linspace(0, len(values) - 1, columns)
    # of many values to one column the nearest, so that what is drawn was there; between few a straight line
    many = len(values) >= columns
    heights = values[np.rint(places).astype(int)] if many else np.interp(places, np.arange(len(values)), values)
    found: list[tuple[int, int]] = []
    before: int | None = None
    for column, value in enumerate(heights):
        if not np.isfinite(value):
            before = None
            continue
        row = round((1 - float(np.clip(value, 0, 1))) * (rows - 1))
        start = row if before is None else before + int(np.sign(row - before))
        found += [(each, column) for each in range(min(start, row), max(start, row) + 1)]
        before = row
    return found
