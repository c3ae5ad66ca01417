"""A data set seen as a table again: a column of numbers or codes for each column, missing cells apart, rows drawn."""

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from dlwhy.checks.association import Array, Mask, skill
from dlwhy.data.cells import precision
from dlwhy.data.dataset import Column, Dataset, FloatArray, placed

T = TypeVar("T")
# rows that are drawn from a larger table, where not all need be looked at
MOST_ROWS = 20_000
# cells of them that are looked at, in a wide table
_MOST_CELLS = 4_000_000
_FEWEST_ROWS = 2000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """A column, and where its features lie: `start` to `stop`; at `stop` the one that says what was missing."""

    column: Column
    start: int
    stop: int

    @property
    def features(self) -> slice:
        """All of the column's features."""
        return slice(self.start, self.stop + self.column.indicator)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """One column of some rows: numbers, or codes of categories, -1 for one that training does not know."""

    name: str
    is_category: bool
    values: Array  # (n,)
    missing: Mask | None = None  # (n,), if the data set knows

    @functools.cached_property
    def distinct(self) -> tuple[Array, npt.NDArray[np.int64]]:
        """The different values, sorted, and how often there is each."""
        return np.unique(self.values, return_counts=True)


class Table:
    """A data set with its columns in the form that checks need.

    Parameters
    ----------
    dataset
        The data set.
    most_rows
        Rows to draw if there are more, always the same ones.

    """

    def __init__(self, dataset: Dataset, *, most_rows: int = MOST_ROWS):
        self.dataset = dataset
        self.n_train, self.n_test = len(dataset.y_train), len(dataset.y_test)
        self.n_rows = self.n_train + self.n_test
        self.places = tuple(_places(dataset))
        wanted = min(most_rows, max(_FEWEST_ROWS, _MOST_CELLS // max(1, dataset.n_features)))
        # in random order: ties must not lie as the labels do
        self.rows = np.random.default_rng(0).permutation(self.n_rows)[:wanted]
        self._known: dict[Callable[[Table], Any], Any] = {}

    def once(self, function: "Callable[[Table], T]") -> T:
        """Return what a function says of this table, which several checks may ask."""
        if function not in self._known:
            self._known[function] = function(self)
        found: T = self._known[function]
        return found

    @property
    def is_drawn(self) -> bool:
        """Whether not all rows are among the drawn ones."""
        return len(self.rows) < self.n_rows

    @property
    def drawn(self) -> str:
        """What to add to a sentence on drawn rows."""
        return f" (of {len(self.rows)} rows drawn)" if self.is_drawn else ""

    @functools.cached_property
    def y(self) -> npt.NDArray[np.float64]:
        """Targets of the drawn rows."""
        return self.of_rows(self.dataset.y_train, self.dataset.y_test, self.rows).astype(np.float64)

    @functools.cached_property
    def is_test(self) -> Mask:
        """Which of the drawn rows are for testing."""
        mask: Mask = self.rows >= self.n_train
        return mask

    @functools.cached_property
    def columns(self) -> tuple[Cells, ...]:
        """The columns of the drawn rows."""
        X = self.of_rows(self.dataset.X_train, self.dataset.X_test, self.rows)
        return tuple(_cells(place, X) for place in self.places)

    @functools.cached_property
    def skills(self) -> tuple[float, ...]:
        """How well each column alone tells the target; see `association.skill`."""
        return tuple(skill(cells.values, self.y, self.dataset.n_classes) for cells in self.columns)

    def whole(self, place: Place) -> Cells:
        """Return a column of all rows, training rows first."""
        X = np.concatenate([part[:, place.features] for part in (self.dataset.X_train, self.dataset.X_test)])
        return _cells(dataclasses.replace(place, start=0, stop=place.stop - place.start), X)

    def of_rows(
        self, train: npt.NDArray[np.generic], test: npt.NDArray[np.generic], rows: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.generic]:
        """Return some rows of an array that is in two parts."""
        if not self.n_train or not self.n_test:
            return (train if self.n_train else test)[rows]
        is_test = rows >= self.n_train
        found = train[np.where(is_test, 0, rows)]
        found[is_test] = test[rows[is_test] - self.n_train]
        return found


def _cells(place: Place, X: "npt.NDArray[np.generic]") -> Cells:
    block = X[:, place.start : place.stop]
    column = place.column
    missing = X[:, place.stop] > 0.5 if column.indicator else None  # type: ignore[operator]
    if column.kind != "categorical":
        values = precision.unscaled(block[:, 0], column)  # type: ignore[arg-type]
        return Cells(name=column.name, is_category=False, values=values, missing=missing)
    codes = np.where(block.any(axis=1), block.argmax(axis=1), -1).astype(np.float64)
    return Cells(name=column.name, is_category=True, values=codes, missing=missing)


def _places(dataset: Dataset) -> Iterator[Place]:
    """Yield the columns; those of a CSV file of ours, in which a category is a column of 0 and 1, as they were."""
    every = [
        Place(column=column, start=place.start, stop=place.stop - column.indicator)
        for column, place in placed(dataset.columns)
    ]
    for prefix, run in itertools.groupby(every, lambda place: _prefix(place.column)):
        same = list(run)
        yield from _merged(prefix, same, dataset) if prefix and len(same) > 1 else same


def _prefix(column: Column) -> str:
    before, equals, _ = column.name.partition("=")
    return before if equals and column.kind != "categorical" and not column.indicator else ""


def _merged(prefix: str, places: list[Place], dataset: Dataset) -> list[Place]:
    start, stop = places[0].start, places[-1].stop
    if not all(_is_one_hot(part[:, start:stop]) for part in (dataset.X_train, dataset.X_test)):
        return places
    names = tuple(place.column.name.partition("=")[2] for place in places)
    return [Place(column=Column(name=prefix, kind="categorical", categories=names), start=start, stop=stop)]


def _is_one_hot(block: FloatArray) -> bool:
    return bool(((block == 0) | (block == 1)).all() and (block.sum(axis=1) <= 1).all())
