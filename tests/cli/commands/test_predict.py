"""`dlwhy predict`: rows in, predictions out."""

import csv
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from dlwhy.data import read
from dlwhy.data.cells.reading import Reading
from dlwhy.data.tables.formats.form import Form
from dlwhy.evaluation import predicted_rows
from dlwhy.models.keras_file import archive


@pytest.fixture
def at_demo(demo, tmp_path):
    """A folder with the demonstration's model and points; it is also where the command runs."""
    for path in demo.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def probabilities(demo):
    """What the model itself says about `points.csv`: training rows first, as in the file."""
    dataset = read(demo / "dataset.joblib")
    return archive.read(demo / "model.keras").predict(np.vstack((dataset.X_train, dataset.X_test)))


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# --- what comes out


def test_labels_are_the_models_own(dlwhy_in_process, at_demo, probabilities):
    code, out, err = dlwhy_in_process("predict", "points.csv")

    assert (code, err) == (0, "")
    assert out.splitlines() == ["prediction", *("1" if p > 0.5 else "0" for p in probabilities)]


def test_probabilities_are_the_models_own_to_the_last_bit(dlwhy_in_process, at_demo, probabilities):
    rows = table(dlwhy_in_process("predict", "points.csv", "--proba").out)

    assert list(rows[0]) == ["prediction", "p_0", "p_1"]
    np.testing.assert_array_equal(np.array([row["p_1"] for row in rows], np.float32), probabilities)
    np.testing.assert_array_equal(np.array([row["p_0"] for row in rows], np.float32), 1 - probabilities)


@pytest.mark.parametrize("size", [1000, 333, 7])
def test_the_chunk_size_changes_nothing_but_memory(dlwhy_in_process, at_demo, size):
    whole = table(dlwhy_in_process("predict", "points.csv", "--proba", "--keep").out)

    parts = table(dlwhy_in_process("predict", "points.csv", "--proba", "--keep", "--chunk-size", size).out)

    assert [row["prediction"] for row in parts] == [row["prediction"] for row in whole]
    np.testing.assert_allclose([float(row["p_1"]) for row in parts], [float(row["p_1"]) for row in whole], atol=1e-6)


def test_json_lines(dlwhy_in_process, at_demo, probabilities):
    code, out, _ = dlwhy_in_process("predict", "points.csv", "--format", "jsonl", "--proba", "--chunk-size", "300")

    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert rows[0].keys() == {"prediction", "p_0", "p_1"}
    np.testing.assert_allclose([row["p_1"] for row in rows], probabilities, rtol=1e-6)


def test_keep_passes_on_the_columns_of_the_table(dlwhy_in_process, at_demo):
    rows = table(dlwhy_in_process("predict", "points.csv", "--keep").out)
    source = table((at_demo / "points.csv").read_text())

    assert list(rows[0]) == [*source[0], "prediction"]
    assert [{name: row[name] for name in source[0]} for row in rows] == source


def test_several_classes_and_numbers(dlwhy_in_process):
    for name, arguments in {"iris": ["--epochs", "30"], "sine": ["--epochs", "5"]}.items():
        for command in (
            ["generate", name, "-o", f"{name}.csv"],
            ["train", "-d", f"{name}.csv", "-o", f"{name}.keras", *arguments],
        ):
            assert dlwhy_in_process(*command, "-q").code == 0

    flowers = table(dlwhy_in_process("predict", "-m", "iris.keras", "iris.csv", "--proba", "--keep").out)
    sines = table(dlwhy_in_process("predict", "-m", "sine.keras", "sine.csv").out)
    refused = dlwhy_in_process("predict", "-m", "sine.keras", "sine.csv", "--proba")

    kinds = ("setosa", "versicolor", "virginica")
    assert {row["prediction"] for row in flowers} == set(kinds)
    assert sum(row["prediction"] == row["target"] for row in flowers) > 130
    for row in flowers:
        chances = [float(row[f"p_{kind}"]) for kind in kinds]
        assert sum(chances) == pytest.approx(1, abs=1e-5)
        assert row["prediction"] == kinds[int(np.argmax(chances))]
    assert all("." in row["prediction"] or "e" in row["prediction"] for row in sines)
    assert refused.code == 2
    assert "--proba is for classes" in refused.error


# --- what goes in


def test_columns_are_found_by_name(dlwhy_in_process, at_demo):
    straight = dlwhy_in_process("predict", stdin="x0,x1\n1,-0.5\n-1,0.5\n0,1\n").out
    turned = dlwhy_in_process("predict", stdin="note,x1,x0\na,-0.5,1\nb,0.5,-1\nc,1,0\n").out

    assert straight == turned
    assert straight.split() == ["prediction", "1", "0", "0"]


