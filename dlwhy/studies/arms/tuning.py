"""The choice of an arm's learning rate on the tuning seeds, all rates and seeds as stacks."""

import dataclasses
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlwhy.data.dataset import Dataset
from dlwhy.studies.arms import plateau, scoring
from dlwhy.studies.arms.training import room_of, stack_size, train
from dlwhy.studies.plan.seeds import Seeds
from dlwhy.studies.plan.study import Task
from dlwhy.studies.request import TEST_SHARE
from dlwhy.studies.tasks.draws import Draw

if TYPE_CHECKING:
    from dlwhy.studies.arms.network import Network

_MOST_GROWTH = 4
# what this process has tuned already, by what decides it
_TUNED: dict[str, "Tuned"] = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tuned:
    """The learning rate that was chosen."""

    rate: float
    scores: dict[float, float]  # mean score over tuning seeds, by rate
    hopeless: bool = False  # whether no rate does better than guessing

    @property
    def at_edge(self) -> bool:
        """Whether the best rate is the smallest or the largest that was tried."""
        return not self.hopeless and len(self.scores) > 1 and bool(plateau.beyond(self.scores))


def tune(recipe: "Network", task: Task, seeds: Seeds, dataset: Dataset | None) -> Tuned:
    """Choose the learning rate on the tuning seeds; the grid grows until the best rate is inside.

    Fresh draws are validated on their held-out rows. Where seeds resample one data set, a quarter of each training
    part is held out instead, since the rest is what other seeds are scored on.
    """
    if not recipe.rates:
        return Tuned(rate=recipe.options.learning_rate, scores={})
    plain = dataclasses.replace(recipe, shift=0)  # the A/A arm has the rate of the arm that it repeats
    parts = [plain.to_json(), dataclasses.asdict(task), dataclasses.asdict(seeds)]
    key = json.dumps([*parts, dataset.fingerprint if dataset and task.draw == "own" else None], sort_keys=True)
    if key not in _TUNED:
        _TUNED[key] = _searched(plain, task, seeds, plain.tuning_draws(task, seeds.tuning, dataset))
    return _TUNED[key]


def _searched(recipe: "Network", task: Task, seeds: Seeds, draws: Sequence[Draw]) -> Tuned:
    report_rows = round(sum(len(draw.X_train) for draw in draws) / len(draws) * len(seeds.report))
    room = max(room_of(draws), 1 << (report_rows - 1).bit_length())
    parts = [_validating(draw) for draw in draws]
    size = stack_size(recipe, parts[0], len(seeds.report))
    chance = float(np.mean([_chance(draw) for draw in parts]))
    scores: dict[float, float] = {}
    rates = list(recipe.rates)
    for _ in range(_MOST_GROWTH):
        scores |= _scores_of(recipe, task, seeds, parts, rates, room=room, size=size)
        if all(score <= chance + 0.02 for score in scores.values()):
            return Tuned(rate=sorted(scores)[len(scores) // 2], scores=scores, hopeless=True)
        rates = plateau.beyond(scores)
        if not rates:
            break
    return Tuned(rate=plateau.centre(scores), scores=scores)


def _validating(draw: Draw) -> Draw:
    """Return a draw whose held-out rows choose a learning rate."""
    if not draw.overlap:
        return draw
    held = max(1, round(len(draw.X_train) * TEST_SHARE))
    return dataclasses.replace(
        draw,
        X_train=draw.X_train[held:],
        y_train=draw.y_train[held:],
        X_test=draw.X_train[:held],
        y_test=draw.y_train[:held],
    )


def _scores_of(
    recipe: "Network", task: Task, seeds: Seeds, draws: Sequence[Draw], rates: Sequence[float], *, room: int, size: int
) -> dict[float, float]:
    """Mean score of each rate over the tuning seeds, which may have several draws each: one run of stacks."""
    copies = len(draws) // len(seeds.tuning)
    cells = [(rate, *pair) for rate in rates for pair in zip(draws, seeds.tuning * copies, strict=True)]
    cell_rates, cell_draws, cell_seeds = zip(*cells, strict=True)
    start = recipe.start(task, seeds, cell_seeds)
    trained = train(recipe, cell_draws, cell_seeds, cell_rates, room=room, size=size, start=start)
    y_prob = trained.predict(np.stack([draw.X_test for draw in cell_draws]))
    scores = []
    for index, draw in enumerate(cell_draws):
        score = scoring.metrics(draw, draw.y_test, y_prob[index])[draw.metric]
        lost = trained.replicas.status[index] == "diverged" or score is None
        scores.append(_chance(draw) if lost or score is None else score)
    return dict(zip(rates, np.reshape(scores, (len(rates), -1)).mean(axis=1).tolist(), strict=True))


def _chance(draw: Draw) -> float:
    """Return the score of a guess."""
    if draw.task == "regression":
        return 0.0
    return float(np.bincount(draw.y_test).max() / len(draw.y_test))
