"""Tuning from Python: a recipe by value and as a file, and errors that name arguments."""

import pytest

import dlwhy
from dlwhy.training.recipe import read_recipe
from tests.tuning.small import FEW


@pytest.fixture
def moons(monkeypatch):
    monkeypatch.setattr("dlwhy.tuning.variants.VARIANTS", FEW)
    return dlwhy.make("moons", samples=300)


def test_a_recipe_by_value_and_as_a_file(moons, tmp_path):
    tuned = dlwhy.tune(moons, output=tmp_path / "t.toml", members=2)

    assert tuned.chosen == "quick"
    assert read_recipe(str(tmp_path / "t.toml")) == (tuned.network, tuned.options)
    assert (tmp_path / "t.toml.tuning.json").exists()
    assert repr(tuned).startswith("<Tuned quick is better than the recipe")
    assert dlwhy.fit(moons, recipe=str(tmp_path / "t.toml")).details.network["layers"] == [8]


def test_without_an_output_nothing_is_written(moons, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert dlwhy.tune(moons, members=2).chosen == "quick"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("how", "says"), [({"members": 1}, "members must"), ({"output": "t.json"}, ".toml")])
def test_what_cannot_be_names_the_argument(moons, how, says):
    with pytest.raises(dlwhy.DlwhyError, match=says) as refused:
        dlwhy.tune(moons, **how)

    assert "--" not in str(refused.value)
