"""A data set as CSV: one row a sample, features, `target` and `split`; the same arrays come back."""

import contextlib
import dataclasses
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from dlwhy.data.cells.characters import same_name
from dlwhy.data.cells.reading import Reading
from dlwhy.data.dataset import MAX_NAME, Column, Dataset, Task
from dlwhy.data.splitting import Split
from dlwhy.data.tables import importing, rows, targets
from dlwhy.data.tables.cells import Source, check_names, cleaned
from dlwhy.data.tables.formats.form import Form
from dlwhy.data.tables.options import TableOptions
from dlwhy.errors import DlwhyError, DlwhyWarning, InputRefusedError
from dlwhy.files import is_standard
from dlwhy.text import display, protected, unprotected

if TYPE_CHECKING:
    import polars as pl

TARGET = "target"
SPLIT = "split"
# the name of a last column, which holds the number of each row's group, or its time
_KEYS = re.compile(r"split by (group|time): (.+)", re.DOTALL)
# memory for a byte of text, of which a cell has two at least
_MOST_FOR_ONE = 25
_HINT = "write .joblib or .npz"


def write(dataset: Dataset, handle: BinaryIO) -> None:
    """Write a data set into an open file: the training rows, then the test rows; every number reads back the same.

    Text that a spreadsheet would take for a formula gets a ' in front, as OWASP advises; a number never does. Names
    of classes all get one if they would not be read as classes without: 1 to 50 look like numbers to be predicted.

    Raises
    ------
    InputRefusedError
        If the names of columns or classes would not read back the same.

    """
    import polars as pl

    names = [*map(protected, dataset.feature_names), TARGET, SPLIT]
    split = dataset.split
    _check_header([*names, *([_keys_name(split)] if split else [])])
    X = np.concatenate((dataset.X_train, dataset.X_test))
    columns = [pl.Series(name, X[:, index]) for index, name in enumerate(names[:-2])]
    parts = np.repeat(("train", "test"), (len(dataset.y_train), len(dataset.y_test)))
    keys = [pl.Series(_keys_name(split), np.concatenate((split.train, split.test)))] if split else []
    pl.DataFrame([*columns, _targets(dataset), pl.Series(SPLIT, parts, dtype=pl.String), *keys]).write_csv(handle)


def read(path: str | Path, *, task: Task | None = None, max_size: int | None = None) -> Dataset:
    """Read a CSV file, or stdin ("-"), that has a column `target`, and perhaps `split` and `split by group: NAME`.

    A table of more than `max_size` MiB of text is refused; by default what takes more memory than is safe.
    Without `split`, 30 % of the rows are set apart by chance for testing, always the same ones, with a warning.

    Raises
    ------
    InputRefusedError, InputUnreadableError
        As `read_table` does.

    """
    frame, source = read_frame(path, Form(format="csv"), max_size=max_size)
    name = "stdin" if is_standard(path) else display(Path(path).stem, MAX_NAME)
    return from_frame(frame, source, name=name, task=task)


def read_frame(path: str | Path, form: Form, *, max_size: int | None = None) -> tuple["pl.DataFrame", Source]:
    """Read the cells of a CSV file; raises what `read` raises."""
    return rows.read_frame(path, form, max_size=max_size and _MOST_FOR_ONE * max_size)


def parts_of(frame: "pl.DataFrame") -> set[str]:
    """Return which of the columns `target` and `split` there are: with both, a CSV file is a data set."""
    return {TARGET, SPLIT} & {unprotected(name) for name in frame.columns}


