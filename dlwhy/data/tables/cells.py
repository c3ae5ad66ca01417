"""The cells of a table as text: which are missing, which are numbers, and where a bad one stands."""

import dataclasses
import math
import re
import shlex
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dlwhy.data.cells.characters import UNCLEAN, same
from dlwhy.data.cells.decorated import are_numbers
from dlwhy.data.cells.missing import EMPTY, STRICT, USUAL
from dlwhy.data.dataset import MAX_COLUMNS, MAX_NAME, FloatArray
from dlwhy.data.tables.formats.form import Lines
from dlwhy.errors import InputRefusedError
from dlwhy.text import NUMBER, display

if TYPE_CHECKING:
    import polars as pl

# these run in Rust, on whole columns: $ is the end of the text there, never before a line end
INTEGER = r"^[+-]?[0-9]+$"
INFINITE = r"^(?i:[+-]?inf(?:inity)?)$"
_UNCLEAN = rf"{USUAL}|{UNCLEAN}"
_EXACT = 2**53


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """Where rows came from, for messages."""

    name: str  # the file, as `files.shown` gives it
    first_row: int = 2  # the number that a person gives the first row: 2 below a header
    # which of the file's rows these are, counted from 0, if some were left out
    rows: npt.NDArray[np.intp] | None = None
    # where the lines of the file are known, rows are counted from 0 and stand on these
    lines: Lines | None = None

    def at(self, index: int, column: str) -> str:
        """Say where a cell stands: ``data.csv:17:x1``."""
        row = index if self.rows is None else int(self.rows[index])
        row += self.first_row
        return f"{self.name}:{row if self.lines is None else self.lines.of(row)}:{display(column)}"


def check_names(names: Sequence[str], source: str) -> None:
    """Refuse the names of columns that are too many or too long, empty, or not unique.

    Raises
    ------
    InputRefusedError
        If one of these is the case.

    """
    if len(names) > MAX_COLUMNS:
        raise InputRefusedError(f"{source}: {len(names)} columns; at most {MAX_COLUMNS}")
    places: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if not name:
            raise InputRefusedError(f"{source}: column {place} has no name", "each column needs a name in the header")
        if len(name) > MAX_NAME:
            raise InputRefusedError(
                f"{source}: column {place} has a name of {len(name)} characters; at most {MAX_NAME}"
            )
        if name in places:
            raise InputRefusedError(
                f'{source}: column name "{display(name)}" occurs {list(names).count(name)} times '
                f"(columns {places[name]} and {place})",
                "give each column a name of its own in the header",
            )
        places[name] = place


def cleaned(
    frame: "pl.DataFrame", na: Collection[str] = (), *, kept: Collection[str] = (), strict: Collection[str] = ()
) -> "pl.DataFrame":
    """Make cells that mean the same look the same, as `characters.same` does, with gaps null.

    Parameters
    ----------
    frame
        Columns of text.
    na
        Further texts that mark a missing cell. A number stands for all that are equal to it: -999 for -999.0, too.
    kept
        Columns where only an empty cell is missing.
    strict
        Columns where words such as ``None`` and a dash are texts like others: in a target they may well be classes.

    """
    import polars as pl

    # most columns of a large table have nothing to clean, and a look costs much less than a copy
    unclean = frame.select(pl.all().str.contains(_UNCLEAN).any())
    names = [name for name in frame.columns if unclean[name].item()]
    frame = frame.with_columns(same(pl.col(names))).with_columns(
        pl.when(pl.col(name).str.contains(EMPTY if name in kept else STRICT if name in strict else USUAL))
        .then(None)
        .otherwise(pl.col(name))
        .alias(name)
        for name in names
    )
    if not na:
        return frame
    return frame.select(pl.when(~_is_marked(pl.all(), na)).then(pl.all()))


def idle_marks(frame: "pl.DataFrame", na: Collection[str]) -> list[str]:
    """Return which of the user's marks of missing cells are in no cell of a frame of texts as they were read."""
    import polars as pl

    if not frame.width:
        return [*na]
    cells = same(pl.all())
    return [mark for mark in na if not frame.select(pl.any_horizontal(_is_marked(cells, [mark]).any())).item()]


