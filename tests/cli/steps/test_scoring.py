"""What the arguments of `evaluate` become."""


def test_simple_models_are_fitted_from_the_seed(call):
    stopped = call("dlwhy.models.baselines.fit_baselines", "evaluate", "--baselines", "--seed", "3")

    assert stopped.given[0].name == "moons"
    assert stopped.named == {"seed": 3}
