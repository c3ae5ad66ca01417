"""Checks for leaks: columns that know the target."""

from collections.abc import Iterator, Sequence

import numpy as np

from dlwhy.checks.association import Array, Mask, Whole, informedness, ranks, squared_correlation, surprise
from dlwhy.checks.finding import Check, Remark, Severity, asking
from dlwhy.checks.table import Cells, Table
from dlwhy.data.cells.names import words
from dlwhy.text import display

NEARLY_ALL = 0.95  # of what there is to tell
_COPIED = 0.9  # of the rows, or of what there is to tell
_SAME = 0.9999  # squared correlation
_CLOSE = 1e-3  # deviations of the target
_PURE = 0.98
_BY_MISSING = 0.8
_BY_MISSING_NUMBERS = 0.5
_UNLIKELY = 1e-5
_FEWEST_ROWS = 20
_MANY = 50  # columns that tell all: too many to compare
_FEWEST_OF_KIND = 10
_NAMED = 0.5
_STEM = 5
_OUTCOMES = frozenset(("outcome", "outcomes", "label", "labels", "target", "predicted", "prediction", "result"))


def copies(table: Table) -> Iterator[Remark]:
    """Find columns that are the target, recoded, shifted or scaled, perhaps with a few errors."""
    for cells, skill in zip(table.columns, table.skills, strict=True):
        share = _copied(table, cells, skill)
        if share:
            n_rows = len(table.rows)
            says = (
                f'"{display(cells.name)}" is the target in other words in {round(share * n_rows)} of {n_rows} rows'
                f"{table.drawn}: a model learns to copy it; {asking('--drop', cells.name)}"
            )
            severity: Severity = "error" if share >= 0.99 else "warning"
            yield Remark(says=says, columns=(cells.name,), numbers={"share": share, "skill": skill}, severity=severity)


def tellers(table: Table) -> Iterator[Remark]:
    """Find single columns that tell nearly all of the target."""
    telling = [cells for cells, skill in zip(table.columns, table.skills, strict=True) if skill >= NEARLY_ALL]
    n_same = _count_same(telling)
    # where most columns tell it, the problem is easy; a leak in two currencies is one
    if 2 * (len(telling) - n_same) > len(table.columns) - n_same:
        return
    for cells, skill in zip(table.columns, table.skills, strict=True):
        if skill >= NEARLY_ALL and not _copied(table, cells, skill) and len(table.rows) >= _FEWEST_ROWS:
            measure = "J" if table.dataset.n_classes else "R²"
            says = (
                f'"{display(cells.name)}" alone tells nearly all of the target ({measure} {skill:.3f} on rows left out'
                f"{table.drawn}): a leak, unless it is known before a prediction; else {asking('--drop', cells.name)}"
            )
            yield Remark(says=says, columns=(cells.name,), numbers={"skill": skill})


def _count_same(columns: Sequence[Cells]) -> int:
    """Count the columns that have the order of one before them; where there are many, none."""
    if len(columns) > _MANY:
        return 0
    order = [ranks(cells.values) for cells in columns]
    return sum(
        any(squared_correlation(one, before) >= _SAME for before in order[:place]) for place, one in enumerate(order)
    )


def telling_gaps(table: Table) -> Iterator[Remark]:
    """Find columns that are missing, or present, where the target is one and the same."""
    masked = [(cells, cells.missing) for cells in table.columns if cells.missing is not None]
    for cells, missing in masked:
        if min(missing.sum(), (~missing).sum()) < _FEWEST_OF_KIND:
            continue
        told = _by_class(table, missing, len(masked)) if table.dataset.n_classes else _by_number(table, missing)
        if told:
            says = (
                f'"{display(cells.name)}" is {told}{table.drawn}: perhaps it is filled in afterwards; '
                f"{asking('--drop', cells.name)} if so"
            )
            yield Remark(says=says, columns=(cells.name,), numbers={"missing": int(missing.sum())})


def telling_names(table: Table) -> Iterator[Remark]:
    """Find columns that are named after the target or an outcome, and tell much of it."""
    wanted = {word[:_STEM] for word in words(table.dataset.target_name) if len(word) >= 4} - {"targe", "class"}
    for cells, skill in zip(table.columns, table.skills, strict=True):
        named = words(cells.name)
        alike = bool(named & _OUTCOMES) or any(word[:_STEM] in wanted for word in named if len(word) >= 4)
        if alike and skill >= _NAMED and skill < NEARLY_ALL and not _copied(table, cells, skill):
            says = (
                f'"{display(cells.name)}" is named like an outcome, and alone tells much of the target '
                f"({'J' if table.dataset.n_classes else 'R²'} {skill:.2f}): is it known when a prediction is made?"
            )
            yield Remark(says=says, columns=(cells.name,), numbers={"skill": skill})


def _copied(table: Table, cells: Cells, skill: float) -> float:
    """Return in what share of the rows a column is the target; 0 if that is no copy."""
    n_classes = table.dataset.n_classes
    if len(table.rows) < _FEWEST_ROWS or skill < 0.5:
        return 0.0
    if not n_classes:
        return _copied_number(cells, table.y)
    values, _ = cells.distinct
    if skill < _COPIED or not 2 <= len(values) <= 2 * n_classes:
        return 0.0
    codes = np.searchsorted(values, cells.values)
    counts = np.bincount(codes * n_classes + table.y.astype(np.int64), minlength=len(values) * n_classes)
    return float(counts.reshape(len(values), n_classes).max(axis=1).sum()) / len(codes)