def from_frame(frame: "pl.DataFrame", source: Source, *, name: str, task: Task | None = None) -> Dataset:
    """Make a data set of the cells of a CSV file; raises what `read` raises."""
    names = [unprotected(name) for name in frame.columns]
    if len(set(names)) == len(names):
        frame.columns = names
    if TARGET not in names:
        hint = "import it with `dlwhy generate --from FILE --target COLUMN`"
        raise InputRefusedError(f'{source.name}: no column "{TARGET}", so not a data set', hint)
    if SPLIT not in names:
        text = f'{source.name}: no column "{SPLIT}", so 30 % of the rows are set apart for testing'
        warnings.warn(text, DlwhyWarning, stacklevel=4)
    marked = _all_marked(frame[TARGET])
    keys = next(filter(None, map(_KEYS.fullmatch, names)), None)
    options = TableOptions(
        target=TARGET,
        task=task or ("multiclass" if marked else None),
        split_column=SPLIT if SPLIT in names else None,
        group=keys[0] if keys and keys[1] == "group" else None,
        time=keys[0] if keys and keys[1] == "time" else None,
        cells=Reading(as_written=SPLIT in names),
    )
    dataset = importing.as_dataset(frame, source, options, name=name)
    columns = tuple(map(_with_scale, dataset.columns)) if options.cells.as_written else dataset.columns
    split = dataclasses.replace(dataset.split, column=keys[2]) if dataset.split and keys else None
    return _unmarked(dataclasses.replace(dataset, columns=columns, split=split), marked=marked)


def _keys_name(split: Split) -> str:
    return f"split by {split.by}: {split.column}"


def _with_scale(column: Column) -> Column:
    """Take the scale of a column from the name of its feature, by which it was written."""
    match = re.fullmatch(r"(.+) \(from (\S+) in steps of (\S+)\)", column.name, re.DOTALL)
    if not match or column.kind != "numeric":
        return column
    with contextlib.suppress(ValueError):
        center, scale = float(match[2]), float(match[3])
        restored = dataclasses.replace(column, name=match[1], center=center, scale=scale)
        if scale > 0 and restored.features[0] == column.name:
            return restored
    return column


def _check_header(names: list[str]) -> None:
    try:
        check_names(names, "")
    except InputRefusedError as error:
        raise InputRefusedError(error.message.removeprefix(": "), _HINT) from error
    for name in names:
        if name != same_name(name) or "\0" in name:
            raise InputRefusedError(f'the column name "{display(name)}" does not fit into CSV', _HINT)


def _targets(dataset: Dataset) -> "pl.Series":
    import polars as pl

    y = np.concatenate((dataset.y_train, dataset.y_test))
    if dataset.task == "regression":
        return pl.Series(TARGET, y)
    for mark in (protected, "'{}".format):
        cells = pl.Series(TARGET, [mark(name) for name in dataset.class_names], dtype=pl.String).gather(y)
        if _reads_back(cells, [dataset.class_names[index] for index in np.unique(y)]):
            return cells
    raise InputRefusedError("the names of the classes do not fit into CSV", _HINT)


def _reads_back(cells: "pl.Series", class_names: list[str]) -> bool:
    """Return whether reading gives these classes, though perhaps in another order."""
    if any("\0" in name for name in class_names):
        return False
    marked = _all_marked(cells)
    try:
        target = targets.read_target(
            cleaned(cells.to_frame(), strict=[TARGET])[TARGET],
            "multiclass" if marked else None,
            Source(name=""),
            Reading(as_written=True),
        )
    except DlwhyError:
        return False
    return sorted(_plain(name, marked=marked) for name in target.class_names) == sorted(class_names)


def _all_marked(cells: "pl.Series") -> bool:
    """Return whether every cell has a ' in front: then these are names of classes, whatever they look like."""
    return len(cells) > 0 and bool(cells.str.starts_with("'").fill_null(False).all())


def _plain(class_name: str, *, marked: bool) -> str:
    return class_name[1:] if marked else unprotected(class_name)


def _unmarked(dataset: Dataset, *, marked: bool) -> Dataset:
    """Take the marks off the names of classes, and put the classes into the order that they have without."""
    import polars as pl

    plain = [_plain(name, marked=marked) for name in dataset.class_names]
    if plain == list(dataset.class_names) or len(set(plain)) < len(plain):
        return dataset
    ordered = list(targets.class_names(pl.Series(plain)))
    places = np.array([ordered.index(name) for name in plain], np.int32)
    return dataclasses.replace(
        dataset, y_train=places[dataset.y_train], y_test=places[dataset.y_test], class_names=tuple(ordered)
    )
