"""Checks for rows that stand in the table more than once: in both parts, in one, or with different labels."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from dlwhy.checks.association import Mask, Whole
from dlwhy.checks.finding import Check, Remark, Severity
from dlwhy.checks.table import Table

Hashes = npt.NDArray[np.uint64]

_SHARE = 0.02
_SHARE_OF_COPIES = 0.01
_FEWEST = 3
_GRAVE = 0.1
_CELLS_AT_ONCE = 1 << 20
_CANDIDATES = 8
_ROWS_TO_COUNT = 20_000
_BY_CHANCE = 0.1


def across(table: Table) -> Iterator[Remark]:
    """Find test rows that stand in the training part, too."""
    if not table.n_train or not table.n_test:
        return
    twins = table.once(_twins)
    n, share = twins.n_across, twins.n_across / table.n_test
    if n >= _FEWEST and share >= _SHARE and not twins.natural:
        says = (
            f"{n} of {table.n_test} test rows ({share:.0%}) have the features of a training row: they are not new, and "
            "scores on them are partly memory; remove the copies, or keep them in one part with --group or "
            "--split-column"
        )
        severity: Severity = "error" if share >= _GRAVE else "warning"
        yield Remark(says=says, numbers={"rows": n, "share": share}, severity=severity)


def copies(table: Table) -> Iterator[Remark]:
    """Find training rows that stand there more than once, label and all."""
    twins = table.once(_twins)
    n = twins.n_copies
    if n >= _FEWEST and n >= _SHARE_OF_COPIES * table.n_train and not twins.natural:
        says = f"{n} of {table.n_train} training rows are copies of others, label and all: each counts again"
        yield Remark(says=says, numbers={"rows": n, "share": n / table.n_train})


def contradictions(table: Table) -> Iterator[Remark]:
    """Find rows with the same features and different labels."""
    if not table.dataset.n_classes:
        return
    twins = table.once(_twins)
    n, wrong = twins.n_contradicted, twins.n_wrong
    if n >= _FEWEST and n >= _SHARE_OF_COPIES * table.n_rows and not twins.natural:
        best = 1 - wrong / table.n_rows
        says = (
            f"{n} of {table.n_rows} rows have the features of another row and a different label: some labels are wrong "
            f"or something that decides is not in the table; no model gets more than {best:.1%} of all rows right"
        )
        yield Remark(says=says, numbers={"rows": n, "share": n / table.n_rows, "best_accuracy": best})


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Twins:
    n_across: int  # test rows with the features of a training row
    n_copies: int  # training rows that follow one with the same features and label
    n_contradicted: int  # rows of groups with the same features and several labels
    n_wrong: int  # rows that no model can have right
    first: Mask  # which of all rows are the first with their features
    natural: bool  # whether so many are to be expected in a table of so few values


def first_of_twins(table: Table) -> Mask:
    """Return which of all rows are the first with their features."""
    return table.once(_twins).first


def _twins(table: Table) -> _Twins:
    hashes = _hashes(table)
    y = np.concatenate([table.dataset.y_train, table.dataset.y_test])
    _, first, group, counts = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)
    if len(counts) == len(hashes):
        return _Twins(n_across=0, n_copies=0, n_contradicted=0, n_wrong=0, first=np.ones(len(y), bool), natural=False)
    _, labels = np.unique(y, return_inverse=True)
    pairs, pair_counts = np.unique(group * (labels.max() + 1) + labels, return_counts=True)
    of_pair = pairs // (labels.max() + 1)
    n_labels = np.bincount(of_pair, minlength=len(counts))
    most = np.zeros(len(counts), np.int64)
    np.maximum.at(most, of_pair, pair_counts)
    in_train = np.bincount(group[: table.n_train], minlength=len(counts)) > 0
    return _Twins(
        n_across=int(in_train[group[table.n_train :]].sum()),
        n_copies=table.n_train - len(np.unique((group * (labels.max() + 1) + labels)[: table.n_train])),
        n_contradicted=int(counts[n_labels > 1].sum()),
        n_wrong=int((counts - most).sum()),
        first=np.isin(np.arange(len(y)), first),
        natural=_is_natural(table, hashes, first, _pairs(counts)),
    )


def _hashes(table: Table, columns: slice = slice(None)) -> Hashes:
    return np.concatenate([_hashes_of(part, columns) for part in (table.dataset.X_train, table.dataset.X_test)])


def _hashes_of(X: npt.NDArray[np.float32], columns: slice) -> Hashes:
    """Return a number of 64 bits a row, (n,): the sum of one for each cell, so that columns can be taken out again."""
    n, p = X.shape
    random = np.random.default_rng(1).integers(1, 1 << 63, (2, p), dtype=np.uint64)
    factor, offset = random[:, columns] | np.uint64(1)
    found = np.empty(n, np.uint64)
    step = max(1, _CELLS_AT_ONCE // max(1, factor.size))
    for start in range(0, n, step):
        # 0.0 and -0.0 are the same number
        cells = (X[start : start + step, columns] + np.float32(0)).view(np.uint32).astype(np.uint64)
        cells = cells * factor + offset
        cells ^= cells >> np.uint64(31)
        cells *= np.uint64(0x9E3779B97F4A7C15)
        cells ^= cells >> np.uint64(29)
        found[start : start + step] = cells.sum(axis=1, dtype=np.uint64)
    return found


def _is_natural(table: Table, hashes: Hashes, first: Whole, n_twins: int) -> bool:
    """Return whether twins come of few different values, not of rows that were copied.

    Where a row is a copy, all of it is the same. Where few values make rows alike, many more rows differ in a single
    column: about (1 - c) / c for each that does not, if two rows agree in that column with probability c. That is
    estimated on rows that all differ; if it is so small that no twin is to be expected, there is nothing natural.
    """
    if len(table.places) == 1:
        return _are_rounded(table, n_twins)
    different = np.zeros(len(hashes), bool)
    different[first] = True
    by_variety = sorted(range(len(table.places)), key=lambda index: -len(table.columns[index].distinct[0]))
    found = 0.0
    for index in by_variety[:_CANDIDATES]:
        agreeing = _agreeing(table, index, different)
        if agreeing * len(hashes) ** 2 / 2 < _BY_CHANCE * n_twins:
            return False
        without = _pairs(np.unique(hashes - _hashes(table, table.places[index].features), return_counts=True)[1])
        if agreeing < 1:
            found = max(found, (without - n_twins) * agreeing / (1 - agreeing) / n_twins)
    return found > _BY_CHANCE


def _are_rounded(table: Table, n_twins: int) -> bool:
    """Return whether twins in a table of a single column are to be expected, since its numbers lie on a grid."""
    cells = table.whole(table.places[0])
    values = cells.distinct[0]
    if cells.is_category or len(values) < 2:
        return True
    n_places = float(values[-1] - values[0]) / float(np.diff(values).min()) + 1
    return len(cells.values) ** 2 / (2 * n_places) > _BY_CHANCE * n_twins


def _agreeing(table: Table, index: int, different: Mask) -> float:
    """Estimate how probable it is that two of the rows that all differ agree in a column."""
    values = table.columns[index].values[different[table.rows]][:_ROWS_TO_COUNT]
    counts = np.unique(values, return_counts=True)[1]
    return _pairs(counts) / max(1, len(values) * (len(values) - 1) // 2)


def _pairs(counts: Whole) -> int:
    return int((counts * (counts - 1) // 2).sum())


CHECKS = (
    Check(
        code="D301",
        name="copied rows",
        severity="note",
        run=copies,
        explains=f"""\
{_SHARE_OF_COPIES:.0%} of the training rows or more ({_FEWEST} at least) have features and label of another one. Rows
that are alike because there are few different values do not count: such tables have many more rows that differ in a
single column.

