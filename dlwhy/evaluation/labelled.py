"""A table with its targets that is no data set, such as next month's: each model reads it with its own columns."""

import dataclasses
import re
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dlwhy import files
from dlwhy.data.cells.missing import STRICT
from dlwhy.data.cells.reading import Reading, as_written
from dlwhy.data.dataset import MAX_NAME, Dataset, Task
from dlwhy.data.stored import csv_form, storage
from dlwhy.data.tables import frames, targets
from dlwhy.data.tables.cells import Source, cleaned
from dlwhy.data.tables.encoding import encode
from dlwhy.data.tables.formats.form import Form
from dlwhy.data.tables.frames import Frame
from dlwhy.data.tables.rows import read_frame
from dlwhy.errors import DlwhyError, DlwhyWarning, InputRefusedError
from dlwhy.models.details import Details
from dlwhy.text import NUMBER, counted, display, listed

if TYPE_CHECKING:
    import polars as pl


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """Rows with their targets, not yet encoded."""

    frame: "pl.DataFrame"  # cells of text
    source: Source  # where they come from
    name: str  # as a data set of them would be called
    cells: Reading = dataclasses.field(
        default_factory=Reading
    )  # how they are written, where that is not as in the training table


def of_frame(frame: Frame) -> Table:
    """Take a pandas or polars frame for a table."""
    return Table(frame=frames.as_text(frame), source=frames.SOURCE, name=frames.SOURCE.name)


def read(
    path: str,
    form: Form | None = None,
    *,
    cells: Reading | None = None,
    known: Collection[object] = (),
    task: Task | None = None,
    max_size: int | None = None,
) -> Dataset | Table:
    """Read a data set, or a table with its targets.

    A CSV file with the columns `target` and `split` is a data set. One with a `target` alone is a data set if a model
    was trained on just that, since its training rows are then told from the others; else it is a table like others.

    Parameters
    ----------
    path
        The file, or "-" for CSV on stdin.
    form
        What need not be recognised of a text.
    cells
        How the cells of a table are written, where that is not as in the training table.
    known
        Fingerprints of the data sets that the models were trained on.
    task
        What is to be learnt from a CSV file; by default what its target looks like.
    max_size
        Most MiB of content to read.

    Raises
    ------
    InputRefusedError, InputUnreadableError
        As `storage.read` and `rows.read_frame` do.

    """
    if not storage.is_table(path):
        return storage.read(path, max_size=max_size, task=task)
    is_csv = files.is_standard(path) or Path(path).suffix.lower() in ("", ".csv")
    frame, source = (csv_form.read_frame if is_csv else read_frame)(path, form or Form(), max_size=max_size)
    name = "stdin" if files.is_standard(path) else display(Path(path).stem, MAX_NAME)
    parts = csv_form.parts_of(frame) if is_csv else set()
    if csv_form.SPLIT in parts and csv_form.TARGET in parts:
        return csv_form.from_frame(frame, source, name=name, task=task)
    if csv_form.TARGET in parts and (dataset := _known(frame, source, name, task, known)):
        return dataset
    return Table(frame=frame, source=source, name=name, cells=cells or Reading())


def _known(
    frame: "pl.DataFrame", source: Source, name: str, task: Task | None, known: Collection[object]
) -> Dataset | None:
    """Return the data set that a table makes on its own, if a model was trained on that."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            dataset = csv_form.from_frame(frame, source, name=name, task=task)
        except DlwhyError:
            return None
    if dataset.fingerprint not in known:
        return None
    for warning in said:
        warnings.warn(warning.message, stacklevel=4)
    return dataset


def as_seen_by(details: Details, table: Table, *, model: str = "the model") -> Dataset:
    """Return a table as a data set without training rows, with the columns and classes of a model.

    Rows without a label are left out, with a warning.

    Parameters
    ----------
    details
        Of the model; its target is found by name.
    table
        The rows.
    model
        How to name the model in messages; passed through `files.shown`.

    Raises
    ------
    InputRefusedError
        If a column is absent, there are no rows, or a cell or a class can't be understood.

    """
    source, target = table.source, details.target_name
    if target not in table.frame.columns:
        columns = listed(table.frame.columns)
        raise InputRefusedError(
            f'{source.name}: no column "{display(target)}", which {model} predicts; columns: {columns}',
            "dlwhy predict needs no target",
        )
    if table.name == (details.dataset or {}).get("name"):
        text = f"{model} was trained on rows of {display(table.name)}: its data set knows which, this table does not"
        warnings.warn(f"{source.name}: {text}", DlwhyWarning, stacklevel=3)
    frame, cells, source = _labelled(table, details)
    y = (
        _numbers(cells, source, table.cells)
        if details.task == "regression"
        else _classes(cells, details, source, model)
    )
    filling = as_written(details.filling, table.cells)
    X = encode(frame, filling, source=source, whole=details.whole)
    return Dataset(
        X_train=X[:0],
        y_train=y[:0],
        X_test=X,
        y_test=y,
        name=table.name,
        task=details.task,
        columns=details.columns,
        class_names=details.class_names,
        target_name=target,
        provenance={"table": source.name},
    )


def _labelled(table: Table, details: Details) -> tuple["pl.DataFrame", "pl.Series", Source]:
    """Return the rows that have a label, their cleaned labels, and where they stand."""
    target, source = details.target_name, table.source
    marks = (*table.cells.na, *dict.fromkeys(mark for column in details.columns for mark in column.na))
    kept = [target] if any(re.search(STRICT, name) for name in details.class_names) else []
    cells = cleaned(table.frame.select(target), marks, kept=kept, strict=[target])[target]
    rows = np.flatnonzero(cells.is_not_null().to_numpy())
    if not len(rows):
        raise InputRefusedError(f"{source.name}: no data rows" + (" with a label" if len(cells) else ""))
    if len(rows) == len(cells):
        return table.frame, cells, source
    n_left = len(cells) - len(rows)
    text = f"{source.name}: {counted(n_left, 'row')} without a label left out"
    warnings.warn(text, DlwhyWarning, stacklevel=4)
    return table.frame[rows], cells.gather(rows), dataclasses.replace(source, rows=rows)


def _numbers(cells: "pl.Series", source: Source, reading: Reading) -> npt.NDArray[Any]:
    return targets.read_target(cells, "regression", source, reading).y


def _classes(cells: "pl.Series", details: Details, source: Source, model: str) -> npt.NDArray[Any]:
    """Return the model's index of each label, (n,), int32."""
    import polars as pl

    known = {name: index for index, name in enumerate(details.class_names)}
    codes = {}
    for text in cells.unique():
        name = text if text in known or not re.search(NUMBER, text) else targets.number_name(text)
        if name not in known:
            where, names = source.at(int((cells == text).arg_max() or 0), cells.name), listed(details.class_names)
            raise InputRefusedError(
                f'{where}: class "{display(name)}" was not in the training data of {model} (known: {names})',
                "leave out its rows, or train on them",
            )
        codes[text] = known[name]
    return cells.replace_strict(codes, return_dtype=pl.Int32).to_numpy()
