"""`dlwhy evaluate`: from arguments to numbers and forms."""

import csv
import io
import json

import numpy as np
import pytest

from dlwhy.evaluation import evaluate_model
from dlwhy.evaluation.results import METRICS
from dlwhy.models.baselines import CLASSIFIERS, REGRESSORS, WORDS
from tests.cli.commands.toys import HOSTILE, dataset_of


def test_json_is_one_flat_object_with_the_evaluations_numbers(dlwhy_in_process, toy):
    dataset = dataset_of()
    trained = toy(dataset)

    code, out, err = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--json")
    found = json.loads(out)

    assert (code, err) == (0, "")
    for name, value in evaluate_model(trained, dataset).as_json().items():
        assert found[name] == pytest.approx(value, abs=1e-6)
    assert (found["model"], found["data"], found["split"], found["task"]) == ("m.keras", "d.npz", "test", "binary")
    assert [row["class"] for row in found["per_class"]] == ["a", "b"]
    assert np.sum(found["confusion"]) == found["n_test"] == 30


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_other_tasks(dlwhy_in_process, toy, task):
    toy(dataset_of(task, classes=("a", "b", "c")))

    found = json.loads(dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--format", "json").out)

    assert set(METRICS[task]) <= set(found)
    assert ("per_class" in found) == (task == "multiclass")


@pytest.mark.parametrize(("split", "rows"), [("test", 30), ("train", 30), ("all", 60)])
def test_split(dlwhy_in_process, toy, split, rows):
    dataset = dataset_of()
    trained = toy(dataset)

    found = json.loads(dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--split", split, "--json").out)

    assert found[f"n_{split}"] == rows
    assert found["accuracy"] == evaluate_model(trained, dataset, split=split).metrics["accuracy"]


def test_several_models_are_a_list_and_a_csv_row_each(dlwhy_in_process, toy):
    dataset = dataset_of()
    toy(dataset)
    toy(dataset, model="other.keras", seed=1)
    both = ("evaluate", "-m", "m.keras", "-m", "other.keras", "-d", "d.npz")

    objects = json.loads(dlwhy_in_process(*both, "--json").out)
    rows = list(csv.DictReader(io.StringIO(dlwhy_in_process(*both, "--format", "csv").out)))

    assert [found["model"] for found in objects] == [row["model"] for row in rows] == ["m.keras", "other.keras"]
    for found, row in zip(objects, rows, strict=True):
        assert {name: float(row[name]) for name in METRICS["binary"]} == {
            name: found[name] for name in METRICS["binary"]
        }


def test_many_models_come_in_several_tables(dlwhy_in_process, toy):
    dataset = dataset_of()
    for index in range(6):
        toy(dataset, model=f"m{index}.keras", seed=index)
    models = [part for index in range(6) for part in ("-m", f"m{index}.keras")]

    out = dlwhy_in_process("evaluate", *models, "-d", "d.npz", env={"COLUMNS": "120"}).out

    assert out.count("balanced accuracy") == 2  # three a table
    assert all(f"m{index}.keras" in out for index in range(6))


def test_markdown(dlwhy_in_process, toy):
    toy(dataset_of(), model="a|b.keras")

    lines = dlwhy_in_process("evaluate", "-m", "a|b.keras", "-d", "d.npz", "--format", "markdown").out.splitlines()

    assert lines[0] == "| metric | a\\|b.keras |"
    assert lines[1] == "| --- | ---: |"
    assert lines[2].startswith("| accuracy | 0.")


@pytest.fixture
def compared(toy):
    """Write two models on 200 rows."""
    dataset = dataset_of(n=400)
    toy(dataset)
    toy(dataset, model="other.keras", seed=1)


COMPARING = ("evaluate", "-m", "m.keras", "-d", "d.npz", "--baselines")


def test_baselines_and_the_gain_over_each(dlwhy_in_process, compared):
    found = json.loads(dlwhy_in_process(*COMPARING, "--json").out)

    assert list(found["baselines"]) == [WORDS[name] for name in CLASSIFIERS]
    for name, baseline in found["baselines"].items():
        field = f"gain_over_{name.lower().replace(' ', '_')}"
        gain, low, high = (found[field + end] for end in ("", "_low", "_high"))
        assert gain == pytest.approx(found["accuracy"] - baseline["accuracy"])
        assert low <= gain <= high
    assert " on 200 rows (" in found["comparison"]


def test_two_models_are_compared_on_the_same_rows(dlwhy_in_process, compared):
    both = (*COMPARING[:3], "-m", "other.keras", *COMPARING[3:5])

    first, second = json.loads(dlwhy_in_process(*both, "--json").out)

    gain, low, high = (second[f"gain_over_first{end}"] for end in ("", "_low", "_high"))
    assert gain == pytest.approx(second["accuracy"] - first["accuracy"])
    assert low <= gain <= high
    assert first["gain_over_first"] is None
    assert "comparison" not in first
    assert second["comparison"].startswith("other.keras ")


def test_an_svm_has_no_probabilities_to_score(dlwhy_in_process, compared):
    svm = json.loads(dlwhy_in_process(*COMPARING, "--json").out)["baselines"]["SVM"]

    assert (svm["loss"], svm["brier"], svm["ece"]) == (None, None, None)
    assert svm["roc_auc"] > 0.9


def test_what_is_left_out_of_a_large_table_is_said(dlwhy_in_process, compared, monkeypatch):
    from dlwhy.models import baselines

    monkeypatch.setattr(baselines, "MOST_ROWS", {"svm": 100, "random-forest": 100})
    code, out, err = dlwhy_in_process(*COMPARING)

    assert code == 0
    assert "SVM" not in out
    assert "note: left out, for they would take minutes on 200 training rows: SVM, random forest\n" in err


def test_baselines_of_a_regression(dlwhy_in_process, toy):
    toy(dataset_of("regression", n=200))

    found = json.loads(dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--baselines", "--json").out)

    assert list(found["baselines"]) == [WORDS[name] for name in REGRESSORS]
    assert found["baselines"]["linear regression"]["r2"] > 0.99
    assert found["gain_over_mean"] == pytest.approx(found["r2"] - found["baselines"]["mean"]["r2"])
    assert found["gain_over_mean_low"] <= found["gain_over_mean"] <= found["gain_over_mean_high"]
    assert "R² -" in found["comparison"]


def test_another_data_set_than_the_trainings_is_noted(dlwhy_in_process, toy):
    toy(dataset_of(seed=1), on=dataset_of(seed=2))

    code, _, err = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz")

    assert code == 0
    assert err == "note: m.keras was trained on another data set (toy)\n"
    assert dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--quiet").err == ""


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_case_65_names_reach_no_terminal_raw(dlwhy_in_process, toy, form):
    toy(dataset_of(names=(HOSTILE, "x1"), classes=(HOSTILE, "[/]")))

    code, out, err = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--format", form)

    assert code == 0
    assert not {"\x1b", "\x07"} & set(out + err)


def test_case_67_a_path_that_is_a_formula_is_none_in_csv(dlwhy_in_process, toy):
    toy(dataset_of("regression"), model="=1+1.keras")

    rows = list(
        csv.DictReader(
            io.StringIO(dlwhy_in_process("evaluate", "-m", "=1+1.keras", "-d", "d.npz", "--format", "csv").out)
        )
    )

    assert rows[0]["model"] == "'=1+1.keras"
    assert float(rows[0]["r2_low"]) < 0  # a negative number stays one


def test_case_69_ascii_only(dlwhy, toy):
    toy(dataset_of("regression", names=("größe", "x1")), model="größe.keras")

    code, out, err = dlwhy(
        "evaluate",
        "-m",
        "größe.keras",
        "-d",
        "d.npz",
        env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )

    assert code == 0
    assert (out + err).isascii()
    assert "gr\\" in out


def test_case_79_full_disk(toy, bash):
    toy(dataset_of())

    result = bash("dlwhy evaluate -m m.keras -d d.npz > /dev/full")

    assert result.code == 74
    assert result.error.startswith("<stdout>: writing failed")


def test_case_78_a_reader_that_went_away(toy, bash):
    toy(dataset_of())

    result = bash('dlwhy evaluate -m m.keras -d d.npz --json | true; exit "${PIPESTATUS[0]}"')

    assert result.code in (0, 141)
    assert result.err == ""
