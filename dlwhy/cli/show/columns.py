"""Tables too wide for the terminal, as several that fit: a number is never folded."""

import textwrap
from collections.abc import Iterator, Sequence

# header and rows; the first column holds names
Table = tuple[Sequence[str], Sequence[Sequence[str]]]
_MOST_OF_NAMES = 24
_LEAST_OF_HEADER = 12
# what the lines of a table take beside each cell, and once
_A_COLUMN, _ONCE = 3, 1


def fitting(table: Table, width: int) -> Iterator[Table]:
    """Give a table as one or several with the same first column, each at most `width` characters wide where it can be.

    Names are folded, values are not.
    """
    header, rows = table
    names = [textwrap.fill(row[0], _MOST_OF_NAMES) for row in rows]
    first = max(len(line) for text in (*names, textwrap.fill(header[0], _MOST_OF_NAMES)) for line in text.splitlines())
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(1, len(header))]
    folded = [textwrap.fill(name, max(cells, _LEAST_OF_HEADER)) for name, cells in zip(header[1:], widths, strict=True)]
    widths = [max(cells, *map(len, name.splitlines())) for name, cells in zip(folded, widths, strict=True)]
    for start, end in _runs(widths, width - first - _A_COLUMN - _ONCE):
        shown = [[name, *row[1 + start : 1 + end]] for name, row in zip(names, rows, strict=True)]
        yield [textwrap.fill(header[0], _MOST_OF_NAMES), *folded[start:end]], shown


def _runs(widths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Give where each run of columns starts and ends, as many as fit, at least one."""
    start, left = 0, room
    for place, width in enumerate(widths):
        if width + _A_COLUMN > left and place > start:
            yield start, place
            start, left = place, room
        left -= width + _A_COLUMN
    yield start, len(widths)
