"""The columns of a table as a model may miss them: features of one column together, and columns that say the same."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Column, FloatArray, placed
from dlwhy.text import display

TWINS = 0.9  # |Spearman| from which on
_MOST_ROWS, _MOST_FEATURES = 2000, 1000
_NAMED = 3  # of twins

Matrix = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unit:
    """Columns that are told apart from the others, though not from each other."""

    columns: tuple[str, ...]  # names in the table
    features: tuple[int, ...]  # by index
    told_by: tuple[str, ...] = ()  # names of others from which this one can be told, though not the other way round

    @property
    def name(self) -> str:
        """Name it for people: ``flipper + mass (twins)``."""
        if len(self.columns) == 1:
            return display(self.columns[0])
        shown = [display(name, 40) for name in self.columns[:_NAMED]]
        more = [f"{len(self.columns) - _NAMED} more"] if len(self.columns) > _NAMED else []
        return f"{' + '.join([*shown, *more])} (twins)"


def units_of(columns: Sequence[Column], X: FloatArray) -> list[Unit]:
    """Return the columns of a table, in order, those that say much the same as one.

    Dummies, the mark of gaps and the parts of a date belong to their column. Columns are twins if each tells the other:
    of numbers if the absolute value of Spearman's correlation is at least 0.9, of categories if as much of either's
    dummies is told by the other's. In a unit of several that holds for each pair (complete linkage).

    Parameters
    ----------
    columns
        How the features were made.
    X
        Rows to look for twins in, (n, n_features); at most 2000 are taken, from all over. Twins are looked for among
        at most 1000 features.

    """
    places: dict[str, list[int]] = {}
    for column, place in placed(columns):
        places.setdefault(column.of, []).extend(range(place.start, place.stop))
    own = [Unit(columns=(name,), features=tuple(features)) for name, features in places.items()]
    if len(own) < 2 or len(X) < 3 or X.shape[1] > _MOST_FEATURES:
        return own
    rows = np.linspace(0, len(X) - 1, min(len(X), _MOST_ROWS)).astype(int)
    told = _told(X[rows], own)
    together = _clusters(np.minimum(told, told.T))
    units = [_joined([own[index] for index in np.flatnonzero(together == which)]) for which in _in_order(together)]
    by = [np.flatnonzero(together == which) for which in _in_order(together)]
    return [
        dataclasses.replace(
            unit,
            told_by=tuple(
                other.name
                for other, there in zip(units, by, strict=True)
                if other is not unit and (told[np.ix_(there, here)].max(axis=0) >= TWINS).all()
            ),
        )
        for unit, here in zip(units, by, strict=True)
    ]


def association(X: FloatArray, y_prob: npt.NDArray[Any]) -> Matrix:
    """Return each feature's correlation with the predictions, or the largest of several, (n_features,)."""
    predictions = y_prob.reshape(len(X), -1)
    return np.asarray(np.abs(_standardised(X).T @ _standardised(predictions)).max(axis=1) / len(X))


def _standardised(values: npt.NDArray[Any]) -> Matrix:
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    spread = np.sqrt(np.mean(centred**2, axis=0))
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0))


def _joined(units: Sequence[Unit]) -> Unit:
    return Unit(
        columns=tuple(name for unit in units for name in unit.columns),
        features=tuple(feature for unit in units for feature in unit.features),
    )


def _in_order(labels: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the different labels in the order in which they first occur."""
    different, first = np.unique(labels, return_index=True)
    return np.asarray(different[np.argsort(first)])


def _clusters(likeness: Matrix) -> npt.NDArray[np.int32]:
    """Return the cluster of each unit, (n_units,)."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distance = squareform(np.clip(1 - likeness, 0, 1) * (1 - np.eye(len(likeness))), checks=False)
    return np.asarray(fcluster(linkage(distance, "complete"), 1 - TWINS + 1e-9, "distance"))


def _told(X: FloatArray, units: Sequence[Unit]) -> Matrix:
    """Return how much of a unit, along the second axis, another tells, along the first, (n_units, n_units): 0 to 1.

    It is the root of the share of variance of the ranks that a linear model tells; of two numbers that is |Spearman|.
    """
    from scipy.stats import rankdata

    ranks = rankdata(X, axis=0)
    ranks -= ranks.mean(axis=0)
    size = np.sqrt((ranks**2).sum(axis=0))
    varies = size > 0
    ranks = np.divide(ranks, size, out=np.zeros_like(ranks), where=varies)
    correlation = ranks.T @ ranks
    of_unit = np.empty(X.shape[1], np.int64)
    for index, unit in enumerate(units):
        of_unit[list(unit.features)] = index
    count = np.maximum(1, np.bincount(of_unit, varies))
    told = np.empty((len(units), len(units)))
    for index, unit in enumerate(units):
        place = list(unit.features)
        inverse = np.linalg.pinv(correlation[np.ix_(place, place)], rcond=1e-6, hermitian=True)
        across = correlation[:, place]
        told[index] = np.bincount(of_unit, ((across @ inverse) * across).sum(axis=1)) / count
    return np.asarray(np.sqrt(np.clip(told, 0, 1)))
