"""The variants: recipes that can be, each another one, the recipe first."""

from dlwhy.training.recipe import RECIPES
from dlwhy.tuning.variants import VARIANTS, stackable, variants_for


def test_the_recipe_is_the_first_and_all_are_others():
    recipes = [variant.recipe for variant in VARIANTS]

    assert VARIANTS[0].name == "recipe"
    assert recipes[0] == RECIPES["table"]
    assert len(set(recipes)) == len({variant.name for variant in VARIANTS}) == len(VARIANTS)


def test_few_rows_have_no_variants_of_what_only_many_rows_have():
    few, many = ({variant.name for variant in variants_for(rows)} for rows in (999, 1000))

    assert many - few == {"no bins", "128-128 SiLU"}
    assert "recipe" in few


def test_those_that_differ_by_a_number_train_together():
    groups = stackable(VARIANTS)

    assert groups[0] == ["recipe", "rate .001", "rate .01", "dropout .1", "dropout .3", "L2 .001"]
    assert all(len(group) == 1 for group in groups[1:])
    assert sum(map(len, groups)) == len(VARIANTS)
