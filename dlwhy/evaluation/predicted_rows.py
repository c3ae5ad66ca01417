"""Predictions as rows of CSV or JSON Lines, safe for terminals and spreadsheets."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from dlwhy.data.dataset import FloatArray, Task
from dlwhy.errors import InputRefusedError
from dlwhy.evaluation import conformal
from dlwhy.models.diagnosis.outputs import by_class
from dlwhy.text import CONTROL, FORMULA, NUMBER, display, without_controls

if TYPE_CHECKING:
    import polars as pl

Format = Literal["csv", "jsonl"]


def as_frame(y_prob: FloatArray, *, task: Task, class_names: Sequence[str], proba: bool) -> "pl.DataFrame":
    """Turn what a model gives into columns: ``prediction``, and with `proba` one column ``p_CLASS`` a class.

    Parameters
    ----------
    y_prob
        Probabilities of the second class, (n,); of all classes, (n, n_classes); or predicted numbers, (n,).
    task
        What the model predicts.
    class_names
        Names of the classes, at index order; empty for regression.
    proba
        Whether the probabilities become columns too.

    Returns
    -------
    polars.DataFrame
        n rows; class names are text, numbers float32.

    """
    import polars as pl

    if task == "regression":
        return pl.DataFrame({"prediction": y_prob})
    probabilities = by_class(y_prob)
    named = pl.Series("prediction", list(class_names), dtype=pl.String)
    frame = named.gather(probabilities.argmax(axis=1)).to_frame()
    if proba:
        frame = frame.with_columns(
            pl.Series(f"p_{name}", probabilities[:, index]) for index, name in enumerate(class_names)
        )
    return frame


def with_intervals(
    predicted: "pl.DataFrame", y_prob: FloatArray, largest: float, *, class_names: Sequence[str], kind: Format
) -> "pl.DataFrame":
    """Put behind a prediction the columns ``low`` and ``high``, or for classes ``set``: the names of those in it.

    Parameters
    ----------
    predicted
        What `as_frame` gives.
    y_prob
        What it was made of.
    largest
        The margin: see `dlwhy.evaluation.conformal`.
    class_names
        Names of the classes, at index order; empty for regression.
    kind
        A set is a list in JSON Lines, in CSV a text with ``|`` between the names.

    Raises
    ------
    InputRefusedError
        If a name holds such a mark itself.

    """
    import polars as pl

    if not class_names:
        low, high = conformal.interval(y_prob, largest)
        return predicted.with_columns(pl.Series("low", low), pl.Series("high", high))
    names = [
        [name for name, here in zip(class_names, row, strict=True) if here] for row in conformal.sets(y_prob, largest)
    ]
    if kind == "jsonl":
        return predicted.with_columns(pl.Series("set", names, dtype=pl.List(pl.String)))
    if any("|" in name for name in class_names):
        raise InputRefusedError("a class has | in its name, which stands between classes", "--format jsonl gives lists")
    return predicted.with_columns(pl.Series("set", ["|".join(row) for row in names], dtype=pl.String))


def beside(kept: "pl.DataFrame", predicted: "pl.DataFrame") -> "pl.DataFrame":
    """Put the columns kept from the input before the predicted ones.

    Raises
    ------
    InputRefusedError
        If a kept column has the name of a predicted one.

    """
    for name in kept.columns:
        if name in predicted.columns:
            raise InputRefusedError(f"column {display(name)!r} can't be kept: a column of the output has its name")
    return kept.hstack(predicted) if kept.width else predicted  # a frame without columns has no rows


def encode(frame: "pl.DataFrame", kind: Format, *, header: bool) -> bytes:
    """Give the rows as bytes in UTF-8; in CSV, text that a spreadsheet would take for a formula gets a ``'`` before it.

    Raises
    ------
    InputRefusedError
        If two column names look alike once they are safe to show.

    """
    buffer = io.BytesIO()
    frame = _with_safe_names(_without_controls(frame), kind)
    if kind == "jsonl":
        frame.write_ndjson(buffer)
    else:
        _without_formulas(frame).write_csv(buffer, include_header=header)
    return buffer.getvalue()


def _with_safe_names(frame: "pl.DataFrame", kind: Format) -> "pl.DataFrame":
    import polars as pl

    names = pl.DataFrame({"name": [display(name, 250) for name in frame.columns]})
    shown = (_without_formulas(names) if kind == "csv" else names)["name"].to_list()
    if len(set(shown)) < len(shown):
        twice = next(name for index, name in enumerate(shown) if name in shown[:index])
        raise InputRefusedError(f"two columns of the output would both be called {twice!r}")
    return frame.rename(dict(zip(frame.columns, shown, strict=True)))


def _without_controls(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Show the control characters of cells as text, but for the line ends and tabs that a table may well hold."""
    import polars as pl

    dirty = [
        column.name
        for column in frame.iter_columns()
        if column.dtype == pl.String and column.str.contains(CONTROL).any()
    ]

    return frame.with_columns(pl.col(dirty).map_elements(without_controls, return_dtype=pl.String))


def _without_formulas(frame: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    # as `protected`, for all rows at once; what has its ' already may have come through here before
    cells = pl.col(pl.String)
    is_formula = cells.str.contains(FORMULA) & ~cells.str.contains(NUMBER)
    return frame.with_columns(pl.when(is_formula).then(cells.str.replace("^", "'")).otherwise(cells))
