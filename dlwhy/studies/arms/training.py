"""An arm's networks as stacks: training all seeds at once, each on its own draw; and what plain ones compute."""

import dataclasses
import itertools
import time
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.data.splitting import Keys, Split
from dlwhy.models.front import bins_of
from dlwhy.models.layouts import Layout
from dlwhy.models.network import NetworkSpec
from dlwhy.models.stacked import StackedNetwork, n_outputs
from dlwhy.studies.plan.study import NetworkRecipe, training_seed
from dlwhy.studies.tasks.draws import Draw
from dlwhy.training import accelerator, fitting
from dlwhy.training.stack.fit import Length, Replicas, Start, Varying, train_replicas

# rows that train and tuning draws are filled up to, so that both have one program
_LEAST_ROWS = 1 << 12
_MOST_REPLICAS = 16
_THREADS = 2
# what a stack's weights, gradients and moments should take at most
_STACK_BYTES = 2 << 20


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class TrainedArm:
    """Networks of one arm, a replica each."""

    replicas: Replicas
    draws: Sequence[Draw]  # what each was trained on
    seconds: float  # what it took


def prepare() -> None:
    """Start TensorFlow with the same threads everywhere, for they may decide last bits: two, shared by two stacks."""
    accelerator.start(threads=_THREADS, at_once=_THREADS)


def room_of(draws: Sequence[Draw], largest: int = 0) -> int:
    """Return the number of rows that training arrays are filled up to: a power of 2, so that programs are shared.

    Arms of one network on several numbers of rows have the room of the largest.
    """
    rows = max(_LEAST_ROWS, sum(max(len(draw.X_train), largest) for draw in draws))
    return 1 << (rows - 1).bit_length()


def stack_size(recipe: NetworkRecipe, draw: Draw, replicas: int) -> int:
    """Choose how many replicas make a stack; by the design alone, so that rows repeat on any number of cores."""
    n_train, features = draw.X_train.shape
    bins = bins_of(recipe.network.bins, n_train)
    widths = (features * (1 + bins), *recipe.network.layers, n_outputs(draw.task, draw.n_classes))
    weights: int = 16 * sum(a * b for a, b in itertools.pairwise(widths))
    most = min(_MOST_REPLICAS, max(2, _STACK_BYTES // weights))
    # as many for each of two cores, and none that is mostly empty
    stacks = 2 * -(-replicas // (2 * most))
    return -(-replicas // stacks)


def train(
    recipe: NetworkRecipe,
    draws: Sequence[Draw],
    seeds: Sequence[int],
    rates: Sequence[float] | None = None,
    *,
    room: int | None = None,
    size: int | None = None,
    start: Start | None = None,
) -> TrainedArm:
    """Train one network a draw; those on one draw are members of one ensemble, where networks hold rows out.

    Parameters
    ----------
    recipe
        Network, options, and steps; without steps, those of the options.
    draws, seeds
        Data and seed of each network, R each; one draw may serve several.
    rates
        Learning rate of each, R; by default that of the options.
    room
        Rows to fill the training arrays up to; see `room_of`.
    size
        Replicas a stack; by default half the networks.
    start
        Networks to start from.

    """
    prepare()
    started = time.perf_counter()
    dataset, rows = joined(draws, room_of(draws, recipe.room) if room is None else room)
    replicas = train_replicas(
        dataset,
        recipe.network,
        recipe.options,
        varying=Varying(
            seeds=[training_seed(seed, recipe.shift) for seed in seeds],
            rows=rows,
            pools=rows if fitting.as_stack(recipe.options, recipe.models) else None,
            learning_rates=list(rates or [recipe.options.learning_rate] * len(draws)),
            stack_size=size or stack_size(recipe, draws[0], len(draws)),
        ),
        start=start,
        length=Length(steps=recipe.steps, log_every=recipe.log_every) if recipe.steps else None,
    )
    return TrainedArm(replicas=replicas, draws=draws, seconds=time.perf_counter() - started)


def joined(draws: Sequence[Draw], room: int) -> tuple[Dataset, list[npt.NDArray[np.int32]]]:
    """Put the training rows of all draws behind each other -> data set, and the rows of each."""
    places: dict[int, npt.NDArray[np.int32]] = {}
    X, y, keys, filled = [], [], [], 0
    for draw in draws:
        if id(draw) in places:
            continue
        places[id(draw)] = np.arange(filled, filled + len(draw.X_train), dtype=np.int32)
        X.append(draw.X_train)
        y.append(draw.y_train)
        keys += [draw.split.train] if draw.split else []
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
        split=_joined_split(first.split, keys, spare),
    )
    return dataset, [places[id(draw)] for draw in draws]


def shape_for(draw: Draw, network: NetworkSpec) -> StackedNetwork:
    """Return the shape of networks on a draw, without any weights."""
    outputs = n_outputs(draw.task, draw.n_classes)
    return StackedNetwork(spec=network, n_inputs=draw.X_train.shape[1], n_outputs=outputs, layout=Layout("first"))


def hidden(shape: StackedNetwork, weights: Sequence[FloatArray], index: int, X: FloatArray) -> Iterator[FloatArray]:
    """Yield the hidden layers of one network of several on rows, (n, width) each, from the first to the last.

    Parameters
    ----------
    shape, weights
        The networks, (R, …) each.
    index
        Which of them.
    X
        Rows, (n, n_features).

    """
    named = {(weight.layer, weight.name): values[index] for weight, values in zip(shape.weights, weights, strict=True)}
    for layer in range(1, len(shape.spec.layers) + 1):
        X = np.maximum(X @ named[f"dense_{layer}", "kernel"] + named[f"dense_{layer}", "bias"], 0)
        yield X


def _joined_split(split: Split | None, keys: Sequence[Keys], spare: int) -> Split | None:
    """Return the keys of the training rows of all draws, of which each replica sees its own, and of spare ones."""
    if split is None:
        return None
    train = np.concatenate([*keys, np.zeros(spare, split.train.dtype)])
    return dataclasses.replace(split, train=train, test=train[:0])
