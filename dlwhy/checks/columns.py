"""Checks of single columns and of pairs: identifiers, constants, columns that say the same, marks of missing cells."""

from collections.abc import Iterator, Sequence

import numpy as np

from dlwhy.checks.association import Array, ranks
from dlwhy.checks.finding import Check, Remark, asking
from dlwhy.checks.leaks import words
from dlwhy.checks.table import Cells, Table
from dlwhy.text import display

_FEWEST_ROWS = 30
_ONCE = 0.97
_ONCE_NAMED = 0.9
_IDENTIFIERS = frozenset(
    ("id", "ids", "uuid", "guid", "key", "identifier", "index", "idx", "rowid", "unnamed", "rownames", "nr", "serial")
)
_NEARLY = 0.995
_FEWEST_FOR_NEARLY = 200
_ALIKE = 0.99
_MOST_COMPARED = 3000
_ROWS_COMPARED = 5000
SENTINELS = tuple(
    float(np.float32(size * sign))
    for size in (9, 99, 999, 9999, 99999, 999999, 99999999, 32767, 32768, 2147483648, 1e10, 1e12, 1e15, 1e16)
    for sign in (1, -1)
)
_GAP = 0.5  # of the range of all other values
_FEWEST_MARKS = 2
_MOST_NAMED = 4


def identifiers(table: Table) -> Iterator[Remark]:
    """Find columns whose values name rows, but for those that the user has kept."""
    kept = table.dataset.provenance.get("keep")
    kept = kept if isinstance(kept, list | tuple) else ()
    for cells, place in zip(table.columns, table.places, strict=True):
        if len(table.rows) < _FEWEST_ROWS or cells.name in kept or not _may_identify(cells):
            continue
        whole = table.whole(place) if table.is_drawn else cells
        counts = whole.distinct[1]
        n_once, n_rows = int((counts == 1).sum()), len(whole.values)
        if n_once >= _ONCE * n_rows or (_is_named(whole) and n_once >= _ONCE_NAMED * n_rows):
            says = f'"{display(cells.name)}": {n_once} of {n_rows} values occur once, so it names rows; '
            kept = {"once": n_once, "rows": n_rows}
            yield Remark(says=says + asking("--drop", cells.name), columns=(cells.name,), numbers=kept)


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
    if not parts:
        return
    low = np.min([part.min(axis=0) for part in parts], axis=0)
    high = np.max([part.max(axis=0) for part in parts], axis=0)
    for place in table.places:
        ends = low[place.start], high[place.start]
        if place.column.kind == "numeric" and (place.column.scale is not None or np.isin(ends, SENTINELS).any()):
            yield from _marks(table.whole(place))


def _marks(cells: Cells) -> Iterator[Remark]:
    values, counts = cells.distinct
    for end, neighbour, last in ((0, 1, -1), (-1, -2, 0)):
        if len(values) < 3 or counts[end] < _FEWEST_MARKS or not np.isclose(SENTINELS, values[end], rtol=1e-6).any():
            continue
        others = abs(values[neighbour] - values[last])
        if abs(values[end] - values[neighbour]) > _GAP * max(others, abs(values[neighbour])):
            mark, n = f"{values[end]:.9g}", int(counts[end])
            says = (
                f'"{display(cells.name)}" is {mark} in {n} rows, far from all else '
                f"({min(values[neighbour], values[last]):g} to {max(values[neighbour], values[last]):g}): "
                f"if it marks missing cells, --na {mark}"
            )
            yield Remark(says=says, columns=(cells.name,), numbers={"value": float(values[end]), "rows": n})


def _may_identify(cells: Cells) -> bool:
    """Return whether the drawn values look like those that name rows."""
    values, counts = cells.distinct
    n = len(cells.values)
    named = _is_named(cells)
    if (counts == 1).sum() < (_ONCE_NAMED if named else _ONCE) * n:
        return False
    if cells.is_category:
        return True
    if not (values == np.rint(values)).all():
        return False
    return named or _counts(values, n) or _has_fixed_digits(values)


def _is_named(cells: Cells) -> bool:
    return bool(words(cells.name) & _IDENTIFIERS)


def _counts(values: Array, n: int) -> bool:
    """Return whether whole numbers are evenly spaced but for few gaps, as when rows are counted; or drawn from such."""
    steps = np.diff(values)
    step = float(np.gcd.reduce(steps.astype(np.int64)))
    spread = float(values[-1] - values[0]) / step
    if spread <= 2 * n:
        return True
    # of rows that are drawn, all spread as evenly as by chance, with no step between two far larger than the others
    return n >= _ROWS_COMPARED and float(steps.max()) < 25 * float(steps.mean()) and _is_even(values)


def _has_fixed_digits(values: Array) -> bool:
    """Return whether whole numbers have five or more digits, all as many, and are spread evenly over all such."""
    digits = len(str(int(values[0])))
    if values[0] <= 0 or digits < 5 or values[-1] >= 10**digits:
        return False
    return _is_even(np.concatenate([values, [10.0 ** (digits - 1), 10.0**digits]]))


def _is_even(values: Array) -> bool:
    """Return whether numbers are spread evenly from the least to the largest, as far as Kolmogorov's test can tell."""
    ordered = np.sort(values)
    shares = (ordered - ordered[0]) / (ordered[-1] - ordered[0])
    distance = float(np.abs(shares - np.arange(len(ordered)) / (len(ordered) - 1)).max())
    return bool(distance * np.sqrt(len(ordered)) < 1.63)


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
        run=identifiers,
        explains=f"""\
Of {_FEWEST_ROWS} rows or more, {_ONCE:.0%} of the values occur once, and they are whole numbers without large gaps, in
any order; or have all five digits or more and are spread evenly over all numbers of as many digits; or are categories.
Called id, key, index or the like, {_ONCE_NAMED:.0%} of whole numbers are enough.

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
        explains=f"""\
The smallest or largest number of a column is one of ±9, ±99, … ±99999999, ±32767, ±2147483648, ±1e10 or the like, in
{_FEWEST_MARKS} rows or more, and farther from the next one than half of the range of all others.

-999 for a missing temperature pulls the scale of the column to itself, and the others become nearly one number. Say so
when the table is read: --na -999.

Source: pandas' and GDAL's lists of missing-value marks; Pearson (2006), The problem of disguised missing data.""",
    ),
)
