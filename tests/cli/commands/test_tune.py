"""`dlwhy tune`: a recipe file that `train` takes, trials that are kept, and what is refused."""

import json

import pytest
from jsonschema import ValidationError

import dlwhy as library
from dlwhy.training.recipe import read_recipe
from dlwhy.tuning import variants
from tests.schemas.test_schemas import check
from tests.tuning.small import FEW

REFUSED = [
    (("-o", "t.json"), 2, "t.json"),
    (("-o", "dataset.npz"), 2, "toml"),
    (("--members", "1"), 2, "--members"),
    (("--minutes", "0"), 2, "--minutes"),
    (("-o", "-", "--json"), 2, "--json"),
    (("-o", "none/t.toml"), 73, "none"),
    (("-d", "none.npz"), 66, "none.npz"),
]


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Write a table; few variants are tried."""
    monkeypatch.setattr(variants, "VARIANTS", FEW)
    library.save(library.make("moons", samples=300), tmp_path / "d.npz")
    return tmp_path


def test_train_takes_what_was_tuned(table, dlwhy_in_process):
    done = dlwhy_in_process("tune", "-d", "d.npz", "--members", "2", env={"COLUMNS": "80"})

    assert done.code == 0, done.err
    assert done.out.startswith("quick is better than the recipe: ")
    assert "test part, which chose nothing" in " ".join(done.out.splitlines()[:4])
    assert max(map(len, done.out.splitlines()[2:])) <= 80
    assert "next: dlwhy train --recipe tuned.toml --members 2 -d d.npz" in done.err
    assert read_recipe(str(table / "tuned.toml"))[1].learning_rate == 0.03
    trained = dlwhy_in_process("train", "--recipe", "tuned.toml", "--members", "2", "-d", "d.npz", "--json")
    assert json.loads(trained.out)["members"] == 2


def test_the_same_again_is_the_same_file_without_training(table, dlwhy_in_process, monkeypatch):
    first = dlwhy_in_process("tune", "-d", "d.npz", "--members", "2", "--json")
    recipe = (table / "tuned.toml").read_bytes()
    monkeypatch.setattr("dlwhy.tuning.trials.train_replicas", None)
    monkeypatch.setattr("dlwhy.tuning.trials.train_members", None)
    again = dlwhy_in_process("tune", "-d", "d.npz", "--members", "2", "--json")

    found = json.loads(again.out)
    check("tune", found)
    for wrong in ({"surprise": 1}, {"chosen": 1}, {"variants": []}, {"test": {}}, {"final": {}}, {"dataset": {}}):
        with pytest.raises(ValidationError):
            check("tune", found | wrong)
    assert again.out == first.out
    assert (table / "tuned.toml").read_bytes() == recipe
    assert found["chosen"] == "quick"
    assert found["recipe"] == "tuned.toml"
    refused = dlwhy_in_process("tune", "-d", "d.npz", "--no-clobber")
    assert (refused.code, "exists already" in refused.error) == (73, True)


def test_damaged_trials_are_tried_again_with_a_line(table, dlwhy_in_process):
    (table / "t.toml.tuning.json").write_text("{")
    done = dlwhy_in_process("tune", "-d", "d.npz", "--members", "2", "-o", "t.toml", "-q")
    noisy = dlwhy_in_process("tune", "-d", "d.npz", "--members", "2", "-o", "t.toml")

    assert (done.code, done.err) == (0, "")
    assert (noisy.code, "damaged" in noisy.err) == (0, False)
    (table / "t.toml.tuning.json").write_text("{")
    assert "t.toml.tuning.json: damaged" in dlwhy_in_process("tune", "-d", "d.npz", "-o", "t.toml").err


def test_to_stdout_goes_the_recipe_alone(table, dlwhy_in_process):
    done = dlwhy_in_process("tune", "-d", "d.npz", "--members", "2", "-o", "-")

    assert done.code == 0
    assert "quick is better" in done.err
    (table / "t.toml").write_text(done.out)
    assert read_recipe(str(table / "t.toml"))[1].learning_rate == 0.03
    assert sorted(path.name for path in table.iterdir()) == ["d.npz", "t.toml"]


@pytest.mark.parametrize(("arguments", "code", "says"), REFUSED)
def test_what_cannot_be_is_refused_before_anything_is_trained(table, dlwhy_in_process, arguments, code, says):
    done = dlwhy_in_process("tune", *(() if "-d" in arguments else ("-d", "d.npz")), *arguments)

    assert done.code == code
    assert says in done.error


def test_too_few_rows_are_refused_in_a_line(table, dlwhy_in_process):
    library.save(library.make("moons", samples=30, test_size=0.5), table / "few.npz")
    done = dlwhy_in_process("tune", "-d", "few.npz")

    assert (done.code, done.err.splitlines()[-1]) == (
        65,
        "dlwhy: error: 15 training rows are too few to choose by (at least 24)",
    )


def test_a_signal_leaves_the_trials_so_far(table, dlwhy_in_process, monkeypatch):
    from dlwhy.errors import EndedBySignal

    def interrupted(*_, **__):
        raise EndedBySignal(2)

    monkeypatch.setattr("dlwhy.tuning.trials.train_members", interrupted)
    done = dlwhy_in_process("tune", "-d", "d.npz")

    assert done.code == 130
    assert done.err.splitlines()[-1] == (
        "dlwhy: interrupted; trials are kept in tuned.toml.tuning.json, the same command goes on from them"
    )
    assert not (table / "tuned.toml").exists()
    assert (table / "tuned.toml.tuning.json").exists()


def test_a_signal_before_any_trial_promises_no_trials(table, dlwhy_in_process, monkeypatch):
    from dlwhy.errors import EndedBySignal

    def interrupted(*_, **__):
        raise EndedBySignal(2)

    monkeypatch.setattr("dlwhy.tuning.tune.Trials.score", interrupted)
    done = dlwhy_in_process("tune", "-d", "d.npz")

    assert done.code == 130
    assert done.err.splitlines()[-1].endswith("before the first trials ended; there is nothing to go on from")
    assert not (table / "tuned.toml.tuning.json").exists()
