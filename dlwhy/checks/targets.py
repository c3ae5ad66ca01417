"""Checks of the target: rare classes, imbalance."""

from collections.abc import Iterator

import numpy as np

from dlwhy.checks.finding import Check, Remark
from dlwhy.checks.table import Table
from dlwhy.text import display, some

_FEWEST = 10
_FAIR = 0.2
_MOST_NAMED = 4


def rare_classes(table: Table) -> Iterator[Remark]:
    """Find classes with too few training rows, or without test rows."""
    data = table.dataset
    if not table.n_train or not data.n_classes:
        return
    in_train = np.bincount(data.y_train, minlength=data.n_classes)
    in_test = np.bincount(data.y_test, minlength=data.n_classes)
    rare = (in_train < _FEWEST) | ((in_test == 0) & (table.n_test > 0))
    if not rare.any():
        return
    names = [
        f'"{display(data.class_names[k])}" ({in_train[k]} training, {in_test[k]} test)' for k in np.flatnonzero(rare)
    ]
    they = "has" if len(names) == 1 else "have"
    says = (
        f"{some(names, _MOST_NAMED)} {they} too few rows to learn from or to be judged by: "
        "collect more, or join classes"
    )
    counts = {data.class_names[k]: [int(in_train[k]), int(in_test[k])] for k in np.flatnonzero(rare)}
    yield Remark(says=says, numbers={"rows": counts})


def imbalance(table: Table) -> Iterator[Remark]:
    """Find classes that are far rarer than an equal share."""
    data = table.dataset
    if not data.n_classes:
        return
    counts = np.bincount(np.concatenate([data.y_train, data.y_test]), minlength=data.n_classes)
    n, least, most = int(counts.sum()), int(counts.argmin()), int(counts.argmax())
    if n and counts[least] * data.n_classes < _FAIR * n:
        share = counts[most] / n
        says = (
            f'{counts[least] / n:.1%} of the rows are "{display(data.class_names[least])}", {share:.0%} '
            f'"{display(data.class_names[most])}": guessing has an accuracy of {share:.2f}, so see balanced accuracy '
            "and ROC AUC; --class-weight balanced may help"
        )
        yield Remark(says=says, numbers={"least": float(counts[least] / n), "most": float(share)})


CHECKS = (
    Check(
        code="D401",
        name="rare class",
        severity="warning",
        run=rare_classes,
        explains=f"""\
A class has fewer than {_FEWEST} training rows, or no test row. Exact: no false alarms.

Nothing can be learnt of it that holds, and nothing can be said of how well it is told apart. Collect more rows, or
join it with another class before the import.""",
    ),
    Check(
        code="D402",
        name="imbalanced classes",
        severity="note",
        run=imbalance,
        cheap=False,
        explains=f"""\
The rarest class has less than {_FAIR:.0%} of an equal share of the rows: of two classes less than 10 %.

Guessing the majority has a high accuracy then. Look at balanced accuracy, ROC AUC and the rows of the rare class in
the table of classes; --class-weight balanced makes a training count it as much as the others.

Source: He & Garcia (2009), Learning from imbalanced data, IEEE TKDE 21(9).""",
    ),
)
