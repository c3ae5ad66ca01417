"""Training and evaluating, with the options of a network and of its training by name."""

import dataclasses
import difflib
from typing import Any

from dlwhy.data.dataset import Dataset
from dlwhy.errors import in_python
from dlwhy.evaluation.evaluate import evaluate_model
from dlwhy.models.spec import NetworkSpec
from dlwhy.models.trained import Trained
from dlwhy.training import loop
from dlwhy.training.options import TrainingOptions

__all__ = ["evaluate", "fit"]

evaluate = in_python(evaluate_model)


@in_python
def fit(
    dataset: Dataset,
    network: NetworkSpec | None = None,
    options: TrainingOptions | None = None,
    *,
    base: Trained | None = None,
    freeze: int | str = 0,
    device: str = "auto",
    threads: int | None = None,
    hooks: loop.Hooks | None = None,
    **choices: Any,
) -> Trained:
    """Train a network on the training part of a data set.

    Parameters
    ----------
    dataset
        The data; its test part draws the validation curve and decides nothing.
    network, options
        The network and the training by value; by default those of the demonstration.
    base, freeze
        A trained network whose matching layers are taken over, and how many of those are left as they are, or ``all``.
    device, threads
        What to compute on.
    hooks
        What is to be called while the training runs; see `dlwhy.training.loop.Hooks`.
    choices
        Single choices by name, in place of those of `network` and `options`. Of `NetworkSpec`: ``layers``,
        ``activation``, ``initializer``, ``batch_norm``, ``layer_norm``, ``dropout``, ``residual``, ``l1``, ``l2``.
        Of `TrainingOptions`: ``epochs``, ``batch_size``, ``optimizer``, ``learning_rate``, ``schedule``,
        ``clip_norm``, ``class_weight``, ``validation_split``, ``patience``, ``normalize``, ``checkpoint_every``,
        ``seed``, ``engine``, ``precision``.

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
    of_network, of_training = (_names(kind) for kind in (NetworkSpec, TrainingOptions))
    for name in choices:
        if name not in {*of_network, *of_training}:
            raise TypeError(_unknown(name, [*of_network, *of_training]))
    network = dataclasses.replace(
        network or NetworkSpec(), **{name: value for name, value in choices.items() if name in of_network}
    )
    options = dataclasses.replace(
        options or TrainingOptions(), **{name: value for name, value in choices.items() if name in of_training}
    )
    where: dict[str, Any] = {"device": device, "threads": threads, "hooks": hooks}
    return loop.fit(dataset, network, options, base=base, freeze=freeze, **where)


def _names(kind: type[NetworkSpec] | type[TrainingOptions]) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(known)}"
    return f"fit() has no option {name!r}: {hint}"
