"""`dlwhy evaluate`: gates that do not hold, and models and data that do not fit each other."""

import dataclasses
import json

import joblib
import numpy as np
import pytest

from dlwhy.data.stored.record import ARRAYS, checksum, to_record
from dlwhy.evaluation import evaluate_model
from tests.cli.commands.toys import HOSTILE, dataset_of


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


def test_a_gate_that_can_not_be_is_refused_before_anything_is_read(dlwhy_in_process):
    result = dlwhy_in_process("evaluate", "-m", "missing.keras", "--max", f"{HOSTILE}=1")

    assert result.code == 2
    assert result.error.startswith(r"--max \x1b]0;x\x07\x1b[2J=1: no such metric (there is ")


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
    fields["sha256"] = checksum({name: fields[name] for name in ARRAYS[fields["format"]]}, fields["metadata"])
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