def test_columns_go_by_position_without_a_header(dlwhy_in_process, at_demo):
    named = dlwhy_in_process("predict", "--proba", stdin="x0,x1\n1,-0.5\n-1,0.5\n")
    unnamed = dlwhy_in_process("predict", "--proba", "--no-header", stdin="1,-0.5\n-1,0.5\n")
    more = dlwhy_in_process("predict", "--no-header", "--keep", stdin="1,-0.5,north\n")
    too_many = dlwhy_in_process("predict", "--no-header", stdin="1,-0.5,north\n")
    too_few = dlwhy_in_process("predict", "--no-header", stdin="1\n")

    assert named.out == unnamed.out
    assert more.out.splitlines()[1] == "1,-0.5,north,1"
    assert (too_many.code, too_few.code) == (65, 65)
    assert "expects 2 columns, <stdin> has 3" in too_many.error


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "x0\tx1\n1\t-0.5\n"),
        ("a.jsonl", '{"x0": 1, "x1": -0.5}\n'),
        ("a.csv", '"x0","x1"\r\n"1","-0.5"\r\n'),
        ("a", "x0,x1\n1,-0.5"),
    ],
)
def test_the_form_of_the_input_comes_from_its_name_or_an_option(dlwhy_in_process, at_demo, name, text):
    (at_demo / name).write_text(text)
    kind = {"a.tsv": "tsv", "a.jsonl": "jsonl"}.get(name, "csv")

    by_name = dlwhy_in_process("predict", name)
    by_option = dlwhy_in_process("predict", "-", "--input-format", kind, stdin=text)

    assert by_name.out == by_option.out == "prediction\n1\n"


def test_json_lines_need_not_have_the_same_keys(dlwhy_in_process, at_demo):
    lines = '{"x0": 1, "x1": 0, "id": "a"}\n{"x1": 0.5, "x0": 0}\n'
    long = json.dumps({"x0": 1, "x1": 0, "id": "a" * 100_000}) + "\n"
    late = '{"x0": 1, "x1": 0, "new": 1}\n'

    kept = dlwhy_in_process("predict", "--input-format=jsonl", "--keep", "--chunk-size=1", stdin=lines)
    refused = dlwhy_in_process("predict", "--input-format=jsonl", "--keep", stdin=long * 100 + late)

    assert [row["id"] for row in table(kept.out)] == ["a", ""]
    assert refused.code == 65
    assert '"new" is not in the first rows' in refused.error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x0,x1\n1,2\n3,inf\n", '<stdin>:3:x1: value is not a finite number ("inf")'),
        ("x0,x1\n1,2\nzwei,2\n", '<stdin>:3:x0: "zwei" is not a number'),
        ("x0,x1\n1,2,3\n", "<stdin>:2: 3 fields, 2 expected"),
        ("x0,x1\n", "<stdin>: no data rows"),
        ("", "<stdin>: no data rows"),
        ("a,b\n1,2\n", '<stdin>: no column "x0"'),
    ],
)
def test_bad_rows_are_refused(dlwhy_in_process, at_demo, text, said):
    result = dlwhy_in_process("predict", stdin=text)

    assert (result.code, result.out) == (65, "")
    assert result.error.startswith(said)


def test_a_bad_row_far_down_leaves_no_file(dlwhy_in_process, at_demo):
    rows = "x0,x1\n" + "1,2\n" * 5000 + "1,oops\n"

    result = dlwhy_in_process("predict", "--chunk-size", "100", "-o", "labels.csv", stdin=rows)

    assert result.error.startswith('<stdin>:5002:x1: "oops"')
    assert {path.name for path in at_demo.iterdir()} == {"dataset.joblib", "points.csv", "model.keras"}


# --- where it goes


def test_a_file_is_written_and_named(dlwhy_in_process, at_demo):
    printed = dlwhy_in_process("predict", "points.csv")
    code, out, err = dlwhy_in_process("predict", "points.csv", "-o", "labels.csv", "--json")

    assert (code, err) == (0, "labels.csv: 1000 rows\n")
    assert json.loads(out)["rows"] == 1000
    assert (at_demo / "labels.csv").read_text() == printed.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--json"], "can't both go to stdout"),
        (["-m", "-"], "can't both come from stdin"),
        (["-m", "points.csv", "points.csv"], "points.csv"),
    ],
)
def test_combinations_that_cannot_be(dlwhy_in_process, at_demo, arguments, said):
    result = dlwhy_in_process("predict", *arguments)

    assert result.code in (2, 65)
    assert said in result.error


