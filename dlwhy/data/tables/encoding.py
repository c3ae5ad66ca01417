"""Columns of text into features, as plain metadata says: the same at import and at prediction."""

import dataclasses
import itertools
import shlex
import warnings
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from dlwhy.data.cells.dates import part_of
from dlwhy.data.cells.decorated import plain
from dlwhy.data.cells.precision import scaled
from dlwhy.data.dataset import Column, FloatArray, placed
from dlwhy.data.tables.cells import Source, cleaned, matrix, precise
from dlwhy.errors import DlwhyWarning, InputRefusedError
from dlwhy.text import counted, display, listed

if TYPE_CHECKING:
    import polars as pl

# of columns that are read at once
_CELLS = 2_000_000
_THREE_BEHIND_A_POINT = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
BOOLEANS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
# what most likely means the same, but is not taken for it: the column may be another
_INSTEAD = dict.fromkeys(("1", "1.0", "t", "y"), "true") | dict.fromkeys(("0", "0.0", "f", "n"), "false")


def encode(
    frame: "pl.DataFrame", columns: tuple[Column, ...], *, source: Source, whole: Collection[str] = ()
) -> FloatArray:
    """Turn rows of text into features, and warn about what was filled in or not known.

    Parameters
    ----------
    frame
        Columns of text, found by name; others are left aside.
    columns
        How the columns become features.
    source
        Where the rows come from.
    whole
        Columns in which no cell was missing in training.

    Returns
    -------
    numpy.ndarray
        (n, n_features), float32.

    Raises
    ------
    InputRefusedError
        If a column is absent, a cell is not a number where one belongs, or a cell is missing in a column without a
        value for that.

    """
    encoder = Encoder(columns, source, whole)
    X = encoder.encode(frame)
    encoder.warn()
    return X


