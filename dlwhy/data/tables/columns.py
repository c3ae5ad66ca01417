"""What kind each column of a table is, and how it becomes features: decided once, at import."""

import shlex
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from dlwhy.data.dataset import MAX_NAME, Column, ColumnKind, FloatArray
from dlwhy.data.splitting import Rows
from dlwhy.data.tables.cells import INFINITE, INTEGER, Source, numbers
from dlwhy.data.tables.encoding import BOOLEANS, booleans
from dlwhy.errors import DlwhyWarning, InputRefusedError
from dlwhy.text import NUMBER, display

if TYPE_CHECKING:
    import polars as pl

MAX_CATEGORIES = 100
_FEWEST_FOR_IDENTIFIER = 20
_NUMERIC = f"{NUMBER}|{INFINITE}"
_DAY = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
_DATE = rf"^(?:{_DAY})(?:[T ].*)?$|^\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?$"


def kinds_of(frame: "pl.DataFrame", source: Source) -> dict[str, ColumnKind]:
    """Return the kind of each column from its cleaned cells; raises what `kind_of` raises."""
    import polars as pl

    if not frame.width:
        return {}
    # one call for all: most columns of a wide table are numbers
    counts = frame.select(pl.all().str.contains(_NUMERIC).sum()).row(0)
    missing = frame.null_count().row(0)
    return {
        cells.name: "numeric" if 2 * count > frame.height - gaps else kind_of(cells, source)
        for cells, count, gaps in zip(frame.get_columns(), counts, missing, strict=True)
    }


def kind_of(cells: "pl.Series", source: Source) -> ColumnKind:
    """Return the kind of a column from its cleaned cells. Where most cells are numbers, all should be.

    Raises
    ------
    InputRefusedError
        If the column is empty, or holds dates or free text.

    """
    present = cells.drop_nulls()
    if present.is_empty():
        raise _unfit(cells.name, "is empty", source)
    if mostly_numbers(present):
        return "numeric"
    if present.str.to_lowercase().is_in(list(BOOLEANS)).all():
        return "boolean"
    if 2 * present.str.contains(_DATE).sum() > len(present):
        raise _unfit(cells.name, f'holds dates ("{display(present[0])}")', source)
    n_different = present.n_unique()
    if n_different > MAX_CATEGORIES:
        counts = f"{n_different} different texts in {len(cells)} rows; at most {MAX_CATEGORIES} can be categories"
        raise _unfit(cells.name, f"holds free text ({counts})", source)
    if int(present.str.len_chars().max() or 0) > MAX_NAME:  # type: ignore[arg-type]
        raise _unfit(cells.name, f"holds free text (of more than {MAX_NAME} characters)", source)
    return "categorical"


def mostly_numbers(present: "pl.Series") -> bool:
    """Return whether more than half of some cells are written as numbers, infinite ones included."""
    return bool(2 * present.str.contains(_NUMERIC).sum() > len(present))


def fit(frame: "pl.DataFrame", kinds: Mapping[str, ColumnKind], train: Rows, source: Source) -> tuple[Column, ...]:
    """Decide how each column becomes features, from the training rows of cleaned cells.

    Parameters
    ----------
    frame
        All rows; null where a cell is missing.
    kinds
        The kind of each column.
    train
        Numbers of the training rows.
    source
        Where the rows come from.

    """
    return tuple(_fit_column(cells, kinds[cells.name], train, source) for cells in frame.get_columns())


def _fit_column(cells: "pl.Series", kind: ColumnKind, train: Rows, source: Source) -> Column:
    import polars as pl

    missing = cells.null_count() > 0
    if kind != "categorical" and not missing:
        return Column(name=cells.name, kind=kind)
    known = cells.gather(train)
    indicator = known.null_count() > 0
    # a training part that tells nothing can only borrow from the rest
    present = known.drop_nulls() if known.null_count() < len(known) else cells.drop_nulls()
    if kind == "categorical":
        counts = present.value_counts().sort([pl.col("count"), cells.name], descending=[True, False])
        categories = counts.to_series().to_list()
        fill = categories[0] if missing else None
        return Column(name=cells.name, kind=kind, categories=tuple(sorted(categories)), fill=fill, indicator=indicator)
    values = numbers(present, source) if kind == "numeric" else booleans(present, source)
    return Column(name=cells.name, kind=kind, fill=_median(values, kind), indicator=indicator)


def _median(values: FloatArray, kind: ColumnKind) -> float:
    middle = float(np.median(values.astype(np.float64)))
    return float(middle >= 0.5) if kind == "boolean" else float(np.float32(middle))


def warn_of_identifiers(frame: "pl.DataFrame", kinds: Mapping[str, ColumnKind], source: Source) -> None:
    """Warn of columns whose cells all differ and count up, or are texts that all differ: they name rows."""
    if frame.height < _FEWEST_FOR_IDENTIFIER:
        return
    for cells in frame.get_columns():
        name, kind = cells.name, kinds[cells.name]
        if _counts_up(cells) if kind == "numeric" else kind == "categorical" and cells.is_unique().all():
            warnings.warn(
                f'{source.name}: column "{display(name)}" looks like an identifier: no two rows have the same '
                f"(leave it out with --drop {_quoted(name)})",
                DlwhyWarning,
                stacklevel=3,
            )


def warn_of_constants(X_train: FloatArray, columns: tuple[Column, ...], source: Source) -> None:
    """Warn of numeric and boolean columns that have one value in all training rows."""
    if len(X_train) < 2:
        return
    constant = X_train.min(axis=0) == X_train.max(axis=0)
    found, place = [], 0
    for column in columns:
        if column.kind != "categorical" and constant[place]:
            found.append(f'"{display(column.name)}" is constant ({X_train[0, place]})')
        place += len(column.features)
    if found:
        more = f", and {len(found) - 3} more are" if len(found) > 3 else ""
        features, they = ("feature", "it carries") if len(found) == 1 else ("features", "they carry")
        text = f"{source.name}: {features} {', '.join(found[:3])}{more}; {they} no information"
        warnings.warn(text, DlwhyWarning, stacklevel=3)


def _counts_up(cells: "pl.Series") -> bool:
    import polars as pl

    if cells.null_count() or not cells.str.contains(INTEGER).all():
        return False
    return bool((cells.cast(pl.Int64, strict=False).diff().drop_nulls() > 0).all())


def _unfit(name: str, what: str, source: Source) -> InputRefusedError:
    return InputRefusedError(
        f'{source.name}: column "{display(name)}" {what}', f"leave it out with --drop {_quoted(name)}"
    )


def _quoted(name: str) -> str:
    return display(shlex.quote(name))
