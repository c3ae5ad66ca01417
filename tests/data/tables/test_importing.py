"""A user's table becomes a data set, or is refused with the place of the fault."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlwhy.data import make, read_table
from dlwhy.data.dataset import Column
from dlwhy.data.stored.storage import write
from dlwhy.data.tables.columns import MAX_CATEGORIES
from dlwhy.data.toys.registry import REGISTRY
from dlwhy.errors import DlwhyError, DlwhyWarning, InputRefusedError, InputUnreadableError, UsageError
from tests.data.tables.lines import Import, table

# --- what comes out


def test_numbers_booleans_and_categories_become_features(imported: Import) -> None:
    content = (
        "n,b,c,y,part\n1.5,yes,red,no,train\n-2,FALSE,green,yes,train\n3e2,True,red,yes,test\n4,no,green,no,test\n"
    )

    dataset = imported(content, split_column="part")

    assert dataset.feature_names == ("n", "b", "c=green", "c=red")
    assert dataset.columns[2] == Column(name="c", kind="categorical", categories=("green", "red"))
    assert dataset.X_train.tolist() == [[1.5, 1, 0, 1], [-2, 0, 1, 0]]
    assert dataset.X_test.tolist() == [[300, 1, 0, 1], [4, 0, 1, 0]]
    assert dataset.class_names == ("no", "yes")
    assert dataset.y_train.tolist() == [0, 1]
    assert dataset.y_test.tolist() == [1, 0]
    assert (dataset.name, dataset.target_name, dataset.provenance["table"]) == ("d", "y", "d.csv")


def test_zeros_and_ones_stay_numbers(imported: Import) -> None:
    assert imported(table([0, 1, 1, 0, 1, 0])).columns == (Column(name="a"),)


def test_rows_are_split_with_equal_shares_of_classes(imported: Import) -> None:
    content = table(np.arange(0, 100, 0.5).tolist(), y=["rare" if i % 10 == 0 else "usual" for i in range(200)])

    stratified, plain = imported(content), imported(content, stratify=False)

    assert np.bincount(stratified.y_test).tolist() == [6, 54]
    assert len(plain.y_test) == 60
    assert plain.fingerprint != stratified.fingerprint
    assert imported(content).fingerprint == stratified.fingerprint
    assert imported(content, seed=1).fingerprint != stratified.fingerprint


@pytest.mark.parametrize("name", REGISTRY)
def test_what_dlwhy_wrote_as_csv_is_read_back(tmp_path: Path, name: str) -> None:
    dataset = make(name)
    write(dataset, tmp_path / "d.csv")

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*constant")
        back = read_table(tmp_path / "d.csv", split_column="split")

    assert back.fingerprint == dataset.fingerprint


def test_many_classes_that_dlwhy_wrote_are_read_back(tmp_path: Path) -> None:
    dataset = make("blobs", classes=60)
    write(dataset, tmp_path / "d.csv")

    assert read_table(tmp_path / "d.csv", split_column="split").fingerprint == dataset.fingerprint


# --- missing cells

HOLES = "n,b,c,y,part\n1,true,x,0,train\n,true,x,1,train\n3,NA,,0,train\n8,no,z,1,train\nnan,null,NULL,0,test\n"


def test_case_41_rows_with_missing_cells_can_be_dropped(imported: Import) -> None:
    with pytest.warns(DlwhyWarning, match="3 rows with missing cells left out"):
        dataset = imported(HOLES, split_column="part", missing="drop")

    assert dataset.X_train.tolist() == [[1, 1, 1, 0], [8, 0, 0, 1]]
    assert len(dataset.X_test) == 0


def test_rows_are_numbered_as_in_the_file_even_where_some_were_dropped(imported: Import) -> None:
    with (
        pytest.warns(DlwhyWarning, match="1 row with"),
        pytest.raises(InputRefusedError, match=r'^d\.csv:5:a: "abc" is not a number'),
    ):
        imported("a,y\n,0\n1,0\n2,0\nabc,1\n4,1\n", missing="drop")


# --- cautions


@pytest.mark.parametrize("cells", [range(100, 140), [f"id{i}" for i in range(40)], [i * i for i in range(40)]])
def test_columns_like_identifiers_are_warned_of(imported: Import, cells: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        imported(table(list(cells), names=["row number"]))

    said, *_ = [str(each.message) for each in caught if "looks like" in str(each.message)]
    assert 'column "row number" looks like an identifier' in said
    assert "--drop 'row number'" in said


def test_repeated_integers_are_no_identifiers(imported: Import) -> None:
    imported(table([7 * i % 31 for i in range(40)], [i // 2 for i in range(40)]))


# --- what is refused

REFUSED: dict[str, tuple[str, dict[str, Any], type[DlwhyError], str]] = {
    "41 infinite": (table([1, "inf", 3, 4]), {}, InputRefusedError, 'd.csv:3:a: value is not a finite number ("inf")'),
    "41 missing": (
        table([1, 2, ""]),
        {"missing": "error"},
        InputRefusedError,
        "d.csv:4:a: value is missing (--missing impute or drop accepts it)",
    ),
    "41 all missing": (table(["", 1], [1, ""]), {"missing": "drop"}, InputRefusedError, "d.csv: no data rows without"),
    "41 missing target": (table([1, 2, 3], y=[1, "", 2]), {}, InputRefusedError, "d.csv:3:y: the target is missing"),
    "41 infinite target": (
        table([1, 2, 3], y=[0.5, 1.5, "-inf"]),
        {},
        InputRefusedError,
        'd.csv:4:y: value is not a finite number ("-inf")',
    ),
    "42 text": (table([1, 2, "abc", 4]), {}, InputRefusedError, 'd.csv:4:a: "abc" is not a number'),
    "42 text in a target": (
        table([i % 9 for i in range(30)], y=[*(i / 7 for i in range(29)), "abc"]),
        {},
        InputRefusedError,
        'd.csv:31:y: "abc" is not a number',
    ),
    "44 header only": ("a,y\n", {}, InputRefusedError, "d.csv: no data rows"),
    "44 empty": ("", {}, InputRefusedError, "d.csv: no data rows"),
    "50 no target": (
        "x0,x1,label\n1,2,3\n",
        {},
        UsageError,
        '--target: no column "y" in d.csv; columns: x0, x1, label',
    ),
    "50 many columns": (
        ",".join(f"c{i}" for i in range(30)) + "\n" + ",".join("1" * 30),
        {},
        UsageError,
        '--target: no column "y" in d.csv; columns: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, … (30)',
    ),
    "50 no split": (table([1, 2]), {"split_column": "p"}, UsageError, '--split-column: no column "p" in d.csv'),
    "50 nothing to drop": (table([1, 2]), {"drop": ["p"]}, UsageError, '--drop: no column "p" in d.csv'),
    "50 target dropped": (table([1, 2]), {"drop": ["y"]}, UsageError, '--target: no column "y" in d.csv'),
    "51 only the target": ("y\n1\n2\n", {}, InputRefusedError, 'd.csv: no column but the target "y"'),
    "53 one sample": (
        table([1], y=["b"]),
        {},
        InputRefusedError,
        'd.csv: class "b" has 1 sample; at least 2 are needed',
    ),
    "53 one number": (table([1], y=[0.5]), {}, InputRefusedError, "d.csv: 1 data row; at least 2 are needed"),
    "53 lone class": (
        table([1, 2, 3], y=["a", "b", "a"]),
        {},
        InputRefusedError,
        'd.csv: class "b" has 1 sample; at least 2 are needed for a train/test split',
    ),
    "56 integer": (
        table([1, 9007199254740993, 3, 4]),
        {},
        InputRefusedError,
        "d.csv:3:a: 9007199254740993 can't be held exactly",
    ),
    "56 value": (table([1, 3.5e38, 2, 3]), {}, InputRefusedError, "d.csv:3:a: 3.5e+38 is larger than 3.4e38"),
    "fill value": (
        table([20.5, 9.96921e36, 21, 22]),
        {},
        InputRefusedError,
        "d.csv:3:a: 9.96921e+36 is too large for a network, at most 1.8e+19 can be scaled (if it marks a missing cell",
    ),
    "outlier": (table([1, 2, 3, 4], [1, 2, -1e30, 4]), {}, InputRefusedError, "d.csv:4:b: -1e+30 is too large for"),
    "fill value as target": (
        table([1, 2, 3, 4], y=[0.5, 1.5, 1e20, 2.5]),
        {"task": "regression"},
        InputRefusedError,
        "d.csv:4:y: 1e+20 is too large for",
    ),
    "57 too many rows": (table([1, 2, 3]), {"max_rows": 2}, InputRefusedError, "d.csv: has more than 2 rows (raise"),
    "dates": (
        table(["2020-01-01", "2020-02-01"], names=["w x"]),
        {},
        InputRefusedError,
        'd.csv: column "w x" holds dates ("2020-01-01") (leave it out with --drop \'w x\' or take it',
    ),
    "times": (table(["12:30", "1:15:00"]), {}, InputRefusedError, 'd.csv: column "a" holds dates'),
    "other dates": (table(["24.12.1999 18:00", "1/2/03"]), {}, InputRefusedError, 'd.csv: column "a" holds dates'),
    "free text": (
        table([f"text {i}" for i in range(MAX_CATEGORIES + 1)]),
        {},
        InputRefusedError,
        'd.csv: column "a" holds free text (101 different texts in 101 rows; at most 100 can be categories)',
    ),
    "long text": (table(["a" * 201, "b"]), {}, InputRefusedError, 'd.csv: column "a" holds free text (of more'),
    "empty column": (
        table(["", "NA"]),
        {},
        InputRefusedError,
        'd.csv: column "a" is empty (leave it out with --drop a)',
    ),
    "odd split": (
        "a,y,p\n1,0,train\n2,1,dev\n",
        {"split_column": "p"},
        InputRefusedError,
        'd.csv:3:p: "dev" is neither train nor test',
    ),
    "no task": (table([1, 2]), {"task": "clustering"}, UsageError, "--task must be one of binary, multiclass, regres"),
    "not binary": (
        table([1, 2, 3], y=["a", "b", "c"]),
        {"task": "binary"},
        UsageError,
        '--task binary, but target "y" has 3 classes: a, b, c',
    ),
    "no policy": (table([1, 2]), {"missing": "guess"}, UsageError, "--missing must be one of impute, drop, error (got"),
    "no format": (
        table([1, 2]),
        {"format": "xlsx"},
        UsageError,
        "--format must be one of csv, tsv, parquet, json, jsonl",
    ),
    "no rows wanted": (table([1, 2]), {"max_rows": 0}, UsageError, "--max-rows must be at least 1 (got 0)"),
    "same column": (table([1, 2]), {"split_column": "y"}, UsageError, "--target and --split-column name the same"),
    "stratified numbers": (table([1, 2], y=[0.5, 1.5]), {"stratify": True}, UsageError, "--stratify is for classes"),
    "too many features": (
        "\n".join(
            [
                ",".join([*(f"c{i}" for i in range(300)), "y"]),
                *(",".join([f"k{r % 56}"] * 300 + [str(r % 2)]) for r in range(60)),
            ]
        ),
        {"stratify": False, "test_size": 0.1},
        InputRefusedError,
        "d.csv: would become 15300 features; at most 10000",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_case(imported: Import, case: str) -> None:
    content, options, kind, message = REFUSED[case]

    with pytest.raises(DlwhyError) as caught:
        imported(content, **options)

    assert type(caught.value) is kind
    assert str(caught.value).startswith(message)


def test_case_50_the_message_shows_no_raw_escape(imported: Import) -> None:
    with pytest.raises(UsageError) as caught:
        imported("\x1b]0;x\x07,b\n1,2\n")

    assert r"columns: \x1b]0;x\x07, b" in str(caught.value)


def test_what_would_be_refused_can_be_dropped(imported: Import) -> None:
    content = table([1, 2, 3, 4], ["2020-01-01"] * 4, [*"abcd"], names=["x", "when", "id"])

    dataset = imported(content, drop=["when", "id"])

    assert dataset.feature_names == ("x",)
    assert dataset.provenance["drop"] == ["id", "when"]


@pytest.mark.parametrize("name", ["http://127.0.0.1:9/d.csv", "s3://bucket/d.csv", "no such file.csv", "."])
def test_only_regular_files_are_opened(name: str) -> None:
    with pytest.raises(InputUnreadableError):
        read_table(name)


def test_case_52_one_class_can_be_read_to_be_evaluated_on(imported: Import) -> None:
    dataset = imported(table([1, 2, 3, 4], y=["a"] * 4))

    assert (dataset.task, dataset.class_names) == ("binary", ("a",))


def test_a_table_that_is_all_for_testing_can_be_read(imported: Import) -> None:
    dataset = imported("a,c,y,p\n1,r,0,test\n2,g,1,test\n", split_column="p")

    assert dataset.X_train.shape == (0, 3)
    assert dataset.X_test.tolist() == [[1, 0, 1], [2, 1, 0]]


@pytest.mark.parametrize("word", ["Total", "Summe:", "Grand total"])
def test_a_sum_below_the_rows_is_warned_of_with_its_line(imported: Import, word: str) -> None:
    rows = "".join(f"{'rgb'[i % 3]},{i},{i % 2}\n" for i in range(12))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        imported(f"c,x,y\n{rows}{word},66,1\n")
    assert f'd.csv:14:c: the last row says "{word}"' in str(caught[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        imported(f"c,x,y\n{rows}r,66,1\n")
