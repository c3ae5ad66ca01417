"""What the training rows say of each column: its categories, what fills its gaps, and its scale in float64."""

import dataclasses
import itertools
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlwhy.data.cells import precision
from dlwhy.data.cells.missing import may_be_sentinels, sentinels
from dlwhy.data.cells.reading import Reading
from dlwhy.data.dataset import LARGEST, MAX_COLUMNS, Column, ColumnKind, FloatArray, placed
from dlwhy.data.splitting import Rows
from dlwhy.data.tables.cells import Source, numbers, precise
from dlwhy.data.tables.columns import MAX_CATEGORIES
from dlwhy.data.tables.encoding import Encoder, as_columns, booleans, encode_scaled
from dlwhy.data.tables.targets import Target
from dlwhy.errors import DlwhyNote, DlwhyWarning, InputRefusedError
from dlwhy.text import display

if TYPE_CHECKING:
    import polars as pl

# of many categories those that occur often: in so many training rows, in such a share of them
_OFTEN, _SHARE = 5, 0.002
_LOOKED_AT = 1000  # rows
# more are not looked at for medians
_CELLS = 2_000_000


def encoded(
    frame: "pl.DataFrame",
    decided: tuple[Column, ...],
    train: Rows,
    source: Source,
    *,
    reading: Reading,
    marks: str = "",
) -> tuple[FloatArray, tuple[Column, ...]]:
    """Return all rows as features, and how the columns became them: as the training rows say.

    Parameters
    ----------
    frame
        All rows of cleaned cells; null where a cell is missing.
    decided
        What each column is.
    train
        Numbers of the training rows; without any, as in a table that is there to be evaluated on, all rows tell.
    source
        Where the rows come from.
    reading
        How cells are read.
    marks
        What to say of the texts that were taken for missing.

    Raises
    ------
    InputRefusedError
        If there would be too many features, or a cell can't be understood.

    """
    fitting = train if len(train) else np.arange(frame.height)
    text = as_columns(frame, decided)
    columns = tuple(
        _fit_column(cells, column, fitting, source) for cells, column in zip(text.get_columns(), decided, strict=True)
    )
    n_features = sum(len(column.features) for column in columns)
    if n_features > MAX_COLUMNS:
        raise InputRefusedError(f"{source.name}: would become {n_features} features; at most {MAX_COLUMNS}")
    if reading.na:
        columns = tuple(dataclasses.replace(column, na=tuple(reading.na)) for column in columns)
    encoder = Encoder(columns, source)
    X = encoder.encode(frame)
    encoder.warn(marks)
    if not reading.as_written:
        _warn_of_sentinels(X, columns, source)
        columns = _in_range(text, X, columns, fitting, source)
    _warn_of_constants(X, fitting, columns, source)
    return X, columns