def _is_marked(cells: "pl.Expr", na: Collection[str]) -> "pl.Expr":
    """Say which cells are a mark, or a number that is equal to one."""
    import polars as pl

    marked = cells.is_in([mark.strip() for mark in na])
    if equal := [float(mark) for mark in na if re.search(NUMBER, mark.strip())]:
        marked |= cells.cast(pl.Float64, strict=False).is_in(equal).fill_null(False)
    return marked


def numbers(cells: "pl.Series", source: Source) -> FloatArray:
    """Read cleaned cells as numbers.

    Returns
    -------
    numpy.ndarray
        Float32, (n,), each the nearest to its text; NaN where a cell is missing.

    Raises
    ------
    InputRefusedError
        If a cell is text, infinite, larger than float32 can hold, or a whole number over 2**53.

    """
    import polars as pl

    wrong = (~cells.str.contains(NUMBER)).arg_true()
    if len(wrong):
        raise _not_a_number(cells, int(wrong[0]), source)
    # straight to float32: by way of float64 some numbers would be rounded twice, and not come out nearest
    values: FloatArray = cells.cast(pl.Float32, strict=False).to_numpy()
    large = np.flatnonzero(np.abs(values) >= _EXACT)
    if len(large):
        _check_large(cells.gather(large), values[large], large, source)
    return values


def precise(cells: "pl.Series", source: Source) -> npt.NDArray[np.float64]:
    """Read cleaned cells as numbers in float64, (n,); refuses what `numbers` does."""
    import polars as pl

    numbers(cells, source)
    values: npt.NDArray[np.float64] = cells.cast(pl.Float64, strict=False).to_numpy()
    return values


def matrix(frame: "pl.DataFrame", source: Source) -> FloatArray:
    """Read columns of cleaned cells without gaps as numbers, (n, n_columns), float32; refuses what `numbers` does.

    All at once: a call of polars takes as long for one short column as for hundreds.
    """
    import polars as pl

    written = frame.select(pl.all().str.contains(NUMBER).all()).row(0)
    values: FloatArray = frame.select(pl.all().cast(pl.Float32, strict=False)).to_numpy()
    doubtful = ~np.array(written) | (np.abs(values) >= _EXACT).any(axis=0)
    for cells in (frame.to_series(int(place)) for place in np.flatnonzero(doubtful)):
        numbers(cells, source)
    return values


def _not_a_number(cells: "pl.Series", row: int, source: Source) -> InputRefusedError:
    text = str(cells[row])
    where = f"{source.at(row, cells.name)}: "
    if re.search(INFINITE, text):
        message, hint = f'value is not a finite number ("{display(text)}")', "leave the cell empty if it is missing"
        return InputRefusedError(where + message, hint)
    hint = f"correct the cell, or --na {display(shlex.quote(text))} takes it for missing"
    if are_numbers(cells.slice(row, 1)).item():
        hint = "it is written otherwise than the column was read: --decimal, --thousands or --censored says how"
    return InputRefusedError(f'{where}"{display(text)}" is not a number', hint)


def _check_large(cells: "pl.Series", values: FloatArray, rows: npt.NDArray[np.intp], source: Source) -> None:
    for index in np.flatnonzero(np.isinf(values))[:1]:
        text, where = cells[int(index)], source.at(int(rows[index]), cells.name)
        if math.isinf(float(text)):
            raise InputRefusedError(f'{where}: value is not a finite number ("{display(text)}")')
        raise InputRefusedError(f"{where}: {display(text)} is larger than 3.4e38")
    for index in cells.str.contains(INTEGER).arg_true():
        # compared as text: Python refuses to turn some thousands of digits into a number
        digits = cells[index].lstrip("+-0")
        if (len(digits), digits) > (16, str(_EXACT)):
            where = source.at(int(rows[index]), cells.name)
            raise InputRefusedError(f"{where}: {display(digits)} can't be held exactly", "leave the column out")
