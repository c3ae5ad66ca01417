"""Checks of single columns and of pairs: identifiers, constants, columns that say the same, marks of missing cells."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from dlwhy.checks.association import Array, ranks
from dlwhy.checks.finding import Check, Remark, asking
from dlwhy.checks.table import Cells, Place, Table
from dlwhy.data.cells import identifiers, missing
from dlwhy.text import display

_FEWEST_ROWS = 30
_NEARLY = 0.995
_FEWEST_FOR_NEARLY = 200
_ALIKE = 0.99
_MOST_COMPARED = 3000
_ROWS_COMPARED = 5000
_MOST_NAMED = 4


def identify(table: Table) -> Iterator[Remark]:
    """Find columns whose values name rows, but for those that the user has kept."""
    kept = table.dataset.provenance.get("keep")
    kept = kept if isinstance(kept, list | tuple) else ()
    for cells, place in zip(table.columns, table.places, strict=True):
        if cells.name in kept or not _names_rows(cells, place, drawn=table.is_drawn):
            continue
        whole = table.whole(place) if table.is_drawn else cells
        if not table.is_drawn or _names_rows(whole, place):
            n_different, n_rows = len(whole.distinct[0]), len(whole.values)
            says = f'"{display(cells.name)}": {n_different} different values in {n_rows} rows, so it names them; '
            numbers = {"different": n_different, "rows": n_rows}
            yield Remark(says=says + asking("--drop", cells.name), columns=(cells.name,), numbers=numbers)


def _names_rows(cells: Cells, place: Place, *, drawn: bool = False) -> bool:
    """Return whether the values of a column name its rows; of drawn rows, whether they may."""
    values, counts = cells.distinct
    if cells.is_category:
        known = int(counts[values >= 0].sum())  # what training does not know may be any text
        one_word = not any(re.search(r"\s", category) for category in place.column.categories)
        return identifiers.texts_name_rows(int((values >= 0).sum()), known, one_word=one_word)
    n = len(cells.values)
    return identifiers.may_name_rows(values, n) if drawn else identifiers.reason(values, n, cells.name) is not None


def constants(table: Table) -> Iterator[Remark]:
    """Find columns that have one value in all training rows."""
    X = table.dataset.X_train
    if len(X) < 2:
        return
    constant = X.min(axis=0) == X.max(axis=0)
    names = [place.column.name for place in table.places if constant[place.start : place.stop].all()]
    if names:
        yield _of_several(
            names,
            "has one value in all training rows and carries no information",
            "have one value in all training rows and carry no information",
        )


def nearly_constants(table: Table) -> Iterator[Remark]:
    """Find columns that differ in a few training rows only."""
    n, names = table.n_train, []
    if n < _FEWEST_FOR_NEARLY:
        return
    for cells, place in zip(table.columns, table.places, strict=True):
        counts = cells.distinct[1]
        if len(counts) > 1 and counts.max() >= _NEARLY * counts.sum():
            whole = table.whole(place).values[:n]
            most = int(np.unique(whole, return_counts=True)[1].max())
            if _NEARLY * n <= most < n:
                names.append(place.column.name)
    if names:
        few = f"in all but {1 - _NEARLY:.1%} of the training rows"
        yield _of_several(names, f"has one value {few}", f"have one value {few}")


def twins(table: Table) -> Iterator[Remark]:
    """Find columns that say the same."""
    rows = slice(0, _ROWS_COMPARED)
    varied = [cells for cells in table.columns if len(cells.distinct[0]) > 1][:_MOST_COMPARED]
    if len(table.rows) < _FEWEST_ROWS or len(varied) < 2:
        return
    numbers = [cells for cells in varied if not cells.is_category or len(cells.distinct[0]) == 2]
    pairs = _alike([cells.values[rows] for cells in numbers])
    named = [(numbers[i].name, numbers[j].name, value) for i, j, value in pairs]
    named += _same_partition([cells for cells in varied if cells.is_category and len(cells.distinct[0]) > 2])
    if not named:
        return
    shown = "; ".join(f'"{display(a)}" and "{display(b)}" ({value:.3f})' for a, b, value in named[:3])
    more = f"; and {len(named) - 3} pairs more" if len(named) > 3 else ""
    pair = "a pair of columns says" if len(named) == 1 else f"{len(named)} pairs of columns say"
    columns = tuple(dict.fromkeys(name for a, b, _ in named for name in (a, b)))
    says = f"{pair} nearly the same (correlation of ranks): {shown}{more}; one of each is enough"
    yield Remark(says=says, columns=columns, numbers={"pairs": [list(pair) for pair in named[:100]]})


def sentinels(table: Table) -> Iterator[Remark]:
    """Find numbers that stand for missing cells."""
    parts = [part for part in (table.dataset.X_train, table.dataset.X_test) if len(part)]
    low = np.min([part.min(axis=0) for part in parts], axis=0)
    high = np.max([part.max(axis=0) for part in parts], axis=0)
    may_be = missing.may_be_sentinels(low) | missing.may_be_sentinels(high)
    for place in table.places:
        if place.column.kind == "numeric" and (place.column.scale is not None or may_be[place.start]):
            name = place.column.name
            for found in missing.sentinels(*table.whole(place).distinct):
                says = (
                    f'"{display(name)}" is {found.number:.9g} in {found.count} rows, far from all else '
                    f"({found.low:g} to {found.high:g}): if it marks missing cells, --na {found.number:.9g}"
                )
                numbers = {"value": found.number, "rows": found.count}
                yield Remark(says=says, columns=(name,), numbers=numbers)


def _alike(columns: Sequence[Array]) -> list[tuple[int, int, float]]:
    """Return the pairs whose ranks are correlated by `_ALIKE` or more, the most alike first."""
    if len(columns) < 2:
        return []
    ranked = np.stack([ranks(values) for values in columns]).astype(np.float32)
    ranked -= ranked.mean(axis=1, keepdims=True)
    sizes = np.linalg.norm(ranked, axis=1, keepdims=True)
    ranked /= np.where(sizes > 0, sizes, 1)
    alike = np.abs(np.triu(ranked @ ranked.T, 1))
    first, second = np.nonzero(alike >= _ALIKE)
    found = [(int(i), int(j), float(min(alike[i, j], 1))) for i, j in zip(first, second, strict=True)]
    return sorted(found, key=lambda pair: -pair[2])


def _same_partition(columns: Sequence[Cells]) -> list[tuple[str, str, float]]:
    """Return the pairs of categorical columns of which either tells the other."""
    seen: dict[bytes, str] = {}
    found = []
    for cells in columns:
        _, first, codes = np.unique(cells.values, return_index=True, return_inverse=True)
        # numbered in the order in which they come
        key = np.argsort(np.argsort(first))[codes].astype(np.int32).tobytes()
        if key in seen:
            found.append((seen[key], cells.name, 1.0))
        seen.setdefault(key, cells.name)
    return found


def _of_several(names: Sequence[str], one: str, many: str) -> Remark:
    shown = ", ".join(f'"{display(name)}"' for name in names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    they = one if len(names) == 1 else many
    return Remark(says=f"{shown}{more} {they}", columns=tuple(names), numbers={"columns": len(names)})


CHECKS = (
    Check(
        code="D201",
        name="identifier",
        severity="warning",
        run=identify,
        explains=f"""\
