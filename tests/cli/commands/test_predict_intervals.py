"""`dlwhy predict --interval`: intervals and sets from held-out rows."""

import csv
import io
import json

import numpy as np
import pytest

import dlwhy
from dlwhy.data.stored import storage
from dlwhy.evaluation import conformal
from dlwhy.models.diagnosis.outputs import by_class
from tests.cli.commands.toys import dataset_of

POINTS = "x0,x1\n1,-0.5\n-1,0.5\n0,0\n"


def predicted(run, *arguments):
    result = run("predict", "-m", "m.keras", "--interval", "0.8", "-d", "d.npz", *arguments, stdin=POINTS)
    assert result.code == 0, result.err
    return list(csv.DictReader(io.StringIO(result.out))), result.err


def test_a_number_gets_an_interval_of_the_held_out_errors(dlwhy_in_process, toy):
    dataset = dataset_of("regression")
    trained = toy(dataset)
    errors = np.sort(np.abs(trained.predict(dataset.X_test) - dataset.y_test))

    rows, err = predicted(dlwhy_in_process)

    assert list(rows[0]) == ["prediction", "low", "high"]
    for row in rows:
        middle = float(row["prediction"])
        assert float(row["high"]) - middle == pytest.approx(errors[24], rel=1e-4)  # ceil(31 · 0.8) = 25 of 30
        assert middle - float(row["low"]) == pytest.approx(errors[24], rel=1e-4)
    assert err == "80 % intervals, from 30 held-out rows of d.npz\n"


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_a_class_gets_a_set(dlwhy_in_process, toy, task):
    dataset = dataset_of(task, classes=("a", "b") if task == "binary" else ("a", "b", "c"))
    trained = toy(dataset)
    chances = by_class(trained.predict(dataset.X_test))
    scores = np.sort(1 - chances[np.arange(30), dataset.y_test])

    rows, err = predicted(dlwhy_in_process, "--proba")
    lines = predicted_lines(dlwhy_in_process)

    for row, line in zip(rows, lines, strict=True):
        inside = [name for name in dataset.class_names if float(row[f"p_{name}"]) >= 1 - scores[24] - 1e-6]
        assert row["set"].split("|") == line["set"] == (inside or [row["prediction"]])
        assert row["prediction"] in row["set"].split("|")
    assert err == "80 % sets, from 30 held-out rows of d.npz\n"


def predicted_lines(run):
    out = run("predict", "-m", "m.keras", "--interval", "0.8", "-d", "d.npz", "--format", "jsonl", stdin=POINTS).out
    return [json.loads(line) for line in out.splitlines()]


def test_a_labelled_table_will_do_and_another_data_set_is_named(dlwhy_in_process, toy, tmp_path):
    dataset = dataset_of("regression")
    toy(dataset)
    other = dataset_of("regression", seed=1)
    storage.write(other, tmp_path / "other.npz")
    rows = [f"{x},{z},{y}" for (x, z), y in zip(other.X_test, other.y_test, strict=True)]
    (tmp_path / "next.csv").write_text("\n".join(["x0,x1,target", *rows]) + "\n")

    of_table = dlwhy_in_process("predict", "-m", "m.keras", "--interval", "0.8", "-d", "next.csv", stdin=POINTS)
    of_data = dlwhy_in_process("predict", "-m", "m.keras", "--interval", "0.8", "-d", "other.npz", stdin=POINTS)

    assert of_table.out == of_data.out
    assert "from 30 held-out rows of next.csv" in of_table.err
    assert (
        "m.keras was trained on another data set (toy): if on some of these rows, the intervals promise" in of_data.err
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--interval", "0.99", "-d", "d.npz"), 65, "d.npz: 30 held-out rows are too few for a coverage of 0.99"),
        (("--interval", "90", "-d", "d.npz"), 2, "--interval must be a number between 0 and 1 (got 90)"),
        (("--interval", "0.9"), 2, "--interval and --data go together"),
        (("-d", "d.npz"), 2, "--interval and --data go together"),
        (("--interval", "0.9", "-d", "-"), 2, "can't both come from stdin"),
        (("--interval", "0.9", "-d", "none.npz"), 66, "none.npz"),
    ],
)
def test_what_cannot_be(dlwhy_in_process, toy, arguments, code, message):
    toy(dataset_of("regression"))

    result = dlwhy_in_process("predict", "-m", "m.keras", *arguments, stdin=POINTS)

    assert (result.code, result.out) == (code, "")
    assert message in result.error


def test_names_that_would_run_together(dlwhy_in_process, toy):
    toy(dataset_of(classes=("a|b", "c")))

    result = dlwhy_in_process("predict", "-m", "m.keras", "--interval", "0.8", "-d", "d.npz", stdin=POINTS)

    assert result.code == 65
    assert "--format jsonl gives lists" in result.err


def test_held_out_rows_of_a_training_are_covered():
    """What is promised holds for rows that neither training nor calibration has seen."""
    covered = []
    trained = dlwhy.fit(dlwhy.make("sine", samples=200, noise=0.3), epochs=5, layers=(8,))
    for seed in range(40):
        dataset = dlwhy.make("sine", samples=130, noise=0.3, seed=seed + 100)
        largest, n_rows = conformal.calibrated(trained, dataset, coverage=0.9)
        low, high = conformal.interval(trained.predict(dataset.X_train), largest)
        covered.append(((low <= dataset.y_train) & (dataset.y_train <= high)).mean())

    assert n_rows == 39
    assert 0.88 < np.mean(covered) < 0.95


def test_the_summary_says_what_an_interval_is(dlwhy_in_process, toy):
    dataset = dataset_of("regression")
    trained = toy(dataset)
    errors = np.sort(np.abs(trained.predict(dataset.X_test) - dataset.y_test))

    result = dlwhy_in_process(
        "predict", "-m", "m.keras", "--interval", "0.8", "-d", "d.npz", "-o", "p.csv", "--json", stdin=POINTS
    )

    told = json.loads(result.out)["interval"]
    assert told == {"coverage": 0.8, "margin": pytest.approx(errors[24], rel=1e-4), "rows": 30, "data": "d.npz"}
    plain = dlwhy_in_process("predict", "-m", "m.keras", "-o", "p.csv", "--json", stdin=POINTS)
    assert json.loads(plain.out)["interval"] is None
