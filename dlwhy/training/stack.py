"""The compiled program that trains a stack of networks by rounds; pure: all that varies is a tensor passed in."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.models.layouts import Layout
from dlwhy.models.stacked import Dropping, StackedNetwork, mixed
from dlwhy.training.options import TrainingOptions
from dlwhy.training.stateless import StatelessOptimizer

RUNNING, DIVERGED, STOPPED, ABSENT = range(4)
# most rounds a call: the size of its log, which is part of the program's shape
ROUNDS = 50


class Feed(NamedTuple):
    """What a stack of R networks trains on, tensors. What is None is left out of the program.

    Parameters
    ----------
    X
        Rows of all replicas, (n, n_features).
    y
        Their targets, (n,) or, each replica's own behind the other's, (R·n,).
    weights
        Weights of samples, in the same form as `y`, or None.
    offset
        Where a replica's targets and weights start, (R,) int32.
    center, spread
        How each replica scales its features, (R, n_features); None if they are scaled.
    target_center, target_spread
        How each replica scales its targets, (R,); None for classes.
    rates, steps
        Largest learning rate, and number of steps that a schedule plans with, (R,).
    validation
        Rows to validate on, (pieces, R or 1, rows) int32, filled up with -1; None without: a fifth of the compiling.
    dropout, keys
        Share of units to drop, and what makes the masks, (R,) float32 and uint32; None without dropout.
    l1, l2
        Penalties, (R,); None without.
    clip
        Largest norm of a replica's gradient, (); None for any.
    patience
        Rounds without a better validation loss before a replica stops, (); None for never.

    """

    X: Any
    y: Any
    offset: Any
    rates: Any
    steps: Any
    validation: Any = None
    weights: Any = None
    center: Any = None
    spread: Any = None
    target_center: Any = None
    target_spread: Any = None
    dropout: Any = None
    keys: Any = None
    l1: Any = None
    l2: Any = None
    clip: Any = None
    patience: Any = None


class State(NamedTuple):
    """How far a stack is.

    Parameters
    ----------
    weights, slots
        Weights of the networks, and the optimizer's state.
    best
        Weights of the round with the best validation loss; empty without patience.
    best_loss, waited
        That loss, and rounds since, (R,).
    status
        ``RUNNING``, ``DIVERGED``, ``STOPPED`` or ``ABSENT`` (fills up the stack), (R,) int32.
    done
        Rounds that count, (R,) int32.

    """

    weights: Any
    slots: Any
    best: Any
    best_loss: Any
    waited: Any
    status: Any
    done: Any


class Stack:
    """R networks of one shape, trained as one.

    Parameters
    ----------
    network
        Their shape and layout.
    options
        Optimizer and schedule.
    task
        Decides loss and metric.
    replicas
        R.
    ragged
        Whether a replica may have no samples in some step, which then leaves it as it is.
    compiled
        Whether XLA compiles the program.

    """

    def __init__(
        self,
        network: StackedNetwork,
        options: TrainingOptions,
        *,
        task: Task,
        replicas: int,
        ragged: bool,
        compiled: bool,
    ):
        import tensorflow as tf

        self.network, self.replicas, self._task, self._ragged = network, replicas, task, ragged
        self._layout: Layout = network.layout
        # without a gradient, a batched matmul over many rows is five times quicker than multiply and sum
        self._validating = dataclasses.replace(network, layout=Layout("first"))
        shapes = [self._layout.shape(network.weights[place].shape, replicas) for place in network.trained]
        counter = (replicas,) if self._layout.last else (replicas, 1, 1)
        self.optimizer = StatelessOptimizer(options, shapes, counter)
        self._program = tf.function(self._run, jit_compile=compiled, autograph=False)

    def start(self, weights: Sequence[npt.NDArray[Any]], present: int, *, patience: bool) -> State:
        """Give the state before the first round, from initial weights, each (R, …), of which `present` are real."""
        stacked = [self._layout.stack(values) for values in weights]
        waited = np.zeros(self.replicas, np.int32)
        status = np.where(np.arange(self.replicas) < present, RUNNING, ABSENT).astype(np.int32)
        best = list(stacked) if patience else []
        best_loss = np.full(self.replicas, np.inf, np.float32)
        slots = self.optimizer.start()
        return State(stacked, slots, best, best_loss, waited, status, waited)

    def run(
        self, state: State, feed: Feed, orders: npt.NDArray[np.int32], *, rounds: int, steps: int
    ) -> tuple[State, npt.NDArray[np.float32]]:
        """Train for some rounds.

        Parameters
        ----------
        state
            As `start` or an earlier call gave it.
        feed
            See `Feed`.
        orders
            Rows of each step, (at least rounds · steps, R, batch), filled up with -1.
        rounds, steps
            Rounds, at most `ROUNDS`, and steps of each.

        Returns
        -------
        state
            Afterwards. A replica that diverges goes back to the round before, and rests; one out of patience rests.
        log
            (rounds, 4, R) loss, metric, validation loss, validation metric; not a number where a replica rested.

        """
        import tensorflow as tf

        after, log = self._program(state, feed, orders, tf.constant(rounds), tf.constant(steps))
        rows: npt.NDArray[np.float32] = log.numpy()[:rounds]
        return after, rows

    def trace(self, state: State, feed: Feed, room: tuple[int, int, int]) -> None:
        """Make the program ready for what `run` takes.

        On the thread that called, before others run: the names in it count what TensorFlow has made so far, and must
        come out alike each time for a compiled program to be found again.
        """
        import tensorflow as tf

        orders, count = tf.TensorSpec(room, tf.int32), tf.TensorSpec((), tf.int32)
        self._program.get_concrete_function(state, feed, orders, count, count)

    def finish(self, state: State) -> tuple[list[npt.NDArray[Any]], list[npt.NDArray[Any]]]:
        """Give the weights, each (R, …), the best ones if there was patience, and the optimizer's state, (R, …)."""
        weights = [
            self._layout.unstack(np.asarray(value), weight.shape)
            for weight, value in zip(self.network.weights, state.best or state.weights, strict=True)
        ]
        axis = -1 if self._layout.last else 0
        return weights, [np.moveaxis(np.asarray(slot), axis, 0) for slot in state.slots]

    def _run(self, state: State, feed: Feed, orders: Any, count: Any, steps: Any) -> Any:
        import tensorflow as tf

        def body(k: Any, before: State, log: Any) -> Any:
            weights, slots, row = self._round(before, feed, orders, k * steps, steps)
            running = before.status == RUNNING
            finite = running & tf.reduce_all(tf.math.is_finite(row), axis=0)
            after = before._replace(weights=self._chosen(finite, weights, before.weights))
            after = after._replace(slots=self._chosen(finite, slots, before.slots))
            after = after._replace(status=tf.where(running & ~finite, DIVERGED, before.status))
            after = after._replace(done=before.done + tf.cast(finite, tf.int32))
            if feed.patience is not None:
                after = self._keep_best(after, row[2], finite, feed.patience)
            return k + 1, after, tf.tensor_scatter_nd_update(log, [[k]], [tf.where(running, row, np.nan)])

        def goes_on(k: Any, now: State, _: Any) -> Any:
            return (k < count) & tf.reduce_any(now.status == RUNNING)

        state = tf.nest.map_structure(tf.convert_to_tensor, state)
        start = (0, state, tf.fill((ROUNDS, 4, self.replicas), np.float32(np.nan)))
        return tf.while_loop(goes_on, body, start)[1:]

    def _chosen(self, condition: Any, new: Sequence[Any], old: Sequence[Any]) -> list[Any]:
        """Choose for each replica: (R,) condition, and lists of tensors with a replica axis."""
        import tensorflow as tf

        wide = self._layout.over_units(condition)
        return [tf.where(wide, a, b) for a, b in zip(new, old, strict=True)]

    def _keep_best(self, state: State, loss: Any, finite: Any, patience: Any) -> State:
        import tensorflow as tf

        better = finite & (loss < state.best_loss)
        waited = tf.where(better, 0, state.waited + 1)
        return state._replace(
            best=self._chosen(better, state.weights, state.best),
            best_loss=tf.where(better, loss, state.best_loss),
            waited=waited,
            status=tf.where(finite & (waited >= patience), STOPPED, state.status),
        )

    def _round(self, state: State, feed: Feed, orders: Any, first: Any, steps: Any) -> Any:
        """Train `steps` steps from `first` on, and validate -> weights, slots, row (4, R)."""
        import tensorflow as tf

        def body(i: Any, weights: Any, slots: Any, totals: Any) -> Any:
            return i + 1, *self._step(weights, slots, feed, orders[first + i], totals)

        start = (0, state.weights, state.slots, tf.zeros((3, self.replicas)))
        _, weights, slots, totals = tf.while_loop(lambda i, *_: i < steps, body, start)
        trained = totals[:2] / tf.maximum(totals[2], 1)
        return weights, slots, tf.concat([trained, self._validate(weights, feed)], 0)

    def _step(self, weights: Any, slots: Any, feed: Feed, rows: Any, totals: Any) -> Any:
        """One step on rows, (R, batch); totals, (3, R), of loss, metric and samples."""
        import tensorflow as tf

        X, y, sample_weights = self._gather(self._layout, feed, rows)
        real = self._layout.samples(tf.cast(rows >= 0, tf.float32))
        count = tf.reduce_sum(real, self._layout.batch)
        with tf.GradientTape() as tape:
            mine = [weights[place] for place in self.network.trained]
            tape.watch(mine)
            logits, after = self.network.forward(weights, X, real=real, dropping=self._dropping(feed, slots[0]))
            losses = self._losses(self._layout, logits, y) * real
            if sample_weights is not None:
                losses *= sample_weights
            loss = tf.reduce_sum(losses, self._layout.batch) / tf.maximum(count, 1) + self._penalty(weights, feed)
            total = tf.reduce_sum(loss)  # a sum: each replica gets its own gradient
        gradients = self._clipped(tape.gradient(total, mine), feed.clip)
        plan = [self._layout.over_units(values) for values in (feed.rates, feed.steps)]
        moved, moved_slots = self.optimizer.apply(mine, slots, gradients, plan)
        for place, value in zip(self.network.trained, moved, strict=True):
            after[place] = value
        if self._ragged:
            after, moved_slots = self._chosen(count > 0, after, weights), self._chosen(count > 0, moved_slots, slots)
        metric = tf.reduce_sum(self._metric(self._layout, logits, y) * real, self._layout.batch)
        return after, moved_slots, totals + tf.stack([loss * count, metric, count])

    def _validate(self, weights: Any, feed: Feed) -> Any:
        """Give loss and metric on the validation rows, (2, R); zeros if there are none."""
        import tensorflow as tf

        if feed.validation is None:
            return tf.zeros((2, self.replicas))
        layout = self._validating.layout
        moved = [tf.transpose(each, (2, 0, 1)) for each in weights] if self._layout.last else weights

        def piece(i: Any, totals: Any) -> Any:
            rows = feed.validation[i]
            X, y, _ = self._gather(layout, feed, rows)
            real = tf.cast(rows >= 0, tf.float32)
            logits, _ = self._validating.forward(moved, X)
            losses, metrics = self._losses(layout, logits, y), self._metric(layout, logits, y)
            count = tf.reduce_sum(real, layout.batch) + tf.zeros(self.replicas)
            sums = [tf.reduce_sum(each * real, layout.batch) for each in (losses, metrics)]
            return i + 1, totals + tf.stack([*sums, count])

        pieces = feed.validation.shape[0]
        totals = tf.while_loop(lambda i, _: i < pieces, piece, (0, tf.zeros((3, self.replicas))))[1]
        means = totals[:2] / tf.maximum(totals[2], 1)
        return means + tf.stack([self._penalty(weights, feed), tf.zeros(self.replicas)])

    def _gather(self, layout: Layout, feed: Feed, rows: Any) -> tuple[Any, Any, Any]:
        """Rows, (R or 1, batch) -> features as activations, targets and weights as samples."""
        import tensorflow as tf

        rows = layout.samples(tf.maximum(rows, 0))
        X, own = tf.gather(feed.X, rows), rows + layout.over_samples(feed.offset)
        if feed.center is not None:
            X = (X - layout.over_rows(feed.center)) / layout.over_rows(feed.spread)
        y = tf.gather(feed.y, own)
        if feed.target_center is not None:
            y = (y - layout.over_samples(feed.target_center)) / layout.over_samples(feed.target_spread)
        weights = None if feed.weights is None else tf.gather(feed.weights, own)
        return layout.features(X), y, weights

    def _losses(self, layout: Layout, logits: Any, y: Any) -> Any:
        """Loss of each sample, from outputs before their activation."""
        import tensorflow as tf

        if self._task == "multiclass":
            chosen = tf.one_hot(tf.cast(y, tf.int32), self.network.n_outputs, axis=layout.units)
            return tf.reduce_logsumexp(logits, layout.units) - tf.reduce_sum(chosen * logits, layout.units)
        output = tf.squeeze(logits, layout.units)
        if self._task == "regression":
            return tf.square(output - y)
        return tf.nn.sigmoid_cross_entropy_with_logits(tf.broadcast_to(y, output.shape), output)

    def _metric(self, layout: Layout, logits: Any, y: Any) -> Any:
        """Accuracy or absolute error of each sample."""
        import tensorflow as tf

        if self._task == "multiclass":
            best = tf.argmax(logits, layout.units, output_type=tf.int32)
            return tf.cast(best == tf.cast(y, tf.int32), tf.float32)
        output = tf.squeeze(logits, layout.units)
        if self._task == "regression":
            return tf.abs(output - y)
        return tf.cast((output > 0) == (y > 0.5), tf.float32)

    def _penalty(self, weights: Any, feed: Feed) -> Any:
        import tensorflow as tf

        return tf.zeros(self.replicas) if feed.l1 is None else self.network.penalties(weights, feed.l1, feed.l2)

    def _dropping(self, feed: Feed, counter: Any) -> Dropping | None:
        import tensorflow as tf

        if feed.dropout is None:
            return None
        step = tf.cast(tf.reshape(counter, (self.replicas,)), tf.uint32)
        # the step is mixed by itself, or a neighbour's key could be this one's at another step
        return Dropping(rates=feed.dropout, keys=mixed(mixed(step) ^ feed.keys))

    def _clipped(self, gradients: Sequence[Any], limit: Any) -> Sequence[Any]:
        """Scale each replica's gradient down to a norm of at most `limit`, over all its weights."""
        import tensorflow as tf

        if limit is None:
            return gradients
        axes = self._layout.replica_axes(3)
        squares = [tf.reduce_sum(tf.square(gradient), axes) for gradient in gradients]
        norm = tf.sqrt(functools.reduce(tf.add, squares))
        scale = self._layout.over_units(limit / tf.maximum(norm, limit))
        return [gradient * scale for gradient in gradients]


@functools.lru_cache(maxsize=32)
def program(
    network: StackedNetwork,
    options: TrainingOptions,
    *,
    task: Task,
    replicas: int,
    ragged: bool,
    compiled: bool,
) -> Stack:
    """Give the stack of a shape; the same shape shares its program, in all threads."""
    return Stack(network, options, task=task, replicas=replicas, ragged=ragged, compiled=compiled)
