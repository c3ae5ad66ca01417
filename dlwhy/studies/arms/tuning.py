"""The choice of an arm's learning rate on the tuning seeds, all rates and seeds as stacks.

It is the centre of the rates that do about as well as the best.
Means of four seeds are noisy, and their last bits differ between machines. The best of them often stands at the brink,
where a fifth seed would not train, or ties with another one. So each rate is judged with its neighbours, and all that
are about as good weigh in, the less the farther they are below: the choice moves little when scores do, and never
jumps where two rates beside each other tie.
"""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.data.splitting import Rows
from dlwhy.errors import InputRefusedError
from dlwhy.studies.arms import scoring
from dlwhy.studies.arms.training import room_of, stack_size, train
from dlwhy.studies.plan.study import Seeds, Task
from dlwhy.studies.request import TEST_SHARE, score_of
from dlwhy.studies.tasks.draws import Draw

if TYPE_CHECKING:
    from dlwhy.studies.arms.network import Network

_MOST_GROWTH = 4
# accuracy points, or R², below which a rate does no longer as well as the best
_PLATEAU = 0.02
# what a neighbour counts as worse at most
_BRINK = 0.08
_DIGITS = 2
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
        return not self.hopeless and len(self.scores) > 1 and bool(beyond(self.scores))


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
        rates = beyond(scores)
        if not rates:
            break
    return Tuned(rate=centre(scores), scores=scores)


def _validating(draw: Draw) -> Draw:
    """Return a draw whose held-out rows choose a learning rate."""
    if not draw.overlap:
        return draw
    held, rest = _held_out(draw, max(1, round(len(draw.X_train) * TEST_SHARE)))
    return dataclasses.replace(
        draw,
        X_train=draw.X_train[rest],
        y_train=draw.y_train[rest],
        X_test=draw.X_train[held],
        y_test=draw.y_train[held],
        split=dataclasses.replace(draw.split, train=draw.split.train[rest]) if draw.split else None,
    )


def _held_out(draw: Draw, count: int) -> tuple[Rows, Rows]:
    """Return that many training rows to be tested on, and the others; but for those of the same groups, or as late.

    Raises
    ------
    InputRefusedError
        If nothing to learn is left.

    """
    rows = np.arange(len(draw.X_train))
    if draw.split is None:
        return rows[:count], rows[count:]
    keys = draw.split.train
    if draw.split.by == "group":  # groups come one after another
        held, left = rows[:count], ~np.isin(keys, keys[:count])
    else:
        held = np.argsort(-keys, kind="stable")[:count]
        left = keys < keys[held].min()
    if not left.any() or (draw.task != "regression" and len(np.unique(draw.y_train[left])) < 2):
        raise InputRefusedError(
            f"{len(rows)} training rows, {draw.split.words}, are too few to hold some out for choosing a learning rate",
            "give the arm a rate, or import more rows",
        )
    return held, rows[left]


def _scores_of(
    recipe: "Network", task: Task, seeds: Seeds, draws: Sequence[Draw], rates: Sequence[float], *, room: int, size: int
) -> dict[float, float]:
    """Mean score of each rate over the tuning seeds, which may have several draws each: one run of stacks."""
    copies = len(draws) // len(seeds.tuning)
    cells = [(rate, *pair) for rate in rates for pair in zip(draws, seeds.tuning * copies, strict=True)]
    cell_rates, cell_draws, cell_seeds = zip(*cells, strict=True)
    start = recipe.start(task, seeds, cell_seeds)
    trained = train(recipe, cell_draws, cell_seeds, cell_rates, room=room, size=size, start=start)
    y_prob = trained.replicas.predict(np.stack([draw.X_test for draw in cell_draws]))
    scores = []
    for index, draw in enumerate(cell_draws):
        score = scoring.metrics(draw, draw.y_test, y_prob[index])[score_of(draw.task)]
        lost = trained.replicas.status[index] == "diverged" or score is None
        scores.append(_chance(draw) if lost or score is None else score)
    return dict(zip(rates, np.reshape(scores, (len(rates), -1)).mean(axis=1).tolist(), strict=True))


def _chance(draw: Draw) -> float:
    """Return the score of a guess."""
    if draw.task == "regression":
        return 0.0
    return float(np.bincount(draw.y_test).max() / len(draw.y_test))


def centre(scores: Mapping[float, float]) -> float:
    """Return the weighted mean of the logarithms of all rates on the plateau, as a rate of two digits.

    Parameters
    ----------
    scores
        Mean score by rate, half a decade apart.

    """
    rates = sorted(scores)
    powers = np.average(np.log10(rates), weights=_weights(scores))
    return float(f"{10**powers:.{_DIGITS}g}")


def beyond(scores: Mapping[float, float]) -> list[float]:
    """Return two rates more, half a decade apart, if the best lies at the edge of those tried; else none."""
    rates, weights = sorted(scores), _weights(scores)
    if weights[0] == 1:
        return [_further(rates[0], -2), _further(rates[0], -1)]
    if weights[-1] == 1:
        return [_further(rates[-1], 1), _further(rates[-1], 2)]
    return []


def _further(rate: float, steps: int) -> float:
    """Go some half decades from a rate, to one of the grid: 1e-05, and not three times a rounded 3.162e-06."""
    return float(f"{10 ** ((round(2 * math.log10(rate)) + steps) / 2):.4g}")


def _weights(scores: Mapping[float, float]) -> FloatArray:
    """Weight of each rate, ascending, (n,): 1 for the best, 0 off its plateau, which ends where a score falls."""
    means = np.array([scores[rate] for rate in sorted(scores)])
    padded = np.pad(means, 1, mode="edge")
    # a rate beside the brink is held back by two points, not by all that is lost beyond it: it may be the only good one
    beside = np.maximum(padded[:-2], means - _BRINK) + np.maximum(padded[2:], means - _BRINK)
    smooth = (beside + 2 * means) / 4
    best = int(np.argmax(smooth))
    near = np.clip(1 - (smooth[best] - smooth) / _PLATEAU, 0, 1)
    left, right = np.minimum.accumulate(near[best::-1])[::-1], np.minimum.accumulate(near[best:])
    return np.concatenate([left, right[1:]])
