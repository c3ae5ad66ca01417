"""Which rows of a table are for training and which for testing: by chance, by group, by time, or as a column says."""

import itertools
import shlex
import warnings
from typing import TYPE_CHECKING

import numpy as np

from dlwhy.data.cells.times import WANTED, times_of
from dlwhy.data.splitting import FEWEST_GROUPS, Keys, Kind, Rows, Split, split_groups, split_rows, split_times
from dlwhy.data.tables.cells import INTEGER, Source
from dlwhy.data.tables.encoding import category_codes
from dlwhy.data.tables.options import TableOptions
from dlwhy.data.tables.targets import Target, numbered
from dlwhy.errors import DlwhyWarning, InputRefusedError, UsageError
from dlwhy.text import counted, display

if TYPE_CHECKING:
    import polars as pl


_WHOLE = r"^[+-]?[0-9]+(?:\.0+)?$"
_LOOKED_AT = 1000
_LONG = 19  # characters of a whole number that is too large to count with


def warn_of_parts(frame: "pl.DataFrame", source: Source) -> None:
    """Warn of a feature that says which rows are for training and which for testing."""
    import polars as pl

    words_of_parts = pl.all().head(_LOOKED_AT).drop_nulls().str.to_lowercase().is_in(["train", "test"]).all()
    may_be = frame.select(words_of_parts).row(0) if frame.width else ()
    for cells in itertools.compress(frame.get_columns(), may_be):
        words = cells.head(_LOOKED_AT).drop_nulls().str.to_lowercase().unique()
        if set(words) == {"train", "test"}:
            name = display(shlex.quote(cells.name))
            text = f'{source.name}: column "{display(cells.name)}" says train and test, and is taken for a feature'
            hint = f"--split-column {name} splits by it, --drop {name} leaves it out"
            warnings.warn(f"{text} ({hint})", DlwhyWarning, stacklevel=3)


def parts_of(
    frame: "pl.DataFrame", target: Target, options: TableOptions, source: Source
) -> tuple[Rows, Rows, Split | None]:
    """Return the rows for training and those for testing, and by what they are kept together or in order.

    Raises
    ------
    InputRefusedError
        If a cell of a column that decides is missing or can't be read, the user's own parts cut through groups or
        times, or there are too few rows, groups or times.
    UsageError
        If numbers are to be stratified.

    """
    by: Kind | None = "group" if options.group else "time" if options.time else None
    keys = _keys(frame, options, source)
    try:
        train, test = _chosen(frame, keys, target, options, source)
        if by is None or keys is None:
            return train, test, None
        split = Split(by=by, column=options.group or options.time or "", train=keys[train], test=keys[test])
        split.check(len(train), len(test))
    except InputRefusedError as error:
        named = error.message.startswith(f"{source.name}:")
        # counts make classes that occur once
        hint = f"{error.hint}; --task regression predicts the number" if _is_of_counts(error, target) else error.hint
        raise InputRefusedError(error.message if named else f"{source.name}: {error.message}", hint) from error
    _warn(split, frame[split.column], target, train, source)
    return train, test, split


def _is_of_counts(error: InputRefusedError, target: Target) -> bool:
    return "--no-stratify" in (error.hint or "") and numbered(target.class_names)


def stratifies(options: TableOptions, target: Target) -> bool:
    """Return whether both parts shall hold the same share of each class."""
    if options.stratify and target.task == "regression":
        raise UsageError("--stratify is for classes; the target is a number")
    return target.task != "regression" if options.stratify is None else options.stratify


def _keys(frame: "pl.DataFrame", options: TableOptions, source: Source) -> Keys | None:
    """Return the number of each row's group, int32, or its time, float64; None if there are none."""
    name = options.group or options.time
    if name is None:
        return None
    cells = frame[name]
    if cells.null_count():
        what, row = "group" if options.group else "time", int(cells.is_null().arg_max() or 0)
        raise InputRefusedError(
            f"{source.at(row, name)}: the row has no {what}", "give it one, or leave such rows out with --missing drop"
        )
    return _groups_of(cells) if options.group else _times_of(cells, options.cells.dates, source)


