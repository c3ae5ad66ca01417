"""Training an arm's networks as stacks: all seeds at once, each on its own draw, with a learning rate of its own."""

import dataclasses
import itertools
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.models import stacked
from dlwhy.studies import plateau, scoring, tasks
from dlwhy.studies.design import Arm, Seeds, fingerprint, training_seed
from dlwhy.studies.draws import Draw
from dlwhy.studies.request import OwnData
from dlwhy.studies.results import Outcome, Run, Status
from dlwhy.training import accelerator
from dlwhy.training.replicas import Length, Replicas, Start, Varying, train_replicas

# rows that train and tuning draws are filled up to, so that both have one program
_LEAST_ROWS = 1 << 12
_MOST_REPLICAS = 16
_THREADS = 2
# what a stack's weights, gradients and moments should take at most
_STACK_BYTES = 2 << 20
_MOST_GROWTH = 4
_VALIDATION = 0.25
_FALLING = 0.1
# what this process has tuned already, by fingerprint of the arm
_TUNED: dict[str, "Tuned"] = {}


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """Networks of one arm, a replica each.

    Parameters
    ----------
    replicas
        The networks.
    draws
        What each was trained on.
    seconds
        What it took.

    """

    replicas: Replicas
    draws: Sequence[Draw]
    seconds: float

    def predict(self, X: FloatArray) -> FloatArray:
        """Predict with each network on its own rows, (R, n, features)."""
        return self.replicas.predict(X)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tuned:
    """The learning rate that was chosen, and how all did: mean score over tuning seeds, by rate."""

    rate: float
    scores: dict[float, float]
    hopeless: bool = False

    @property
    def at_edge(self) -> bool:
        """Whether the best rate is the smallest or the largest that was tried."""
        return not self.hopeless and len(self.scores) > 1 and bool(plateau.beyond(self.scores))


def prepare() -> None:
    """Start TensorFlow with the same threads everywhere, for they may decide last bits: two, shared by two stacks."""
    accelerator.start(threads=_THREADS, at_once=_THREADS)


def run(arm: Arm, seeds: Seeds, own: Dataset | None) -> Outcome:
    """Tune the arm's learning rate, train a network a seed, and score each on its own held-out rows."""
    trained, tuned = fitted(arm, seeds, own)
    return outcome(score(arm, trained, seeds.report), tuned)


def fitted(arm: Arm, seeds: Seeds, own: Dataset | None) -> tuple[Trained, Tuned]:
    """Tune the arm's learning rate, and train a network a seed."""
    draws = draws_of(arm, seeds.report, own)
    tuned = tune(arm, seeds, own)
    return train(arm, draws, seeds.report, [tuned.rate] * len(draws), room=room_of(draws, arm)), tuned


def outcome(runs: Sequence[Run], tuned: Tuned) -> Outcome:
    """Put runs and the choice of their learning rate together."""
    rates = {f"{rate:.4g}": score for rate, score in sorted(tuned.scores.items())}
    return Outcome(runs=tuple(runs), rates=rates, at_edge=tuned.at_edge, hopeless=tuned.hopeless)


def draws_of(arm: Arm, seeds: Sequence[int], own: Dataset | None) -> list[Draw]:
    """Draw an arm's data, one draw a seed."""
    given: dict[str, Any] = {"dataset": own} if arm.task.draw == "own" else {}
    return [tasks.draw(arm.task.draw, seed, **arm.task.settings, **given) for seed in seeds]


def room_of(draws: Sequence[Draw], arm: Arm | None = None) -> int:
    """Give the number of rows that training arrays are filled up to: a power of 2, so that programs are shared.

    Arms of one network on several numbers of rows name the largest in their settings, as ``room``.
    """
    largest = arm.settings.get("room", 0) if arm else 0
    rows = max(_LEAST_ROWS, sum(max(len(draw.X_train), largest) for draw in draws))
    return 1 << (rows - 1).bit_length()


