"""Training all combinations of a sweep on the same seeds: those of one shape as one stack."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.models.trained import Trained
from dlwhy.training.progress import Hooks, Progress
from dlwhy.training.recipe import Recipe
from dlwhy.training.stack.fit import Replicas, Varying, train_replicas
from dlwhy.training.sweep.values import NUMBERS

MOST_EPOCHS = 200  # of a curve
Key = tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Trials:
    """The networks of one combination, a seed each.

    Parameters
    ----------
    replicas, places
        The stack that they are in, and where.
    regression
        Whether scores are errors.

    """

    replicas: Replicas
    places: range
    regression: bool

    @property
    def scores(self) -> list[float | None]:
        """Accuracy or root mean squared error at the end on the rows that were held out; None if it diverged."""
        found: list[float | None] = []
        for place in self.places:
            last = self.replicas.history[place, max(0, int(self.replicas.epochs[place]) - 1)]
            score = float(np.sqrt(last[2])) if self.regression else float(last[3])
            good = self.replicas.status[place] != "diverged" and np.isfinite(score)
            found.append(score if good else None)
        return found

    def curve(self, epochs: Sequence[int]) -> list[float | None]:
        """Return the median held-out loss over seeds at some epochs, None where it is no number."""
        losses = self.replicas.history[self.places.start : self.places.stop, [epoch - 1 for epoch in epochs], 2]
        middle = np.median(losses.astype(np.float64), axis=0)  # not a number where one diverged
        return [float(value) if np.isfinite(value) else None for value in middle]

    def median(self) -> Trained | None:
        """Return the network of the median score; None if all diverged."""
        scores = self.scores
        order = sorted((score, place) for score, place in zip(scores, self.places, strict=True) if score is not None)
        return self.replicas.unstack(order[(len(order) - 1) // 2][1]) if order else None


def sweep(
    dataset: Dataset,
    cells: Mapping[Key, Recipe],
    seeds: Sequence[int],
    *,
    device: str = "auto",
    on_progress: Callable[[float], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[Key, Trials]:
    """Train every combination on every seed.

    Parameters
    ----------
    dataset
        What to train on.
    cells
        The recipe of each combination; each holds the same rows out for a seed.
    seeds
        Of the networks of each.
    device
        See `accelerator.start`.
    on_progress
        Told how much of the whole is done, from 0 to the number of networks.
    should_stop
        Asked a few times a second; then what is being trained ends where it is, and what comes after is not begun.

    Returns
    -------
    trials
        By the combination; without those that were not begun.

    Raises
    ------
    InputRefusedError
        If the data can't be trained on.

    """
    groups: dict[str, list[Key]] = {}
    for key, recipe in cells.items():
        groups.setdefault(_shape(recipe), []).append(key)
    found: dict[Key, Trials] = {}
    for keys in groups.values():
        if should_stop():
            break
        done, size = len(found) * len(seeds), len(keys) * len(seeds)

        def tell(progress: Progress, done: int = done, size: int = size) -> None:
            on_progress(done + size * min(1.0, (progress.epoch + progress.fraction) / max(1, progress.epochs)))

        hooks = Hooks(on_progress=tell, should_stop=should_stop)
        replicas = _trained(dataset, [cells[key] for key in keys], seeds, device=device, hooks=hooks)
        for number, key in enumerate(keys):
            places = range(number * len(seeds), (number + 1) * len(seeds))
            found[key] = Trials(replicas=replicas, places=places, regression=dataset.task == "regression")
    return {key: found[key] for key in cells if key in found}


def epochs_of(count: int) -> npt.NDArray[np.int64]:
    """Return at which of so many epochs a curve is kept, from the first to the last."""
    return np.unique(np.linspace(1, count, min(count, MOST_EPOCHS)).round().astype(np.int64))


def _shape(recipe: Recipe) -> str:
    """Return what must be the same for networks to be one stack."""
    values: dict[str, Any] = {**recipe[0].to_json(), **recipe[1].to_json()}
    return str(sorted((name, str(value)) for name, value in values.items() if name not in NUMBERS))


def _trained(
    dataset: Dataset, recipes: Sequence[Recipe], seeds: Sequence[int], *, device: str, hooks: Hooks
) -> Replicas:
    network, options = recipes[0]
    own = {
        field: [vars(part)[name] for recipe in recipes for part in recipe if name in vars(part) for _ in seeds]
        for name, field in NUMBERS.items()
    }
    varying = Varying(seeds=[*seeds] * len(recipes), **own)  # type: ignore[arg-type]  # lists of numbers
    return train_replicas(dataset, network, options, varying=varying, device=device, hooks=hooks)
