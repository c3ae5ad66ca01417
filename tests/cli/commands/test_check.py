"""`dlwhy check`, and the line that other commands have of it."""

import json
import random

import pytest


@pytest.fixture
def twins(tmp_path):
    """Case 26: labels by pure chance, each row four times."""
    rng = random.Random(26)
    rows = [f"{rng.random():.3f},{rng.random():.3f},{rng.random():.3f},{rng.choice('pq')}\n" for _ in range(150)] * 4
    rng.shuffle(rows)
    (tmp_path / "twins.csv").write_text("a,b,c,y\n" + "".join(rows))
    return tmp_path / "twins.csv"


@pytest.fixture
def leaking(tmp_path):
    rng = random.Random(1)
    labels = [rng.choice(("no", "yes")) for _ in range(400)]
    rows = [
        f"{rng.gauss(label == 'yes', 1):.5f},{rng.gauss(0, 1):.5f},{('s', 't')[label == 'yes']},{label}"
        for label in labels
    ]
    (tmp_path / "leaking.csv").write_text("\n".join(["a,b,\x1b[31mstate,churned", *rows, ""]))
    return tmp_path / "leaking.csv"


def test_case_26_rows_in_both_parts_are_told_of_by_every_command(dlwhy_in_process, twins):
    made = dlwhy_in_process("generate", "--from", twins, "--target", "y", "-o", "twins.joblib")
    checked = dlwhy_in_process("check", "twins.joblib")

    line = "twins.joblib: test rows seen in training (P101) (dlwhy check twins.joblib says more)"
    assert made.err.count(line) == 1
    assert "180 of 180 test rows (100%) have the features of a training row" in checked.out
    assert "P201" not in checked.out  # copies are no groups
    assert (checked.code, checked.err) == (0, "")

    dlwhy_in_process("train", "-d", "twins.joblib", "--epochs", "1", "-q")
    assert line in dlwhy_in_process("evaluate", "-d", "twins.joblib").err
    assert line in dlwhy_in_process("study", "compare", "-d", "twins.joblib", "--arm", "baseline:svm", "--dry-run").err
    for command in (
        ["evaluate", "-d", "twins.joblib", "-q"],
        ["generate", "--from", "twins.csv", "--target", "y", "-o", "t.npz", "-q"],
    ):
        assert dlwhy_in_process(*command).err == ""


@pytest.mark.parametrize("name", ["moons", "blobs", "digits", "breast-cancer", "wine", "iris", "diabetes"])
def test_nothing_worse_than_a_note_of_good_data(dlwhy_in_process, name):
    dlwhy_in_process("generate", name, "-o", "d.csv", "-q")

    found = json.loads(dlwhy_in_process("check", "d.csv", "--ignore", "D204,P301", "--json").out)
    assert found["counts"]["error"] == found["counts"]["warning"] == 0, found["findings"]
    assert dlwhy_in_process("check", "d.csv", "--ignore", "D204,P301", "--fail-on", "warning").code == 0


def test_the_demonstration_is_evaluated_without_a_word(dlwhy_in_process, demo):
    assert dlwhy_in_process("evaluate", "-m", demo / "model.keras", "-d", demo / "dataset.joblib").err == ""


def test_a_table_that_is_not_imported_yet(dlwhy_in_process, leaking):
    found = dlwhy_in_process("check", leaking, "--target", "churned")
    without = dlwhy_in_process("check", leaking, "--target", "churned", "--drop", "\x1b[31mstate")

    assert "\x1b" not in found.out + found.err
    assert found.out.startswith("error\n  D101  ")
    assert "is the target in other words in 400 of 400 rows" in found.out
    assert without.out.startswith("note\n  P102")


def test_rows_that_are_kept_together_make_no_parts_that_differ(dlwhy_in_process, tmp_path):
    rng = random.Random(4)
    rows = []
    for patient in range(60):
        pressure, ill = rng.gauss(120, 15), rng.choice(("no", "yes"))
        rows += [f"p{patient},{pressure:.2f},{rng.gauss(0, 1):.4f},{ill}" for _ in range(12)]
    rng.shuffle(rows)
    (tmp_path / "visits.csv").write_text("\n".join(["patient,pressure,b,ill", *rows, ""]))
    make = ("generate", "--from", "visits.csv", "--target", "ill", "-o", "d.joblib")

    assert "groups in both parts" in dlwhy_in_process(*make).err
    for seed in ("1", "2", "3"):
        apart = dlwhy_in_process(*make, "--group", "patient", "--seed", seed)
        assert "says more" not in apart.err


def test_a_clean_data_set_is_one_line(dlwhy_in_process):
    dlwhy_in_process("generate", "moons", "--samples", "3000", "-q")

    assert dlwhy_in_process("check", "--ignore", "D204").out == "dataset.joblib: nothing found by 20 checks\n"


