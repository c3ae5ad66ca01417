"""Checks that fit simple models: columns of no use, and models that do worse than guessing."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from dlwhy.checks.association import Array, independence, ranks, squared_correlation
from dlwhy.checks.finding import Check, Remark
from dlwhy.checks.table import Cells, Table
from dlwhy.data.dataset import FloatArray
from dlwhy.text import display, some

_FEWEST_ROWS = 1000
_FEWEST_TO_JUDGE = 30
_MOST_COLUMNS = 300
_MOST_SHUFFLED = 2000
_BY_CHANCE = 0.02
_SURE, _SURE_WORSE = 3.0, 2.0  # standard errors
_WORSE = 0.02
_BINS = 10
_ROUNDS, _FEWEST_ROUNDS = 100, 10
_MOST_NAMED = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Fit:
    model: Any
    X: FloatArray  # drawn test rows
    losses: Array  # of each test row
    guessed: Array  # the losses of guessing


def useless(table: Table) -> Iterator[Remark]:
    """Find columns that show no association with the target, neither alone nor beside the others."""
    if len(table.rows) < _FEWEST_ROWS or len(table.columns) > _MOST_COLUMNS:
        return
    varied = [cells for cells in table.columns if len(cells.distinct[0]) > 1]
    alone = [cells.name for cells in varied if _by_chance(cells, table) > _BY_CHANCE]
    boosting = table.once(_boosting) if alone else None
    # where nothing is learnt, nothing is known of single columns
    if boosting is None or not _is_below(boosting.losses, boosting.guessed):
        return
    names = [name for name in alone if _is_unused(name, table, boosting)]
    if names:
        shown = some([f'"{display(name)}"' for name in names], _MOST_NAMED)
        they = "shows" if len(names) == 1 else "show"
        says = f"{shown} {they} no association with the target, alone or beside the others{table.drawn}"
        yield Remark(says=says, columns=tuple(names), numbers={"columns": len(names)})


def worse_than_guessing(table: Table) -> Iterator[Remark]:
    """Find data on which simple models do worse than guessing."""
    reached = []
    for fitted in (_linear, _boosting):
        fit = table.once(fitted)
        if fit is None or not _is_worse(fit, table.dataset.n_classes):
            return
        reached.append(float(fit.losses.mean()))
        guessed = float(fit.guessed.mean())
    if table.dataset.n_classes:
        against = f"accuracy {1 - min(reached):.2f} against {1 - guessed:.2f}"
    else:
        against = f"R² {1 - min(reached) / guessed:.2f} against 0"
    says = (
        f"simple models do worse on the test part than guessing ({against}{table.drawn}): what is learnt does not hold "
        "there, for rows belong together, times are others, or nothing is to be learnt"
    )
    yield Remark(says=says, numbers={"losses": reached, "guessing": guessed})


def _is_worse(fit: _Fit, n_classes: int) -> bool:
    guessed = float(fit.guessed.mean())
    least = guessed + _WORSE * (1 if n_classes else guessed)
    return _is_below(fit.guessed, fit.losses, _SURE_WORSE) and float(fit.losses.mean()) > least


def _is_below(losses: Array, others: Array, sure: float = _SURE) -> bool:
    """Return whether losses are smaller than others of the same rows by more than chance."""
    gain = others - losses
    return bool(float(gain.mean()) > sure * float(gain.std()) / np.sqrt(len(gain)))


def _linear(table: Table) -> _Fit | None:
    from dlwhy.models import baselines

    return _fitted(table, baselines.linear(table.dataset.task))


def _boosting(table: Table) -> _Fit | None:
    return _fitted(table, "gradient-boosting")


def _fitted(table: Table, name: str) -> _Fit | None:
    """Fit a simple model to the drawn training rows; None if there is too little to fit or to judge it."""
    from threadpoolctl import threadpool_limits

    from dlwhy.models import baselines

    test, y, data = table.is_test, table.y, table.dataset
    if min(test.sum(), (~test).sum()) < _FEWEST_TO_JUDGE or len(np.unique(y[~test])) < 2:
        return None
    X = np.asarray(table.of_rows(data.X_train, data.X_test, table.rows), np.float32)
    center, scale = X[~test].mean(axis=0), X[~test].std(axis=0)
    X = (X - center) / np.where(scale > 0, scale, 1)
    guess = np.bincount(y[~test].astype(np.int64)).argmax() if data.n_classes else y[~test].mean()
    # on a busy machine threads wait for each other
    with threadpool_limits(1):
        model = baselines.make(name, data.task, seed=0)
        if name == "gradient-boosting" and data.n_classes > 2:  # which has a tree a class and round
            model.set_params(max_iter=max(_FEWEST_ROUNDS, 2 * _ROUNDS // data.n_classes))
        baselines.fit(model, X[~test], y[~test])
        losses = _losses(y[test], model.predict(X[test]), data.n_classes)
    return _Fit(model=model, X=X[test], losses=losses, guessed=_losses(y[test], guess, data.n_classes))


def _losses(y: Array, told: Any, n_classes: int) -> Array:
    return np.asarray(y != told if n_classes else (y - told) ** 2, np.float64)


def _by_chance(cells: Cells, table: Table) -> float:
    """Return how probable so much association is by chance, the smaller of two tests (twice it)."""
    from scipy.special import erfc, fdtrc

    y, n = table.y, len(table.y)
    values, codes = np.unique(cells.values, return_inverse=True)
    if not cells.is_category and len(values) > _BINS:
        codes = np.minimum((ranks(cells.values) - 1) * _BINS // n, _BINS - 1).astype(np.int64)
    kinds = int(codes.max()) + 1
    straight = [] if cells.is_category else [float(erfc(np.sqrt(n * _straight(cells.values, y, table) / 2)))]
    if table.dataset.n_classes:
        counts = np.zeros((kinds, table.dataset.n_classes))
        np.add.at(counts, (codes, y.astype(np.int64)), 1)
        p = independence(counts)
    else:
        sizes = np.bincount(codes, minlength=kinds)
        means = np.bincount(codes, y, minlength=kinds) / np.maximum(sizes, 1)
        between = float((sizes * (means - y.mean()) ** 2).sum())
        within = float(((y - means[codes]) ** 2).sum())
        free = int((sizes > 0).sum()) - 1
        p = float(fdtrc(free, n - free - 1, between / free / (within / (n - free - 1)))) if free and within else 1.0
    return min(1.0, min([p, *straight]) * (1 + len(straight)))


def _straight(x: Array, y: Array, table: Table) -> float:
    """Return the largest squared correlation of ranks: with the target, or with being of a class."""
    n_classes, of_x = table.dataset.n_classes, ranks(x)
    if not n_classes:
        return squared_correlation(of_x, ranks(y))
    return max(squared_correlation(of_x, (y == k).astype(np.float64)) for k in range(1, min(n_classes, 3)))


def _is_unused(name: str, table: Table, fit: _Fit) -> bool:
    """Return whether a model does as well with the column's values shuffled among the test rows."""
    from threadpoolctl import threadpool_limits

    place = next(place for place in table.places if place.column.name == name)
    shuffled = fit.X[:_MOST_SHUFFLED].copy()
    order = np.random.default_rng(0).permutation(len(shuffled))
    shuffled[:, place.features] = shuffled[order, place.features]
    with threadpool_limits(1):
        losses = _losses(table.y[table.is_test][:_MOST_SHUFFLED], fit.model.predict(shuffled), table.dataset.n_classes)
    return not _is_below(fit.losses[:_MOST_SHUFFLED], losses)


