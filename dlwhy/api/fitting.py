"""Training and evaluating, with the options of a network and of its training by name."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dlwhy.data.dataset import Dataset
from dlwhy.errors import in_python
from dlwhy.evaluation.evaluate import evaluate_model
from dlwhy.models.spec import NetworkSpec
from dlwhy.models.trained import Trained
from dlwhy.text import meant
from dlwhy.training import fitting
from dlwhy.training.options import TrainingOptions
from dlwhy.training.progress import Hooks
from dlwhy.training.recipe import names_of, read_recipe
from dlwhy.training.taking_layers import Start

__all__ = ["evaluate", "fit"]

_OF_A_RUN = ("device", "threads", "memory", "snapshots", "inputs")

evaluate = in_python(evaluate_model)


@in_python
def fit(
    dataset: Dataset,
    network: NetworkSpec | None = None,
    options: TrainingOptions | None = None,
    *,
    recipe: str = "essay",
    members: int = 1,
    base: Trained | None = None,
    freeze: int | str = 0,
    hooks: Hooks | None = None,
    **choices: Any,
) -> Trained:
    """Train a network on the training part of a data set.

    Parameters
    ----------
    dataset
        The data; its test part draws the validation curve and decides nothing.
    network, options
        The network and the training by value; by default those of the recipe.
    recipe
        ``essay``, the demonstration; ``table``, what an own table deserves; or the path of a TOML file.
    members
        Networks whose predictions are averaged; more than one make an ensemble.
    base, freeze
        A trained network whose matching layers are taken over, and how many of those are left as they are, or ``all``.
    hooks
        What is to be called while the training runs; see `dlwhy.training.progress.Hooks`.
    choices
        Single choices by name, in place of those of `network` and `options`. Of `NetworkSpec`: ``layers``,
        ``activation``, ``initializer``, ``batch_norm``, ``layer_norm``, ``dropout``, ``residual``, ``l1``, ``l2``,
        ``zero_output``, ``linear_path``, ``bins``. Of `TrainingOptions`: ``epochs``, ``min_steps``, ``batch_size``,
        ``optimizer``, ``learning_rate``, ``schedule``, ``beta_2``, ``label_smoothing``, ``clip_norm``,
        ``class_weight``, ``validation_split``, ``patience``, ``keep_best``, ``normalize``, ``checkpoint_every``,
        ``seed``, ``engine``, ``precision``. What to compute on: ``device``, ``threads``, ``memory``. What to keep:
        ``snapshots``, a number of moments whose weights go with the model. What the network takes: ``inputs``, such as
        ``"x0^2,x0*x1,sin(x0)"``, in place of the features.

    Raises
    ------
    TypeError
        If there is no choice of a name.
    UsageError
        If a choice has a value that can't be.
    InputRefusedError
        If the data can't be trained on.
    DivergedError
        If the loss becomes infinite or not a number.

    """
    of_network, of_training = map(names_of, (NetworkSpec, TrainingOptions))
    check_names("fit", choices, [*of_network, *of_training, *_OF_A_RUN])
    named = read_recipe(recipe)
    made = dataclasses.replace(network or named[0], **_some(choices, of_network))
    how = dataclasses.replace(options or named[1], **_some(choices, of_training))
    start = Start(bases=(base.first_network(),), freeze=freeze) if base else None
    return fitting.fit(dataset, made, how, members=members, start=start, hooks=hooks, **_some(choices, _OF_A_RUN))


def check_names(function: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Refuse an option by a name that a function has not.

    Raises
    ------
    TypeError
        With the name that was probably meant.

    """
    for name in given:
        if name not in known:
            raise TypeError(f"{function}() has no option {name!r}: {meant(name, known, most=99)}")


def _some(choices: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: choices[name] for name in names if name in choices}