def test_a_pipe(dlwhy_in_process):
    csv = dlwhy_in_process("generate", "iris", "-o", "-", "-q").out

    assert "P102" in dlwhy_in_process("check", "-", stdin=csv).out


@pytest.mark.parametrize(
    ("gate", "code"),
    [("error", 4), ("warning", 4), ("note", 4), ("D1", 4), ("D2,d101", 4), ("P2", 0), ("D102", 0)],
)
def test_a_gate(dlwhy_in_process, leaking, gate, code):
    done = dlwhy_in_process("check", leaking, "--target", "churned", "--fail-on", gate)

    assert done.code == code
    assert ("found what --fail-on does not let pass: D101" in done.err) == (code == 4)
    assert "D101" in done.out


def test_what_is_selected_and_ignored(dlwhy_in_process, leaking):
    def codes(*options):
        found = json.loads(dlwhy_in_process("check", leaking, "--target", "churned", "--json", *options).out)
        return [finding["code"] for finding in found["findings"]]

    assert codes() == ["D101", "P102"]
    assert codes("--select", "P") == ["P102"]
    assert codes("--select", "d1,P2") == ["D101"]
    assert codes("--ignore", "P", "--ignore", "D101") == []


def test_what_a_data_set_says_to_ignore(dlwhy_in_process, leaking, tmp_path):
    make = ("generate", "--from", leaking, "--target", "churned")
    plain = dlwhy_in_process(*make, "-o", "plain.joblib")
    made = dlwhy_in_process(*make, "-o", "d.joblib", "--ignore-check", "D1")
    checked = dlwhy_in_process("check", "d.joblib")

    assert "copy of the target" in plain.err
    assert "copy of the target" not in made.err
    assert "the data set says to ignore D101, D102, D103, D104" in checked.out
    assert "D101  " in dlwhy_in_process("check", "d.joblib", "--select", "D101").out
    prints = [json.loads(dlwhy_in_process("info", name, "--json").out) for name in ("plain.joblib", "d.joblib")]
    assert prints[0]["fingerprint"] == prints[1]["fingerprint"]
    assert "ignore_checks" not in prints[0]["provenance"]
    refused = dlwhy_in_process(*make, "-o", "d.csv", "--ignore-check", "D1")
    assert (refused.code, refused.error) == (2, "a .csv file can't keep --ignore-check (write .joblib or .npz)")


@pytest.mark.parametrize(
    "options",
    [
        ["--select", "D9"],
        ["--ignore", "Q"],
        ["--fail-on", "errors"],
        ["--explain", "D1o1"],
        ["--drop", "a"],
        ["--select", "\x1b[2J"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_before_anything_is_read(dlwhy_in_process, options):
    done = dlwhy_in_process("check", "missing.joblib", *options)

    assert (done.code, done.out) == (2, "")
    assert options[0] in done.error
    assert "\x1b" not in done.err


def test_each_code_is_explained(dlwhy_in_process):
    listed = json.loads(dlwhy_in_process("check", "--list", "--json").out)["checks"]

    for check in listed:
        said = dlwhy_in_process("check", "--explain", check["code"]).out
        assert said.startswith(f"{check['code']}  {check['name']} ({check['severity']})\n\n")
        assert "{" not in said


def test_files_that_are_no_data_sets_are_refused(dlwhy_in_process, tmp_path):
    (tmp_path / "x.joblib").write_bytes(b"garbage")

    assert dlwhy_in_process("check", "missing.joblib").code == 66
    assert dlwhy_in_process("check", "x.joblib").code == 65


def test_an_explanation_has_lines_in_a_file_too(dlwhy_in_process, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    usual = dlwhy_in_process("check", "--explain", "D201").out
    monkeypatch.setenv("COLUMNS", "40")
    narrow = dlwhy_in_process("check", "--explain", "D201").out

    assert 70 < max(map(len, usual.splitlines()[1:])) <= 80
    assert 30 < max(map(len, narrow.splitlines()[1:])) <= 40
    assert usual.split() == narrow.split()


def test_a_table_is_read_as_it_is_said(dlwhy_in_process, tmp_path):
    rows = (f'2024-{1 + i % 12:02}-{1 + i % 28:02},"{i % 9},5",{"ab"[i % 2]}' for i in range(60))
    (tmp_path / "t.csv").write_text("\n".join(["day,size,y", *rows, ""]))

    refused = dlwhy_in_process("check", "t.csv", "--target", "y")
    done = dlwhy_in_process("check", "t.csv", "--target", "y", "--dates", "parts", "--decimal", ",", "--json")

    assert refused.code == 65
    assert "take it apart with --dates parts" in refused.err
    assert done.code == 0, done.err
    assert json.loads(done.out)["n_features"] > 2
    assert dlwhy_in_process("check", "t.joblib", "--dates", "parts").code == 2
