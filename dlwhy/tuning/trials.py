"""Training variants side by side, and what their networks come to on the rows that each of them holds out."""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.errors import UnusableResultError
from dlwhy.text import some
from dlwhy.training import details
from dlwhy.training.fitting import train_members
from dlwhy.training.progress import Hooks, Progress
from dlwhy.training.recipe import Recipe
from dlwhy.training.stack.fit import Replicas, Varying, train_replicas
from dlwhy.tuning.state import State, as_losses
from dlwhy.tuning.variants import REFERENCE, Variant

# networks done, more or less, and what was tried last
Tell = Callable[[float, str], None]


def training_part(dataset: Dataset) -> Dataset:
    """Return a data set without its test part, of which a choice must know nothing."""
    split = dataset.split and dataclasses.replace(dataset.split, test=dataset.split.test[:0])
    return dataclasses.replace(dataset, X_test=dataset.X_test[:0], y_test=dataset.y_test[:0], split=split)


@dataclasses.dataclass(kw_only=True)
class Trials:
    """Trials of some variants on the training part of a data set.

    Parameters
    ----------
    dataset
        The training part.
    variants
        By name.
    seed
        Of the first network.
    state
        What is known already.
    tell
        Told how far it is.

    """

    dataset: Dataset
    variants: Mapping[str, Variant]
    seed: int
    state: State
    tell: Tell
    done: int = 0
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)

    def score(self, names: Sequence[str], numbers: Sequence[int]) -> dict[str, list[float]]:
        """Return the held-out loss of some networks of some variants, from what is known, or as one stack.

        Raises
        ------
        UnusableResultError
            If the recipe itself diverges.

        """
        seeds = [self.seed + number for number in numbers]
        found = {name: self._known(name, seeds) for name in names}
        lacking = [name for name, losses in found.items() if losses is None]
        if lacking:
            found |= self._trained(lacking, seeds)
        self.done += len(names) * len(seeds)
        self.tell(self.done, some(names, 1))
        scores = {name: losses or [] for name, losses in found.items()}
        check_reference(scores.get(REFERENCE, ()))
        return scores

    def hooks(self, names: Sequence[str], networks: int) -> Hooks:
        """Return hooks that tell how far some variants' networks are that train now."""

        def show(progress: Progress) -> None:
            part = (progress.epoch + progress.fraction) / max(progress.epochs, 1)
            self.tell(self.done + networks * min(part, 1.0), some(names, 1))

        return Hooks(on_progress=show)

    def about(self, name: str, seeds: Sequence[int]) -> dict[str, Any]:
        """Return all that decides the losses of a variant's networks."""
        about = {"data": self.dataset.fingerprint, "seeds": list(seeds), "versions": details.versions()}
        return about | as_json(self.variants[name].recipe)

    def _known(self, name: str, seeds: Sequence[int]) -> list[float] | None:
        def check(record: Any) -> bool:
            return isinstance(record, dict) and as_losses(record.get("losses"), len(seeds)) is not None

        record = self.state.recall(self.about(name, seeds), check)
        if record is None:
            return None
        self._add_seconds(name, record.get("seconds"))
        return as_losses(record["losses"], len(seeds))

    def _trained(self, names: Sequence[str], seeds: Sequence[int]) -> dict[str, list[float] | None]:
        started = time.perf_counter()
        hooks = self.hooks(names, len(names) * len(seeds))
        losses = train(self.dataset, [self.variants[name].recipe for name in names], seeds, hooks)
        seconds = (time.perf_counter() - started) / len(names)
        records = []
        for name, found in zip(names, losses, strict=True):
            self._add_seconds(name, seconds)
            records.append((self.about(name, seeds), {"variant": name, "losses": found, "seconds": seconds}))
        self.state.keep(records)
        return dict(zip(names, losses, strict=True))

    def _add_seconds(self, name: str, seconds: Any) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + (seconds if isinstance(seconds, float) else 0.0)


def train(dataset: Dataset, recipes: Sequence[Recipe], seeds: Sequence[int], hooks: Hooks) -> list[list[float]]:
    """Train networks of several recipes as one stack, those of one seed with the same rows held out.

    Parameters
    ----------
    dataset
        What to train on.
    recipes
        Of one shape, each R times in the stack; what differs is a number of each replica.
    seeds
        Seed of each network of a recipe, R.
    hooks
        What is to be told.

    Returns
    -------
    losses
        Of each recipe the held-out loss of each network; infinite where it diverged.

    """
    network, options = recipes[0]
    rows = np.arange(len(dataset.X_train), dtype=np.int32)
    each = [recipe for recipe in recipes for _ in seeds]
    varying = Varying(
        seeds=[*seeds] * len(recipes),
        pools=[rows] * len(each),
        learning_rates=[how.learning_rate for _, how in each],
        dropout_rates=[spec.dropout for spec, _ in each],
        l1=[spec.l1 for spec, _ in each],
        l2=[spec.l2 for spec, _ in each],
    )
    losses = losses_of(train_replicas(dataset, network, options, varying=varying, hooks=hooks))
    return [losses[first : first + len(seeds)] for first in range(0, len(losses), len(seeds))]


def train_ensemble(dataset: Dataset, recipe: Recipe, *, seed: int, members: int, hooks: Hooks) -> Replicas:
    """Train the members of an ensemble, as ``dlwhy train --recipe FILE --members N`` does with this seed."""
    network, options = recipe
    return train_members(dataset, network, dataclasses.replace(options, seed=seed), members=members, hooks=hooks)


def losses_of(replicas: Replicas) -> list[float]:
    """Return the held-out loss of each network; infinite where it diverged."""
    diverged = np.array([status == "diverged" for status in replicas.status])
    losses: list[float] = np.where(diverged, np.inf, replicas.held_out_losses()).tolist()
    return losses


def check_reference(losses: Sequence[float]) -> None:
    """Refuse a recipe whose own networks diverge: nothing can be compared with it.

    Raises
    ------
    UnusableResultError
        If one does.

    """
    if not np.isfinite(losses).all():
        raise UnusableResultError("the loss of the recipe for tables stops being a finite number on these data")


def as_json(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as JSON-like values, without the seed, which is not the recipe's."""
    network, options = recipe
    return {"network": network.to_json(), "training": {**options.to_json(), "seed": None}}
