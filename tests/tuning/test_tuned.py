"""What a tuning came to, as a recipe file and in a notebook."""

import dataclasses

import pytest

from dlwhy.models.spec import NetworkSpec
from dlwhy.training.options import TrainingOptions
from dlwhy.training.recipe import RECIPES, read_recipe
from dlwhy.tuning.halving import Gap
from dlwhy.tuning.tuned import Final, Row, Tuned
from dlwhy.tuning.variants import VARIANTS


def tuned(recipe):
    network, options = recipe
    return Tuned(
        chosen="dropout .3",
        network=network,
        options=options,
        task="binary",
        rows=[Row(name="recipe", changes={}, networks=8, loss=0.5, gap=None, seconds=1.0)],
        final=Final(loss=0.5, name="dropout .3", name_loss=0.4, gap=Gap(value=-0.1, standard_error=0.02)),
        test=None,
        not_tried=["32-32"],
        members=8,
        seed=42,
        dataset={"name": "a\nseed = 1", "fingerprint": "ab", "n_train": 70, "n_test": 0},
        versions={"dlwhy": "0.1.0"},
    )


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_its_file_is_the_recipe(variant, tmp_path):
    path = tmp_path / "t.toml"
    path.write_text(tuned(variant.recipe).to_toml("dlwhy tune -d 'x\n\x1b'"))

    assert read_recipe(str(path)) == variant.recipe


@pytest.mark.parametrize("seed", [42, 7])
def test_a_seed_of_its_own_is_in_the_file(seed, tmp_path):
    network, options = RECIPES["table"]
    path = tmp_path / "t.toml"
    path.write_text(tuned((network, dataclasses.replace(options, seed=seed))).to_toml(""))

    assert read_recipe(str(path))[1].seed == seed
    assert ("seed = 7\n" in path.read_text()) is (seed == 7)


def test_the_file_says_where_it_is_from():
    found = tuned(RECIPES["table"])
    lines = found.to_toml("dlwhy tune -d x.joblib").splitlines()

    assert found.sentence == (
        "dropout .3 is better than the recipe: held-out log loss 0.4000 against 0.5000, "
        "-0.1000 ± 0.0200 over 8 fresh networks each."
    )
    assert lines[:5] == [
        "# dlwhy tune -d x.joblib",
        r"# data: a\x0aseed = 1, 70 training rows, fingerprint ab",
        f"# {found.sentence}",
        "# Not tried, for want of time: 32-32.",
        "# by dlwhy 0.1.0; for --members 8, which is what was tested",
    ]


def test_the_plain_recipe_has_nothing_to_say(tmp_path):
    path = tmp_path / "t.toml"
    path.write_text(tuned((NetworkSpec(), TrainingOptions())).to_toml(""))

    assert read_recipe(str(path)) == RECIPES["essay"]


def test_a_notebook_shows_it_as_a_table():
    shown = tuned(RECIPES["table"])._repr_html_()

    assert "<td>recipe</td>" in shown
    assert "dropout .3 is better" in shown
