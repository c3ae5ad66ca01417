"""Axes of a picture over features: a number runs along one, a category is groups side by side, whatever its dummies."""

import dataclasses

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Column, Dataset, placed

FloatArray = npt.NDArray[np.float32]
_MARGIN = 0.06
_FEW = 20  # a number that takes at most so many whole values: rows would hide each other
_SPREAD = 0.42  # of a group's width, to either side
OTHER, MISSING, KNOWN = "(other)", "(missing)", "(known)"


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Along:
    """One axis."""

    name: str  # what stands along it
    features: tuple[int, ...]  # the features that belong to it, by index
    groups: tuple[str, ...] = ()  # names of the groups; empty for a number
    # (n_groups, n_features): what the features are in each group; empty for a number
    settings: FloatArray = dataclasses.field(default_factory=lambda: np.empty((0, 1), np.float32))
    spread: float = 0.0  # how far rows are moved to either side, at random, so that they don't hide each other

    def positions(self, X: FloatArray, seed: int) -> npt.NDArray[np.float64]:
        """Return where rows, (n, all features), lie along the axis, (n,)."""
        own = X[:, self.features]
        if self.groups:
            distance = np.abs(own[:, np.newaxis] - self.settings).sum(axis=-1)
            places = distance.argmin(axis=1).astype(np.float64)
        else:
            places = own[:, 0].astype(np.float64)
        if not self.spread:
            return np.asarray(places)
        return np.asarray(places + np.random.default_rng(seed).uniform(-self.spread, self.spread, len(places)))

    def limits(self, rows: FloatArray) -> tuple[float, float]:
        """Return where the axis begins and ends so that it holds the rows."""
        if self.groups:
            return -0.5, len(self.groups) - 0.5
        low, high = float(rows[:, self.features[0]].min()), float(rows[:, self.features[0]].max())
        margin = max(_MARGIN * (high - low), 1.5 * self.spread) or 0.5
        return low - margin, high + margin

    def values(self, grid: npt.NDArray[np.float64]) -> FloatArray:
        """Return what the axis' features are at each place of a grid, (n_places, n_features)."""
        if self.groups:
            return np.asarray(self.settings[np.clip(np.rint(grid).astype(int), 0, len(self.groups) - 1)])
        return grid.astype(np.float32)[:, np.newaxis]


def axes_of(dataset: Dataset, rows: FloatArray) -> list[Along]:
    """Return an axis for each column, in order, as they are found among the rows, (n, n_features)."""
    return [_axis(column, place.start, rows) for column, place in placed(dataset.columns)]


def find(dataset: Dataset, rows: FloatArray, name: str) -> Along | None:
    """Return the axis of a column or a feature by name: a dummy stands for its whole category."""
    for column, place in placed(dataset.columns):
        if name == column.name:
            return _axis(column, place.start, rows)
    for column, place in placed(dataset.columns):
        if name not in column.features:
            continue
        if column.kind != "categorical" and column.indicator and name == column.features[-1]:
            return _two_groups(name, place.stop - 1, (KNOWN, MISSING))
        return _axis(column, place.start, rows)
    return None


def _axis(column: Column, start: int, rows: FloatArray) -> Along:
    if column.kind == "categorical":
        return _category(column, start, rows)
    if column.kind == "boolean":
        return _two_groups(column.name, start, ("no", "yes"))
    different = np.unique(rows[:, start])
    whole = len(different) <= _FEW and bool((different == np.rint(different)).all())
    spread = _SPREAD / 2 * float(np.diff(different).min()) if whole and len(different) > 1 else 0.0
    return Along(name=column.name, features=(start,), spread=spread)


def _two_groups(name: str, feature: int, groups: tuple[str, str]) -> Along:
    settings = np.array([[0], [1]], np.float32)
    return Along(name=name, features=(feature,), groups=groups, settings=settings, spread=_SPREAD)


def _category(column: Column, start: int, rows: FloatArray) -> Along:
    """Make groups of a category: its dummies, one for cells that were none of them, one for those that were missing."""
    n_own = len(column.categories)
    width = len(column.features)
    groups, settings = list(column.categories), list(np.eye(n_own, width, dtype=np.float32))
    own = rows[:, start : start + width]
    if (own.sum(axis=1) == 0).any():
        groups.append(OTHER)
        settings.append(np.zeros(width, np.float32))
    if column.indicator:
        missing = np.zeros(width, np.float32)
        missing[-1] = 1
        if column.fill in column.categories:
            missing[column.categories.index(str(column.fill))] = 1
        groups.append(MISSING)
        settings.append(missing)
    features = tuple(range(start, start + width))
    return Along(name=column.name, features=features, groups=tuple(groups), settings=np.array(settings), spread=_SPREAD)
