"""The rows of a table cut by its columns: by category, by yes and no, by gaps, and by quartiles of numbers."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from dlwhy.data.cells.precision import unscaled
from dlwhy.data.dataset import Column, FloatArray, placed
from dlwhy.text import display

_FEW = 5  # a number that takes at most so many values is cut at each of them
_QUARTERS, _HALVES = (0.25, 0.5, 0.75), (0.5,)
_FEW_ROWS = 200  # a quarter of a half of which is too few to say anything of
_LONGEST = 60  # of a name within a condition
_LONG = 1e12  # a number that is read more easily with an exponent


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Cut:
    """Rows by the values of one column.

    Parameters
    ----------
    column
        Its name.
    codes
        (n,): which of the levels each row is of.
    levels
        Each in words: ``island = Biscoe``, ``mass <= 3550``.

    """

    column: str
    codes: npt.NDArray[np.int64]
    levels: tuple[str, ...]


def cuts_of(columns: Sequence[Column], X: FloatArray, reference: FloatArray) -> Iterator[Cut]:
    """Yield a cut by each column.

    Parameters
    ----------
    columns
        How the features were made.
    X
        The rows to cut, (n, n_features).
    reference
        Rows whose quartiles numbers are cut at, (n_reference, n_features); of fewer than 200 rows to cut, the median.

    """
    for column, place in placed(columns):
        own, known = X[:, place], reference[:, place]
        name = display(column.name, _LONGEST)
        if column.kind == "categorical":
            codes, levels = _categories(column, own, name)
        elif column.kind == "boolean":
            codes, levels = (own[:, 0] > 0.5).astype(np.int64), [f"{name} = no", f"{name} = yes"]
        else:
            there = known[known[:, -1] == 0] if column.indicator else known
            at = _QUARTERS if len(X) >= _FEW_ROWS else _HALVES
            codes, levels = _numbers(unscaled(own[:, 0], column), unscaled(there[:, 0], column), at, name)
        if column.indicator:
            codes, levels = np.where(own[:, -1] > 0.5, len(levels), codes), [*levels, f"{name} is missing"]
        yield Cut(column=column.name, codes=codes, levels=tuple(levels))


def _categories(column: Column, own: FloatArray, name: str) -> tuple[npt.NDArray[np.int64], list[str]]:
    dummies = own[:, : len(column.categories)]
    codes = np.where(dummies.any(axis=1), dummies.argmax(axis=1), len(column.categories))
    known = [f"{name} = {display(category, _LONGEST)}" for category in column.categories]
    return codes, [*known, f"{name} is none of training's"]


def _numbers(
    values: npt.NDArray[np.float64], known: npt.NDArray[np.float64], shares: Sequence[float], name: str
) -> tuple[npt.NDArray[np.int64], list[str]]:
    different = np.unique(known)
    if not len(different):
        return np.zeros(len(values), np.int64), [name]
    if len(different) <= _FEW:
        # halfway between: what lies elsewhere goes to its neighbour
        edges = (different[1:] + different[:-1]) / 2
        return np.searchsorted(edges, values), [f"{name} = {_written(value)}" for value in different]
    # short numbers, so that a condition reads well and is true as it reads
    quarters = np.quantile(known, shares, method="lower")
    spread = float(np.ptp(quarters)) or float(np.ptp(known))
    decimals = 2 - int(np.floor(np.log10(spread)))
    edges = np.unique(np.round(quarters, decimals))
    said = [_written(edge) for edge in edges]
    between = [f"{low} < {name} <= {high}" for low, high in itertools.pairwise(said)]
    levels = [f"{name} <= {said[0]}", *between, f"{name} > {said[-1]}"]
    return np.searchsorted(edges + 10.0 ** (-decimals - 3), values), levels


def _written(value: float) -> str:
    return f"{value:.0f}" if value == round(value) and abs(value) < _LONG else f"{value:.6g}"
