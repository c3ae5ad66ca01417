"""The compiled program that trains a stack of networks by rounds; pure: all that varies is a tensor passed in."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Task
from dlwhy.models.front import CLIP
from dlwhy.models.layouts import Layout
from dlwhy.models.stacked import Dropping, Once, StackedNetwork, as_it_is, mixed
from dlwhy.training import formulas
from dlwhy.training.options import TrainingOptions
from dlwhy.training.stack import fences
from dlwhy.training.stack.optimizer import StatelessOptimizer
from dlwhy.training.stack.state import ABSENT, DIVERGED, ROUNDS, RUNNING, STOPPED, Feed, State


@dataclasses.dataclass(frozen=True)
class InFront:
    """What a step does to features that are scaled: see `front.Front`."""

    clips: bool
    binned: tuple[int, ...]  # the features that have bins

    def apply(self, X: Any, feed: Feed, layout: Layout) -> Any:
        """Rows of features by sample, (batch, R, features) or (R, batch, features) -> the same with bins."""
        import tensorflow as tf

        if self.clips:
            X = CLIP * tf.tanh(X * (1 / CLIP))
        if not self.binned:
            return X
        slopes, low, high = (layout.over_rows(values) for values in (feed.slopes, feed.low, feed.high))
        each = feed.slopes.shape[1] // len(self.binned)
        columns = tf.stack([X[..., place] for place in self.binned], axis=-1)
        sloped = tf.repeat(columns, each, axis=-1) * slopes
        return tf.concat([X, tf.maximum(sloped + low, 0) - tf.maximum(sloped + high, 0)], axis=-1)


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
    in_front
        What each step does to raw features, beside scaling them; None if the features come as the first layer takes
        them, but for scales.
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
        in_front: InFront | None = None,
    ):
        import tensorflow as tf

        self.network, self.replicas, self._task, self._ragged = network, replicas, task, ragged
        self._layout: Layout = network.layout
        self._compiled = compiled
        self._in_front, self._smoothing = in_front, options.label_smoothing
        self._validating = dataclasses.replace(network, layout=dataclasses.replace(network.layout, trains=False))
        shapes = [self._layout.shape(network.weights[place].shape, replicas) for place in network.trained]
        counter = (replicas,) if self._layout.last else (replicas, 1, 1)
        self.optimizer = StatelessOptimizer(options, shapes, counter)
        self._program = tf.function(self._run, jit_compile=compiled, autograph=False)

    def start(
        self, weights: Sequence[npt.NDArray[Any]], present: int, *, best_loss: npt.NDArray[np.float32] | None
    ) -> State:
        """Give the state before the first round, from initial weights, each (R, …), of which `present` are real.

        The best weights are kept if there is a validation loss that they start with, (R,).
        """
        stacked = [self._layout.stack(values) for values in weights]
        waited = np.zeros(self.replicas, np.int32)
        status = np.where(np.arange(self.replicas) < present, RUNNING, ABSENT).astype(np.int32)
        best = [] if best_loss is None else list(stacked)
        best_loss = np.full(self.replicas, np.inf, np.float32) if best_loss is None else best_loss
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
            Rows of at least rounds · steps steps, each as samples, filled up with -1: (…, R, batch) or (…, batch, R).
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
            if before.best:
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

        # the last of equal ones, where nobody waits for a better one
        better = finite & (loss <= state.best_loss if patience is None else loss < state.best_loss)
        state = state._replace(
            best=self._chosen(better, state.weights, state.best), best_loss=tf.where(better, loss, state.best_loss)
        )
        if patience is None:
            return state
        waited = tf.where(better, 0, state.waited + 1)
        return state._replace(waited=waited, status=tf.where(finite & (waited >= patience), STOPPED, state.status))

    def _round(self, state: State, feed: Feed, orders: Any, first: Any, steps: Any) -> Any:
        """Train `steps` steps from `first` on, and validate -> weights, slots, row (4, R)."""
        import tensorflow as tf

        def body(i: Any, weights: Any, slots: Any, totals: Any) -> Any:
            return i + 1, *self._step(weights, slots, feed, orders[first + i], totals)

        start = (0, state.weights, state.slots, self._no_totals())
        _, weights, slots, totals = tf.while_loop(lambda i, *_: i < steps, body, start)
        return weights, slots, tf.stack([*_means(*totals), *self._validate(weights, feed)])

    def _no_totals(self) -> list[Any]:
        """Give sums of loss, metric and samples, (R,) each: a loop over one tensor of all is not vectorised."""
        import tensorflow as tf

        return [tf.zeros(self.replicas)] * 3

    def _step(self, weights: Any, slots: Any, feed: Feed, rows: Any, totals: Any) -> Any:
        """One step on rows, a sample each; see `_no_totals`."""
        import tensorflow as tf

        X, y, sample_weights = self._gather(feed, rows)
        real = tf.cast(rows >= 0, tf.float32)
        count = tf.reduce_sum(real, self._layout.batch)
        once = self._once(count)
        with tf.GradientTape() as tape:
            mine = [weights[place] for place in self.network.trained]
            tape.watch(mine)
            dropping = self._dropping(feed, slots[0])
            logits, after = self.network.forward(weights, X, real=real, dropping=dropping, once=once)
            if once is not as_it_is:
                logits = fences.with_gradient(logits, once)
            losses = self._losses(logits, y, self._smoothing) * real
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
        metric = tf.reduce_sum(once(self._metric(logits, y) * real), self._layout.batch)
        return after, moved_slots, _added(totals, [loss * count, metric, count])

    def _validate(self, weights: Any, feed: Feed) -> Any:
        """Give loss and metric on the validation rows, (R,) each; zeros if there are none."""
        import tensorflow as tf

        if feed.validation is None:
            return self._no_totals()[:2]
        layout = self._layout

        def piece(i: Any, totals: Any) -> Any:
            rows = feed.validation[i]
            X, y, _ = self._gather(feed, rows)
            real = tf.cast(rows >= 0, tf.float32)
            count = tf.reduce_sum(real, layout.batch) + tf.zeros(self.replicas)
            once = self._once(count)
            logits, _ = self._validating.forward(weights, X, once=once)
            losses, metrics = self._losses(logits, y), self._metric(logits, y)
            sums = [tf.reduce_sum(once(each * real), layout.batch) for each in (losses, metrics)]
            return i + 1, _added(totals, [*sums, count])

        pieces = feed.validation.shape[0]
        totals = tf.while_loop(lambda i, _: i < pieces, piece, (0, self._no_totals()))[1]
        loss, metric = _means(*totals)
        return [loss + self._penalty(weights, feed), metric]

    def _once(self, count: Any) -> Once:
        """Give a fence, with so many samples of each replica, (R,), where XLA makes loops over the replicas."""
        return fences.fence(count) if self._compiled and self._layout.last else as_it_is

    def _gather(self, feed: Feed, rows: Any) -> tuple[Any, Any, Any]:
        """Rows, a sample each -> features as activations, targets and weights as samples."""
        import tensorflow as tf

        layout = self._layout
        rows = tf.maximum(rows, 0)
        X, own = tf.gather(feed.X, rows), rows + layout.over_samples(feed.offset)
        if feed.center is not None:
            X = (X - layout.over_rows(feed.center)) / layout.over_rows(feed.spread)
        if self._in_front is not None:
            X = self._in_front.apply(X, feed, layout)
        y = tf.gather(feed.y, own)
        if feed.target_center is not None:
            y = (y - layout.over_samples(feed.target_center)) / layout.over_samples(feed.target_spread)
        weights = None if feed.weights is None else tf.gather(feed.weights, own)
        return layout.features(X), y, weights

    def _losses(self, logits: Any, y: Any, smoothing: float = 0.0) -> Any:
        """Loss of each sample, from outputs before their activation."""
        import tensorflow as tf

        units = self._layout.units
        if self._task == "multiclass":
            chosen = tf.one_hot(tf.cast(y, tf.int32), self.network.n_outputs, axis=units)
            chosen = formulas.smoothed(chosen, smoothing, self.network.n_outputs)
            return tf.reduce_logsumexp(logits, units) - tf.reduce_sum(chosen * logits, units)
        output = tf.squeeze(logits, units)
        if self._task == "regression":
            return tf.square(output - y)
        y = formulas.smoothed(y, smoothing, 2)
        if self._layout.last:
            # not where the axis is first: there it gives nothing
            return formulas.binary(output, y)
        return tf.nn.sigmoid_cross_entropy_with_logits(tf.broadcast_to(y, output.shape), output)

    def _metric(self, logits: Any, y: Any) -> Any:
        """Accuracy or absolute error of each sample."""
        import tensorflow as tf

        units = self._layout.units
        if self._task == "multiclass":
            best = tf.argmax(logits, units, output_type=tf.int32)
            return tf.cast(best == tf.cast(y, tf.int32), tf.float32)
        output = tf.squeeze(logits, units)
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


def _added(totals: Sequence[Any], more: Sequence[Any]) -> list[Any]:
    return [total + value for total, value in zip(totals, more, strict=True)]


def _means(loss: Any, metric: Any, count: Any) -> list[Any]:
    import tensorflow as tf

    return [loss / tf.maximum(count, 1), metric / tf.maximum(count, 1)]


# the same shape shares its program, in all threads
program = functools.lru_cache(maxsize=32)(Stack)
