"""`dlwhy generate`: what it makes, what it prints and where, and what it refuses."""

import json

import numpy as np
import polars as pl
import pytest

from dlwhy import files
from dlwhy.data import make, read
from dlwhy.data.toys.registry import REGISTRY

TABLE = "age,city,member,when,churned\n" + "".join(
    f"{20 + 7 * index % 50},{'Rome' if index % 3 else 'Oslo'},{'yes' if index % 5 else 'no'},2024-01-0{index % 9 + 1},"
    f"{'stay' if index % 2 else 'leave'}\n"
    for index in range(60)
)


def test_the_defaults_make_the_demonstration(dlwhy_in_process, tmp_path):
    code, out, err = dlwhy_in_process("generate")

    assert (code, out) == (0, "")
    assert err == "dataset.joblib: moons, binary (0, 1), 700 training and 300 test rows, 2 features\n"
    assert read(tmp_path / "dataset.joblib").fingerprint == make().fingerprint


@pytest.mark.parametrize("name", ["a.joblib", "a.npz", "a.csv"])
def test_case_93_the_same_command_writes_the_same_bytes(dlwhy_in_process, tmp_path, name):
    arguments = ("generate", "spirals", "--samples", 200, "--quiet", "-o", name)

    assert dlwhy_in_process(*arguments) == (0, "", "")
    first = (tmp_path / name).read_bytes()
    assert dlwhy_in_process(*arguments) == (0, "", "")

    assert (tmp_path / name).read_bytes() == first
    assert read(tmp_path / name).fingerprint == make("spirals", samples=200).fingerprint


def test_options_reach_the_generator(dlwhy_in_process, tmp_path):
    options = ["--samples", 90, "--classes", 4, "--features", 3, "--noise", 0.5, "--seed", 3, "--test-size", 0.2]

    code, out, _ = dlwhy_in_process(
        "generate", "blobs", *options, "--stratify", "-o", "b.npz", "--compress", 6, "--json"
    )

    expected = make("blobs", samples=90, classes=4, features=3, noise=0.5, seed=3, test_size=0.2, stratify=True)
    assert code == 0
    assert json.loads(out) == {
        "path": "b.npz",
        "name": "blobs",
        "task": "multiclass",
        "n_train": 72,
        "n_test": 18,
        "n_features": 3,
        "split": "by chance",
        "classes": ["0", "1", "2", "3"],
        "fingerprint": expected.fingerprint,
    }
    assert read(tmp_path / "b.npz").fingerprint == expected.fingerprint


def test_csv_goes_to_stdout_and_words_to_stderr(dlwhy_in_process):
    code, out, err = dlwhy_in_process("generate", "iris", "-o", "-")

    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm),target,split"
    assert [len(lines), sum(line.endswith(",test") for line in lines)] == [151, 45]
    assert err.startswith("<stdout>: iris, multiclass (setosa, versicolor, virginica), 105 training and 45 test rows")


def test_the_list_tells_of_every_data_set(dlwhy_in_process):
    code, out, err = dlwhy_in_process("generate", "--list", env={"COLUMNS": "160"})
    listed = json.loads(dlwhy_in_process("generate", "--list", "--json").out)["datasets"]

    assert (code, err) == (0, "")
    for generator in REGISTRY.values():
        (line,) = (line for line in out.splitlines() if f" {generator.name} " in line)
        assert all(text in line for text in (generator.task, generator.size, generator.purpose))
    assert [each["name"] for each in listed] == list(REGISTRY)
    assert listed[0]["takes"] == ["samples", "noise"]


@pytest.mark.parametrize("source", ["customers.csv", "-"])
def test_a_table_is_imported(dlwhy_in_process, tmp_path, source):
    (tmp_path / "customers.csv").write_text(TABLE)
    options = ["--target", "churned", "--drop", "when", "--title", "churn"]

    code, out, err = dlwhy_in_process(
        "generate", "--from", source, *options, "-o", "c.joblib", "--json", stdin=TABLE if source == "-" else ""
    )

    dataset = read(tmp_path / "c.joblib")
    assert code == 0
    assert err == "c.joblib: churn, binary (leave, stay), 42 training and 18 test rows, 4 features\n"
    assert json.loads(out)["fingerprint"] == dataset.fingerprint
    assert dataset.feature_names == ("age", "city=Oslo", "city=Rome", "member")
    assert dataset.provenance["table"] == ("stdin" if source == "-" else "customers.csv")


def test_a_table_has_options_of_its_own(dlwhy_in_process, tmp_path):
    frame = pl.DataFrame({"x": [1.5, None, 2.5, 3.5], "y": [1, 2, 1, 2], "part": ["train", "train", "train", "test"]})
    frame.write_parquet(tmp_path / "table")
    options = ["--target", "y", "--task", "regression", "--missing", "drop", "--split-column", "part"]

    code, _, err = dlwhy_in_process("generate", "--from", "table", "--format", "parquet", "--max-rows", 4, *options)

    dataset = read(tmp_path / "dataset.joblib")
    assert code == 0
    assert err.splitlines()[0] == "dlwhy: warning: table: 1 row with missing cells left out"
    assert (dataset.task, dataset.X_train.tolist(), dataset.y_test.tolist()) == ("regression", [[1.5], [2.5]], [2.0])


def test_a_mixed_table_keeps_its_columns_in_the_file(dlwhy_in_process, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE.replace("Rome", "", 1))

    err = dlwhy_in_process("generate", "--from", "t.csv", "--target", "churned", "--drop", "when").err

    assert "dlwhy: warning: t.csv: missing 1 cell (city 1): filled with the training median" in err
    (city,) = (column for column in read(tmp_path / "dataset.joblib").columns if column.name == "city")
    assert (city.categories, city.fill) == (("Oslo", "Rome"), "Rome")


