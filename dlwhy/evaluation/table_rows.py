"""The rows that `dlwhy predict` reads: chunk by chunk, as a model's features, with the columns beside them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np

from dlwhy import files
from dlwhy.data.cells.reading import Reading, as_written
from dlwhy.data.dataset import Column, FloatArray
from dlwhy.data.tables.cells import Source
from dlwhy.data.tables.encoding import Encoder
from dlwhy.data.tables.formats.form import Form, Lines
from dlwhy.data.tables.rows import read_chunks
from dlwhy.errors import InputRefusedError
from dlwhy.models.details import Details
from dlwhy.text import display

if TYPE_CHECKING:
    import polars as pl

Missing = Literal["impute", "mark", "refuse"]


def read_rows(
    path: str,
    details: Details,
    *,
    form: Form | None = None,
    cells: Reading | None = None,
    missing: Missing = "impute",
    chunk_size: int = 100_000,
    keep: bool = False,
) -> Iterator[tuple[FloatArray, "pl.DataFrame", "pl.Series | None"]]:
    """Read a table to predict from, in bounded memory, and warn at its end about what was filled in or unknown.

    Parameters
    ----------
    path
        The file, or "-" for stdin.
    details
        Of the model; its columns are found by name, or by position if there is no header.
    form
        What need not be recognised of the file.
    cells
        How cells are written, where that is not as in the training table.
    missing
        What becomes of a missing cell in a column that had none in training: it is taken for the training median or
        most frequent category (``impute``), the row says so, too (``mark``), or the table is refused (``refuse``).
    chunk_size
        Most rows of a chunk.
    keep
        Whether the columns of the table are wanted as they stand there.

    Yields
    ------
    X
        Features, (n, n_features), float32.
    kept
        The columns of the table, n rows of text; no columns unless they are wanted.
    missing
        The names of the columns in which a row had no value, (n,), if rows are marked.

    Raises
    ------
    InputRefusedError
        If the table can't be understood, does not fit the model, or has no rows.
    InputUnreadableError, InputOutputError
        If it can't be read.

    """
    source = files.shown(path)
    by_position = form is not None and form.header is False
    place = Source(name=source, first_row=0, lines=Lines())
    columns = details.columns if missing == "refuse" else details.filling
    columns = as_written(columns, cells) if cells else columns
    encoder = Encoder(columns, place, details.whole)
    names: list[str] = []
    for chunk in read_chunks(path, form, rows=chunk_size, lines=place.lines):
        if not chunk.height:
            continue  # a header whose rows are still to come
        frame = _by_position(chunk, columns, source, keep=keep) if by_position else chunk
        names = names or frame.columns
        frame = _like_first(frame, names, source, keep=keep)
        X = encoder.encode(frame)
        marks = _marks(encoder, frame.height) if missing == "mark" else None
        yield X, frame.select(names if keep else []), marks
    if not names:
        raise InputRefusedError(f"{source}: no data rows")
    marked = "" if missing == "mark" else ", --missing mark names such cells in each row"
    encoder.warn(hint=f" (--missing refuse stops there{marked})")


def _marks(encoder: Encoder, n_rows: int) -> "pl.Series":
    """Name, for each row of the last chunk, the columns in which it had no value."""
    import polars as pl

    marks = np.full(n_rows, "", object)
    for name, gaps in encoder.gaps.items():
        marks[gaps] = [f"{mark}, {name}" if mark else name for mark in marks[gaps]]
    return pl.Series("missing", marks.tolist(), dtype=pl.String)


def _by_position(frame: "pl.DataFrame", columns: tuple[Column, ...], source: str, *, keep: bool) -> "pl.DataFrame":
    """Give the first columns the names that the model knows."""
    wanted = list(dict.fromkeys(column.of for column in columns))
    if frame.width < len(wanted) or (frame.width > len(wanted) and not keep):
        raise InputRefusedError(f"the model expects {len(wanted)} columns, {source} has {frame.width}")
    taken = set(wanted)
    others = [f"{name}'" if name in taken else name for name in frame.columns[len(wanted) :]]
    return frame.rename(dict(zip(frame.columns, [*wanted, *others], strict=True)))


def _like_first(frame: "pl.DataFrame", names: list[str], source: str, *, keep: bool) -> "pl.DataFrame":
    """Give a later chunk the columns of the first: in JSON Lines each may have others."""
    import polars as pl

    for name in frame.columns if keep else ():
        if name not in names:
            raise InputRefusedError(
                f'{source}: "{display(name)}" is not in the first rows, so it can\'t be kept',
                "give every row the same keys",
            )
    absent = [pl.lit(None, pl.String).alias(name) for name in names if name not in frame.columns]
    return frame.with_columns(absent) if absent else frame
