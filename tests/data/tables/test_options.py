"""What a user may say of how rows of text become a data set."""

from typing import Any

import polars as pl
import pytest

from dlwhy.data import read_table
from dlwhy.data.dataset import Dataset
from dlwhy.errors import DlwhyError, InputRefusedError, UsageError
from tests.data.tables.lines import visits


def read(frame: pl.DataFrame, **options: Any) -> Dataset:
    return read_table(frame, **{"target": "ill", **options})


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"group": "who"}, UsageError, '--group: no column "who"'),
        ({"time": "when"}, UsageError, '--time: no column "when"'),
        ({"group": "patient", "time": "day"}, UsageError, "--group and --time don't go together"),
        ({"group": "ill"}, UsageError, "--target and --group name the same column"),
        ({"time": "day", "split_column": "day"}, UsageError, "--time and --split-column name the same column"),
        ({"time": "day", "stratify": False}, UsageError, "--stratify does not go with --time"),
        ({"group": "patient", "drop": ["patient"]}, UsageError, "--drop and --group name the same column"),
        ({"time": "patient", "drop": ["day"]}, InputRefusedError, 'frame:0:patient: "p'),
    ],
)
def test_options_that_contradict_each_other_or_the_table_are_refused(
    options: dict[str, Any], kind: type[DlwhyError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        read(visits(), **options)
    assert caught.value.message.startswith(message)
