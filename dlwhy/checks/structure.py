"""Checks for rows that belong together, or follow each other, though the split takes them one by one."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.checks.association import Array, Mask, Whole, informedness
from dlwhy.checks.finding import Check, Remark, Severity, asking
from dlwhy.checks.leaks import NEARLY_ALL
from dlwhy.checks.rows import first_of_twins
from dlwhy.checks.table import MOST_ROWS, Cells, Table
from dlwhy.data.cells.names import words
from dlwhy.text import display, some

_FEWEST_GROUPS = 10
_ROWS_A_GROUP = 2.0
_SHARED = 0.5
_SHARED_BY_CATEGORY = 0.9
_MORE = 0.2
_SURE = 4.0  # standard errors
_ACROSS = 0.05
_NAMED_SHARED = 0.3
_GROUPS = frozenset(
    ("patient", "subject", "person", "customer", "client", "user", "member", "household", "session", "group", "id")
) | frozenset(("participant", "student", "account", "device", "machine", "site", "batch", "family", "store", "case"))
_TIMES = frozenset(
    ["date", "time", "timestamp", "datetime", "day", "week", "month", "year", "quarter", "epoch", "hour"]
)
_FEWEST_TIMES = 40
_MANY_TIMES = 0.5
_EPOCHS = ((1e8, 4.2e9), (1e11, 4.2e12))  # seconds from 1973 to 2103, milliseconds


def groups(table: Table) -> Iterator[Remark]:
    """Find columns whose rows of one value share the target, though values beside it don't."""
    if not table.n_train or not table.n_test:
        return
    single = table.once(first_of_twins)
    found = []
    for index, cells in enumerate(table.columns):
        if len(cells.distinct[0]) >= _FEWEST_GROUPS and _may_repeat(cells, table):
            looked_at, at = _whole_groups(table, index) if table.is_drawn else (cells, table.rows)
            # copies of a row share everything; that is said of them
            looked_at, at = _some(looked_at, single[at]), at[single[at]]
            y = table.of_rows(table.dataset.y_train, table.dataset.y_test, at).astype(np.float64)
            shared = _sharing(looked_at, y, at >= table.n_train, table.dataset.n_classes)
            if shared:
                found.append((shared, cells.name, len(looked_at.distinct[0]), len(at)))
    if found:
        yield _of_groups(sorted(found, reverse=True), table)


def _of_groups(found: list[tuple[float, str, int, int]], table: Table) -> Remark:
    shared, name, n_groups, n_rows = found[0]
    others = some([f'"{display(other)}"' for _, other, _, _ in found[1:]], 3)
    says = (
        f'rows with the same "{display(name)}" ({n_groups} values, {n_rows / n_groups:.1f} rows each{table.drawn}) '
        f"share the target ({'J' if table.dataset.n_classes else 'R²'} {shared:.2f}) and lie in both parts: scores are "
        f"about values that training knows; {asking('--group', name)}"
        + (f", or what is behind it and {others}" if others else "")
    )
    return Remark(says=says, columns=tuple(each[1] for each in found), numbers={"shared": shared, "groups": n_groups})


def times(table: Table) -> Iterator[Remark]:
    """Find columns that look like time, along which the target goes on, with test rows among the training rows."""
    if len(table.rows) < _FEWEST_TIMES or not table.n_train or not table.n_test:
        return
    for cells, skill in zip(table.columns, table.skills, strict=True):
        if cells.is_category or not _looks_like_time(cells) or (skill >= NEARLY_ALL and table.dataset.n_classes):
            continue
        if _is_later(cells, table.is_test) or not _goes_on(cells, table.y, table.dataset.n_classes):
            continue
        many = len(cells.distinct[0]) >= _MANY_TIMES * len(cells.values)
        says = (
            f'"{display(cells.name)}" looks like time, and rows that follow each other are alike{table.drawn}'
            f"; here test rows lie between training rows; to predict later rows, {asking('--time', cells.name)}"
        )
        severity: Severity = "warning" if many else "note"
        yield Remark(says=says, columns=(cells.name,), numbers={"skill": skill}, severity=severity)


def _may_repeat(cells: Cells, table: Table) -> bool:
    """Return whether so many values are drawn more than once as if all rows had groups of two, or half as many."""
    n_drawn = len(cells.values)
    pairs = n_drawn**2 / (2 * table.n_rows)
    return not table.is_drawn or n_drawn - len(cells.distinct[0]) >= pairs / 2


