"""What a notebook shows of our objects: a small table, in which no foreign text is markup."""

import html
from collections.abc import Iterable, Sequence

from dlwhy.text import display

_LONGEST = 300


def card(title: str, rows: Iterable[Sequence[object]], *, header: Sequence[str] = (), notes: Iterable[str] = ()) -> str:
    """Return a table as HTML.

    Parameters
    ----------
    title
        What it is about.
    rows
        The cells, row by row.
    header
        Names of the columns, if they have any.
    notes
        Sentences below.

    """
    lines = [f"<p><strong>{_text(title)}</strong></p>", "<table>"]
    if header:
        lines.append(f"<thead>{_row(header, 'th')}</thead>")
    lines += ["<tbody>", *(_row(row, "td") for row in rows), "</tbody>", "</table>"]
    return "\n".join([*lines, *(f"<p>{_text(note)}</p>" for note in notes)])


def _row(cells: Sequence[object], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_text(cell)}</{tag}>' for cell in cells)}</tr>"


def _text(value: object) -> str:
    return html.escape(display(value, _LONGEST))
