"""What a user may say of how rows of text become a data set."""

import warnings
from pathlib import Path
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
        ({"split_column": "day", "stratify": True}, UsageError, "--stratify does not go with --split-column"),
        ({"split_column": "day", "test_size": 0.3}, UsageError, "--test-size does not go with --split-column"),
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


def idle(**options: Any) -> list[str]:
    """Return what is said of marks that mark nothing."""
    frame = visits().with_columns(x=pl.Series(["0", "1"] * 24), z=pl.Series(["NA", *map(str, range(1, 48))]))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read(frame, drop=["day"], **options)
    return [str(each.message) for each in caught if "marks none" in str(each.message)]


@pytest.mark.parametrize("mark", ["p1", " p1", "0", "0.0", "NA"])
def test_a_mark_that_is_a_cell_is_not_warned_of(mark: str) -> None:
    assert idle(na=[mark]) == []


def test_a_mark_that_no_cell_is_is_warned_of() -> None:
    (warning,) = idle(na=["P1", "p1", "-9"])
    assert warning.startswith('frame: no cell is "P1" or "-9", so --na marks none (a cell is compared as a whole')


def test_a_share_is_refused_beside_a_column_of_parts(tmp_path: Path, dlwhy_in_process: Any) -> None:
    part = pl.Series(["train", "train", "test"] * 16)
    visits().drop("day", "patient").with_columns(part=part).write_csv(tmp_path / "d.csv")
    command = ("generate", "--from", "d.csv", "--target", "ill", "--split-column", "part")

    assert dlwhy_in_process(*command).code == 0
    refused = dlwhy_in_process(*command, "--test-size", "0.3")
    assert refused.code == 2
    assert "--test-size does not go with --split-column" in refused.err
