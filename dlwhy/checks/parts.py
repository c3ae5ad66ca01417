"""Checks of the split: whether test rows are enough, and of the same kind as training rows."""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from dlwhy.checks.association import Array, Mask, independence
from dlwhy.checks.finding import Check, Remark, Severity
from dlwhy.checks.table import Table
from dlwhy.text import display, some

_FEWEST, _FAR_TOO_FEW = 385, 40  # of classes: ± 5 points, ± 15 points
_FEWEST_NUMBERS, _FAR_TOO_FEW_NUMBERS = 192, 31  # the error is known to 10 %, to 25 %
_ALARMS = 0.01
_MATTERS = 0.05
_FEWEST_IN_PART = 10
_FEWEST_EXPECTED = 5.0
_SHARE_UNKNOWN = 0.01
_MOST_NAMED = 3


def few_test_rows(table: Table) -> Iterator[Remark]:
    """Say how well a score on so few test rows is known."""
    n, n_classes = table.n_test, table.dataset.n_classes
    enough, far_too_few = (_FEWEST, _FAR_TOO_FEW) if n_classes else (_FEWEST_NUMBERS, _FAR_TOO_FEW_NUMBERS)
    if not n or n >= enough:
        return
    margin = 1.96 * 0.5 / math.sqrt(n) if n_classes else 1.96 / math.sqrt(2 * n)
    known = f"accuracy is known to ± {100 * margin:.0f} points at worst"
    if not n_classes:
        known = f"size of errors is known to about ± {100 * margin:.0f} %"
    says = f"with {n} test rows the {known}"
    numbers = {"rows": n, "margin": margin}
    yield Remark(says=says, numbers=numbers, severity="warning" if n < far_too_few else "note")


def unknown_categories(table: Table) -> Iterator[Remark]:
    """Find columns with categories that only the test part has."""
    if not table.n_train or not table.n_test:
        return
    found = []
    for place in table.places:
        if place.column.kind == "categorical":
            n = table.n_test - int(table.dataset.X_test[:, place.start : place.stop].any(axis=1).sum())
            # where training rows are without a category, too, none is a category of its own
            if n and table.dataset.X_train[:, place.start : place.stop].any(axis=1).all():
                found.append((n, place.column.name))
    found.sort(reverse=True)
    if found:
        shown = some([f'"{display(name)}" ({n})' for n, name in found], _MOST_NAMED, "columns more")
        says = f"test rows have categories that no training row has, in {shown}: a model knows nothing of them"
        severity: Severity = "warning" if found[0][0] >= _SHARE_UNKNOWN * table.n_test and found[0][0] > 1 else "note"
        rows = {name: n for n, name in found}
        yield Remark(says=says, columns=tuple(rows), numbers={"rows": rows}, severity=severity)


def drift(table: Table) -> Iterator[Remark]:
    """Find columns that are distributed differently in the two parts."""
    single = _single(table)
    test = table.is_test[single]
    if min(test.sum(), (~test).sum()) < _FEWEST_IN_PART:
        return
    looked_at: list[tuple[str, Array, bool]] = [
        (cells.name, cells.values, cells.is_category) for cells in table.columns
    ]
    gaps = [
        (f"{cells.name} missing", cells.missing.astype(np.float64), True)
        for cells in table.columns
        if cells.missing is not None
    ]
    looked_at += [*gaps, (table.dataset.target_name, table.y, bool(table.dataset.n_classes))]
    level = _ALARMS / len(looked_at)
    found = []
    for name, values, is_category in looked_at:
        compared = _in_shares if is_category else _kolmogorov
        distance, p = compared(values[single], test)
        if p < level and distance >= _MATTERS:
            found.append((distance, name))
    found.sort(reverse=True)
    if found:
        shown = some([f'"{display(name)}" ({distance:.2f})' for distance, name in found], _MOST_NAMED)
        says = (
            f"test rows differ from training rows in {shown} (largest difference of shares{table.drawn}): a "
            "score says how it goes on rows of another kind"
        )
        distances = {name: distance for distance, name in found}
        yield Remark(says=says, columns=tuple(distances), numbers=distances)


