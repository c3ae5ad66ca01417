"""`dlwhy evaluate` on another table than the model was trained on: next month's."""

import csv
import gzip
import io
import json

import pytest

import dlwhy
from dlwhy.errors import DlwhyWarning
from tests.cli.commands.months import MONTHS, month, with_model


@pytest.fixture
def january(dlwhy_in_process, tmp_path):
    with_model(dlwhy_in_process, tmp_path)
    for name, text in MONTHS.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def share_right(run, table, column="left"):
    """Give the share of the rows that `predict` gets right."""
    result = run("predict", "-q", "-m", "m.keras", table, "--keep")
    assert result.code == 0, result.err
    rows = list(csv.DictReader(io.StringIO(result.out)))
    return sum(row[column] == row["prediction"] for row in rows) / len(rows)


def found(run, *arguments):
    result = run("evaluate", "-m", "m.keras", "--json", *arguments)
    assert result.code == 0, result.err
    return json.loads(result.out), result.err


@pytest.mark.parametrize("name", MONTHS)
def test_case_46_a_table_is_evaluated_as_it_is_predicted(dlwhy_in_process, january, name):
    scores, err = found(dlwhy_in_process, "-d", f"{name}.csv")

    assert scores["accuracy"] == pytest.approx(share_right(dlwhy_in_process, f"{name}.csv"))
    assert (scores["split"], scores["n_all"]) == ("all", 200)
    assert f"note: {name}.csv is a table, not a data set: all its rows are evaluated" in err


@pytest.mark.parametrize("name", MONTHS)
def test_case_46_so_is_a_data_set_of_its_own(dlwhy_in_process, january, name):
    made = dlwhy_in_process("generate", "--from", f"{name}.csv", "--target", "left", "-o", f"{name}.joblib")
    assert made.code == 0

    scores, err = found(dlwhy_in_process, "-d", f"{name}.joblib", "--split", "all")

    assert scores["accuracy"] == pytest.approx(share_right(dlwhy_in_process, f"{name}.csv"))
    assert "by position" not in err
    assert ("unknown categories" in err) == (name in ("swapped", "reordered"))
    assert ("filled as where m.keras was trained" in err) == (name not in ("whole",))


@pytest.mark.parametrize("name", ["fewer", "swapped", "whole"])
def test_and_its_features_as_csv(dlwhy_in_process, january, name):
    assert dlwhy_in_process("generate", "--from", f"{name}.csv", "--target", "left", "-o", "features.csv").code == 0

    scores, _ = found(dlwhy_in_process, "-d", "features.csv", "--split", "all")

    assert scores["accuracy"] == pytest.approx(share_right(dlwhy_in_process, f"{name}.csv"))


def test_the_models_own_data_are_still_their_held_out_part(dlwhy_in_process, january):
    scores, err = found(dlwhy_in_process, "-d", "january.joblib")
    _, of_table = found(dlwhy_in_process, "-d", "january.csv")

    assert (scores["n_test"], err) == (60, "")
    assert "m.keras was trained on rows of january: its data set knows which" in of_table


def test_tables_in_other_forms_and_from_stdin(dlwhy_in_process, january):
    import polars as pl

    frame = pl.read_csv(january / "swapped.csv")
    frame.write_parquet(january / "swapped.parquet")
    frame.write_ndjson(january / "swapped.jsonl")
    frame.write_csv(january / "swapped.txt", separator=";")
    (january / "swapped.csv.gz").write_bytes(gzip.compress(MONTHS["swapped"].encode()))
    expected, _ = found(dlwhy_in_process, "-d", "swapped.csv")

    piped = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "-", "--json", stdin=MONTHS["swapped"])

    for other in (found(dlwhy_in_process, "-d", f"swapped.{end}")[0] for end in ("parquet", "jsonl", "txt", "csv.gz")):
        assert other["accuracy"] == expected["accuracy"]
    assert json.loads(piped.out)["accuracy"] == expected["accuracy"]


def test_labels_by_name_and_rows_without_one(dlwhy_in_process, january):
    text = "left,town,age\nyes,berlin,70\n yes ,rome,30\n,rome,40\nno,paris,50\n"
    (january / "few.csv").write_text(text)
    (january / "new.csv").write_text(text.replace("no,", "maybe,"))

    scores, err = found(dlwhy_in_process, "-d", "few.csv")
    refused = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "new.csv")

    assert [(row["class"], row["n_samples"]) for row in scores["per_class"]] == [("no", 1), ("yes", 2)]
    assert "few.csv: 1 row without a label left out" in err
    assert refused.code == 65
    assert 'new.csv:5:left: class "maybe" was not in the training data of m.keras (known: no, yes)' in refused.err