def test_rows_come_out_while_others_are_still_to_come(program, at_demo):
    with subprocess.Popen([program, "predict"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=at_demo) as process:
        assert process.stdin
        assert process.stdout
        written = threading.Event()

        def feed() -> None:
            process.stdin.write(b"x0,x1\n" + b"1,-0.5\n" * 1_300_000)
            process.stdin.flush()
            written.wait(60)
            process.stdin.close()

        feeder = threading.Thread(target=feed)
        feeder.start()
        first = [process.stdout.readline() for _ in range(3)]
        written.set()
        n_rest = process.stdout.read().count(b"1\n")
        feeder.join()

    assert first == [b"prediction\n", b"1\n", b"1\n"]
    assert n_rest == 1_300_000 - 2
    assert process.returncode == 0


def rows_of_memory(program, folder, n_rows: int) -> int:
    """Predict many rows and give the most memory that took, in KiB."""
    feed = f"print('x0,x1'); [print('0.25,-0.75\\n' * 9999 + '1e-1,.5') for _ in range({n_rows // 10_000})]"
    with (
        subprocess.Popen([sys.executable, "-c", feed], stdout=subprocess.PIPE) as feeder,
        subprocess.Popen(
            [program, "predict", "--proba", "-o", "labels.csv"], stdin=feeder.stdout, cwd=folder
        ) as process,
    ):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    with (folder / "labels.csv").open("rb") as labels:
        assert sum(block.count(b"\n") for block in iter(lambda: labels.read(1 << 20), b"")) == n_rows + 1
    return usage.ru_maxrss


@pytest.mark.slow
def test_memory_is_bounded(program, at_demo):
    few, many = (rows_of_memory(program, at_demo, n_rows) for n_rows in (600_000, 1_800_000))

    assert many < few + 64 * 1024


@pytest.mark.slow
def test_ten_million_rows(program, at_demo):
    started = time.monotonic()
    most = rows_of_memory(program, at_demo, 10_000_000)

    assert most < 2 << 20
    assert time.monotonic() - started < 120
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 << 20


# --- text that is not what it seems


def test_case_67_formulas_are_quoted_and_numbers_are_not(dlwhy_in_process, at_demo):
    cells = ["=1+1", "+x", "-x", "@x", "-1.5", "+3", "-1e5", "-", "plain", "'=1"]
    rows = "".join(f'1,-0.5,"{cell}"\n' for cell in [*cells, "\ttab", "\rreturn"])

    out = dlwhy_in_process("predict", "--keep", stdin=f"x0,x1,=note\n{rows}").out
    as_json = dlwhy_in_process("predict", "--keep", "--format", "jsonl", stdin=f"x0,x1,=note\n{rows}").out

    kept = [row["'=note"] for row in csv.DictReader(io.StringIO(out, newline=""))]
    assert kept == ["'=1+1", "'+x", "'-x", "'@x", "-1.5", "+3", "-1e5", "'-", "plain", "'=1", "'\ttab", "'\rreturn"]
    assert json.loads(as_json.splitlines()[0])["=note"] == "=1+1"


def test_case_67_negative_numbers_stay_numbers():
    frame = predicted_rows.as_frame(np.array([-1.5, 2], np.float32), task="regression", class_names=[], proba=False)

    assert predicted_rows.encode(frame, "csv", header=True) == b"prediction\n-1.5\n2.0\n"


def test_case_67_class_names_may_be_formulas_or_numbers():
    frame = predicted_rows.as_frame(
        np.array([0.25, 0.75], np.float32), task="binary", class_names=["-1", "=cmd"], proba=True
    )

    assert predicted_rows.encode(frame, "csv", header=True).splitlines() == [
        b"prediction,p_-1,p_=cmd",
        b"-1,0.75,0.25",
        b"'=cmd,0.25,0.75",
    ]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_case_65_names_and_cells_hold_no_escapes(dlwhy_in_process, at_demo, form):
    evil = "\x1b]0;x\x07\x1b[2J\x9b"

    code, out, _ = dlwhy_in_process("predict", "--keep", "--format", form, stdin=f"x0,x1,{evil}\n1,-0.5,{evil}\n")

    assert code == 0
    assert not set(out) & {"\x1b", "\x07", "\x9b"}
    assert out.count("[2J") == 2


def test_names_that_would_be_the_same_are_refused(dlwhy_in_process, at_demo):
    for names in ("prediction", "\x1b,\\x1b"):
        result = dlwhy_in_process("predict", "--keep", stdin=f"x0,x1,{names}\n1,2{',a' * len(names.split(','))}\n")

        assert result.code == 65
        assert "column" in result.error


def test_rows_are_read_to_predict(call):
    options = ("--no-header", "--keep", "--chunk-size", "5", "--input-format", "tsv", "--encoding", "latin-1")
    stopped = call("dlwhy.evaluation.table_rows.read_rows", "predict", "points.csv", *options)

    path, details = stopped.given
    assert (path, [column.name for column in details.columns]) == ("points.csv", ["x0", "x1"])
    form = Form(format="tsv", encoding="latin-1", header=False)
    how = {"missing": "impute", "keep": True, "chunk_size": 5}
    assert stopped.named == {"form": form, "cells": Reading(), **how}
