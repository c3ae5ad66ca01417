"""A user's table becomes a data set: target, split and features."""

import dataclasses
import re
import warnings
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from dlwhy import files
from dlwhy.data.cells.reading import NAMES, Reading
from dlwhy.data.dataset import MAX_NAME, Dataset
from dlwhy.data.tables import columns as deciding
from dlwhy.data.tables import frames, parts
from dlwhy.data.tables.cells import Source, cleaned, idle_marks
from dlwhy.data.tables.fitting import check_sizes, encoded
from dlwhy.data.tables.formats.form import FORM_NAMES, Form, Format
from dlwhy.data.tables.frames import Frame
from dlwhy.data.tables.options import Missing, TableOptions
from dlwhy.data.tables.rows import check_there, read_frame
from dlwhy.data.tables.targets import read_target
from dlwhy.errors import DlwhyWarning, InputRefusedError, UsageError
from dlwhy.text import counted, display

if TYPE_CHECKING:
    import polars as pl

# what spreadsheets and reports have below the rows
_TOTAL = r"(?:(?:grand |sub)?totals?|sum|summe|gesamt|insgesamt|totale|average|mean|mittelwert):?"


def read_table(
    path: str | Path | Frame,
    *,
    target: str = "target",
    drop: Collection[str] = (),
    format: Format | None = None,  # noqa: A002 - as on the command line
    max_rows: int | None = None,
    max_size: int | None = None,
    **options: Any,
) -> Dataset:
    """Import a table.

    Each column but the target becomes features: numbers and booleans (true, false, yes, no) one each, text one for
    each category. Identifiers are left out, dates and free text refused by name. There are no row weights: every row
    counts the same, and a column of weights would be taken for a feature.

    Parameters
    ----------
    path
        The file, or "-" for stdin; or a pandas or polars frame, which is taken for what a CSV file of it would hold.
    target
        Name of the target column.
    drop
        Columns that are left out.
    format
        One of `FORMATS`; by default what the file's bytes and name say, else CSV.
    max_rows
        The most rows to accept.
    max_size
        Most MiB of memory that the table may take; by default what is safe.
    options
        The others of `TableOptions`: ``task``, by default what the target looks like; ``missing`` (``impute``,
        ``drop`` or ``error``), ``drop_unlabelled``; ``group`` or ``time``, a column whose rows are kept together or in
        order; ``split_column``, or ``test_size`` (0.3), ``seed`` (42) and ``stratify``. And how cells are read, as
        `dlwhy.data.cells.reading.Reading` has it; and what the file is, where that need not be recognised:
        ``delimiter``, ``encoding`` and ``header``, as `dlwhy.data.tables.formats.form.Form` has it.

    Raises
    ------
    TypeError
        If there is no option of a name.
    UsageError
        If an option can't be, or a column that it names is not there.
    InputRefusedError
        If the table can't be understood; the message says where.
    InputUnreadableError
        If the file is missing, or not a regular file.

    """
    reading = Reading(**{key: value for key, value in options.items() if key in NAMES})
    form = Form(format=format, **{key: value for key, value in options.items() if key in FORM_NAMES})
    others = {key: value for key, value in options.items() if key not in NAMES | FORM_NAMES}
    about = TableOptions(target=target, **others, cells=reading, for_training=True)
    about.check_dropped(drop)
    if about.split_column and "test_size" in others:
        raise UsageError("--test-size does not go with --split-column, which says which rows are for testing")
    if not isinstance(path, str | Path):
        return _of_frame(path, about, drop=drop, max_size=max_size)
    frame, source = read_frame(path, form, without=drop, max_rows=max_rows, max_size=max_size)
    name = "stdin" if files.is_standard(path) else display(Path(path).stem, MAX_NAME)
    table = "stdin" if files.is_standard(path) else display(Path(path).name, MAX_NAME)
    provenance = {"table": table, "drop": sorted(drop)}
    return as_dataset(frame, source, about, name=name, provenance=provenance)