Each copy weighs like a row of its own: intervals get too narrow, and a split by chance puts copies into both parts.""",
    ),
    Check(
        code="D302",
        name="contradicting labels",
        severity="warning",
        run=contradictions,
        explains=f"""\
{_SHARE_OF_COPIES:.0%} of all rows or more ({_FEWEST} at least) have the features of another row, and another class.
Rows that are alike because there are few different values do not count.

Labels are wrong, or what decides is not in the table. No model gets all of these right: the figure is the ceiling.

Source: Northcutt, Athalye & Mueller (2021), Pervasive label errors in test sets, NeurIPS.""",
    ),
    Check(
        code="P101",
        name="test rows seen in training",
        severity="error",
        run=across,
        explains=f"""\
{_SHARE:.0%} of the test rows or more ({_FEWEST} at least) have the features of a training row, cell by cell; below
{_GRAVE:.0%} it is a warning. Rows that are alike because there are few different values do not count: a table of three
yes-or-no columns has eight different rows.

A network that knows rows by heart looks good on them: labels by pure chance, four copies of each row, gave an accuracy
of 0.93 on "unseen" rows. Remove the copies from the table, or keep them together: --group or --split-column.

Source: Barz & Denzler (2020), Do we train on test data?, Journal of Imaging 6(6).""",
    ),
)
