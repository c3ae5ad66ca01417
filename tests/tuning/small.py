"""Variants that are trained in a moment, of which one is better than the recipe, which learns next to nothing."""

from dlwhy.tuning.variants import Variant

SHORT = {"epochs": 2, "min_steps": 60, "keep_best": 4, "linear_path": False, "layers": (8,), "bins": 0}
RECIPE = Variant(name="recipe", changes={**SHORT, "learning_rate": 1e-5})
QUICK = Variant(name="quick", changes={**SHORT, "learning_rate": 0.03})
DROPPING = Variant(name="dropping", changes={**SHORT, "learning_rate": 1e-5, "dropout": 0.5})
FEW = (RECIPE, QUICK, DROPPING)