def _whole_groups(table: Table, index: int) -> tuple[Cells, Whole]:
    """Return a column of some values with all their rows, and the numbers of these."""
    whole = table.whole(table.places[index])
    bits = np.frombuffer(np.ascontiguousarray(whole.values).data, np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits ^= bits >> np.uint64(32)
    bits *= np.uint64(0xD6E8FEB86659FD93)
    chosen: Mask = (bits >> np.uint64(40)) < MOST_ROWS / table.n_rows * 2**24
    return _some(whole, chosen), np.flatnonzero(chosen)


def _some(cells: Cells, chosen: Mask) -> Cells:
    return Cells(name=cells.name, is_category=cells.is_category, values=cells.values[chosen])


def _sharing(cells: Cells, y: Array, test: Mask, n_classes: int) -> float:
    """Return how far rows of one value share the target; 0 if that is nothing special, or they lie in one part."""
    values, counts = cells.distinct
    n_groups = len(values)
    if n_groups < _FEWEST_GROUPS or len(y) < _ROWS_A_GROUP * n_groups or counts.max() > len(y) / 4:
        return 0.0
    group = np.searchsorted(values, cells.values)
    if not test.any() or float(np.isin(group[test], group[~test]).mean()) < _ACROSS:
        return 0.0
    within, beside = _told(group, y, n_groups, n_classes)
    right = (within == y, beside == y) if n_classes else (-((within - y) ** 2), -((beside - y) ** 2))
    several = counts[group] > 1
    gain = np.bincount(group, (right[0].astype(np.float64) - right[1]) * several, minlength=n_groups)
    error = float(gain.std(ddof=1)) / np.sqrt(n_groups)
    shared, near = (_score(y[several], told[several], n_classes) for told in (within, beside))
    if cells.is_category:  # categories lie beside each other by chance
        return shared if shared >= _SHARED_BY_CATEGORY else 0.0
    enough = _NAMED_SHARED if words(cells.name) & _GROUPS else _SHARED
    is_sure = float(gain.mean()) > _SURE * error
    return shared if shared >= enough and shared - near >= _MORE and is_sure else 0.0


def _told(group: Whole, y: Array, n_groups: int, n_classes: int) -> tuple[Array, Array]:
    """Predict each row from the others of its value, and from those of the next smaller and larger one."""
    if not n_classes:
        sums, counts = np.bincount(group, y, minlength=n_groups), np.bincount(group, minlength=n_groups)
        within = (sums[group] - y) / np.maximum(counts[group] - 1, 1)
        beside = _neighbours(sums[:, np.newaxis])[:, 0] / np.maximum(_neighbours(counts[:, np.newaxis])[:, 0], 1)
        return within, beside[group]
    labels = y.astype(np.int64)
    table = np.bincount(group * n_classes + labels, minlength=n_groups * n_classes).reshape(n_groups, n_classes)
    rest = table[group]
    rest[np.arange(len(labels)), labels] -= 1
    return rest.argmax(axis=1).astype(np.float64), _neighbours(table).argmax(axis=1)[group].astype(np.float64)


def _neighbours(table: npt.NDArray[Any]) -> npt.NDArray[Any]:
    found = np.zeros_like(table)
    found[1:] += table[:-1]
    found[:-1] += table[1:]
    return found


def _score(y: Array, told: Array, n_classes: int) -> float:
    if n_classes:
        return informedness(y.astype(np.int64), told.astype(np.int64), n_classes)
    total = float(((y - y.mean()) ** 2).sum())
    return 1 - float(((y - told) ** 2).sum()) / total if total else 0.0


def _looks_like_time(cells: Cells) -> bool:
    """Return whether a column is called like a time, or holds days as YYYYMMDD, or seconds since 1970."""
    values = cells.distinct[0]
    if len(values) < _FEWEST_TIMES // 4 or not np.isfinite(values).all():
        return False
    if words(cells.name) & _TIMES:
        return True
    if not (values == np.rint(values)).all() or len(values) < _FEWEST_TIMES:
        return False
    months, days = values // 100 % 100, values % 100
    is_day = (values >= 19000101) & (values < 21000101) & (months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)
    return bool(np.all(is_day)) or any(low <= values[0] and values[-1] < high for low, high in _EPOCHS)


def _is_later(cells: Cells, test: Mask) -> bool:
    """Return whether the test rows are the latest, or nearly so."""
    return float((cells.values[test] < np.max(cells.values[~test])).mean()) < _ACROSS


def _goes_on(cells: Cells, y: Array, n_classes: int) -> bool:
    """Return whether targets of rows that follow each other are more alike than by chance."""
    s = y[np.argsort(cells.values, kind="stable")]
    n = len(s)
    if n_classes:
        shares = np.bincount(s.astype(np.int64)) / n
        agree = float((shares**2).sum())
        return bool(float((s[1:] == s[:-1]).mean()) > agree + _SURE * np.sqrt(agree * (1 - agree) / n))
    s = s - s.mean()
    total = float(s @ s)
    return bool(total > 0 and float(s[1:] @ s[:-1]) / total > _SURE / np.sqrt(n))


CHECKS = (
    Check(
        code="P201",
        name="groups in both parts",
        severity="warning",
        run=groups,
        explains=f"""\
A column has {_FEWEST_GROUPS} values or more, each in {_ROWS_A_GROUP:.0f} rows on average or more, some of them in both
parts, and the target of a row is told by the others of the same value (Youden's J or R² of {_SHARED}; of
{_NAMED_SHARED} if the column is called patient, customer, id or the like; of {_SHARED_BY_CATEGORY} for categories), by
{_MORE} better than by the rows of the next values, and by {_SURE:.0f} standard errors.

The rows of a patient are alike. With some of them in training, the score says how it goes on patients that are known,
not on new ones: --group COLUMN keeps each on one side.

Source: Saeb et al. (2017), The need to approximate the use-case, GigaScience 6(5).""",
    ),
    Check(
        code="P202",
        name="time in both parts",
        severity="warning",
        run=times,
        explains=f"""\
A column is called date, time, year or the like, or holds days as YYYYMMDD or seconds since 1970, rows that follow each
other in it have targets that are more alike than by chance ({_SURE:.0f} standard errors), and test rows lie between
training rows. A column of few values is a note: it may be a year of make.

Between yesterday and tomorrow today is easy to tell. --time COLUMN trains on the past and tests on what comes later.

Source: Bergmeir & Benítez (2012), On the use of cross-validation for time series, Information Sciences 191.""",
    ),
)
