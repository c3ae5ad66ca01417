"""Networks tuned for each split: a variant replaces the recipe only beyond noise, by rows that do not score."""

import numpy as np
import pytest

from dlwhy.studies.arms.nets import NETS
from dlwhy.studies.arms.tuned import TunedEnsemble, choose
from dlwhy.studies.plan.study import Seeds, Task
from tests.studies.arms.test_ensemble import table
from tests.tuning.small import DROPPING, FEW, QUICK, RECIPE

SEEDS = Seeds(report=(3, 9), tuning=())
OWN = Task(name="mine", role="own", draw="own")


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr("dlwhy.tuning.variants.VARIANTS", FEW)


def tuned() -> TunedEnsemble:
    network, options = RECIPE.recipe
    return TunedEnsemble(network=network, options=options, members=2, trials=3)


@pytest.mark.parametrize(
    ("quick", "dropping", "expected"),
    [
        ((0.4, 0.5, 0.6), (0.45, 0.55, 0.65), QUICK),
        ((0.5, 0.4, 0.6), (0.4, 0.3, 0.5), DROPPING),
        ((0.49, 0.61, 0.7), (0.5, 0.6, 0.71), RECIPE),  # noise
        ((np.inf, 0.1, 0.1), (0.5, 0.6, 0.7), RECIPE),  # diverged
    ],
)
def test_a_variant_replaces_the_recipe_only_beyond_noise(quick, dropping, expected):
    losses = np.array([(0.5, 0.6, 0.7), quick, dropping])

    assert choose(FEW, losses, share=0.125) is expected


def test_the_better_variant_is_chosen_on_each_split_and_its_networks_are_scored(few):
    data = table(n=400)

    found = tuned().run(OWN, SEEDS, data)

    assert [run.seed for run in found.runs] == [3, 9]
    assert [run.extra["variant"] for run in found.runs] == ["quick", "quick"]
    expected = tuned()._of(QUICK).run(OWN, SEEDS, data)
    assert [run.metrics for run in found.runs] == [run.metrics for run in expected.runs]
    assert all(run.seconds > other.seconds for run, other in zip(found.runs, expected.runs, strict=True))


def test_rows_are_keyed_by_the_variants_there_are():
    made = NETS["tuned"].recipe(500, repeats=None)

    assert isinstance(made, TunedEnsemble)
    assert made.tried[0] == "recipe: recipe"
    assert "dropout .3: dropout=0.3" in made.to_json()["tried"]
    assert made.models == 8 + 4 * len(made.tried)
