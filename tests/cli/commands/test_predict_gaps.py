"""`dlwhy predict` on rows that training had none of: gaps, other categories, odd cells; and what --keep keeps."""

import csv
import io
import json

import pytest

import dlwhy
from dlwhy.errors import DlwhyWarning
from tests.cli.commands.months import with_model

HEAD = "age,dose,kind,smoker"
ROWS = [f"{20 + index % 50},{1 + index % 9}.5,{'abc'[index % 3]},{'yes' if index % 5 else 'no'}" for index in range(60)]


@pytest.fixture
def patients(dlwhy_in_process, tmp_path):
    """A folder with a model that was made on rows without a gap."""
    labelled = "\n".join(f"{row},{'high' if index % 2 else 'low'}" for index, row in enumerate(ROWS))
    with_model(dlwhy_in_process, tmp_path, f"{HEAD},risk\n{labelled}\n", "risk")
    return tmp_path


def with_cell(column, value):
    """Change one cell in the eighth row."""
    cells = ROWS[7].split(",")
    cells[column] = value
    return "\n".join([HEAD, *ROWS[:7], ",".join(cells), *ROWS[8:]]) + "\n"


def predicted(run, text, *arguments):
    result = run("predict", "-m", "m.keras", "--proba", *arguments, stdin=text)
    assert result.code == 0, result.err
    return list(csv.DictReader(io.StringIO(result.out))), result.err


def test_case_32_a_gap_is_the_training_median(dlwhy_in_process, patients):
    typical = dlwhy.load(patients / "m.keras").details.typical
    rows, err = predicted(dlwhy_in_process, with_cell(0, ""))
    filled, _ = predicted(dlwhy_in_process, with_cell(0, repr(typical[0])))

    assert rows == filled
    assert len(rows) == len(ROWS)
    assert err == (
        "dlwhy: warning: <stdin>:9:age: value is missing, as none was in training (1 cell (age 1)): taken for the "
        "training median or most frequent category (--missing refuse stops there, --missing mark names such cells in "
        "each row)\n"
    )


@pytest.mark.parametrize(("column", "value"), [(1, "NA"), (2, ""), (3, "?")])
def test_so_is_one_of_any_kind(dlwhy_in_process, patients, column, value):
    typical = dlwhy.load(patients / "m.keras").details.typical
    text = {1.0: "yes", 0.0: "no"}[typical[3]] if column == 3 else str(typical[column])

    rows, _ = predicted(dlwhy_in_process, with_cell(column, value))

    assert rows == predicted(dlwhy_in_process, with_cell(column, text))[0]


@pytest.mark.parametrize("size", [100, 5])
def test_rows_can_be_marked(dlwhy_in_process, patients, size):
    rows, err = predicted(
        dlwhy_in_process, with_cell(0, "").replace("1.5", ""), "--missing", "mark", "--chunk-size", str(size)
    )

    assert rows[7]["missing"] == "age"
    assert [row["missing"] for row in rows] == ["dose" if index % 9 == 0 else "" for index in range(7)] + ["age"] + [
        "dose" if index % 9 == 0 else "" for index in range(8, 60)
    ]
    assert "8 cells" in err
    assert "mark names" not in err


def test_or_the_table_refused(dlwhy_in_process, patients):
    result = dlwhy_in_process("predict", "-m", "m.keras", "--missing", "refuse", stdin=with_cell(0, ""))

    assert (result.code, result.out) == (65, "")
    assert result.error.startswith("<stdin>:9:age: value is missing (no cell of this column was missing in training")


@pytest.mark.parametrize(("column", "value"), [(3, "unknown"), (0, "unknown"), (1, "out of stock")])
def test_an_odd_cell_is_refused_by_its_place_and_may_be_called_missing(dlwhy_in_process, patients, column, value):
    refused = dlwhy_in_process("predict", "-m", "m.keras", stdin=with_cell(column, value))

    rows, _ = predicted(dlwhy_in_process, with_cell(column, value), "--na", value)

    name = HEAD.split(",")[column]
    assert refused.code == 65
    assert refused.error.startswith(f'<stdin>:9:{name}: "{value}"')
    assert "--na " in refused.error
    assert rows == predicted(dlwhy_in_process, with_cell(column, ""))[0]


def test_a_new_category_is_predicted_with_a_warning(dlwhy_in_process, patients):
    rows, err = predicted(dlwhy_in_process, with_cell(2, "d"))

    assert len(rows) == len(ROWS)
    assert 'unknown categories in 1 cell (kind 1), such as "d": taken as' in err


def test_a_known_category_in_other_letters_is_told_as_such(dlwhy_in_process, patients):
    _, err = predicted(dlwhy_in_process, with_cell(2, "A"))

    assert 'such as "A", where training had "a": taken as' in err


@pytest.mark.parametrize("text", ["$5", "3,5", "1,234.5"])
def test_a_number_that_is_written_otherwise_is_not_called_missing(dlwhy_in_process, patients, text):
    result = dlwhy_in_process("predict", "-m", "m.keras", stdin=with_cell(1, f'"{text}"'))

    assert result.code == 65
    assert result.error.startswith(f'<stdin>:9:dose: "{text}" is not a number (it is written otherwise than')
    assert "--na" not in result.error


def test_another_yes_is_refused_with_the_word_for_it(dlwhy_in_process, patients):
    result = dlwhy_in_process("predict", "-m", "m.keras", stdin=with_cell(3, "1"))

    assert result.code == 65
    assert result.error.endswith("write true for it)")


def test_evaluate_and_a_frame_take_gaps_in_the_same_way(dlwhy_in_process, patients):
    import pandas as pd

    labelled = (
        with_cell(0, "").replace("smoker\n", "smoker,risk\n").replace("yes\n", "yes,low\n").replace("no\n", "no,low\n")
    )
    (patients / "next.csv").write_text(labelled)
    rows, _ = predicted(dlwhy_in_process, labelled)

    scored = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "next.csv", "--json")
    with pytest.warns(DlwhyWarning, match="frame:7:age: value is missing, as none was"):
        high = dlwhy.load(patients / "m.keras").predict(pd.read_csv(patients / "next.csv"))

    assert json.loads(scored.out)["accuracy"] == pytest.approx(sum(row["prediction"] == "low" for row in rows) / 60)
    assert high == pytest.approx([float(row["p_low"]) for row in rows], abs=1e-5)


def test_a_trained_model_knows_what_is_typical():
    trained = dlwhy.fit(dlwhy.make("moons", samples=60), epochs=1, layers=(2,))

    assert len(trained.details.typical) == 2
    assert all(-1 < value < 2 for value in trained.details.typical)


# --- --keep


def test_columns_are_kept_in_their_order_with_their_text(dlwhy_in_process, patients):
    text = 'id,age,note,dose,kind,smoker\n007, 30 ,=1+1,2.50,a,YES\n008,40,"a, b",1e0,b,no\n'

    out = dlwhy_in_process("predict", "-m", "m.keras", "--keep", stdin=text).out
    rows = [line.split(",") for line in out.splitlines()]

    assert rows[0] == ["id", "age", "note", "dose", "kind", "smoker", "prediction"]
    assert rows[1][:2] == ["007", " 30 "]
    assert rows[1][2:6] == ["'=1+1", "2.50", "a", "YES"]
    assert rows[2][2:6] == ['"a', ' b"', "1e0", "b"]