CHECKS = (
    Check(
        code="D204",
        name="column of no use",
        severity="note",
        run=useless,
        cheap=False,
        explains=f"""\
In a table of {_FEWEST_ROWS} rows or more and at most {_MOST_COLUMNS} columns, from which gradient boosting learns
something, a column shows no association alone (χ² or F over {_BINS} bins, and the correlation of ranks: p over
{_BY_CHANCE}), and shuffling it among the test rows does not hurt the boosting by {_SURE:.0f} standard errors.

So {_BY_CHANCE:.0%} of columns of pure noise are not told, and a column whose part is tiny may be. A network has to
learn to ignore it, for which it takes rows; trees mind less.

Source: Breiman (2001), Random forests, on permutation importance; Grinsztajn et al. (2022), NeurIPS.""",
    ),
    Check(
        code="P301",
        name="worse than guessing",
        severity="warning",
        run=worse_than_guessing,
        cheap=False,
        explains=f"""\
A linear model and gradient boosting, fitted to the training part, both do worse on the test part than the majority
class or the mean, by {_SURE_WORSE:.0f} standard errors of the paired difference and by {_WORSE:.0%}.

What is learnt does not hold for the other part: its rows belong to other groups or times, labels were mixed up between
the parts, or there is nothing to be learnt. See P104 and P201.

Source: Snoek, Miletić & Scholte (2019), How to control for confounds in decoding analyses, NeuroImage 184.""",
    ),
)
