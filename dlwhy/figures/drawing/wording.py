"""The words of a picture said in another way, such as in another language: once it is drawn, before it is laid out."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dlwhy.figures.drawing import legends, lettering, ticks

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.ticker import Formatter

Change = Callable[[str], str]


def reword(figure: "Figure", change: Change) -> None:
    """Change every text of a picture: titles, names in legends, words in panels, and what axes write.

    Parameters
    ----------
    figure
        Drawn and not yet laid out.
    change
        From what is said, perhaps in several lines, to what is to be said.

    """
    texts, axes = _found(figure)
    for text in texts:
        text.set_text(change(lettering.said(text)))
    for axis in axes:
        if not ticks.rename(axis, change):
            _reword_numbers(axis.get_major_formatter(), change)
            _reword_numbers(axis.get_minor_formatter(), change)
    for ax in figure.axes:
        legends.rename(ax, change)


def _found(figure: "Figure") -> "tuple[list[Text], list[Axis]]":
    from matplotlib.axis import Axis
    from matplotlib.text import Text

    every = [*_within(figure)]
    texts = [each for each in every if isinstance(each, Text) and each.get_text()]
    return texts, [each for each in every if isinstance(each, Axis)]


def _within(artist: "Artist") -> "Iterator[Artist]":
    """Yield what is drawn, but for legends and for the numbers and names along an axis, which are made anew."""
    from matplotlib.axis import Axis
    from matplotlib.legend import Legend

    for child in artist.get_children():
        if isinstance(child, Axis):
            yield from (child, child.label)
        elif not isinstance(child, Legend):
            yield child
            yield from _within(child)


def _reword_numbers(formatter: "Formatter", change: Change) -> None:
    """Change what is written along an axis: its numbers are chosen when it has got its place."""
    write, offset = formatter.format_ticks, formatter.get_offset
    # of this formatter alone
    vars(formatter)["format_ticks"] = lambda values: [change(text) for text in write(values)]
    vars(formatter)["get_offset"] = lambda: change(offset())
