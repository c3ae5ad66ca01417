"""`dlwhy evaluate`: from arguments to numbers, forms, gates and refusals."""

import csv
import dataclasses
import io
import json

import joblib
import numpy as np
import pytest

from dlwhy.data import storage
from dlwhy.data.dataset import Column, Dataset
from dlwhy.data.record import ARRAYS, checksum, to_record
from dlwhy.evaluation import METRICS, evaluate_model
from dlwhy.models import archive, network
from dlwhy.models.baselines import CLASSIFIERS, REGRESSORS, WORDS
from dlwhy.models.details import Details
from dlwhy.models.trained import Trained

HOSTILE = "\x1b]0;x\x07\x1b[2J"


def dataset_of(task="binary", *, n=60, names=("x0", "x1"), classes=("a", "b"), seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, len(names))).astype(np.float32)
    y = X[:, 0] + 0.1 * X[:, 1]
    y = y.astype(np.float32) if task == "regression" else np.digitize(y, np.linspace(-1, 1, len(classes) + 1)[1:-1])
    y = y if task == "regression" else y.astype(np.int32)
    return Dataset(
        X_train=X[n // 2 :],
        X_test=X[: n // 2],
        y_train=y[n // 2 :],
        y_test=y[: n // 2],
        name="toy",
        task=task,
        columns=tuple(Column(name=name) for name in names),
        class_names=() if task == "regression" else tuple(classes),
    )


def trained_on(dataset, seed=0):
    spec = network.NetworkSpec(layers=(4,))
    model = network.build(
        spec, n_features=dataset.n_features, task=dataset.task, n_classes=dataset.n_classes, seed=seed
    )
    details = Details(
        task=dataset.task,
        columns=dataset.columns,
        class_names=dataset.class_names,
        dataset={"name": dataset.name, "fingerprint": dataset.fingerprint},
    )
    return Trained(network=model, history={"loss": [0.5, 0.4], "val_loss": [0.6, 0.5]}, details=details)


@pytest.fixture
def toy(tmp_path):
    """Write a data set and a model for each task into the folder; give a function for more of them."""

    def write(dataset, data="d.npz", model="m.keras", on=None, seed=0):
        storage.write(dataset, tmp_path / data)
        trained = trained_on(on or dataset, seed)
        archive.write(trained, tmp_path / model)
        return trained

    return write


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


def test_the_table_shows_models_metrics_and_classes(dlwhy_in_process, toy):
    dataset = dataset_of()
    trained = toy(dataset)
    accuracy = evaluate_model(trained, dataset).metrics["accuracy"]

    code, out, err = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", env={"COLUMNS": "100"})

    assert (code, err) == (0, "")
    for wanted in (
        "d.npz, test part: 30 rows",
        "m.keras",
        f"{accuracy:.4f} [",
        "ROC AUC",
        "precision",
        "true class, taken for",
    ):
        assert wanted in out


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
    table = dlwhy_in_process(*COMPARING).out
    rows = list(csv.DictReader(io.StringIO(dlwhy_in_process(*COMPARING, "--format", "csv").out)))

    assert list(found["baselines"]) == [WORDS[name] for name in CLASSIFIERS]
    for name, baseline in found["baselines"].items():
        field = f"gain_over_{name.lower().replace(' ', '_')}"
        gain, low, high = (found[field + end] for end in ("", "_low", "_high"))
        assert gain == pytest.approx(found["accuracy"] - baseline["accuracy"])
        assert low <= gain <= high
        line = next(line for line in table.splitlines() if f"│ {name}" in line)
        assert f"{baseline['accuracy']:.4f} [" in line
        assert f"{100 * gain:+.1f} [{100 * low:.1f}, {100 * high:.1f}]" in line
        assert [float(rows[0][field + end]) for end in ("", "_low", "_high")] == [gain, low, high]
    assert [row["model"] for row in rows] == ["m.keras", *found["baselines"]]
    assert rows[1]["gain_over_majority_class"] == ""


def test_a_sentence_comes_first_in_every_form_for_people(dlwhy_in_process, compared):
    said = json.loads(dlwhy_in_process(*COMPARING, "--json").out)["comparison"]
    table = dlwhy_in_process(*COMPARING).out
    markdown = dlwhy_in_process(*COMPARING, "--format", "markdown").out

    assert "guessing" in said
    assert "gradient boosting" in said
    assert " on 200 rows (" in said
    assert said in " ".join(table.splitlines()[:6])
    assert markdown.splitlines()[0] == said
    trained_on = json.loads(dlwhy_in_process(*COMPARING, "--json", "--split", "train").out)["comparison"]
    assert "on 200 rows that it was trained on (" in trained_on


def test_two_models_are_compared_on_the_same_rows(dlwhy_in_process, compared):
    both = (*COMPARING[:3], "-m", "other.keras", *COMPARING[3:5])

    first, second = json.loads(dlwhy_in_process(*both, "--json").out)
    table = dlwhy_in_process(*both).out
    rows = list(csv.DictReader(io.StringIO(dlwhy_in_process(*both, "--format", "csv").out)))

    gain, low, high = (second[f"gain_over_first{end}"] for end in ("", "_low", "_high"))
    assert gain == pytest.approx(second["accuracy"] - first["accuracy"])
    assert low <= gain <= high
    assert first["gain_over_first"] is None
    assert "comparison" not in first
    assert second["comparison"].startswith("other.keras ")
    assert table.startswith(second["comparison"][:60])
    assert f"{100 * gain:+.1f} [" in table.split("against m.keras")[1]
    assert [row["gain_over_first"] for row in rows] == ["", repr(gain)]


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


# --- gates


@pytest.mark.parametrize(
    ("gate", "code"),
    [
        (["--min-accuracy", "0"], 0),
        (["--min", "accuracy=0", "--max", "accuracy=1", "--max", "loss=1e9"], 0),
        (["--min", "accuracy=1.01"], 4),
        (["--max", "loss=0"], 4),
        (["--min", "accuracy=0", "--max", "ece=-1"], 4),
    ],
    ids=str,
)
def test_gates(dlwhy_in_process, toy, gate, code):
    toy(dataset_of())

    result = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--json", *gate)

    assert result.code == code
    assert json.loads(result.out)["model"] == "m.keras"  # printed all the same
    assert ("m.keras: " in result.err) == (code == 4)


def test_every_model_must_pass_and_the_message_says_which_does_not(dlwhy_in_process, toy):
    dataset = dataset_of()
    toy(dataset)
    toy(dataset, model="other.keras", seed=1)

    result = dlwhy_in_process("evaluate", "-m", "m.keras", "-m", "other.keras", "-d", "d.npz", "--max", "loss=0", "-q")

    assert result.code == 4
    assert result.error.count("loss") == 2
    assert "is above 0; other.keras: loss" in result.error


def test_a_value_that_rounds_to_its_bound_is_told_in_full(dlwhy_in_process, toy):
    toy(dataset_of(n=6000))
    accuracy = json.loads(dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--json").out)["accuracy"]
    bound = round(accuracy, 4) + 1e-4 * (round(accuracy, 4) <= accuracy)

    result = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--min", f"accuracy={bound}")

    assert result.code == 4
    told = result.error.split("accuracy ")[1].split(" is below ")
    assert float(told[0]) < float(told[1])


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        (["--min", "accurracy=0.9"], "--min accurracy=0.9: no such metric"),
        (["--min", "accuracy"], "not METRIC=VALUE"),
        (["--min", "accuracy=nan"], "must be a finite number"),
        (["--min", "loss=0.1"], "a lower loss is better (use --max loss=0.1)"),
        (["--min", "rmse_low=0.1"], "a lower rmse_low is better"),
        (["--max", f"{HOSTILE}=1"], "no such metric"),
    ],
    ids=str,
)
def test_gates_that_can_not_be_are_refused_before_anything_is_read(dlwhy_in_process, gate, message):
    result = dlwhy_in_process("evaluate", *gate)

    assert result.code == 2
    assert message in result.error
    assert "\x1b" not in result.err


@pytest.mark.parametrize(("task", "gate"), [("regression", ["--min-accuracy", "0.5"]), ("binary", ["--min", "r2=0"])])
def test_a_metric_of_another_task_is_a_usage_error(dlwhy_in_process, toy, task, gate):
    toy(dataset_of(task))

    result = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", *gate)

    assert result.code == 2
    assert f"not a metric of {task} tasks" in result.error
    assert result.out == ""


def test_a_metric_without_a_value_fails_its_gate(dlwhy_in_process, toy):
    dataset = dataset_of()
    toy(dataclasses.replace(dataset, y_test=np.zeros_like(dataset.y_test)))

    result = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--min", "roc_auc=0", "-q")

    assert result.code == 4
    assert "roc_auc has no value" in result.error


# --- what does not fit


def test_case_36_another_number_of_features(dlwhy_in_process, toy):
    toy(dataset_of(names=("x0", "x1", "x2")), on=dataset_of())

    result = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz")

    assert result.code == 65
    assert result.error.startswith("m.keras expects 2 features, d.npz has 3")


def test_case_37_a_class_that_the_model_does_not_know(dlwhy_in_process, toy):
    toy(dataset_of("multiclass", classes=("a", "b", HOSTILE)), on=dataset_of())

    result = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz")

    assert result.code == 65
    assert 'class "\\x1b]0;x\\x07\\x1b[2J" was not in the training data of m.keras (known: a, b)' in result.error


def test_case_38_other_order_is_a_warning_with_both_lists(dlwhy_in_process, toy):
    dataset = dataset_of(names=("x1", "x0"))
    trained = toy(dataset, on=dataset_of(names=("x0", "x1")))

    code, out, err = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--json")

    assert code == 0
    assert "dlwhy: warning: features stand in another order" in err
    assert "m.keras expects x0, x1; d.npz has x1, x0" in err
    swapped = dataclasses.replace(
        dataset, X_test=np.ascontiguousarray(dataset.X_test[:, ::-1]), columns=trained.details.columns
    )
    assert json.loads(out)["accuracy"] == evaluate_model(trained, swapped).metrics["accuracy"]


def test_case_39_no_rows(dlwhy_in_process, toy):
    dataset = dataset_of()
    toy(dataclasses.replace(dataset, X_test=dataset.X_test[:0], y_test=dataset.y_test[:0]))

    result = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz")

    assert result.code == 65
    assert result.error == "d.npz: the test part has no rows (choose another part)"


def test_case_40_one_class_only(dlwhy_in_process, toy):
    dataset = dataset_of()
    toy(dataclasses.replace(dataset, y_test=np.zeros_like(dataset.y_test)))

    code, out, err = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--json")
    found = json.loads(out)

    assert code == 0
    assert found["roc_auc"] is None
    assert found["balanced_accuracy"] is None
    assert 0 <= found["accuracy"] <= 1
    assert 'note: all rows are of class "a"' in err
    assert "none" in dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "-q").out


def test_case_64_an_out_of_range_label(dlwhy_in_process, toy, tmp_path):
    dataset = dataset_of()
    toy(dataset)
    fields = to_record(dataset)
    fields["y_test"] = np.full_like(fields["y_test"], 7)
    fields["sha256"] = checksum({name: fields[name] for name in ARRAYS}, fields["metadata"])
    joblib.dump(fields, tmp_path / "bad.joblib", protocol=4)

    result = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "bad.joblib")

    assert result.code == 65
    assert "y_test holds a class that is not among the 2 named" in result.error


@pytest.mark.parametrize(
    "inputs", [["-m", "-", "-d", "-"], ["-m", "-", "-m", "-"], ["-m", "-", "-d", "/dev/stdin"]], ids=" ".join
)
def test_only_one_input_from_stdin(dlwhy_in_process, inputs):
    result = dlwhy_in_process("evaluate", *inputs)

    assert result.code == 2
    assert "stdin" in result.error


def test_a_model_on_stdin(dlwhy_in_process, toy, tmp_path):
    toy(dataset_of())

    code, out, _ = dlwhy_in_process(
        "evaluate", "-m", "-", "-d", "d.npz", "--json", stdin=(tmp_path / "m.keras").read_bytes()
    )

    assert code == 0
    assert json.loads(out)["model"] == "-"


def test_a_model_on_stdin_is_read_first_for_the_pipe_may_still_write_the_data(dlwhy_in_process):
    result = dlwhy_in_process("evaluate", "-m", "-", "-d", "missing.npz", stdin=b"no model")

    assert result.code == 65
    assert result.error.startswith("<stdin>: ")


# --- text


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

    assert (code, err) == (0, "")
    assert out.isascii()
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