def _copied_number(cells: Cells, y: Array) -> float:
    x = cells.values
    if squared_correlation(x, y) >= _SAME or squared_correlation(ranks(x), ranks(y)) >= _SAME:
        return 1.0
    run = np.diff(x)
    apart = run != 0
    deviation = float(y.std())
    if not apart.any() or not deviation:
        return 0.0
    slope = float(np.median(np.diff(y)[apart] / run[apart]))
    rest = y - slope * x
    share = float((np.abs(rest - np.median(rest)) < _CLOSE * deviation).mean())
    # a slope of 0 fits where most targets are the same number
    return share if slope and share >= _COPIED and float((y == np.median(y)).mean()) < 0.5 else 0.0


def _by_class(table: Table, missing: Mask, n_looked_at: int) -> str:
    y, n_classes = table.y.astype(np.int64), table.dataset.n_classes
    usual = np.bincount(y, minlength=n_classes) / len(y)
    for kind, mask in (("missing", missing), ("present", ~missing)):
        counts = np.bincount(y[mask], minlength=n_classes)
        top = int(counts.argmax())
        share, n = float(counts[top] / counts.sum()), int(counts.sum())
        unlikely = surprise(share, float(usual[top]), n) * 2 * n_classes * n_looked_at < _UNLIKELY
        if share >= _PURE and usual[top] <= 0.9 and unlikely:
            name = display(table.dataset.class_names[top])
            return f'{kind} in {n} rows, of which {counts[top]} are "{name}"'
    j = informedness(y, _told_by(missing, y, n_classes), n_classes)
    return f"missing in {int(missing.sum())} rows, and that tells the class (J {j:.2f})" if j >= _BY_MISSING else ""


def _told_by(mask: Mask, y: Whole, n_classes: int) -> Whole:
    majority = [int(np.bincount(y[mask == kind], minlength=n_classes).argmax()) for kind in (False, True)]
    return np.where(mask, majority[1], majority[0])


def _by_number(table: Table, missing: Mask) -> str:
    r2 = squared_correlation(missing.astype(np.float64), table.y)
    told = f"missing in {int(missing.sum())} rows, and that tells {r2:.0%} of the target's variance"
    return told if r2 >= _BY_MISSING_NUMBERS else ""


CHECKS = (
    Check(
        code="D101",
        name="copy of the target",
        severity="error",
        run=copies,
        explains=f"""\
A column has as few values as there are classes (at most twice as many) and tells the class of left-out rows with
Youden's J of {_COPIED} or more; or, where the target is a number, {_COPIED:.0%} of its rows lie on one straight line
with the target, or the squared correlation of numbers or ranks is {_SAME} or more. With fewer than 99 % of the rows it
is a warning.

Nobody has this column when a prediction is needed, so the scores are those of copying. Leave it out: --drop.

Source: Kaufman, Rosset, Perlich & Stitelman (2012), Leakage in data mining, ACM TKDD 6(4).""",
    ),
    Check(
        code="D102",
        name="one column tells all",
        severity="warning",
        run=tellers,
        explains=f"""\
Each row is left out and predicted from the ten rows next to it in the order of a single column (of fewer than 200
rows: from four, or the nearest). If Youden's J (for classes: 0 is guessing, 1 is perfect, whatever the shares of the
classes) or R² (for numbers) is {NEARLY_ALL} or more, it is told. Where more than half of the columns are such, nothing
is told: the problem is easy. Columns that have the rows in one order (a price in two currencies) count once.

It is a leak (a column that is filled in with the target, or later), or the problem is so easy that it needs no
network. Ask when the column is known; leave it out if that is not before the prediction: --drop.

Source: Kaufman et al. (2012); Kapoor & Narayanan (2023), Leakage and the reproducibility crisis, Patterns 4(9).""",
    ),
    Check(
        code="D103",
        name="gaps that tell the target",
        severity="warning",
        run=telling_gaps,
        explains=f"""\
A column is missing, or present, in {_FEWEST_OF_KIND} rows or more, {_PURE:.0%} of which are of one class, more than
chance would have (Chernoff's bound under {_UNLIKELY}, all columns counted); or missing tells the class with Youden's J
of {_BY_MISSING}, or {_BY_MISSING_NUMBERS:.0%} of a number's variance.

A date of cancellation is there only where somebody has cancelled: the gap is the target. Whoever fills in the gaps
keeps the leak, as the column "NAME missing" says where they were. Leave it out: --drop.

Source: Kaufman et al. (2012), section 3.""",
    ),
    Check(
        code="D104",
        name="named like an outcome",
        severity="warning",
        run=telling_names,
        explains=f"""\
A column shares a word of its name with the target, or is called outcome, label, target, prediction or result, and
alone tells the target with Youden's J or R² of {_NAMED} or more (less than D102 asks for).

Such columns are often made from the target, or after it. If it is known before, ignore this: --ignore D104.

Source: Kaufman et al. (2012).""",
    ),
)