class Encoder:
    """Turns a table into features chunk by chunk, and counts what it had to fill in or did not know.

    Parameters
    ----------
    columns
        How the columns become features.
    source
        Where the first chunk comes from; the rows of further chunks are counted on.
    whole
        Columns in which no cell was missing in training, so that a missing one is worth a word of its own.

    Attributes
    ----------
    filled, unexpected, unknown
        For each column so far, how many missing cells were filled in, how many of columns that were whole in training,
        and how many held an unknown category.
    gaps
        Which cells of the last chunk were missing, (n,), for each column where some were.

    """

    def __init__(self, columns: tuple[Column, ...], source: Source, whole: Collection[str] = ()):
        self.columns = columns
        self.source = source
        self.filled: Counter[str] = Counter()
        self.unexpected: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.gaps: dict[str, npt.NDArray[np.bool_]] = {}
        self._whole = frozenset(whole)
        self._first = self._strange = ""
        self._rows = 0
        # the user names them for a whole table
        self._na = tuple(dict.fromkeys(mark for column in columns for mark in column.na))

    def encode(self, frame: "pl.DataFrame") -> FloatArray:
        """Turn the next rows of text into features, (n, n_features), float32; raises what `encode` raises."""
        there, self.gaps = set(frame.columns), {}
        for column in self.columns:
            if column.of not in there:
                raise InputRefusedError(
                    f'{self.source.name}: no column "{display(column.of)}"; columns: {listed(frame.columns)}'
                )
        ends = list(itertools.accumulate(len(column.features) for column in self.columns))
        X = np.empty((frame.height, ends[-1] if ends else 0), np.float32)
        together = max(1, _CELLS // max(1, frame.height))
        for first in range(0, len(self.columns), together):
            columns = self.columns[first : first + together]
            begin = ends[first - 1] if first else 0
            kept = [column.of for column in columns if column.keep_na]
            part = cleaned(frame.select(*dict.fromkeys(column.of for column in columns)), self._na, kept=kept)
            self._check_points(part, columns)
            part = as_columns(part, columns)
            self._encode_some(part, columns, X[:, begin : ends[first + len(columns) - 1]])
        self._rows += frame.height
        return X

    def _check_points(self, cells: "pl.DataFrame", columns: tuple[Column, ...]) -> None:
        """Refuse 1.234 where numbers have a decimal comma, and nothing is known of what stands between thousands."""
        for column in columns:
            if column.form is None or (column.form.decimal, column.form.thousands) != (",", ""):
                continue
            rows = cells[column.of].str.contains(_THREE_BEHIND_A_POINT).fill_null(value=False).arg_true()
            if len(rows):
                where, text = self._here().at(int(rows[0]), column.of), cells[column.of][int(rows[0])]
                raise InputRefusedError(
                    f'{where}: "{display(text)}" may be {text.replace(".", "")} or {text}, where others have a comma',
                    "--thousands . or --decimal . says which",
                )

    def _encode_some(self, cells: "pl.DataFrame", columns: tuple[Column, ...], X: FloatArray) -> None:
        """Turn some columns of cleaned cells into their features, (n, n_features)."""
        filled = self._filled(cells, columns)
        numeric = {}
        for before, after, (column, place) in zip(
            cells.get_columns(), filled.get_columns(), placed(columns), strict=True
        ):
            values = X[:, place]
            if column.indicator:
                values[:, -1] = before.is_null().to_numpy()
                values = values[:, :-1]
            if column.scale is not None:
                values[:, 0] = encode_scaled(after, column, self._here())
            elif column.kind == "numeric":
                numeric[column.name] = place.start
            elif column.kind == "boolean":
                values[:, 0] = booleans(after, self._here())
            else:
                codes = category_codes(after, column.categories)
                if column.other:
                    codes = np.where(codes < 0, column.categories.index(column.other), codes)
                self.unknown += Counter({column.name: int((codes < 0).sum())})  # += leaves out zeros
                if not self._strange and (codes < 0).any():
                    self._strange = _strange(str(after[int((codes < 0).argmax())]), column.categories)
                values[:] = codes[:, None] == np.arange(len(column.categories))
        if numeric:
            X[:, list(numeric.values())] = matrix(filled.select(list(numeric)), self._here())

    def warn(self, marks: str = "", hint: str = "") -> None:
        """Warn about what was filled in, after which `marks` of missing cells, and what was not known so far.

        The hint says what to do about cells that are missing in columns which were whole in training.
        """
        if self.filled:
            text = f"missing {in_cells(self.filled)}: filled with the training median or most frequent category{marks}"
            warnings.warn(f"{self.source.name}: {text}", DlwhyWarning, stacklevel=3)
        if self.unexpected:
            text = f"value is missing, as none was in training ({in_cells(self.unexpected)})"
            taken = f"taken for the training median or most frequent category{hint}"
            warnings.warn(f"{self._first}: {text}: {taken}", DlwhyWarning, stacklevel=3)
        if self.unknown:
            where = f"unknown categories in {in_cells(self.unknown)}, such as {self._strange}"
            text = f"{where}: taken as none of those in the training data"
            warnings.warn(f"{self.source.name}: {text}", DlwhyWarning, stacklevel=3)

    def _filled(self, frame: "pl.DataFrame", columns: tuple[Column, ...]) -> "pl.DataFrame":
        """Put into missing cells what they are taken to be."""
        import polars as pl

        fills = []
        for column, missing in zip(columns, frame.null_count().row(0), strict=True):
            if not missing:
                continue
            self.gaps[column.name] = frame[column.name].is_null().to_numpy()
            where = self._here().at(int(self.gaps[column.name].argmax()), column.name)
            if column.fill is None:
                raise InputRefusedError(f"{where}: value is missing", "no cell of this column was missing in training")
            is_whole = column.name in self._whole
            self._first = self._first or (where if is_whole else "")
            (self.unexpected if is_whole else self.filled)[column.name] += int(missing)
            fill = ("true" if column.fill else "false") if column.kind == "boolean" else str(column.fill)
            fills.append(pl.col(column.name).fill_null(pl.lit(fill)))
        return frame.with_columns(fills)

    def _here(self) -> Source:
        return dataclasses.replace(self.source, first_row=self.source.first_row + self._rows)


def _strange(text: str, known: tuple[str, ...]) -> str:
    """Write an unknown category, and the known one that differs from it in case only."""
    alike = [f', where training had "{display(name)}"' for name in known if name.casefold() == text.casefold()]
    return f'"{display(text, 40)}"{"".join(alike[:1])}'


def as_columns(frame: "pl.DataFrame", columns: tuple[Column, ...]) -> "pl.DataFrame":
    """Make of cleaned cells those of each column: decorated numbers written plainly, dates taken apart."""
    import polars as pl

    if all(column.form is None and column.date is None for column in columns):
        return frame if len(columns) == frame.width else frame.select([column.name for column in columns])
    return pl.DataFrame([_as_column(frame[column.of], column) for column in columns])


def _as_column(cells: "pl.Series", column: Column) -> "pl.Series":
    if column.date is not None:
        return part_of(cells, column.date).alias(column.name)
    return cells if column.form is None else plain(cells, column.form)


def encode_scaled(cells: "pl.Series", column: Column, source: Source) -> FloatArray:
    """Read cleaned cells without gaps as numbers that are centred and scaled in float64, (n,), float32.

    Raises
    ------
    InputRefusedError
        If a cell is no number, or one so far from those of training that float32 has no room for it.

    """
    with np.errstate(over="ignore"):
        values = scaled(precise(cells, source), column)
    if not np.isfinite(values).all():
        row = int((~np.isfinite(values)).argmax())
        raise InputRefusedError(f"{source.at(row, cells.name)}: {display(cells[row])} is far outside the training data")
    return values


def booleans(cells: "pl.Series", source: Source) -> FloatArray:
    """Read cleaned cells that say true, false, yes or no as 1 and 0, (n,), float32.

    Raises
    ------
    InputRefusedError
        If a cell says something else.

    """
    import polars as pl

    values = cells.str.to_lowercase().replace_strict(BOOLEANS, default=None, return_dtype=pl.Float32)
    if values.null_count():
        row = int(values.is_null().arg_max() or 0)
        raise InputRefusedError(
            f'{source.at(row, cells.name)}: "{display(cells[row])}" is none of true, false, yes and no',
            f"in training these were true and false or yes and no: write {instead} for it"
            if (instead := _INSTEAD.get(cells[row].lower()))
            else f"--na {display(shlex.quote(cells[row]))} takes it for missing",
        )
    return cast(FloatArray, values.to_numpy())


def category_codes(cells: "pl.Series", categories: tuple[str, ...]) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """Return the index of each cell's text among the categories, (n,), int32; -1 if it is none of them."""
    import polars as pl

    codes = {category: index for index, category in enumerate(categories)}
    return cast(
        "np.ndarray[tuple[int], np.dtype[np.int32]]",
        cells.replace_strict(codes, default=-1, return_dtype=pl.Int32).to_numpy(),
    )


def in_cells(counts: Counter[str]) -> str:
    """Write ``13 cells (age 12, city 1)``."""
    parts = listed([f"{name} {count}" for name, count in counts.most_common()], 5)
    return f"{counted(counts.total(), 'cell')} ({parts})"