def stack_size(arm: Arm, draw: Draw, replicas: int) -> int:
    """Choose how many replicas make a stack; by the design alone, so that rows repeat on any number of cores."""
    network = arm.network
    layers = network.layers if network else ()
    widths = (draw.X_train.shape[1], *layers, stacked.n_outputs(draw.task, draw.n_classes))
    weights: int = 16 * sum(a * b for a, b in itertools.pairwise(widths))
    return max(1, min(_MOST_REPLICAS, -(-replicas // 2), max(2, _STACK_BYTES // weights)))


def train(
    arm: Arm,
    draws: Sequence[Draw],
    seeds: Sequence[int],
    rates: Sequence[float],
    *,
    room: int,
    size: int | None = None,
    start: Start | None = None,
    **varying: Any,
) -> Trained:
    """Train one network a draw.

    Parameters
    ----------
    arm
        Network, options and steps.
    draws, seeds, rates
        Data, seed and learning rate of each network, R each; one draw may serve several.
    room
        Rows to fill the training arrays up to; see `room_of`.
    size
        Replicas a stack; by default half the networks.
    start
        Networks to start from.
    varying
        What else differs; see `Varying`.

    """
    prepare()
    started = time.perf_counter()
    dataset, rows = joined(draws, room)
    replicas = train_replicas(
        dataset,
        arm.network,
        arm.options,
        varying=Varying(
            seeds=[training_seed(seed, arm.shift) for seed in seeds],
            rows=rows,
            learning_rates=list(rates),
            stack_size=size or stack_size(arm, draws[0], len(draws)),
            **varying,
        ),
        start=start,
        length=Length(steps=arm.steps, log_every=arm.settings.get("log_every")) if arm.steps else None,
    )
    return Trained(replicas=replicas, draws=draws, seconds=time.perf_counter() - started)


def tune(
    arm: Arm, seeds: Seeds, own: Dataset | None, *, draws: Sequence[Draw] | None = None, bases: Sequence[Any] = ()
) -> Tuned:
    """Choose the learning rate on the tuning seeds; the grid grows until the best rate is inside.

    Fresh draws are validated on their held-out rows. Where seeds resample one data set, a quarter of each training
    part is held out instead, since the rest is what other seeds are scored on. Own draws may come with bases, trained
    networks to start from, one each.
    """
    if not arm.rates:
        return Tuned(rate=arm.options.learning_rate, scores={})
    plain = dataclasses.replace(arm, shift=0)  # the A/A arm has the rate of the arm that it repeats
    known = fingerprint(dataclasses.replace(plain, name=""), seeds, own=OwnData.of(own) if own else None, versions={})
    if draws is not None:
        return _searched(plain, seeds, draws, bases)
    if known not in _TUNED:
        _TUNED[known] = _searched(plain, seeds, draws_of(plain, seeds.tuning, own))
    return _TUNED[known]


def score(arm: Arm, trained: Trained, seeds: Sequence[int]) -> list[Run]:
    """Score each network on its own held-out rows, and on (some of) its training rows."""
    draws, replicas = trained.draws, trained.replicas
    held_out = trained.predict(np.stack([draw.X_test for draw in draws]))
    seen = min(3000, *(len(draw.X_train) for draw in draws))
    fitted = trained.predict(np.stack([draw.X_train[:seen] for draw in draws]))
    runs = []
    for place, (seed, draw) in enumerate(zip(seeds, draws, strict=True)):
        metrics = scoring.metrics(draw, draw.y_test, held_out[place])
        metrics |= scoring.metrics(draw, draw.y_train[:seen], fitted[place], prefix="train_")
        status, reason = _ending(replicas, place, draw, held_out[place])
        samples = (arm.steps or 0) * arm.options.fitting(len(draw.X_train)).batch_size
        parameters = scoring.parameters(replicas)
        runs.append(
            Run(
                seed=seed,
                metrics=metrics if status != "diverged" else dict.fromkeys(metrics),
                status=status,
                reason=reason,
                n_train=len(draw.X_train),
                overlap=draw.overlap,
                parameters=parameters,
                epochs=samples / len(draw.X_train),
                flops=6.0 * parameters * samples,
                seconds=trained.seconds / len(draws),
                learning_rate=float(f"{float(replicas.learning_rates[place]):.4g}"),
            )
        )
    return runs


def _searched(arm: Arm, seeds: Seeds, draws: Sequence[Draw], bases: Sequence[Any] = ()) -> Tuned:
    report_rows = round(sum(len(draw.X_train) for draw in draws) / len(draws) * len(seeds.report))
    room = max(room_of(draws), 1 << (report_rows - 1).bit_length())
    parts = [_validating(draw) for draw in draws]
    size = stack_size(arm, parts[0], len(seeds.report))
    chance = float(np.mean([_chance(draw) for draw in parts]))
    scores: dict[float, float] = {}
    rates = list(arm.rates)
    for _ in range(_MOST_GROWTH):
        start = Start(bases=[*bases] * len(rates), freeze=arm.settings.get("freeze", 0)) if bases else None
        scores |= _scores_of(arm, parts, seeds.tuning, rates, room=room, size=size, start=start)
        if all(score <= chance + 0.02 for score in scores.values()):
            return Tuned(rate=sorted(scores)[len(scores) // 2], scores=scores, hopeless=True)
        rates = plateau.beyond(scores)
        if not rates:
            break
    return Tuned(rate=plateau.centre(scores), scores=scores)


def joined(draws: Sequence[Draw], room: int) -> tuple[Dataset, list[npt.NDArray[np.int32]]]:
    """Put the training rows of all draws behind each other -> data set, and the rows of each."""
    places: dict[int, npt.NDArray[np.int32]] = {}
    X, y, filled = [], [], 0
    for draw in draws:
        if id(draw) in places:
            continue
        places[id(draw)] = np.arange(filled, filled + len(draw.X_train), dtype=np.int32)
        X.append(draw.X_train)
        y.append(draw.y_train)
        filled += len(draw.X_train)
    first, spare = draws[0], max(0, room - filled)
    X.append(np.zeros((spare, first.X_train.shape[1]), np.float32))
    y.append(np.zeros(spare, first.y_train.dtype))
    dataset = Dataset(
        X_train=np.concatenate(X),
        y_train=np.concatenate(y),
        X_test=first.X_train[:0],
        y_test=first.y_train[:0],
        name="draws",
        task=first.task,
        class_names=tuple(f"class {i}" for i in range(first.n_classes)),
    )
    return dataset, [places[id(draw)] for draw in draws]


def _validating(draw: Draw) -> Draw:
    """Give a draw whose held-out rows choose a learning rate."""
    if not draw.overlap:
        return draw
    held = max(1, round(len(draw.X_train) * _VALIDATION))
    return dataclasses.replace(
        draw,
        X_train=draw.X_train[held:],
        y_train=draw.y_train[held:],
        X_test=draw.X_train[:held],
        y_test=draw.y_train[:held],
    )


def _scores_of(
    arm: Arm,
    draws: Sequence[Draw],
    seeds: Sequence[int],
    rates: Sequence[float],
    *,
    room: int,
    size: int,
    start: Start | None,
) -> dict[float, float]:
    """Mean score of each rate over the tuning seeds, all trained as one run of stacks."""
    pairs = [(rate, draw, seed) for rate in rates for draw, seed in zip(draws, seeds, strict=True)]
    every = [draw for _, draw, _ in pairs]
    chosen, own = [seed for *_, seed in pairs], [rate for rate, *_ in pairs]
    trained = train(arm, every, chosen, own, room=room, size=size, start=start)
    y_prob = trained.predict(np.stack([draw.X_test for draw in every]))
    scores = []
    for place, draw in enumerate(every):
        found = scoring.metrics(draw, draw.y_test, y_prob[place])[scoring.score_of(draw)]
        lost = trained.replicas.status[place] == "diverged" or found is None
        scores.append(_chance(draw) if lost or found is None else found)
    return dict(zip(rates, np.reshape(scores, (len(rates), -1)).mean(axis=1).tolist(), strict=True))


def _chance(draw: Draw) -> float:
    """Give the score of a guess."""
    if draw.task == "regression":
        return 0.0
    return float(np.bincount(draw.y_test).max() / len(draw.y_test))


def _ending(replicas: Replicas, place: int, draw: Draw, y_prob: FloatArray) -> tuple[Status, str]:
    done = int(replicas.epochs[place])
    if replicas.status[place] == "diverged":
        return "diverged", f"the loss stopped being finite in round {done + 1} of {replicas.history.shape[1]}"
    if draw.task != "regression" and scoring.predicts_one_class(draw, y_prob):
        return "stuck", "predicts one class only"
    losses = replicas.history[place, :done, 0]
    if (
        replicas.status[place] == "ok"
        and done > 2
        and losses[-1] > 0.01
        and losses[-2] - losses[-1] > _FALLING * losses[-2]
    ):
        return "unfinished", "the training loss was still falling fast"
    return "ok", ""
