"""The history of a training as CSV: what every epoch gave, in full precision."""

import csv
import io
import re
from collections.abc import Mapping

import numpy as np

from dlwhy.errors import InputRefusedError
from dlwhy.text import display

History = Mapping[str, list[float]]

_MAX_METRICS = 64
_METRIC = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


def history_csv(history: History) -> str:
    """Return a history as CSV: ``epoch`` and the columns by name, epochs from 1, every number in full precision."""
    names = sorted(history)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *names])
    columns = (history[name] for name in names)
    writer.writerows(
        [epoch, *(repr(float(value)) for value in row)] for epoch, row in enumerate(zip(*columns, strict=True), start=1)
    )
    return text.getvalue()


def read_history_csv(text: str) -> dict[str, list[float]]:
    """Take a history back from what `history_csv` gave, trusting nothing.

    Raises
    ------
    InputRefusedError
        If it is anything else.

    """
    header, _, body = text.partition("\n")
    first, *names = header.split(",")
    good = first == "epoch" and len(names) <= _MAX_METRICS and all(map(_METRIC.fullmatch, names))
    if not good or len(set(names)) != len(names):
        raise InputRefusedError("history.csv: the header is not epoch and names of metrics")
    rows = np.empty((0, len(names) + 1))
    try:
        if body.strip():
            rows = np.loadtxt(io.StringIO(body), delimiter=",", ndmin=2, comments=None)
    except ValueError as error:
        raise InputRefusedError(f"history.csv: {display(error, 120)}") from error
    if rows.shape[1] != len(names) + 1 or not np.array_equal(rows[:, 0], np.arange(1, len(rows) + 1)):
        raise InputRefusedError("history.csv: the rows are not epochs from 1 with a value for each metric")
    return {name: column.tolist() for name, column in zip(names, rows.T[1:], strict=True)}