def _of_frame(frame: Frame, options: TableOptions, *, drop: Collection[str], max_size: int | None) -> Dataset:
    text = frames.as_text(frame, without=drop, max_size=max_size)
    for name in drop:
        check_there(name, [str(column).strip() for column in frame.columns], frames.SOURCE, "--drop")
    provenance = {"table": frames.SOURCE.name, "drop": sorted(drop)}
    return as_dataset(text, frames.SOURCE, options, name=frames.SOURCE.name, provenance=provenance)


def as_dataset(
    frame: "pl.DataFrame",
    source: Source,
    options: TableOptions,
    *,
    name: str,
    provenance: Mapping[str, Any] = MappingProxyType({}),
) -> Dataset:
    """Make a data set of rows of text, as `read_table` does; raises what it raises."""
    if frame.is_empty():
        raise InputRefusedError(f"{source.name}: no data rows")
    not_features = options.no_features
    for option, column in not_features.items():
        check_there(column, frame.columns, source, option)
    for option, named in options.cells.named.items():
        for column in named:
            check_there(column, frame.columns, source, option)
    raw = frame
    frame = cleaned(raw, options.cells.na, kept=options.cells.keep_na_text, strict=[*not_features.values()])
    marks = _marks(raw, frame)
    _warn_of_idle_marks(raw, options, source)
    frame, source = _labelled(frame, source, options, marks)
    frame, source = _without_missing(frame, source, options.missing, marks)
    features = frame.drop(*not_features.values())
    if not features.width:
        raise InputRefusedError(f'{source.name}: no column but the target "{display(options.target)}"')
    if not options.cells.as_written:
        parts.warn_of_parts(features, source)
        _warn_of_total(frame, source)
    decided = deciding.decide(features, source, options.cells)
    target = read_target(frame[options.target], options.task, source, options.cells)
    train, test, split = parts.parts_of(frame, target, options, source)
    X, columns = encoded(features, decided, train, source, reading=options.cells, marks=_said(marks, features.columns))
    if options.for_training:
        check_sizes(X, columns, target, source)
    about = {field: getattr(options, field) for field in ("target", "missing", "split_column")}
    about |= options.cells.said()
    if left_out := sorted({*features.columns} - {column.of for column in columns}):
        about["left_out"] = left_out
    about |= {flag: column for flag in ("group", "time") if (column := getattr(options, flag))}
    if not options.split_column:
        chance = {"seed": int(options.seed), "stratify": parts.stratifies(options, target)}
        about |= {"test_size": options.test_size} | ({} if options.time else chance)
    return Dataset(
        X_train=X[train],
        y_train=target.y[train],
        X_test=X[test],
        y_test=target.y[test],
        name=name,
        task=target.task,
        columns=columns,
        class_names=target.class_names,
        target_name=options.target,
        provenance={**provenance, **about},
        split=split,
    )


def _warn_of_idle_marks(raw: "pl.DataFrame", options: TableOptions, source: Source) -> None:
    """Warn of marks of missing cells that no cell is: a slip of the pen leaves the cells that were meant."""
    if idle := idle_marks(raw, options.cells.na):
        shown = " or ".join(f'"{display(mark)}"' for mark in idle)
        text = f"{source.name}: no cell is {shown}, so --na marks none"
        warnings.warn(f"{text} (a cell is compared as a whole, and capitals count)", DlwhyWarning, stacklevel=4)


def _warn_of_total(frame: "pl.DataFrame", source: Source) -> None:
    """Warn of a last row that says it is the sum of the others."""
    last = frame.height - 1
    for name, cell in zip(frame.columns, frame.row(last), strict=True):
        if cell is not None and re.fullmatch(_TOTAL, cell.lower()) and (frame[name] == cell).sum() == 1:
            text = f'{source.at(last, name)}: the last row says "{display(cell)}": is it one of the others\' sums?'
            warnings.warn(f"{text} (delete the line if it is)", DlwhyWarning, stacklevel=4)
            return