def _single(table: Table) -> npt.NDArray[np.int64]:
    """Return which of the drawn rows to compare: of rows that belong together one, for they are alike."""
    split = table.dataset.split
    if split is None or split.by != "group":
        return np.arange(len(table.rows))
    groups = table.of_rows(split.train, split.test, table.rows)
    return np.sort(np.unique(groups, return_index=True)[1])


def _kolmogorov(values: Array, test: Mask) -> tuple[float, float]:
    """Return the largest difference of the distributions, and how probable so large a one is by chance (asymptotic)."""
    from scipy.special import kolmogorov

    a, b = np.sort(values[~test]), np.sort(values[test])
    at = np.concatenate([a, b])
    distance = float(np.abs(np.searchsorted(a, at, "right") / len(a) - np.searchsorted(b, at, "right") / len(b)).max())
    return distance, float(kolmogorov(distance * math.sqrt(len(a) * len(b) / (len(a) + len(b)))))


def _in_shares(values: Array, test: Mask) -> tuple[float, float]:
    """Return the largest difference of shares of a category, and how probable such differences are by chance (χ²)."""
    # what training does not know is told of by P103
    values, test = values[values >= 0], test[values >= 0]
    if not test.any():
        return 0.0, 1.0
    kinds, codes = np.unique(values, return_inverse=True)
    counts = np.stack([np.bincount(codes[mask], minlength=len(kinds)) for mask in (~test, test)])
    shares = counts / counts.sum(axis=1, keepdims=True)
    expected = counts.sum(axis=0) * (counts[1].sum() / counts.sum())
    # rare categories are one, or the approximation does not hold
    rare = expected < _FEWEST_EXPECTED
    counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
    return float(np.abs(shares[0] - shares[1]).max()), independence(counts)


CHECKS = (
    Check(
        code="P102",
        name="few test rows",
        severity="note",
        run=few_test_rows,
        cheap=False,  # the interval beside each score says it
        explains=f"""\
Fewer than {_FEWEST} test rows: the 95 % interval of an accuracy of one half is ± 5 points or wider. Of a number to be
predicted, fewer than {_FEWEST_NUMBERS}: the size of the error is known to ± 10 % at best. Fewer than {_FAR_TOO_FEW} (±
15 points) or {_FAR_TOO_FEW_NUMBERS} (± 25 %) are a warning. Exact: no false alarms.

Two models whose scores differ by less can't be told apart here. dlwhy study compare splits many times.

Source: Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16(2).""",
    ),
    Check(
        code="P103",
        name="categories only in the test part",
        severity="warning",
        run=unknown_categories,
        explains=f"""\
A column of categories has test rows whose category no training row has. Fewer than {_SHARE_UNKNOWN:.0%} of the test
rows are a note. Exact: no false alarms. A .csv file does not say which rows these are.

Such a category becomes zeros, which the network has never seen. Join rare categories before the import; if whole kinds
are new, the question is how it goes on new kinds: --group.""",
    ),
    Check(
        code="P104",
        name="parts that differ",
        severity="warning",
        run=drift,
        explains=f"""\
Each column, its gaps and the target are compared between the parts: numbers by Kolmogorov and Smirnov's test,
categories by χ². Told is what would come by chance in {_ALARMS:.0%} of all tables, whatever the number of columns
(Bonferroni), and differs by {_MATTERS:.0%} of the rows or more.

Of rows that are kept together by --group one of each group is compared. A split by chance makes no such differences.
If the split is meant (later rows, another hospital), the score says how it goes there; if not, mix the rows. A shift
by one deviation is seen from 300 rows on.

Source: Rabanser, Günnemann & Lipton (2019), Failing loudly, NeurIPS.""",
    ),
)
