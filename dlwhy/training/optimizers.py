"""Keras' optimizers and learning-rate schedules, by the names that a user gives."""

from typing import Any

from dlwhy.training.options import TrainingOptions

# lists in which an optimizer has all its variables, and all weights
_OF_ALL = ("_variables", "_trainable_variables")


def make_optimizer(options: TrainingOptions, *, steps_an_epoch: int) -> Any:
    """Give a new, unbuilt Keras optimizer.

    Parameters
    ----------
    options
        Optimizer, learning rate, schedule, clipping and number of epochs.
    steps_an_epoch
        Steps of one epoch; a schedule counts in steps.

    """
    import keras

    rate = _learning_rate(options, steps_an_epoch * options.epochs)
    settings: dict[str, Any] = {"learning_rate": rate, "global_clipnorm": options.clip_norm}
    if options.optimizer in ("sgd", "momentum", "nesterov"):
        momentum = 0.0 if options.optimizer == "sgd" else 0.9
        return keras.optimizers.SGD(**settings, momentum=momentum, nesterov=options.optimizer == "nesterov")
    if options.beta_2 is not None:
        settings["beta_2"] = options.beta_2
    # Keras' classes have the same names, but for capitals
    kinds = {name.lower(): kind for name, kind in vars(keras.optimizers).items()}
    return kinds[options.optimizer](**settings)


def slots(optimizer: Any) -> dict[str, Any]:
    """Give the state that an optimizer keeps, by attribute: single variables first, then lists of one a weight."""
    import keras

    single, lists = {}, {}
    for name, value in vars(optimizer).items():
        if isinstance(value, keras.Variable):
            single[name] = value
        elif name not in _OF_ALL and isinstance(value, list) and value and isinstance(value[0], keras.Variable):
            lists[name] = value
    return single | lists


def _learning_rate(options: TrainingOptions, steps: int) -> Any:
    import keras

    rate = options.learning_rate
    if options.schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(rate, decay_steps=steps)
    if options.schedule == "step":
        edges = [steps // 2, steps * 3 // 4]
        return keras.optimizers.schedules.PiecewiseConstantDecay(edges, [rate, rate / 10, rate / 100])
    if options.schedule == "warm-up":
        warm_up = max(1, steps // 10)
        return keras.optimizers.schedules.CosineDecay(
            0.0, decay_steps=max(1, steps - warm_up), warmup_target=rate, warmup_steps=warm_up
        )
    return rate