def _times_of(cells: "pl.Series", order: str | None, source: Source) -> Keys:
    found = times_of(cells, order)
    if np.isnan(found.times).any():
        row = int(np.isnan(found.times).argmax())
        raise InputRefusedError(f'{source.at(row, cells.name)}: "{display(cells[row])}" is no time here', WANTED)
    if found.is_ambiguous:
        raise InputRefusedError(
            f'{source.at(0, cells.name)}: "{display(cells[0])}" may begin with the day or with the month',
            "say --dates day-first or --dates month-first",
        )
    return found.times


def _groups_of(cells: "pl.Series") -> Keys:
    """Return the number of each row's text among the different ones, as numbers if all are whole ones; 1.0 is 1."""
    different = cells.unique()
    if different.str.contains(r"^[+-]?[0-9]+\.0+$").any() and different.str.contains(_WHOLE).all():
        # a file whose parts were joined has both
        cells = cells.str.replace(r"\.0+$", "")
        different = cells.unique()
    whole = bool((different.str.contains(INTEGER) & (different.str.len_bytes() < _LONG)).all())
    texts = sorted(different.to_list(), key=(lambda text: (int(text), text)) if whole else str)
    return category_codes(cells, tuple(texts))


def _chosen(
    frame: "pl.DataFrame", keys: Keys | None, target: Target, options: TableOptions, source: Source
) -> tuple[Rows, Rows]:
    if options.split_column:
        return _own_parts(frame[options.split_column], source)
    if keys is not None and options.time:
        return split_times(keys, test_size=options.test_size)
    y = target.y if stratifies(options, target) else None
    if keys is not None:
        _check_count(frame[options.group or ""], len(np.unique(keys)))
        return split_groups(keys, seed=options.seed, test_size=options.test_size, y=y)
    return split_rows(frame.height, seed=options.seed, test_size=options.test_size, y=y, class_names=target.class_names)


def _check_count(cells: "pl.Series", count: int) -> None:
    if count < FEWEST_GROUPS:
        raise InputRefusedError(
            f'"{display(cells.name)}" has {counted(count, "group")}; at least {FEWEST_GROUPS} are needed',
            "say with --split-column which rows are for testing, or collect more groups",
        )


def _own_parts(cells: "pl.Series", source: Source) -> tuple[Rows, Rows]:
    parts = category_codes(cells.str.to_lowercase().fill_null(""), ("train", "test"))
    if (parts < 0).any():
        row = int((parts < 0).argmax())
        raise InputRefusedError(
            f'{source.at(row, cells.name)}: "{display(cells[row] or "")}" is neither train nor test',
            "write train or test in each row; train --validation-split holds out a part of its own",
        )
    return np.flatnonzero(parts == 0), np.flatnonzero(parts == 1)


def _warn(split: Split, cells: "pl.Series", target: Target, train: Rows, source: Source) -> None:
    """Warn where a split does not do what it is for."""
    keys = np.concatenate([split.train, split.test])
    if split.by == "group":
        _warn_of_twins(cells.unique(), source)
    if split.by == "group" and len(np.unique(keys)) == len(keys):
        text = f'{source.name}: "{display(split.column)}" is different in every row, so it keeps no rows together'
        warnings.warn(text, DlwhyWarning, stacklevel=4)
    if target.task == "regression" or not len(train):
        return
    absent = [name for index, name in enumerate(target.class_names) if index not in np.unique(target.y[train])]
    if absent:
        names = ", ".join(display(name) for name in absent[:10])
        why = "no group of it" if split.by == "group" else "no row so early"
        text = f"{source.name}: class {names}: {why} is for training, so no model can know it"
        warnings.warn(text, DlwhyWarning, stacklevel=4)


def _warn_of_twins(different: "pl.Series", source: Source) -> None:
    """Warn of names of groups that differ only in case: their rows may be on both sides."""
    folded = different.str.to_lowercase()
    twice = folded.filter(folded.is_duplicated()).sort().head(1)
    if len(twice):
        alike = different.filter(folded.is_in(twice.implode())).sort()
        names = " and ".join(f'"{display(name)}"' for name in alike)
        text = f'{source.name}: "{display(different.name)}" holds {names}, taken for different groups'
        warnings.warn(f"{text} (write them in one way if they are the same)", DlwhyWarning, stacklevel=5)
