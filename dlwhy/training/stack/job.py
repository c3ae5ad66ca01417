"""What all stacks of one `train_replicas` have in common, and what each of them is fed with."""

import dataclasses
import functools
import itertools
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.errors import UsageError
from dlwhy.models import front
from dlwhy.models import network as networks
from dlwhy.models.keras_file.archive import Trained
from dlwhy.models.keras_file.parts import LINEAR
from dlwhy.models.network import NetworkSpec
from dlwhy.models.stacked import StackedNetwork
from dlwhy.training.options import TrainingOptions
from dlwhy.training.stack.data import IndexArray, StackData
from dlwhy.training.stack.program import Stack
from dlwhy.training.stack.size import StackPlan
from dlwhy.training.stack.state import ROUNDS, Feed
from dlwhy.training.stack.varying import Factors, Length
from dlwhy.training.taking_layers import Start, Taken, take_layers

# apart from the purposes in `preparing`: Keras draws the masks of a lone training
_MASKS = 3
# the first call is so much shorter than a full one, and each call so much longer than the one before: orders are drawn
# while the call before runs, and the cores would stand idle until those of a full one are there
_FIRST_CALL, _GROWTH = 8, 4
# rows that go through the nets at once in validation: for matmul more, for what is kept in the cache fewer
_PIECE_FIRST, _PIECE_LAST = 64, 32
# of data sets without a test part, as long as they live
_FEATURES: weakref.WeakKeyDictionary[Dataset, Any] = weakref.WeakKeyDictionary()


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """A call of `train_replicas`, completed and checked.

    Parameters
    ----------
    data
        What each replica trains on.
    plan, shape, stack
        How the replicas are cut, what they are, and the program that trains them.
    length
        How many steps; None where there are epochs.
    start, taken
        Networks to start from, and what is taken from them.

    """

    dataset: Dataset
    network: NetworkSpec
    options: TrainingOptions
    data: StackData
    factors: Factors
    plan: StackPlan
    shape: StackedNetwork
    stack: Stack
    length: Length | None
    start: Start | None
    taken: Taken | None

    @property
    def rounds(self) -> int:
        """Rows of the history."""
        return self.options.epochs if self.length is None else self.length.rounds

    @property
    def validates(self) -> bool:
        """Whether there are rows to validate on."""
        return any(map(len, self.data.validation))

    @property
    def keeps_best(self) -> bool:
        """Whether replicas end with the weights that validated best."""
        return bool(self.options.patience or self.options.keep_best) and self.validates

    @property
    def best_loss(self) -> FloatArray:
        """Validation loss that each replica starts with, (R,): that of its linear path, if it starts as that."""
        spec, factors = self.network, self.factors
        if self.data.paths is None or not spec.zero_output or factors.l1 is not None or not self.options.keep_best:
            return np.full(len(self.data.seeds), np.inf, np.float32)
        return np.array([path.loss for path in self.data.paths], np.float32)

    @property
    def room(self) -> tuple[int, int, int]:
        """Shape of the rows of a call: steps by powers of 2, to share programs, and samples of all replicas."""
        steps = int(self.data.steps.max()) if self.length is None else self.length.steps_a_round
        samples = self.plan.size, self.data.batch_size
        first, second = reversed(samples) if self.plan.layout.last else samples
        return max(self.plan.steps, 1 << (steps - 1).bit_length()), first, second

    @functools.cached_property
    def _features(self) -> Any:
        """The features as a tensor, one for all groups, and for all trainings on the same rows."""
        import tensorflow as tf

        if self.data.X is not self.dataset.X_train:
            return tf.constant(self.data.X)
        if self.dataset not in _FEATURES:
            _FEATURES[self.dataset] = tf.constant(self.data.X)
        return _FEATURES[self.dataset]

    def initial(self) -> list[FloatArray]:
        """Give the weights that all replicas start with, each (R, …)."""
        weights = self.shape.initial(self.data.seeds)
        for place, weight in enumerate(self.shape.weights):
            if weight.layer == LINEAR and self.data.paths is not None:
                for values, path in zip(weights[place], self.data.paths, strict=True):
                    part = getattr(path, weight.name)
                    values[: len(part)] = part  # bins are no part of it
        if self.start is None or self.taken is None:
            return weights
        different = {id(base): base for base in self.start.bases}
        layers = {key: self.shape.take(self._started_from(base)) for key, base in different.items()}
        for replica, base in enumerate(spread(self.start.bases, len(self.data.seeds))):
            for place, weight in enumerate(self.shape.weights):
                if weight.layer in self.taken.taken:
                    weights[place][replica] = layers[id(base)][place]
        return weights

    def groups(self) -> list[list[int]]:
        """Cut the replicas into groups; those with as many steps together, so that few of them rest."""
        order = np.argsort(-self.data.steps, kind="stable").tolist()
        return [order[i : i + self.plan.size] for i in range(0, len(order), self.plan.size)]

    def calls(self, group: list[int]) -> Iterator[tuple[int, int, IndexArray]]:
        """Give the calls of a group: rounds, steps of each, and rows of every step, shaped as `room`.

        The rows are good until the next but one call is asked for.
        """
        # one is filled while the program reads the other; new ones each time would be as many new pages of memory
        rooms = itertools.cycle([np.empty(self.room, np.int32) for _ in range(2)])
        if self.length is None:
            longest = int(self.data.steps[group].max())
            for first, rounds in self._portions(self.rounds, longest):
                filled, taken = self._opened(next(rooms), rounds * longest, len(group))
                self.data.epochs(group, first, rounds, into=taken)
                yield rounds, longest, filled
            return
        steps, every = self.length.steps, self.length.steps_a_round
        # a call may end within an epoch, whose order is kept for the next one, beside that of the epoch it began with
        order = functools.lru_cache(maxsize=2 * len(group))(self.data.order)
        whole, rest = divmod(steps, every)
        portions = [(first * every, rounds, every) for first, rounds in self._portions(whole, every)]
        for first, rounds, of_each in portions + [(steps - rest, 1, rest)] * bool(rest):
            filled, taken = self._opened(next(rooms), rounds * of_each, len(group))
            self.data.stream(group, first, rounds * of_each, order=order, into=taken)
            yield rounds, of_each, filled

    def feed(self, group: list[int]) -> Feed:
        """Give what the stack of a group trains on, as tensors."""
        import tensorflow as tf

        members = [*group, *[group[-1]] * (self.plan.size - len(group))]
        layout = self.plan.layout
        pieces = self.data.pieces(members, _PIECE_LAST if layout.last else _PIECE_FIRST) if self.validates else None
        validation = None if pieces is None else layout.samples(pieces)
        parts = {**self._samples(members), **self._scales(members), **self._factors(members)}
        patience = np.int32(self.options.patience) if self.keeps_best and self.options.patience else None
        clip = None if self.options.clip_norm is None else np.float32(self.options.clip_norm)
        feed = Feed(**parts, validation=validation, patience=patience, clip=clip)
        X = self._features if feed.X is self.data.X else feed.X
        return Feed(X, *(None if value is None else tf.constant(value) for value in feed[1:]))

    def _started_from(self, base: Trained) -> Any:
        model, taken = start_from(self.dataset, self.network, base)
        if self.taken and taken.taken != self.taken.taken:
            raise UsageError("bases must have layers of the same shapes")
        return model

    def _portions(self, rounds: int, steps: int) -> Iterator[tuple[int, int]]:
        """Cut rounds into calls: first round and number of rounds of each."""
        most, first = min(ROUNDS, self.room[0] // steps), 0
        count = max(1, most // _FIRST_CALL)
        while first < rounds:
            yield first, min(count, rounds - first)
            first, count = first + count, min(most, _GROWTH * count)

    def _opened(self, room: IndexArray, steps: int, replicas: int) -> tuple[IndexArray, IndexArray]:
        """Put -1 where nobody is in a room, and give it with the part for the rows, (steps, replicas, batch)."""
        samples = self.plan.layout.samples(room)
        samples[:steps, replicas:] = -1
        samples[steps:] = -1
        return room, samples[:steps, :replicas]

    def _samples(self, members: list[int]) -> dict[str, Any]:
        """Targets and weights, once, or each replica's own behind the other's."""
        data = self.data
        own = len(data.y) > 1 or (data.weights is not None and len(data.weights) > 1)

        def flat(values: FloatArray | None) -> FloatArray | None:
            if values is None or not own:
                return None if values is None else values[0]
            return np.ravel(values[[replica % len(values) for replica in members]])

        offset = np.arange(len(members), dtype=np.int32) * (len(data.X) if own else 0)
        return {"y": flat(data.y), "weights": flat(data.weights), "offset": offset}

    def _scales(self, members: list[int]) -> dict[str, Any]:
        """Features, and what each replica scales them and its targets by, where that is done in each step."""
        data, parts = self.data, {}
        if self.dataset.task == "regression":
            parts["target_center"], parts["target_spread"] = data.targets(members)
        scale = None if data.is_encoded else data.feature_scales(members)
        if scale is None:
            return {"X": data.X, **parts}
        bins = data.bins(members)
        if bins is not None:
            parts |= dict(zip(("slopes", "low", "high"), bins, strict=True))
        return {"X": data.X, "center": scale[0], "spread": scale[1], **parts}

    def _factors(self, members: list[int]) -> dict[str, Any]:
        factors, data = self.factors, self.data
        own = {"rates": factors.rates, "dropout": factors.dropout, "l1": factors.l1, "l2": factors.l2}
        parts: dict[str, Any] = {name: values[members] for name, values in own.items() if values is not None}
        of_epochs = data.steps[members] * self.options.epochs
        planned = of_epochs if self.length is None else np.full(len(members), self.length.steps)
        parts["steps"] = planned.astype(np.float32)
        if factors.dropout is not None:
            keys = [np.random.SeedSequence(data.seeds[i], spawn_key=(_MASKS,)).generate_state(1)[0] for i in members]
            parts["keys"] = np.array(keys, np.uint32)
        return parts


def start_from(dataset: Dataset, network: NetworkSpec, base: Trained, freeze: int | str = 0) -> tuple[Any, Taken]:
    """Make a model that starts from a base, to read weights off, and say what it takes; see `take_layers`."""
    shape = {"n_features": dataset.n_features, "task": dataset.task, "n_classes": dataset.n_classes}
    standing = front.of_model(base.model)
    model = networks.build(network, **shape, seed=0, front=standing)  # type: ignore[arg-type]  # of their own types
    same = base.details.class_names == dataset.class_names and base.details.task == dataset.task
    return model, take_layers(model, base.model, same_classes=same, freeze=freeze)


def spread(values: Sequence[Any], count: int) -> list[Any]:
    """Give one value for each of `count` replicas, from one or as many."""
    return list(values) * (count if len(values) == 1 else 1)
