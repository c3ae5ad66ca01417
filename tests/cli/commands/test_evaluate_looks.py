"""`evaluate --importance --slices --temperature`: tables with a sentence each, JSON, and what is refused."""

import json
import re

import pytest

from dlwhy.evaluation.errors.importance import permutation_importance
from tests.cli.commands.toys import HOSTILE, dataset_of

ALL = ("--importance", "--slices", "--temperature")


def lines(text):
    return " ".join(text.split())


def test_each_has_a_sentence_and_what_can_be_told_a_table(dlwhy_in_process, toy):
    toy(dataset_of(n=400))

    done = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", *ALL)

    assert done.code == 0
    assert "with its values shuffled between rows, accuracy falls by" in lines(done.out)
    assert " x1 " in done.out
    assert "slices, on 100 rows that did not choose them" in lines(done.out)
    assert "temperature can be told" in lines(done.out)


def test_nothing_is_looked_at_unless_asked_for(dlwhy_in_process, toy):
    toy(dataset_of(n=400))
    plain = ("evaluate", "-m", "m.keras", "-d", "d.npz")

    assert "shuffled" not in dlwhy_in_process(*plain).out
    assert not {"importance", "slices", "temperature"} & set(json.loads(dlwhy_in_process(*plain, "--json").out))
    assert "slices" not in json.loads(dlwhy_in_process(*plain, "--importance", "--json").out)


def test_json_has_the_numbers_and_the_words(dlwhy_in_process, toy):
    dataset = dataset_of(n=400)
    trained = toy(dataset)

    found = json.loads(dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--json", *ALL, "--seed", "5").out)

    expected = permutation_importance(trained, dataset, seed=5)
    assert found["importance"]["says"] == expected.sentences()
    for row, each in zip(found["importance"]["columns"], expected.units, strict=True):
        assert row["columns"] == list(each.unit.columns)
        assert row["drop"] == pytest.approx(each.drop.value, abs=1e-6)
    assert found["slices"]["n_finding"] + found["slices"]["n_confirming"] == 200
    assert found["temperature"]["n_samples"] == 200


def test_a_table_and_a_part_are_looked_at_as_they_are_evaluated(dlwhy_in_process, toy, tmp_path):
    toy(dataset_of(n=400))
    rows = "".join(f"{i % 7 - 3},{i % 5},{'ab'[i % 2]}\n" for i in range(90))
    (tmp_path / "later.csv").write_text(f"x0,x1,target\n{rows}")
    asked = ("evaluate", "-m", "m.keras", "--json", "--importance", "-d")

    of_table = dlwhy_in_process(*asked, "later.csv")
    of_all = dlwhy_in_process(*asked, "d.npz", "--split", "all")

    assert json.loads(of_table.out)["importance"]["n_samples"] == 90
    assert of_table.err.count("warning:") <= 1  # what is warned of is warned of once
    assert json.loads(of_all.out)["importance"]["n_samples"] == 400


def test_several_models_are_named_and_markdown_has_it_all(dlwhy_in_process, toy):
    dataset = dataset_of(n=400)
    toy(dataset)
    toy(dataset, model="other.keras", seed=1)

    out = dlwhy_in_process(
        "evaluate",
        "-m",
        "m.keras",
        "-m",
        "other.keras",
        "-d",
        "d.npz",
        "--slices",
        "--importance",
        "--format",
        "markdown",
    ).out

    assert "m.keras: Looks at" in out
    # the other one gives nearly the same answer for all rows
    assert re.search(r"other\.keras: (?:Looks at|Which columns it looks at|No )", out), out
    assert "| column | fall in points | rise in log loss |" in out


def test_more_than_fifteen_columns_are_counted(dlwhy_in_process, toy):
    toy(dataset_of(n=100, names=tuple(f"c{place}" for place in range(20))))

    out = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--importance").out

    assert len(re.findall(r"^ c\d+ ", out, re.MULTILINE)) == 15
    assert " 5 columns more" in out


def test_a_regression_falls_in_r2_and_errs_in_its_own_unit(dlwhy_in_process, toy):
    toy(dataset_of("regression", n=400))

    out = lines(dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--importance", "--slices").out)

    assert "fall in R²" in out
    assert "mean absolute error" in out


def test_hostile_names_stay_text(dlwhy_in_process, toy):
    toy(dataset_of(n=400, names=(HOSTILE, "=1+1"), classes=(HOSTILE, "b")))

    done = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", *ALL)

    assert done.code == 0
    assert "\x1b" not in done.out + done.err
    assert "\x07" not in done.out + done.err


@pytest.mark.parametrize("option", ALL)
def test_csv_has_no_place_for_it(dlwhy_in_process, option):
    done = dlwhy_in_process("evaluate", option, "--format", "csv")

    assert (done.code, done.out) == (2, "")
    assert f"{option}: not with --format csv" in done.err


def test_a_temperature_of_numbers_is_refused(dlwhy_in_process, toy):
    toy(dataset_of("regression"))

    done = dlwhy_in_process("evaluate", "-m", "m.keras", "-d", "d.npz", "--temperature")

    assert (done.code, done.out) == (2, "")
    assert "--temperature: for classes only" in done.err
