"""What kind each column of a table is: decided once, at import."""

import shlex
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dlwhy.data.dataset import MAX_NAME, ColumnKind
from dlwhy.data.tables.cells import INFINITE, INTEGER, Source
from dlwhy.data.tables.encoding import BOOLEANS
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
