"""Training a model, whatever it takes: one network as it is, or one or several as members of an ensemble, as stacks."""

from typing import Any

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.errors import UsageError, check_whole
from dlwhy.models.spec import MAX_MEMBERS, NetworkSpec
from dlwhy.models.trained import Trained
from dlwhy.training import handmade
from dlwhy.training.options import TrainingOptions
from dlwhy.training.progress import Hooks
from dlwhy.training.single import fit as single
from dlwhy.training.single.fit import DivergedError
from dlwhy.training.stack.fit import Replicas, Varying, train_replicas
from dlwhy.training.taking_layers import Start

__all__ = ["fit", "train_members"]

# what one network's training has, and a stack's has not
_ONLY_ALONE = ("threads", "memory", "snapshots")


def fit(
    dataset: Dataset,
    network: NetworkSpec,
    options: TrainingOptions,
    *,
    members: int = 1,
    start: Start | None = None,
    device: str = "auto",
    inputs: str | None = None,
    hooks: Hooks | None = None,
    **alone: Any,
) -> Trained:
    """Train one network, or an ensemble of `members`, on the training part of a data set.

    Networks that keep their best moment, and ensembles, are trained as stacks.

    Parameters
    ----------
    dataset, network, options, start, device, hooks
        See `single.fit`.
    members
        Networks whose predictions are averaged. Each has a seed of its own, from that of the options on, and with
        `keep_best` or `validation_split` holds out rows of its own.
    inputs
        Hand-made features that the networks take in place of the data's own; see `dlwhy.data.terms.parse`.
    alone
        ``threads``, ``memory`` and ``snapshots``, for a lone network; see `single.fit`.

    Raises
    ------
    InputRefusedError
        If the data can't be trained on.
    UsageError
        If the options don't go together.
    DivergedError
        If the loss becomes infinite or not a number.

    """
    if inputs is not None:
        handmade.check(inputs, starts=start is not None)
        own = {"members": members, "device": device, "hooks": handmade.told(hooks, dataset, inputs), **alone}
        try:
            trained = fit(handmade.engineered(dataset, inputs), network, options, **own)
        except DivergedError as error:
            error.last = error.last and handmade.restored(error.last, dataset, inputs)
            raise
        return handmade.restored(trained, dataset, inputs)
    if not as_stack(options, members):
        return single.fit(dataset, network, options, start=start, device=device, hooks=hooks, **alone)
    for name in _ONLY_ALONE:
        if name in alone:
            raise UsageError(f"--{name} does not go with --members or --keep-best")
    replicas = train_members(dataset, network, options, members=members, start=start, device=device, hooks=hooks)
    if "diverged" in replicas.status:
        member = replicas.status.index("diverged") + 1
        raise DivergedError(
            f"the loss of member {member} of {members} stopped being a finite number",
            "try a smaller --learning-rate, or --clip-norm 1",
            None,
        )
    return replicas.ensemble()


def as_stack(options: TrainingOptions, members: int) -> bool:
    """Say whether a training is one of stacks."""
    return members > 1 or bool(options.keep_best)


def train_members(
    dataset: Dataset,
    network: NetworkSpec,
    options: TrainingOptions,
    *,
    members: int,
    start: Start | None = None,
    device: str = "auto",
    hooks: Hooks | None = None,
) -> Replicas:
    """Train the members of an ensemble, one replica each; scales and bins are those of the whole training part."""
    check_whole("--members", members, least=1, most=MAX_MEMBERS)
    if options.seed + members > 2**32:
        raise UsageError(f"--seed {options.seed} leaves no seeds for {members} members")
    rows = np.arange(len(dataset.X_train), dtype=np.int32)
    varying = Varying(seeds=range(options.seed, options.seed + members), pools=[rows] * members)
    return train_replicas(dataset, network, options, varying=varying, start=start, device=device, hooks=hooks)