def typical_cells(X_train: FloatArray, columns: tuple[Column, ...]) -> tuple[float | str, ...]:
    """Return, for each column, the median or most frequent category of the training rows, of many in some of them."""
    some = X_train[:: max(1, X_train.size // _CELLS)]
    found: list[float | str] = []
    for column, place in placed(columns):
        values = some[:, place]
        if column.kind == "categorical":
            counts = values[:, : len(column.categories)].sum(axis=0)
            found.append(column.categories[int(counts.argmax())])
        elif column.scale is not None:
            found.append(float(np.median(precision.unscaled(values[:, 0], column))))
        else:
            found.append(_median(values[:, 0], column.kind))
    return tuple(found)


def check_sizes(X: FloatArray, columns: tuple[Column, ...], target: Target, source: Source) -> None:
    """Refuse a number that is too large for a network: often it is what a program writes where a cell is missing.

    Raises
    ------
    InputRefusedError
        If there is one; or if float32 would round the differences of a regression's targets away.

    """
    names = [column.name for column in columns for _ in column.features]
    values = [*zip(names, X.T, strict=True), *([(target.cells.name, target.y)] if target.cells is not None else [])]
    for name, found in values:
        if max(found.max(initial=0), -found.min(initial=0)) > LARGEST:
            row = int((np.abs(found) > LARGEST).argmax())
            size = f"{found[row]:g}"
            raise InputRefusedError(
                f"{source.at(row, name)}: {size} is too large for a network, at most {LARGEST:g} can be scaled",
                f"if it marks a missing cell, --na {size}; else use another unit",
            )
    if target.cells is not None:
        _check_target(target, target.cells, source)


def _check_target(target: Target, cells: "pl.Series", source: Source) -> None:
    is_one = len(target.y) > 1 and target.y.min() == target.y.max()
    if is_one and len(np.unique(precise(cells, source))) == 1:
        always = f"is {display(cells[0])} in all rows: there is nothing to learn"
        raise InputRefusedError(f'{source.name}: target "{display(cells.name)}" {always}')
    if not precision.doubtful(target.y[:, np.newaxis]).any():
        return
    values = precise(cells, source)
    if precision.coarse(values):
        n_different, n_left = len(np.unique(values)), len(np.unique(target.y))
        left = (
            f"{n_different} different numbers would be {n_left}" if n_left < n_different else "they differ too little"
        )
        raise InputRefusedError(
            f'{source.name}: target "{display(cells.name)}": float32 does not tell its numbers apart ({left})',
            f"take a number near {values.min():.15g} from each, or use another unit",
        )


def _fit_column(cells: "pl.Series", column: Column, train: Rows, source: Source) -> Column:
    import polars as pl

    missing, kind = cells.null_count() > 0, column.kind
    if kind != "categorical" and not missing:
        return column
    known = cells.gather(train)
    indicator = known.null_count() > 0
    # a training part that tells nothing can only borrow from the rest
    present = known.drop_nulls() if known.null_count() < len(known) else cells.drop_nulls()
    if kind == "categorical":
        counts = present.value_counts().sort([pl.col("count"), cells.name], descending=[True, False])
        categories = counts.to_series().to_list()
        if column.other:
            often = counts.filter(pl.col("count") >= max(_OFTEN, _SHARE * len(known))).to_series().to_list()
            frequent = [name for name in often if name != column.other][: MAX_CATEGORIES - 1]
            _note(
                f'{source.name}: "{display(cells.name)}" has {len(categories)} different texts: {len(frequent)} '
                f'frequent ones are categories, all others are "{column.other}"'
            )
            categories = [*frequent, column.other]
        fill = categories[0] if missing else None
        return dataclasses.replace(column, categories=tuple(sorted(categories)), fill=fill, indicator=indicator)
    values = numbers(present, source) if kind == "numeric" else booleans(present, source)
    return dataclasses.replace(column, fill=_median(values, kind), indicator=indicator)


def _median(values: FloatArray, kind: ColumnKind) -> float:
    middle = float(np.median(values.astype(np.float64)))
    return float(middle >= 0.5) if kind == "boolean" else float(np.float32(middle))


def _in_range(
    frame: "pl.DataFrame", X: FloatArray, columns: tuple[Column, ...], train: Rows, source: Source
) -> tuple[Column, ...]:
    """Centre and scale, in float64, what float32 does not hold well; in `X`, too, in place."""
    changed = list(columns)
    for index, place in _doubtful(frame, X, columns):
        column, cells = columns[index], frame.to_series(index)
        known = cells.gather(train).drop_nulls()
        values = precise(known if len(known) else cells.drop_nulls(), source)
        scale = precision.scale_of(values)
        if scale is None:
            _warn_of_vanishing(values, column, source)
            continue
        fill = None if column.fill is None else float(np.median(values))
        new = dataclasses.replace(column, fill=fill, center=scale.center, scale=scale.scale)
        filled = cells.fill_null(repr(fill))
        X[:, place] = encode_scaled(filled, new, source)
        changed[index] = new
        _note(f'{source.name}: "{display(new.features[0], 120)}": {scale.why}, so they are counted like this')
    return tuple(changed)


def _doubtful(frame: "pl.DataFrame", X: FloatArray, columns: tuple[Column, ...]) -> Iterator[tuple[int, int]]:
    """Yield which columns of numbers deserve a look in float64, and the place of their feature."""
    numeric = {i: place.start for i, (column, place) in enumerate(placed(columns)) if column.kind == "numeric"}
    doubtful, zeros = precision.doubtful(X), (X == 0).any(axis=0)
    vanishing = set(_vanishing(frame, [index for index, place in numeric.items() if zeros[place]]))
    yield from ((index, place) for index, place in numeric.items() if doubtful[place] or index in vanishing)


def _vanishing(frame: "pl.DataFrame", columns: Sequence[int]) -> Iterator[int]:
    """Yield in which columns a number other than zero is zero in float32; only texts with an exponent are looked at."""
    import polars as pl

    if not columns:
        return
    small = pl.all().str.contains("[eE]-")
    for index in itertools.compress(columns, frame[:, columns].select(small.any()).row(0)):
        cells = frame.to_series(index)
        values = cells.filter(cells.str.contains("[eE]-")).cast(pl.Float64, strict=False).to_numpy()
        if precision.vanishing(values) > 0:
            yield index


def _warn_of_vanishing(values: precision.Numbers, column: Column, source: Source) -> None:
    count = precision.vanishing(values)
    if count:
        rows = "1 number is" if count == 1 else f"{count} numbers are"
        warnings.warn(
            f'{source.name}: column "{display(column.name)}": {rows} so small that float32 has 0 for them '
            "(take the logarithm of the column, or use another unit)",
            DlwhyWarning,
            stacklevel=4,
        )


def _warn_of_sentinels(X: FloatArray, columns: tuple[Column, ...], source: Source) -> None:
    """Warn of columns where a number such as -999 may mark missing cells."""
    if not len(X):
        return
    may_be = may_be_sentinels(X.min(axis=0)) | may_be_sentinels(X.max(axis=0))
    told = []
    for column, place in placed(columns):
        if column.kind == "numeric" and may_be[place.start]:
            values, counts = np.unique(X[:, place.start], return_counts=True)
            told += [(column.name, found) for found in sentinels(values.astype(np.float64), counts)]
    if told:
        each = [
            f'"{display(name)}" is {found.number:.9g} in {found.count} rows, far from all else '
            f"({found.low:g} to {found.high:g})"
            for name, found in told[:3]
        ]
        more = f"; and {len(told) - 3} more like these" if len(told) > 3 else ""
        hint = f"--na {told[0][1].number:.9g} takes it for one"
        text = f"{source.name}: {'; '.join(each)}{more}: is that a missing cell? ({hint})"
        warnings.warn(text, DlwhyWarning, stacklevel=4)


def _warn_of_constants(X: FloatArray, train: Rows, columns: tuple[Column, ...], source: Source) -> None:
    """Warn of numeric and boolean columns that have one value in all training rows."""
    if len(train) < 2:
        return
    # a look at some costs much less than a copy of all training rows
    first, some = X[train[0]], X[train[:_LOOKED_AT]]
    may_be = (some == first).all(axis=0)
    found = [
        f'"{display(column.name)}" is constant ({first[place.start]})'
        for column, place in placed(columns)
        if column.kind != "categorical"
        and may_be[place.start]
        and bool((X[train, place.start] == first[place.start]).all())
    ]
    if found:
        more = f", and {len(found) - 3} more are" if len(found) > 3 else ""
        features, they = ("feature", "it carries") if len(found) == 1 else ("features", "they carry")
        text = f"{source.name}: {features} {', '.join(found[:3])}{more}; {they} no information"
        warnings.warn(text, DlwhyWarning, stacklevel=4)


def _note(text: str) -> None:
    warnings.warn(text, DlwhyNote, stacklevel=4)
