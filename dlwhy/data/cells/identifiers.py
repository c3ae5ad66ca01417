"""Columns that name rows, and texts that are codes: of numbers and of texts by one rule."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

FEWEST = 20  # rows; fewer may all differ by chance
_NEARLY = 0.95
_LOOKED_AT = 1000
_WHOLE = r"^[+-]?[0-9]+(?:\.0+)?$"
_SAYS_SO = (
    r"(?:^|[^A-Za-z])(?i:id|ids|uuid|guid|key|index|rowid|rownames?|record|serial)$|[a-z](?:Id|ID)$|^Unnamed: ?0$"
)
_YEARS = (1500, 2100)
_ONE_WORD = r"^\S+$"


def name_rows(cells: "pl.Series", *, numeric: bool) -> bool:
    """Return whether cells, null where missing, name their rows: (nearly) all differ, as no measurement does.

    Whole numbers that differ and lie close together were counted: measurements so close would repeat themselves. If
    they lie far apart, the column's name has to say so. Texts that differ tell nothing else.
    """
    present = cells.drop_nulls()
    first = present.head(_LOOKED_AT)
    # what some cells tell costs much less than a look at a million
    if len(present) < FEWEST or not _differ(first) or (numeric and not first.str.contains(_WHOLE).all()):
        return False
    if not _differ(present):
        return False
    return _counted(present) if numeric else bool(present.is_unique().all() or present.str.contains(_ONE_WORD).all())


def rise(cells: "pl.Series") -> bool:
    """Return whether whole numbers differ and stand in order: an identifier, or a table sorted by a measurement."""
    import polars as pl

    present = cells.head(_LOOKED_AT)
    if len(cells) < FEWEST or cells.null_count() or not present.str.contains(_WHOLE).all():
        return False
    for some in (present, cells):
        steps = some.cast(pl.Float64, strict=False).diff().drop_nulls()
        if not ((steps > 0).all() or (steps < 0).all()):
            return False
    return True


def are_codes(cells: "pl.Series") -> str | None:
    """Return an example of a leading zero, if these are whole numbers that differ as texts do: 01067, 007."""
    if not cells.drop_nulls().head(_LOOKED_AT).str.contains("^[0-9]+$").all():
        return None
    zeros = cells.filter(cells.str.starts_with("0"))
    zeros = zeros.filter(zeros.str.contains("^0[0-9]+$"))
    if zeros.is_empty() or not cells.drop_nulls().str.contains("^[0-9]+$").all():
        return None
    different = cells.drop_nulls().unique()
    # 1 beside 01 is one number written in two ways
    return str(zeros[0]) if different.str.strip_chars_start("0").n_unique() == len(different) else None


def _differ(cells: "pl.Series") -> bool:
    return bool(cells.n_unique() >= _NEARLY * len(cells))


def _counted(cells: "pl.Series") -> bool:
    import polars as pl

    if not cells.str.contains(_WHOLE).all():
        return False
    values = cells.cast(pl.Float64)
    low, high = float(values.min()), float(values.max())  # type: ignore[arg-type]
    if _YEARS[0] <= low and high <= _YEARS[1]:
        return False
    return high - low < 2 * len(cells) or bool(pl.Series([cells.name]).str.contains(_SAYS_SO).item())
