"""A table is split as the world is: by whole groups, by time, or as its own column says."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from dlwhy.data import read_table
from dlwhy.data.dataset import Dataset
from dlwhy.errors import DlwhyWarning, InputRefusedError
from tests.data.tables.lines import visits


def read(frame: pl.DataFrame, **options: Any) -> Dataset:
    return read_table(frame, **{"target": "ill", **options})


def test_groups_are_kept_together_and_are_no_feature() -> None:
    frame = visits()

    dataset = read(frame, group="patient", drop=["day"])

    assert dataset.feature_names == ("x",)
    assert dataset.split
    assert (dataset.split.by, dataset.split.column) == ("group", "patient")
    assert not {*dataset.split.train} & {*dataset.split.test}
    names = sorted({*frame["patient"]})
    number = dict(zip(frame["x"].cast(pl.Float32), frame["patient"], strict=True))
    for X, keys in ((dataset.X_train, dataset.split.train), (dataset.X_test, dataset.split.test)):
        assert [names[key] for key in keys] == [number[x] for x in X[:, 0]]
    assert dataset.how_split == 'by group "patient": 12 groups, 8 for training and 4 for testing'
    assert np.bincount(dataset.y_test).tolist() == [8, 8]


def test_groups_that_are_whole_numbers_are_numbered_in_their_order() -> None:
    frame = visits().with_columns(pl.col("patient").str.slice(1))

    dataset = read(frame, group="patient", drop=["day"])

    number = dict(zip(frame["x"].cast(pl.Float32), frame["patient"], strict=True))
    assert dataset.split
    assert [str(key) for key in dataset.split.test] == [number[x] for x in dataset.X_test[:, 0]]


def test_the_latest_rows_are_for_testing() -> None:
    frame = visits()

    dataset = read(frame, time="day", drop=["patient"])

    assert dataset.split
    assert dataset.split.train.max() < dataset.split.test.min()
    assert dataset.split.train.dtype == np.float64
    latest = frame.filter(pl.col("x").cast(pl.Float32).is_in(dataset.X_test[:, 0].tolist()))["day"]
    assert latest.min() > frame.filter(~pl.col("day").is_in(latest.to_list()))["day"].max()
    assert {"seed", "stratify"}.isdisjoint(dataset.provenance)
    assert dataset.how_split == f'by time "day": the {len(dataset.y_test)} latest rows for testing'


def test_a_column_of_parts_may_name_the_groups_that_it_keeps_together() -> None:
    frame = visits().with_columns(part=pl.when(pl.col("patient").is_in(["p1", "p2", "p5"])).then(pl.lit("test")))
    frame = frame.with_columns(pl.col("part").fill_null("train"))

    dataset = read(frame, group="patient", split_column="part", drop=["day"])
    alone = read(frame, split_column="part", drop=["day", "patient"])

    assert dataset.split
    assert len(np.unique(dataset.split.test)) == 3
    assert dataset.split_column is None
    assert alone.split_column == "part"
    assert alone.how_split == 'by its column "part"'
    assert (alone.X_test == dataset.X_test).all()


def test_a_column_of_parts_that_cuts_through_groups_or_times_is_refused() -> None:
    frame = visits().with_row_index().with_columns(part=pl.when(pl.col("index") < 30).then(pl.lit("train")))
    frame = frame.with_columns(pl.col("part").fill_null("test")).drop("index")

    with pytest.raises(InputRefusedError, match=r'frame: 1\d groups of "patient" have rows in the training and'):
        read(frame, group="patient", split_column="part", drop=["day"])
    with pytest.raises(InputRefusedError, match='frame: a training row is not earlier than all test rows, by "day"'):
        read(frame, time="day", split_column="part", drop=["patient"])


@pytest.mark.parametrize(("column", "what"), [("patient", "group"), ("day", "time")])
def test_a_row_without_group_or_time_is_refused_or_left_out(column: str, what: str) -> None:
    frame = visits()
    frame = frame.with_columns(pl.when(pl.col("x") == frame["x"][5]).then(None).otherwise(pl.col(column)).alias(column))
    drop = ["day" if what == "group" else "patient"]

    with pytest.raises(InputRefusedError, match=f"frame:5:{column}: the row has no {what}"):
        read(frame, **{what: column, "drop": drop})
    with pytest.warns(DlwhyWarning, match="1 row with missing cells left out"):
        dataset = read(frame, **{what: column, "drop": drop, "missing": "drop"})
    assert len(dataset.y_train) + len(dataset.y_test) == len(frame) - 1


@pytest.mark.parametrize("count", [1, 3])
def test_few_groups_are_refused(count: int) -> None:
    with pytest.raises(InputRefusedError, match=rf'frame: "patient" has {count} groups?; at least 4 are needed'):
        read(
            visits(patients=count).with_columns(ill=pl.Series(["a", "b"] * (2 * count))), group="patient", drop=["day"]
        )


def test_rows_of_one_time_are_refused() -> None:
    with pytest.raises(InputRefusedError, match="frame: all rows have the same time"):
        read(visits().with_columns(day=pl.lit("2024-01-01")), time="day", drop=["patient"])


def test_groups_of_one_row_each_are_told() -> None:
    frame = visits().with_row_index("row")
    with pytest.warns(DlwhyWarning, match='"row" is different in every row, so it keeps no rows together'):
        read(frame, group="row", drop=["day", "patient"])


def test_a_class_that_is_not_for_training_is_told() -> None:
    frame = visits().with_columns(ill=pl.when(pl.col("day") >= "2024-01-23").then(pl.lit("new")).otherwise("ill"))
    with pytest.warns(DlwhyWarning, match="class new: no row so early is for training, so no model can know it"):
        read(frame, time="day", drop=["patient"])


def test_a_table_read_without_them_is_split_by_row_as_ever() -> None:
    frame = visits().drop("patient", "day")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset = read(frame)
    assert dataset.split is None
    assert "split" not in dataset.metadata()
    assert not {"group", "time"} & {*dataset.provenance}
    assert dataset.how_split == "by chance"


def test_the_command_says_how_it_split(dlwhy_in_process: Any, tmp_path: Path) -> None:
    visits().drop("day").write_csv(tmp_path / "visits.csv")
    out = tmp_path / "visits.joblib"

    made = dlwhy_in_process(
        "generate", "--from", tmp_path / "visits.csv", "--target", "ill", "--group", "patient", "-o", out
    )
    told = dlwhy_in_process("info", out)

    assert made.code == told.code == 0
    assert '; split by group "patient": 12 groups, 8 for training and 4 for testing' in made.err
    assert 'by group "patient": 12 groups' in told.out
    assert dlwhy_in_process("generate", "moons", "--group", "x").error.startswith("--group goes with --from")


def test_a_group_is_one_whether_it_is_written_as_a_whole_number_or_with_decimals() -> None:
    numbers = [f"{i // 6}" if i % 2 else f"{i // 6}.0" for i in range(60)]
    frame = pl.DataFrame({"x": range(60), "group": numbers, "ill": ["no", "yes"] * 30})

    dataset = read(frame.with_columns(pl.col("x") / 7), group="group")

    assert "10 groups" in dataset.how_split


def test_groups_that_differ_in_case_are_warned_of() -> None:
    names = [f"{'Gg'[i % 2]}{i // 6}" for i in range(60)]
    frame = pl.DataFrame({"x": [i / 7 for i in range(60)], "group": names, "ill": ["no", "yes"] * 30})

    with pytest.warns(DlwhyWarning, match='"group" holds "G0" and "g0", taken for different groups'):
        read(frame, group="group")


def test_a_column_that_says_train_and_test_is_no_feature_in_silence() -> None:
    frame = visits().drop("patient", "day").with_columns(part=pl.Series(["train", "train", "Test"] * 16))

    with pytest.warns(DlwhyWarning, match=r'"part" says train and test, .*--split-column part splits by it'):
        read(frame)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read(frame, split_column="part").y_test) == 16


def test_a_third_word_is_refused_with_what_there_is_instead() -> None:
    frame = visits().drop("patient", "day").with_columns(part=pl.Series(["train", "val", "test"] * 16))

    with pytest.raises(InputRefusedError, match=r'"val" is neither train nor test \(.*--validation-split'):
        read(frame, split_column="part")