Of {identifiers.FEWEST} rows or more, {identifiers.NEARLY:.0%} of the values differ, and they are whole numbers without
large gaps (also in steps of 10 or 100), in any order; or of five digits or more, spread evenly over all numbers of as
many digits; or of any size, if the column is called id, key, row number or the like; or categories. The same rule
leaves columns out when a table is imported, where it is sure: numbers that were counted, and names.

A network can learn which row is which, and nothing of that holds for another row; where rows were numbered in the
order of the target, it is a leak. Leave it out: --drop.

Source: Kaufman et al. (2012), Leakage in data mining, ACM TKDD 6(4), on identifiers.""",
    ),
    Check(
        code="D202",
        name="constant column",
        severity="note",
        run=constants,
        cheap=False,
        explains="""\
All training rows have the same value. Exact: no false alarms.

It carries no information, and in new rows another value may do anything. Leave it out: --drop.""",
    ),
    Check(
        code="D203",
        name="nearly constant column",
        severity="note",
        run=nearly_constants,
        cheap=False,
        explains=f"""\
One value holds in {_NEARLY:.1%} or more of {_FEWEST_FOR_NEARLY} training rows or more.

The few others hardly change a fit, and the test part may have none of them. Keep it only if those rows matter.

Source: Kuhn & Johnson (2013), Applied Predictive Modeling, section 3.5.""",
    ),
    Check(
        code="D205",
        name="columns that say the same",
        severity="note",
        run=twins,
        cheap=False,
        explains=f"""\
The ranks of two columns of numbers are correlated by {_ALIKE} or more either way, or each category of one goes with a
single one of the other. At most {_ROWS_COMPARED} rows and {_MOST_COMPARED} columns are looked at.

It does no harm to predictions, but to what is said of single columns: importance and weights are shared between them.

Source: Dormann et al. (2013), Collinearity, Ecography 36(1).""",
    ),
    Check(
        code="D206",
        name="number that marks missing cells",
        severity="warning",
        run=sentinels,
        explains="""\
The smallest or largest number of a column is one of ±9, ±99, … ±99999999, ±777, ±888, ±32767, ±65535, ±2147483648,
±1e10 or the like, in 2 rows or more, and at least as far from the next one as all others are from each other, and as
half of its size. The import of a table tells of it by the same rule.

-999 for a missing temperature pulls the scale of the column to itself, and the others become nearly one number. Say so
when the table is read: --na -999.

Source: pandas' and GDAL's lists of missing-value marks; Pearson (2006), The problem of disguised missing data.""",
    ),
)