REFUSED = {
    "61 noise -1": (["--noise", "-1"], 2, "--noise must be a finite number >= 0 (got -1)"),
    "61 noise nan": (["--noise", "nan"], 2, "--noise must be a finite number >= 0 (got nan)"),
    "61 noise inf": (["--noise", "inf"], 2, "--noise must be a finite number >= 0 (got inf)"),
    "61 samples": (["--samples", "0"], 2, "--samples must be a whole number from 2 to"),
    "61 seed": (["--seed", "-1"], 2, "--seed must be a whole number from 0 to"),
    "61 seed of a table": (["--from", "t.csv", "--seed", str(2**32)], 2, "--seed must be a whole number from 0 to"),
    "61 test size": (["--test-size", "1"], 2, "--test-size must be a number between 0 and 1 (got 1)"),
    "no such data set": (["digit"], 2, 'no data set "digit" (did you mean digits?)'),
    "noise of bundled data": (["digits", "--noise", "0.1"], 2, "--noise does not apply to digits (it applies to moons"),
    "table options for a toy": (["--target", "y"], 2, "--target goes with --from"),
    "title for a toy": (["--title", "y"], 2, "--title goes with --from"),
    "toy options for a table": (["--from", "t.csv", "--noise", "1"], 2, "--noise does not go with --from"),
    "a toy and a table": (["moons", "--from", "t.csv"], 2, "NAME does not go with --from"),
    "two results for stdout": (["--json", "-o", "-"], 2, "--json and the data set can't both go to stdout"),
    "no such format": (["-o", "d.parquet"], 2, "d.parquet: a data set is written as .joblib, .npz or .csv"),
    "too compressed": (["--compress", "10"], 2, "--compress must be from 0 to 9 (got 10)"),
    "74 output is input": (["--from", "t.csv", "-o", "t.csv"], 2, "t.csv is both input and output"),
    "72 no folder": (["-o", "no/d.csv"], 73, "no/d.csv: no such folder"),
    "73 no clobber": (["-o", "t.csv", "--no-clobber"], 73, "t.csv: exists already"),
    "50 no target": (["--from", "t.csv", "--target", "z"], 2, '--target: no column "z" in t.csv; columns: age, city'),
    "no file": (["--from", "none.csv"], 66, "none.csv: No such file"),
    "57 many rows": (["--from", "t.csv", "--target", "churned", "--max-rows", "9"], 65, "t.csv: has more than 9 rows"),
    "a date": (
        ["--from", "t.csv", "--target", "churned"],
        65,
        't.csv: column "when" holds dates ("2024-01-01") (leave it out with --drop when or take it apart with --dates',
    ),
    "52 one class": (
        ["--from", "one.csv", "--target", "y"],
        65,
        'one.csv: target "y" has one class (1); training needs at least 2',
    ),
    "no training rows": (
        ["--from", "one.csv", "--target", "x", "--drop", "y", "--split-column", "p"],
        65,
        "one.csv: no row is for tr",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_case(dlwhy_in_process, tmp_path, case):
    arguments, code, message = REFUSED[case]
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "one.csv").write_text("x,y,z,p\n1.5,1,5,test\n2,1,6,test\n3,1,7,test\n")
    before = sorted(path.name for path in tmp_path.iterdir())

    result = dlwhy_in_process("generate", *arguments)

    assert (result.code, result.out) == (code, "")
    assert result.error.startswith(message)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (tmp_path / "t.csv").read_text() == TABLE


@pytest.mark.parametrize("name", ["with space.csv", "häus.csv", "new\nline.csv", "-dash.csv"])
def test_case_59_a_table_may_have_any_name(dlwhy_in_process, tmp_path, name):
    (tmp_path / name).write_text(TABLE)
    options = ("--target", "churned", "--drop", "when")

    good = dlwhy_in_process("generate", f"--from={name}", *options)
    bad = dlwhy_in_process("generate", f"--from={name}", "--target", "z")

    assert good.code == 0
    assert bad.code == 2
    assert f'no column "z" in {files.shown(name)};' in bad.error


def test_case_60_a_linked_table_is_followed(dlwhy_in_process, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "link.csv").symlink_to("t.csv")

    code, *_ = dlwhy_in_process("generate", "--from", "link.csv", "--target", "churned", "--drop", "when")

    assert code == 0
    assert read(tmp_path / "dataset.joblib").name == "link"


def test_case_67_what_looks_like_a_formula_is_text_and_numbers_stay(dlwhy_in_process, tmp_path):
    (tmp_path / "t.csv").write_text("=1+1,y\n-1.5,a\n-2.5,b\n3,a\n4,b\n")

    out = dlwhy_in_process("generate", "--from", "t.csv", "--target", "y", "-o", "-").out

    assert out.splitlines()[0] == "'=1+1,target,split"
    assert any(line.startswith("-1.5,") for line in out.splitlines())


def test_options_come_from_the_environment_and_a_file(dlwhy_in_process, tmp_path):
    (tmp_path / "dlwhy.toml").write_text('[generate]\nname = "sine"\nsamples = 50\nnoise = 0.0\n')

    dlwhy_in_process("generate", "--config", "dlwhy.toml", "--samples", 40, env={"DLWHY_GENERATE_SEED": "5"})

    expected = make("sine", samples=40, noise=0.0, seed=5)
    assert np.array_equal(read(tmp_path / "dataset.joblib").X_train, expected.X_train)


def test_what_there_is_to_generate(dlwhy_in_process, same_as_golden):
    same_as_golden("generate-list", dlwhy_in_process("generate", "--list").out)