def _marks(raw: "pl.DataFrame", frame: "pl.DataFrame") -> dict[str, dict[str, int]]:
    """Count, for each column, the texts that were taken for missing cells."""
    import polars as pl

    gaps = zip(raw.columns, raw.null_count().row(0), frame.null_count().row(0), strict=True)
    found: dict[str, dict[str, int]] = {}
    for name in (name for name, before, after in gaps if after > before):
        texts = raw[name].filter(frame[name].is_null() & raw[name].is_not_null()).str.strip_chars()
        counts = texts.filter(texts != "").value_counts().sort([pl.col("count"), name], descending=[True, False])
        found |= {name: dict(counts.rows())} if counts.height else {}
    return found


def _said(marks: Mapping[str, Mapping[str, int]], columns: Collection[str]) -> str:
    """Say which texts were taken for missing."""
    total: Counter[str] = sum((Counter(marks[name]) for name in columns if name in marks), Counter())
    if not total:
        return ""
    shown = ", ".join(f'"{display(mark, 20)}" {count}' for mark, count in total.most_common(5))
    return f"; taken for missing: {shown} (--keep-na-text COLUMN keeps them)"


def _labelled(
    frame: "pl.DataFrame", source: Source, options: TableOptions, marks: Mapping[str, Mapping[str, int]]
) -> tuple["pl.DataFrame", Source]:
    """Leave out rows without a label if that is wanted, or refuse them if no policy leaves them out."""
    labelled = frame[options.target].is_not_null()
    if labelled.all():
        return frame, source
    said = ", ".join(f'"{display(mark)}" {count}' for mark, count in marks.get(options.target, {}).items())
    if options.drop_unlabelled and labelled.any():
        n_dropped = len(labelled) - int(labelled.sum())
        _tell_dropped(n_dropped, "without a label", f" ({said} taken for missing)" if said else "", source)
        return _kept(frame, source, labelled)
    if options.missing == "drop":
        return frame, source
    where = source.at(int(labelled.arg_min() or 0), options.target)
    hint = f"--keep-na-text {display(options.target)} takes them for classes, " if said else ""
    said = f": {said} taken for missing" if said else ""
    raise InputRefusedError(f"{where}: the target is missing{said}", f"{hint}--drop-unlabelled leaves out such rows")


def _kept(frame: "pl.DataFrame", source: Source, rows: "pl.Series") -> tuple["pl.DataFrame", Source]:
    """Keep some rows, and where they stand in the file."""
    kept = np.flatnonzero(rows.to_numpy())
    return frame.filter(rows), dataclasses.replace(source, rows=kept if source.rows is None else source.rows[kept])


def _tell_dropped(count: int, why: str, marks: str, source: Source) -> None:
    warnings.warn(f"{source.name}: {counted(count, 'row')} {why} left out{marks}", DlwhyWarning, stacklevel=4)


def _without_missing(
    frame: "pl.DataFrame", source: Source, policy: Missing, marks: Mapping[str, Mapping[str, int]]
) -> tuple["pl.DataFrame", Source]:
    """Drop the rows with missing cells, or refuse them, if that is the policy."""
    import polars as pl

    if policy == "impute":
        return frame, source
    whole = frame.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    if whole.all():
        return frame, source
    if policy == "error":
        row = int(whole.arg_min() or 0)
        column = next(name for name in frame.columns if frame[name][row] is None)
        raise InputRefusedError(f"{source.at(row, column)}: value is missing", "--missing impute or drop accepts it")
    n_dropped = len(whole) - int(whole.sum())
    if n_dropped == len(whole):
        raise InputRefusedError(f"{source.name}: no data rows without missing cells", "see --missing")
    _tell_dropped(n_dropped, "with missing cells", _said(marks, frame.columns), source)
    return _kept(frame, source, whole)
