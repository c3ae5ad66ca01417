"""Features as other columns would have made them of the same table: by names of columns and categories, no position."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from dlwhy.data.cells.precision import scaled, unscaled
from dlwhy.data.dataset import Column, FloatArray, placed
from dlwhy.errors import InputRefusedError
from dlwhy.text import display, listed


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reencoded:
    """Features in another encoding, and what was done for them."""

    parts: tuple[FloatArray, ...]  # each (n, n_features), float32
    filled: Counter[str]  # for each column, the gaps that are filled otherwise than before
    unknown: Counter[str]  # for each column, the cells with a category that is none of those wanted


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Given:
    """A column as it is encoded, and the places of its features."""

    column: Column
    places: Mapping[str, int]  # by category; of numbers and booleans under the empty text
    missing: int | None = None  # of the feature that says where a cell was missing


def is_plain(columns: Sequence[Column]) -> bool:
    """Return whether columns are features as they stand: nothing one-hot, no gaps filled."""
    return all(column.kind != "categorical" and column.fill is None and not column.indicator for column in columns)


def reencoded(
    parts: Sequence[FloatArray], given: Sequence[Column], wanted: Sequence[Column], *, exact: bool = True
) -> Reencoded:
    """Turn features of some columns into those that other columns would have made of the same cells.

    A category without a column of its own among the wanted ones is unknown, one that did not occur has no row, and
    gaps, where a feature says which they are, are filled with what the wanted columns fill them with.

    Parameters
    ----------
    parts
        Features, each (n, n_features).
    given, wanted
        How they were made, and how they are to be.
    exact
        Whether `given` tells all: a CSV file has kept the features alone.

    Raises
    ------
    InputRefusedError
        If a column is absent or unknown, or the features no longer tell its cells.

    """
    X = np.concatenate(list(parts))
    columns, filled, unknown = _by_name(given), Counter[str](), Counter[str]()
    made: list[FloatArray] = []
    used: set[int | None] = set()
    for column in wanted:
        source = _source(column, columns)
        used |= {*source.places.values(), source.missing}
        if exact:
            _check_reading(source.column, column)
        gaps = _gaps(X, source, column)
        if column.kind == "categorical":
            values, strange = _categories(X, source, column, gaps)
            unknown += Counter({column.name: int(strange.sum())})  # += leaves out zeros
        else:
            values = _numbers(X, source, column, gaps)
        made += [values, gaps[:, np.newaxis].astype(np.float32)] if column.indicator else [values]
        if gaps.any() and source.column.fill != column.fill:
            filled[column.name] += int(gaps.sum())
    _check_used(used, given)
    ends = np.cumsum([len(part) for part in parts])[:-1]
    whole = np.ascontiguousarray(np.concatenate(made, axis=1))
    return Reencoded(parts=tuple(np.split(whole, ends)), filled=filled, unknown=unknown)


def _by_name(given: Sequence[Column]) -> dict[str, _Given]:
    found = {}
    for column, place in placed(given):
        own = {name: index for index, name in enumerate(column.categories or ("",), start=place.start)}
        missing = place.stop - 1 if column.indicator else None
        found[column.name] = _Given(column=column, places=own, missing=missing)
    return found


def _source(column: Column, given: Mapping[str, _Given]) -> _Given:
    """Find what a wanted column is to be made of; a table of features holds its categories as columns of numbers."""
    prefix, marker = f"{column.name}=", given.get(f"{column.name} missing")
    missing = marker.places.get("") if marker else None
    there = given.get(column.name)
    if there is not None:
        return there if there.missing is not None else dataclasses.replace(there, missing=missing)
    places = {
        name.removeprefix(prefix): one.places[""]
        for name, one in given.items()
        if name.startswith(prefix) and "" in one.places
    }
    if column.kind == "categorical" and places:
        known = Column(name=column.name, kind="categorical", categories=tuple(places), other=column.other)
        return _Given(column=known, places=places, missing=missing)
    for one in given.values() if column.kind == "numeric" else ():
        # the other way round: features were trained on as a table of numbers
        if column.name == f"{one.column.name} missing":
            return _Given(column=column, places={} if one.missing is None else {"": one.missing})
        name = column.name.removeprefix(f"{one.column.name}=")
        if one.column.categories and name != column.name:
            return _Given(column=column, places={"": one.places[name]} if name in one.places else {})
    raise InputRefusedError(f'no column "{display(column.name)}"; columns: {listed(list(given))}')


def _check_reading(given: Column, wanted: Column) -> None:
    """Refuse a column whose cells were read in another way, which the features do not tell."""
    shown = f'column "{display(wanted.name)}"'
    if given.kind != wanted.kind:
        kinds = {"numeric": "numbers", "boolean": "yes and no", "categorical": "text"}
        raise InputRefusedError(f"{shown} is taken for {kinds[given.kind]}, by the model for {kinds[wanted.kind]}")
    if (set(given.na), given.keep_na) != (set(wanted.na), wanted.keep_na):
        raise InputRefusedError(f"{shown}: other texts mark a missing cell than where the model was trained")
    if given.date != wanted.date:
        raise InputRefusedError(f"{shown}: its dates are not counted from the same day as the model's")


def _gaps(X: FloatArray, source: _Given, wanted: Column) -> npt.NDArray[np.bool_]:
    """Return in which rows a cell was missing, (n,)."""
    given, shown = source.column, f'column "{display(wanted.name)}"'
    if source.missing is None:
        if given.fill is not None and (given.fill != wanted.fill or wanted.indicator):
            raise InputRefusedError(f"{shown}: its features do not tell which cells were missing")
        return np.zeros(len(X), np.bool_)
    gaps: npt.NDArray[np.bool_] = X[:, source.missing] != 0
    if wanted.fill is None and gaps.any():
        raise InputRefusedError(f"{shown} has {int(gaps.sum())} missing cells; none was missing where it was trained")
    return gaps


def _numbers(X: FloatArray, source: _Given, column: Column, gaps: npt.NDArray[np.bool_]) -> FloatArray:
    """Return the feature of a column of numbers or booleans, (n, 1)."""
    if not source.places:
        return np.zeros((len(X), 1), np.float32)
    values = X[:, [source.places[""]]]
    if (source.column.center, source.column.scale) != (column.center, column.scale):
        values = scaled(unscaled(values, source.column), column)
    if gaps.any():
        values[gaps] = scaled(np.array([float(column.fill or 0)]), column)
    return values


def _categories(
    X: FloatArray, source: _Given, column: Column, gaps: npt.NDArray[np.bool_]
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return the features of a column of text, (n, n_categories), and which rows hold an unknown category, (n,)."""
    places = {category: index for index, category in enumerate(column.categories)}
    values = np.zeros((len(X), len(places)), np.float32)
    for category, place in source.places.items():
        if category in places:
            values[:, places[category]] = X[:, place]
    rest = source.column.other
    hides = rest in source.places and (rest != column.other or not {*places} <= {*source.places})
    if hides and X[:, source.places[rest]].any():
        raise InputRefusedError(
            f'column "{display(column.name)}": its rare texts are one category, "{display(rest)}", of which the model '
            "may know some"
        )
    if column.fill in places:
        values[gaps] = np.arange(len(places)) == places[str(column.fill)]
    strange: npt.NDArray[np.bool_] = np.logical_not(values.any(axis=1))
    if column.other:
        values[strange, places[column.other]] = 1
        strange[:] = False
    return values, strange


def _check_used(used: set[int | None], given: Sequence[Column]) -> None:
    """Refuse columns that nothing is made of; a mark of gaps that were never there in training is no column."""
    marks = {other.name for other in given}
    for column, place in placed(given):
        is_mark = column.name.endswith(" missing") and column.name.removesuffix(" missing") in marks
        if not used & {*range(place.start, place.stop)} and not is_mark:
            raise InputRefusedError(f'column "{display(column.name)}" is none of the model\'s')