@pytest.mark.parametrize(
    ("text", "message", "arguments"),
    [
        ("town,age\nrome,3\n", 'no column "left", which m.keras predicts; columns: town, age', ()),
        ("left,town\nyes,rome\n", 'no column "age"; columns: left, town', ()),
        ("left,town,age\n", "no data rows", ()),
        ("left,town,age\n,rome,3\n", "no data rows with a label", ()),
        ("left,town,age\nyes,rome,old\n", 'next.csv:2:age: "old" is not a number', ()),
        (MONTHS["same"], "--split test: next.csv is a table without parts", ("--split", "test")),
        (MONTHS["same"], "--baselines: next.csv has no training part", ("--baselines",)),
        (MONTHS["same"], "--min r2=0: ", ("--min", "r2=0")),
    ],
)
def test_what_does_not_fit_is_refused(dlwhy_in_process, january, text, message, arguments):
    (january / "next.csv").write_text(text)

    result = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "next.csv", *arguments)

    assert result.code in (2, 65)
    assert message in result.error


def test_numbers_and_numbered_classes(dlwhy_in_process, tmp_path):
    rows = [f"{index % 7},{index % 5},{index % 3}" for index in range(60)]
    with_model(dlwhy_in_process, tmp_path, "\n".join(["a,b,target", *rows]), "target")
    (tmp_path / "next.csv").write_text("target,a,b\n2.0,1,1\n0,2,2\n")

    scores, _ = found(dlwhy_in_process, "-d", "next.csv")

    assert [row["n_samples"] for row in scores["per_class"]] == [1, 0, 1]
    assert scores["n_all"] == 2


def test_a_table_that_a_model_was_trained_on_keeps_its_parts(dlwhy_in_process, tmp_path):
    rows = "".join(f"{index % 7},{index % 5},{'ab'[index % 2]}\n" for index in range(60))
    (tmp_path / "points.csv").write_text(f"x,y,target\n{rows}")
    assert dlwhy_in_process("train", "-q", "-d", "points.csv", "-o", "m.keras", "--epochs", "1").code == 0

    scores, err = found(dlwhy_in_process, "-d", "points.csv")

    assert scores["n_test"] == 18
    assert "30 % of the rows are set apart" in err


def test_a_training_goes_on_with_the_categories_of_the_network_it_starts_from(dlwhy_in_process, january):
    dlwhy_in_process("generate", "--from", "swapped.csv", "--target", "left", "-o", "swapped.joblib")
    options = ("--init-from", "m.keras", "--epochs", "1", "--layers", "4")

    started = dlwhy_in_process("train", "-d", "swapped.joblib", *options, "-o", "next.keras")
    after = dlwhy_in_process("evaluate", "-m", "next.keras", "-d", "swapped.joblib")

    assert started.code == after.code == 0
    assert "unknown categories in" in started.err
    assert dlwhy.load(january / "next.keras").details.columns == dlwhy.load(january / "m.keras").details.columns
    assert "another data set" not in after.err


def test_in_python_a_frame_is_evaluated(dlwhy_in_process, january):
    import pandas as pd

    trained = dlwhy.load(january / "m.keras")
    frame = pd.read_csv(january / "gaps.csv")

    with pytest.warns(DlwhyWarning, match="missing"):
        evaluation = dlwhy.evaluate(trained, frame)

    assert evaluation.metrics["accuracy"] == pytest.approx(share_right(dlwhy_in_process, "gaps.csv"))
    assert evaluation.n_samples == len(frame)


def test_two_models_read_a_table_each_in_its_own_way(dlwhy_in_process, january):
    (january / "m.keras").rename(january / "first.keras")
    with_model(dlwhy_in_process, january, month(("paris", "vienna"), seed=9))
    alone, _ = found(dlwhy_in_process, "-d", "swapped.csv")

    both = json.loads(
        dlwhy_in_process("evaluate", "-m", "first.keras", "-m", "m.keras", "-d", "swapped.csv", "--json").out
    )

    assert both[1]["accuracy"] == alone["accuracy"]
    assert both[0]["n_all"] == both[1]["n_all"] == 200
